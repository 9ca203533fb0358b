"""An act is offered only in its time: at every stage of an event, whatever a page offers is not refused for its hour or state."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from tests.support.access_table import TABLE
from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.evening import DOCTOR, NURSE, apply_as, come_in, device_of
from tests.support.guests import said
from tests.support.hands import Clock, Unit
from tests.support.pages import Form, Page, buttons_of
from trainings.accounts.models import Role
from trainings.allocation.draws.drawing import draw_seats
from trainings.allocation.draws.freezing import commit_secret, freeze_list
from trainings.allocation.offers import offer_free_seats
from trainings.allocation.refusals import AllocationRefusal
from trainings.allocation.texts import REFUSALS as OF_SEATS
from trainings.checkin.refusals import CheckinRefusal
from trainings.checkin.texts import REFUSALS as OF_THE_DOOR
from trainings.desk.closing import close_event
from trainings.desk.standstill import stand_still
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind, NoticeKind, Selection
from trainings.events.refusals import EventRefusal
from trainings.events.texts import REFUSALS as OF_EVENTS
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.secrets import application_secret
from trainings.registration.texts import FOR_STAFF
from trainings.registration.texts import REFUSALS as OF_APPLICATIONS
from trainings.skills.actions import load_framework, teach_usual_skills
from trainings.surveys.refusals import SurveyRefusal
from trainings.surveys.texts import REFUSALS as OF_SURVEYS


class Stage(StrEnum):
    DRAFT = "draft"
    AHEAD = "ahead"
    OPEN = "open"
    CLOSED = "closed"
    FROZEN = "frozen"
    DRAWN = "drawn"
    DAY = "day"
    OVER = "over"
    SHUT = "shut"
    POSTPONED = "postponed"
    CALLED_OFF = "called_off"


_R, _A, _C, _E = RegistrationRefusal, AllocationRefusal, CheckinRefusal, EventRefusal
UNTIMELY: list[tuple[dict[Any, str], tuple[StrEnum, ...]]] = [
    (
        OF_APPLICATIONS,
        (
            *(_R.NOT_PUBLISHED, _R.NOT_OPEN_YET, _R.CLOSED, _R.LIST_FROZEN, _R.NOT_LIVE, _R.EVENT_BEGUN),
            *(_R.ALREADY_IN, _R.GROUP_FIXED, _R.NOT_CONFIRMED, _R.FULL),
            *(_R.NOT_RESTORABLE, _R.SEAT_GONE, _R.OFFER_OVER, _R.LIST_OVER, _R.EVENT_OVER, _R.DRAWN_WITHOUT),
        ),
    ),
    (FOR_STAFF, (_R.NOT_PUBLISHED, _R.NOT_OPEN_YET, _R.CLOSED, _R.LIST_FROZEN, _R.NOT_LIVE, _R.GROUP_FIXED)),
    (
        OF_SEATS,
        (
            *(
                _A.NOT_A_LOTTERY,
                _A.NOT_HELD,
                _A.STILL_OPEN,
                _A.ALREADY_FROZEN,
                _A.NOT_FROZEN,
                _A.ALREADY_DRAWN,
            ),
            *(_A.NOT_DRAWN, _A.DOOR_OPEN, _A.OPEN_CANDIDATES, _A.FREE_ENTRIES, _A.NO_COMMITMENT),
            *(_A.NOBODY_APPLIED, _A.NOT_PLACEABLE, _A.FULL, _A.LIST_FROZEN, _A.NO_OFFER, _A.OFFER_ENDED),
        ),
    ),
    (
        OF_THE_DOOR,
        (_C.NOT_PUBLISHED, _C.NOT_HELD, _C.NOT_ENDED, _C.DOOR_NOT_OPEN, _C.DOOR_CLOSED, _C.EVENT_BEGUN),
    ),
    (
        OF_EVENTS,
        (
            *(_E.NOT_A_DRAFT, _E.CLOSED, _E.NOT_PUBLIC, _E.IS_HELD, _E.DAY_IS_PAST, _E.NOT_HELD),
            *(_E.NOTICE_SETTLED, _E.HAS_APPLICATIONS, _E.IS_PUBLIC, _E.WAS_PUBLIC, _E.RULES_FROZEN),
        ),
    ),
    (OF_SURVEYS, (SurveyRefusal.NOT_OPEN, SurveyRefusal.ALREADY_CLOSED, SurveyRefusal.STILL_OPEN)),
]
"""Refusals for an hour or a state, by hand: whoever reads one has been offered what they could not have."""

SENTENCES = {table[code].partition("{")[0] for table, codes in UNTIMELY for code in codes}


@dataclass
class World:
    event: Event
    applications: dict[str, str] = field(default_factory=dict)
    """Id → the secret of its link."""


@pytest.fixture
def at(unit: Unit, clock: Clock) -> Callable[[Stage, Selection], World]:
    def make(stage: Stage, selection: Selection) -> World:
        with unit():
            load_master_data()
            load_framework("skills")
            kind = EventKind.HUNDRED if selection == Selection.LOTTERY else EventKind.SYMPOSIUM
            quotas: dict[str, Any] = {"quotas": {}, "capacity": 2, "organisation_cap": None}
            event = announce(kind, published=stage != Stage.DRAFT, public_number_name="", **quotas)
            teach_usual_skills(event=event)
        world = World(event)
        if stage == Stage.DRAFT:
            return world
        with unit() as session:
            if selection == Selection.LOTTERY:
                commit_secret(event_id=event.id)
            people = [
                apply_as(event, code, n, pledged=True) for n, code in enumerate((NURSE,) * 3 + (DOCTOR,))
            ]
            cancel_application(application_id=people[3].id, by_staff=True, reason="押しまちがい")
            for one in people:
                world.applications[str(one.id)] = application_secret(one)
            if stage == Stage.AHEAD:
                session.get_one(Event, event.id).application_opens_at = clock.now + timedelta(days=1)
        _go_on(stage, selection, event, people, unit, clock)
        return world

    return make


def _go_on(
    stage: Stage, selection: Selection, event: Event, people: list[Application], unit: Unit, clock: Clock
) -> None:
    if stage in (Stage.AHEAD, Stage.OPEN):
        return
    if stage in (Stage.POSTPONED, Stage.CALLED_OFF):
        with unit():
            stand_still(event_id=event.id, kind=NoticeKind(stage.value), reason="大雪のため")
        return
    clock.set(event.application_closes_at + timedelta(minutes=5))
    if stage == Stage.CLOSED:
        return
    if selection == Selection.LOTTERY:
        with unit():
            freeze_list(event_id=event.id)
    if stage == Stage.FROZEN:
        return
    with unit() as session:
        if selection == Selection.LOTTERY:
            draw_seats(event_id=event.id)
        seated = session.scalars(
            select(Application).where(Application.event_id == event.id, Application.state == "confirmed")
        ).all()
        cancel_application(application_id=seated[0].id, by_staff=True, reason="押しまちがい")
        offer_free_seats(event_id=event.id)
    if stage == Stage.DRAWN:
        return
    clock.set(event.starts_at + timedelta(minutes=5))
    with unit():
        device, _ = device_of(event)
        come_in(event, device, [seated[1]])
    if stage == Stage.DAY:
        return
    clock.set(event.ends_at + timedelta(minutes=5))
    if stage == Stage.SHUT:
        with unit():
            close_event(event_id=event.id)


AS_IN_A_LOTTERY = {Stage.DRAFT, Stage.AHEAD, Stage.FROZEN, Stage.POSTPONED, Stage.CALLED_OFF}
STAGES = [
    *((Selection.LOTTERY, stage) for stage in Stage),
    *((Selection.FIRST_COME, stage) for stage in Stage if stage not in AS_IN_A_LOTTERY),
]


@pytest.mark.parametrize(("selection", "stage"), STAGES, ids=lambda one: one.value)
@pytest.mark.parametrize("role", ["planner", "guest"])
def test_whatever_a_page_offers_is_not_refused_for_its_time(
    app: Flask,
    client: Client,
    staff_client: Callable[..., Client],
    at: Callable[[Stage, Selection], World],
    unit: Unit,
    selection: Selection,
    stage: Stage,
    role: str,
) -> None:
    world = at(stage, selection)
    hand = staff_client(Role.PLANNER) if role == "planner" else client
    refused, done = [], set()
    for path in list(_paths(app, world, role)):
        tried: set[tuple[str, str]] = set()
        while new := [one for one in _offers(hand, path) if one not in tried]:
            action, button = new[
                0
            ]  # the page as it stands by now: an act before may have taken an offer away
            tried.add(new[0])
            page = _fetched(hand, path)
            assert page is not None
            form = _form(page, action, button)
            assert form is not None
            answer = _pressed(form, button, _fills(app, unit, world, action))
            said_no = [
                words for words in _complaints(answer) if any(words.startswith(one) for one in SENTENCES)
            ]
            refused += [(path, button, words) for words in said_no]
            if answer.status == 200:
                done.add(_endpoint(app, action))
    assert refused == []
    if stage in EXPECTED[role]:
        assert EXPECTED[role][stage] <= done | OF_OTHERS.get(selection, set())


OF_OTHERS = {Selection.FIRST_COME: {"allocation.freeze", "allocation.draw_now"}}
EXPECTED: dict[str, dict[Stage, set[str]]] = {
    "planner": {
        Stage.DRAFT: {"desk.delete"},
        Stage.OPEN: {"checkin.open_door", "checkin.shut_door", "registration.cancel", "registration.restore"},
        Stage.CLOSED: {"allocation.freeze", "registration.enter"},
        Stage.FROZEN: {"allocation.draw_now"},
        Stage.OVER: {"desk.close_now"},
        Stage.CALLED_OFF: {"desk.resume"},
    },
    "guest": {
        Stage.OPEN: {"guest.cancel", "guest.save"},
        Stage.DRAWN: {"allocation.answer_offer", "guest.send_substitute"},
    },
}
"""Some acts that each stage is for: the walk has to have come to them."""


def test_paper_is_entered_from_board_and_list_until_the_event_is_over(
    at: Callable[[Stage, Selection], World], staff_client: Callable[..., Client], clock: Clock
) -> None:
    world = at(Stage.OPEN, Selection.LOTTERY)
    planner = staff_client(Role.PLANNER)
    board = f"/staff/events/{world.event.slug}"
    words = "電話・FAXの申込を入れる"
    assert all(planner.get(path).has_link(words) for path in (board, f"{board}/applications"))

    clock.set(world.event.ends_at)
    planner = staff_client(Role.PLANNER)  # the month has ended the session

    assert not any(planner.get(path).has_link(words) for path in (board, f"{board}/applications"))
    assert FOR_STAFF[RegistrationRefusal.CLOSED] in planner.get(f"{board}/applications/new")


def _paths(app: Flask, world: World, role: str) -> Iterator[str]:
    """Pages about the event and its applications; those with acts that end something last."""
    adapter = app.url_map.bind("localhost")
    rules = [rule for rule in app.url_map.iter_rules() if _is_meant(rule, role)]
    for rule in sorted(
        rules, key=lambda one: (LAST.index(one.endpoint) if one.endpoint in LAST else -1, one.endpoint)
    ):
        if "slug" in rule.arguments:
            yield adapter.build(rule.endpoint, {"slug": world.event.slug}, method="GET")
            continue
        for application_id, secret in world.applications.items():
            value = {"application_id": uuid.UUID(application_id)} if role == "planner" else {"secret": secret}
            yield adapter.build(rule.endpoint, value, method="GET")


LAST = [
    *(
        "allocation.draw",
        "allocation.void_page",
        "registration.application",
        "desk.close_page",
        "desk.standing",
    ),
    *("guest.my_application", "guest.cancel_page"),
]


def _is_meant(rule: Rule, role: str) -> bool:
    arguments = {"planner": ({"slug"}, {"application_id"}), "guest": ({"secret"}, {"slug"})}[role]
    who = {"planner": ("planner",), "guest": ("link:application", "public")}[role]
    return (
        "GET" in (rule.methods or ())
        and rule.arguments in arguments
        and any(one in TABLE[rule.endpoint].split() for one in who)
        and "." not in rule.rule.rpartition("/")[2]
        and (role == "planner" or rule.rule.startswith(("/a/", "/e/")))
    )


def _fetched(hand: Client, path: str) -> Page | None:
    answer = hand.raw.get(path)
    if answer.status_code != 200 or answer.mimetype != "text/html":
        return None
    return Page(hand, path, 200, answer.get_data(as_text=True))


def _offers(hand: Client, path: str) -> list[tuple[str, str]]:
    page = _fetched(hand, path)
    if page is None:
        return []
    return [
        (urlsplit(urljoin(path, button.get("formaction") or node.get("action") or path)).path, button.spoken)
        for node in page.all("main form[method=post]")
        for button in buttons_of(node)
    ]


def _form(page: Page, action: str, words: str) -> Form | None:
    for node in page.all("main form[method=post]"):
        for button in buttons_of(node):
            goes = urljoin(page.path, button.get("formaction") or node.get("action") or page.path)
            if (urlsplit(goes).path, button.spoken) == (action, words):
                return Form(page, node)
    return None


def _fills(app: Flask, unit: Unit, world: World, action: str) -> dict[str, Any]:
    """What somebody types who enters a person; elsewhere blanks are filled in as they come."""
    if _endpoint(app, action) not in ("registration.enter", "guest.send_substitute", "registration.check"):
        return {}
    differs = {
        "family": "市川",
        "family_kana": "イチカワ",
        "phone": "000-555-0177",
        "organisation_name": "なし",
    }
    return said(unit, world.event, mail="sato@ichikawa.example", **differs)


def _endpoint(app: Flask, action: str) -> str:
    endpoint, _ = app.url_map.bind("localhost").match(action, method="POST")
    return str(endpoint)


def _pressed(form: Form, button: str, fills: dict[str, Any]) -> Page:
    """The page on which one ends up, after saying yes where it is asked."""
    for name, nodes in form._fields.items():
        value = form.values[name]
        kind = nodes[0].get("type") if nodes[0].tag == "input" else nodes[0].tag
        if name in fills and kind != "hidden":
            form.values[name] = [str(fills[name])]
        elif kind == "textarea" and not "".join(value):
            form.fill({name: "ためし"})
        elif kind == "radio" and not value:
            form.fill({name: nodes[0]["value"]})
    page = _sent(form, button)
    if page.status == 422 and page.all('main form input[name=agreed][value="1"]'):
        # 念のため: the same form, asking once.
        return _sent(Form(page, page.all("main form")[-1]), button)
    if page.status == 200 and page.all("main form input[name=sure]"):
        asked = Form(page, page.all("main form")[-1])
        if "sure" in asked.values:
            return _sent(asked, buttons_of(asked.node)[0].spoken)
    return page


def _sent(form: Form, button: str) -> Page:
    client = form.page.client
    pressed = form._button(button)
    data = {name: values for name, values in form.values.items() if values}
    if pressed is not None and pressed.get("name"):
        data.setdefault(pressed["name"], []).append(pressed.get("value"))
    action = (pressed.get("formaction") if pressed else "") or form.node.get("action") or form.page.path
    path = urljoin(form.page.path, action)
    answer = client.raw.post(path, data=data, follow_redirects=True)
    html = answer.get_data(as_text=True) if answer.mimetype == "text/html" else "<body><main></main></body>"
    return Page(client, answer.request.path, answer.status_code, html)


def _complaints(page: Page) -> list[str]:
    """Each sentence of the summary of errors, and of what a page says about the act that led to it."""
    found = page.texts(".error-summary li") + page.texts(".error-summary p") + page.texts("[role=status] p")
    return [words.strip() for words in found]
