"""Every form that shows what is stored and takes it back carries the edition that it was made from: whoever was slower
overwrites nothing unasked."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import AnyConverter, Rule

from tests.integration.test_access import _value
from tests.support.access_table import DEVICE, PUBLIC, TABLE
from tests.support.announcing import announce
from tests.support.applying import make_office
from tests.support.client import Client
from tests.support.evening import NURSE, apply_as, device_of
from tests.support.hands import Clock, Unit
from tests.support.markup import Node
from tests.support.pages import Form, Page, buttons_of
from tests.support.staff import add_staff, sign_in
from trainings.accounts.models import Role
from trainings.checkin.models import Method
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.core import clock as clocks
from trainings.core import codes
from trainings.directory.actions import load_master_data, propose_candidate
from trainings.directory.identity import Likeness
from trainings.directory.models import (
    Association,
    District,
    EventRole,
    Organisation,
    Profession,
    ProfessionGroup,
    Sector,
)
from trainings.messages.models import Message
from trainings.registration.models import Application
from trainings.registration.secrets import application_secret
from trainings.skills.actions import load_framework, teach_usual_skills
from trainings.skills.models import Skill, SkillKind
from trainings.surveys import questionnaires
from trainings.surveys.actions import load_questionnaire
from trainings.surveys.models import FreeText, Mode, SurveyRun, Wave

EDITS: dict[str, tuple[str, str, str, str]] = {
    "accounts.change_staff": ("accounts.change_staff", "この内容で変更する", "department", "在宅医療課"),
    "guest.save": ("guest.edit", "この内容に直す", "phone", "000-555-0199"),
    "registration.save": ("registration.edit", "この内容に直す", "phone", "000-555-0188"),
    "desk.save": ("desk.edit", "この内容にする", "room", "大会議室"),
    "desk.try_or_save_rules": ("desk.rules", "この内容にする", "capacity", "77"),
    "checkin.save_tables": ("checkin.tables", "この番号にする", "table-", "3"),
    "skills.save_taught": ("skills.taught", "この内容にする", "skill-", "1"),
    "directory.edit_row": ("directory.edit_row", "保存する", "sort", "77"),
    "offices.edit": ("offices.edit", "保存する", "kana", "ケヤキ"),
    "surveys.save_review": ("surveys.review", "この扱いにする", "review", "internal"),
    "door_devices.set_limit": ("checkin.door", "この台数にする", "limit", "7"),
    "door_review.settle": ("door_review.index", "時刻を直す", "time", "12:34"),
}
"""Where a form posts to → its page, its button, a field (or how the names of its rows begin), and something else to say there."""

NO_EDITS = {
    "guest.send_substitute": "a new person; what is filled in is a proposal",
    "desk.make_event": "a new event, with what is usual chosen",
    "desk.make_copy": "a new event, named after its model",
    "people.merge": "one decision about a pair, refused once the pair was decided or has changed",
    "registration.enter": "a new application from paper, with the usual role chosen",
    "directory.add_row": "a new row, with the usual place in the list",
}
"""Forms that come filled in and change nothing that stands, and why."""

NOT_MET = {
    "an act: nothing on its page is stored words": """
        accounts.reactivate_staff accounts.send_link allocation.answer_offer allocation.draw_now allocation.freeze
        allocation.thaw allocation.void certificates.print_certificates checkin.open_door desk.close_now desk.delete
        desk.resume desk.withdraw notices.answer notices.papers notices.tell notices.untell
        door_badges.print_late door_board.stop messages.leave messages.retry messages.retry_failed_job
        messages.settle_held
        printing.again printing.take offices.apply people.lay_beside people.reopen people.take_back people.undo_merge
        registration.restore registration.send_my_links surveys.close venue.check_in accounts.use_link guest.confirm
        guest.answer_address""",
    "one decision about a pair or a row, refused once it was decided": """
        people.decide_address people.other_applicant people.same_applicant people.separate door_review.settle_many
        free_entries.add free_entries.keep free_entries.match""",
    "a file": """
        allocation.result_workbook allocation.whole_record door_fees.workbook surveys.workbook""",
    "a new row from an empty form": """
        checkin.enrol_device desk.keep_notice desk.send_notice surveys.send_answers""",
    "what is sent again is compared with what it said when it was sent first": """
        registration.check registration.send""",
    "no page's form: the desk's requests, each with its id": """
        door_api.badges door_api.corrections door_api.deputies door_api.scans door_api.set_lock door_api.take
        door_api.try_lock
        door_api.walk_ins""",
}
"""Where something is posted to that no page of the walk shows, and why it overwrites nothing unasked."""

UNTOLD = "00000000"
"""The edition of a page that showed something else."""


@dataclass(frozen=True)
class Found:
    """A posting form on a page, and where it posts to."""

    endpoint: str
    page: Page
    node: Node

    @property
    def made_from(self) -> str:
        field = self.node.all("input[name=made_from]")
        return field[0].get("value") if field else ""

    @property
    def is_filled_in(self) -> bool:
        """Whether it shows something that could be sent back unchanged."""
        return any(_shows(control) for control in self.node.all("input, select, textarea"))


def _shows(control: Node) -> bool:
    if control.tag == "select":
        return any(option.has("selected") and option.get("value") for option in control.all("option"))
    if control.tag == "textarea":
        return bool(control.text)
    kind = control.get("type", "text")
    if kind in ("radio", "checkbox"):
        return control.has("checked")
    return kind not in ("hidden", "submit", "file") and bool(control.get("value"))


@pytest.fixture
def world(unit: Unit, clock: Clock) -> dict[str, list[str]]:
    """One of everything that an address names, on an evening when the door is open. Part of an address → what may stand
    there."""
    with unit():
        load_master_data()
        load_framework("skills")
        event = announce(quotas={}, organisation_cap=None, capacity=30)
        teach_usual_skills(event=event)
        one, other = (apply_as(event, NURSE, n, pledged=True) for n in range(2))
        office = make_office()
    clock.set(event.doors_open_at)
    with unit() as session:
        device, _ = device_of(event)
        late = Attempt(
            scan_id=uuid.uuid4(),
            scanned_at=clock.now + timedelta(hours=2),
            method=Method.SEARCH,
            application_id=one.id,
            offline=True,
        )
        record_attempts(event_id=event.id, device=device, attempts=[late])
        pair = propose_candidate(one.person_id, other.person_id, Likeness.BY_HAND)
        version = load_questionnaire("A")
        run = SurveyRun(
            event_id=event.id,
            slug=codes.new_secret(),
            wave=Wave.SINGLE,
            version_id=version.id,
            mode=Mode.ANONYMOUS_PAIRED,
            opens_at=clocks.now() - timedelta(hours=1),
            closes_at=clocks.now(),
            closed_at=clocks.now(),
            strata={},
        )
        session.add(run)
        session.flush()
        key = next(item.key for item in questionnaires.parse(version.doc).items if item.is_free_text)
        session.add(FreeText(run_id=run.id, item_key=key, body="話しやすい席でした"))
        skill = select(Skill.id).where(Skill.kind == SkillKind.SKILL)
        rows = {
            kind: str(session.scalars(select(model.id)).first())
            for kind, model in {
                "sectors": Sector,
                "groups": ProfessionGroup,
                "professions": Profession,
                "roles": EventRole,
                "associations": Association,
                "districts": District,
            }.items()
        }
        return {
            "slug": [event.slug],
            "application_id": [str(one.id)],
            "person_id": [str(one.person_id)],
            "other_id": [str(other.person_id)],
            "candidate_id": [str(pair.id)],
            "office_id": [str(office.id)],
            "secret": [application_secret(other)],  # who has not come in yet
            "message_id": [str(session.scalars(select(Message.id)).first())],
            "skill_id": [str(session.scalars(skill).first())],
            "row_id": [f"{kind} {row_id}" for kind, row_id in rows.items()],
        }


@pytest.fixture
def everybody(client: Client, unit: Unit, world: dict[str, list[str]]) -> Client:
    """Signed in with every role; who is edited is a colleague."""
    sign_in(client, add_staff(unit, *Role, name="欅田 まもる", mail="all@city.keyaki.example"))
    colleague = add_staff(unit, Role.PLANNER, name="市川 さと", mail="sato@city.keyaki.example")
    world["staff_id"] = [str(colleague.id)]
    return client


def _addresses(app: Flask, world: dict[str, list[str]], pages: Collection[str]) -> Iterator[str]:
    """Every page of staff and behind the link of an application."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        who = TABLE[rule.endpoint]
        if "GET" not in (rule.methods or ()) or who in (PUBLIC, DEVICE) or rule.endpoint not in pages:
            continue
        if "." in rule.rule.rpartition("/")[2]:
            continue  # a file
        for values in _values(rule, world):
            yield adapter.build(rule.endpoint, values, method="GET")


def _values(rule: Rule, world: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    values = {name: world.get(name, [_value(rule, name)])[0] for name in rule.arguments}
    values |= rule.defaults or {}
    if isinstance(rule._converters.get("kind"), AnyConverter):
        for row in world["row_id"]:
            kind, row_id = row.split()
            yield values | {"kind": kind} | ({"row_id": row_id} if "row_id" in values else {})
    else:
        yield values


def forms_of(
    app: Flask, client: Client, world: dict[str, list[str]], pages: Collection[str] = ()
) -> list[Found]:
    """pages: endpoints to look at; all of them unless said."""
    adapter = app.url_map.bind("localhost")
    found = []
    for path in _addresses(app, world, pages or TABLE):
        answer = client.raw.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        page = Page(client, path, 200, answer.get_data(as_text=True))
        for node in page.all("form[method=post]"):
            endpoint, _ = adapter.match(urlsplit(node.get("action") or path).path, method="POST")
            found.append(Found(endpoint, page, node))
    return found


def test_every_form_that_comes_filled_in_carries_its_edition(
    app: Flask, everybody: Client, world: dict[str, list[str]]
) -> None:
    found = forms_of(app, everybody, world)

    filled_in = {one.endpoint for one in found if one.is_filled_in and not one.made_from}
    carrying = {one.endpoint for one in found if one.made_from}
    assert sorted(filled_in - set(NO_EDITS)) == [], "edits without their edition"
    assert sorted(set(EDITS) - carrying) == [], "edits without their edition, or not on any page"
    assert sorted(carrying - set(EDITS)) == [], "edits that the table does not name"
    assert sorted(set(NO_EDITS) - filled_in) == [], "named without need"
    posted_to = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    not_met = {endpoint for names in NOT_MET.values() for endpoint in names.split()}
    assert sorted(posted_to - {one.endpoint for one in found} - not_met) == [], "on no page of the walk"


SEVERAL_BUTTONS = {
    ("desk.rules", "試算する"): "the first one stores nothing; the other shows and asks",
}
"""Pages with a form of fields and several buttons, and the one that Enter presses; why it may."""


def test_enter_in_a_field_presses_what_its_form_is_for(
    app: Flask, everybody: Client, world: dict[str, list[str]]
) -> None:
    """A browser's Enter presses the first button of the form, wherever it stands and whether or not it is shown."""
    several = set()
    for path, endpoint in _all_pages(app, world):
        answer = everybody.raw.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        page = Page(everybody, path, 200, answer.get_data(as_text=True))
        for node in page.all("form"):
            buttons = [
                (button.spoken, button.get("formaction"), button.get("name")) for button in buttons_of(node)
            ]
            if len({(action, name) for _, action, name in buttons}) > 1 and _takes_enter(node):
                several.add((endpoint, buttons[0][0]))
    assert several == set(SEVERAL_BUTTONS)


def _takes_enter(node: Node) -> bool:
    return any(one.get("type", "text") not in ("hidden", "submit", "button") for one in node.all("input"))


def _all_pages(app: Flask, world: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static" and "." not in rule.rule[-5:]:
            for values in _values(rule, world):
                yield adapter.build(rule.endpoint, values, method="GET"), rule.endpoint


def test_form_made_from_something_else_stores_nothing_and_one_press_keeps_either(
    app: Flask, everybody: Client, world: dict[str, list[str]]
) -> None:
    pages = {page for page, *_ in EDITS.values()}
    found = {one.endpoint: one for one in forms_of(app, everybody, world, pages) if one.made_from}
    for endpoint, (_, button, field, words) in EDITS.items():
        page = everybody.get(found[endpoint].page.path)
        form = Form(page, _same(page, found[endpoint].node))
        name = next(name for name in form.values if name.startswith(field))
        before = form.values[name]
        form.fill({name: words}).values["made_from"] = [UNTOLD]

        clash = form.submit(button, status=409)

        assert clash.h1 == "内容が変わっています", endpoint
        assert len(clash.rows("table.meanwhile")) == 2, (endpoint, clash.rows("table.meanwhile"))
        stands = Form(again := everybody.get(page.path), _same(again, found[endpoint].node))
        assert stands.values[name] == before, endpoint
        assert clash.has_link("いまの内容のままにする")

        clash.press("入力した内容にする")

        if endpoint != "door_review.settle":  # settled, and gone from its page
            kept = Form(again := everybody.get(page.path), _same(again, found[endpoint].node))
            assert kept.values[name] == [words], endpoint


def test_what_a_row_has_stays_valid_for_it_when_its_master_data_is_put_out_of_use(
    app: Flask, everybody: Client, world: dict[str, list[str]], unit: Unit
) -> None:
    """Every edit form of the access table, with every profession, office, channel and role retired: another field is
    saved, and nothing else changes."""
    pages = {page for page, *_ in EDITS.values()}
    found = {one.endpoint: one for one in forms_of(app, everybody, world, pages) if one.made_from}
    with unit() as session:
        (theirs,) = session.scalars(
            select(Application).where(Application.id == uuid.UUID(world["application_id"][0]))
        )
        theirs.organisation_id, theirs.organisation_name = uuid.UUID(world["office_id"][0]), "ひばり薬局"
        session.get_one(Organisation, theirs.organisation_id).name = "ひばり薬局"
        had = theirs.profession_id, theirs.organisation_id, theirs.heard_via_id
        for model in (Profession, Association, EventRole, Organisation):
            session.execute(update(model).values(active=False))
    for endpoint, (_, button, field, words) in EDITS.items():
        if endpoint == "directory.edit_row":
            continue  # the rows themselves
        form = Form(page := everybody.get(found[endpoint].page.path), _same(page, found[endpoint].node))
        name = next(name for name in form.values if name.startswith(field))

        form.fill({name: words}).submit(button)

        if endpoint != "door_review.settle":  # settled, and gone from its page
            kept = Form(again := everybody.get(page.path), _same(again, found[endpoint].node))
            assert kept.values[name] == [words], endpoint
    with unit() as session:
        theirs = session.get_one(Application, theirs.id)
        assert (theirs.profession_id, theirs.organisation_id, theirs.heard_via_id) == had


def test_form_refused_for_its_words_stays_made_from_what_its_page_showed(
    app: Flask, everybody: Client, world: dict[str, list[str]]
) -> None:
    pages = {page for page, *_ in EDITS.values()}
    found = {one.endpoint: one for one in forms_of(app, everybody, world, pages) if one.made_from}
    refused = set()
    for endpoint, (_, _button, field, _words) in EDITS.items():
        node = found[endpoint].node
        form = Form(found[endpoint].page, node)
        name = next(name for name in form.values if name.startswith(field))
        seen = found[endpoint].made_from
        editions = {"made_from": [UNTOLD], "seen_meanwhile": [seen]}

        answer = everybody.raw.post(
            node.get("action") or form.page.path, data=form.values | {name: ["長" * 3000]} | editions
        )

        if answer.status_code == 422:
            refused.add(endpoint)
            page = Page(everybody, form.page.path, 422, answer.get_data(as_text=True))
            for hidden, values in editions.items():
                shown = [one.get("value") for one in page.all(f"input[name={hidden}]")]
                assert values[0] in shown, (endpoint, hidden)
    assert set(EDITS) - refused == {"skills.save_taught", "door_devices.set_limit"}, "choices, and a notice"


def test_folded_part_of_a_refused_form_is_open_where_the_error_is_and_shows_what_was_typed(
    app: Flask, everybody: Client, world: dict[str, list[str]]
) -> None:
    """Each field that stands in something folded, of every form of the walk, with more than it takes."""
    tried = set()
    for found in forms_of(app, everybody, world):
        form = Form(found.page, found.node)
        for name, nodes in form._fields.items():
            control = nodes[0]
            kind = control.get("type", "text") if control.tag == "input" else control.tag
            is_text = kind in ("textarea", "text", "date", "time")
            if control.inside("details") is None or not is_text:
                continue
            typed = "長" * 3000
            path = found.node.get("action") or found.page.path
            answer = everybody.raw.post(path, data=form.values | {name: [typed]})
            if answer.status_code != 422:
                continue
            tried.add(found.endpoint)
            page = Page(everybody, path, 422, answer.get_data(as_text=True))
            again = [one for one in page.all("input, textarea") if one.get("name") == name]
            assert again, (found.endpoint, name, page.h1, page.errors)
            (shown,) = again
            stands = shown.text if shown.tag == "textarea" else shown.get("value")
            assert typed in stands, (found.endpoint, name)
            fold = shown.inside("details")
            while fold is not None:
                assert fold.has("open"), (found.endpoint, name)
                fold = fold.inside("details")
    assert "desk.save" in tried


def _same(page: Page, node: Node) -> Node:
    """The form of a page that is the same as one of an earlier look at it."""
    place = [one.get("action") for one in node.page.all("form[method=post]")].index(node.get("action"))
    return page.all("form[method=post]")[place]
