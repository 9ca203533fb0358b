"""Nonsense to every route, with addresses of things that exist: refused in some way, never broken. That the length of a text is
looked at before its shape is held field by field in tests/unit/core/test_fields.py; bench/hostile.py says how long it takes.

A fault is raised through the test client, so that nothing here needs to look for a 500 only.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from tests.integration.test_access import _value
from tests.support.addresses import own_link
from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.databases import Database
from tests.support.evening import NURSE, apply_as, device_of
from tests.support.hands import Clock, Unit
from tests.support.markup import Markup
from tests.support.staff import add_staff, sign_in
from trainings.accounts.models import Role
from trainings.checkin.actions import open_door
from trainings.directory.actions import load_master_data, propose_candidate
from trainings.directory.identity import Likeness
from trainings.directory.models import Association, District, Profession, ProfessionGroup, Sector
from trainings.events.queries import event_by_slug
from trainings.messages.models import Message
from trainings.registration.secrets import application_secret, ticket_code
from trainings.skills.actions import load_framework, teach_usual_skills
from trainings.skills.models import Skill, SkillKind

NONSENSE = {
    "blanks": " \u3000",
    "a NUL": "a\x00b",
    "a number too large": "99999999999999999999",
    "a number of thousands of digits": "9" * 5000,
    "letters that grow when folded": "\ufdfa" * 30,
    "an id of nothing": str(uuid.UUID(int=0)),
}
IN_QUESTIONS = {"sqlite": ("an id of nothing",), "postgresql": ("a NUL", "a number too large")}
IN_FORMS = {
    "sqlite": ("blanks", "letters that grow when folded"),
    "postgresql": ("a NUL", "a number of thousands of digits"),
}
"""What a database might choke on goes to the stricter one; the rest never comes so far."""
QUESTIONS = (
    "q",
    "page",
    "kind",
    "group",
    "district",
    "use",
    "event",
    "state",
    "channel",
    "again",
    "own",
    "year",
)
NASTY = {
    "labels": "a@" + "b." * 90_000 + " ",
    "at signs": "a@" * 90_000,
    "marks out of order": "a" + "\u0327\u0301\u0315" * 30_000,
    "blanks": "a" + " " * 180_000 + "a",
    "from right to left": "\u202e\u0634" * 40_000,
    "figures": "1" * 180_000,
    "brackets": "([{" * 60_000,
}
"""Just below what a body may hold, each with a shape that some check once took the square of its length for."""
WORST = ("\u0327\u0301\u0315@b.b. ", 180_000)
"""A shape that is slow to fold and, unfolded, slow to match, and how many bytes of it a form is sent."""
ENDS_THE_SESSION = {"accounts.sign_out"}

Things = dict[str, list[str]]
"""Name of a part of an address → what may stand there."""


@pytest.fixture
def things(unit: Unit, clock: Clock) -> Things:
    """A published event and a draft, two people who applied, and one of everything that an address names."""
    with unit() as session:
        load_master_data()
        load_framework("skills")
        event, draft = announce(quotas={}, organisation_cap=None), announce(quotas={}, published=False)
        teach_usual_skills(event=event)
        one, other = (apply_as(event, NURSE, n, pledged=True) for n in range(2))
        open_door(event_id=event.id)
        pair = propose_candidate(one.person_id, other.person_id, Likeness.BY_HAND)
        return {
            "slug": [event.slug, draft.slug],
            "application_id": [str(one.id)],
            "person_id": [str(one.person_id)],
            "other_id": [str(other.person_id)],
            "candidate_id": [str(pair.id)],
            "secret": [application_secret(one), own_link(one)],
            "code": [ticket_code(one)],
            "message_id": [str(session.scalars(select(Message.id)).first())],
            "skill_id": [str(session.scalars(select(Skill.id).where(Skill.kind == SkillKind.SKILL)).first())],
            "row_id": [
                str(session.scalars(select(model.id)).first())
                for model in (Sector, ProfessionGroup, Profession, Association, District)
            ],
        }


@pytest.fixture
def client_of_all_roles(clock: Clock, client: Client, unit: Unit) -> Client:
    sign_in(client, add_staff(unit, *Role, name="欅田 まもる", mail="all@city.keyaki.example"))
    return client


def addresses(app: Flask, method: str, things: Things) -> Iterator[str]:
    """Every route with what exists, or else with what exists nowhere."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if (
            rule.endpoint == "static"
            or rule.endpoint in ENDS_THE_SESSION
            or method not in (rule.methods or ())
        ):
            continue
        for values in _filled(rule, things):
            yield adapter.build(rule.endpoint, values, method=method)


def _filled(rule: Rule, things: Things) -> Iterator[dict[str, object]]:
    first = {name: things.get(name, [_value(rule, name)])[0] for name in rule.arguments}
    yield first | dict(rule.defaults or {})
    for name in rule.arguments:
        for another in things.get(name, [])[1:]:
            yield first | {name: another} | dict(rule.defaults or {})


def fields_of_all_forms(client: Client, app: Flask, things: Things) -> dict[str, dict[str, Any]]:
    """Address that a form posts to → its fields."""
    found: dict[str, dict[str, Any]] = {}
    for path in addresses(app, "GET", things):
        answer = client.raw.get(path)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        for form in Markup(answer.get_data(as_text=True)).all("form"):
            target = (form.get("action") or path).partition("#")[0].partition("?")[0]
            names = [one.get("name") for one in form.all("input, select, textarea, button")]
            found.setdefault(target, {}).update({name: "" for name in names if name and name != "csrf_token"})
    return found


def test_nonsense_in_the_query_breaks_no_page(
    app: Flask, client_of_all_roles: Client, things: Things, database: Database
) -> None:
    for path in addresses(app, "GET", things):
        for what in IN_QUESTIONS[database.kind]:
            answer = client_of_all_roles.raw.get(path, query_string=dict.fromkeys(QUESTIONS, NONSENSE[what]))
            assert answer.status_code < 500, f"{what} broke {path}"


def test_nonsense_in_a_form_is_refused_and_breaks_nothing(
    app: Flask, client_of_all_roles: Client, things: Things, database: Database
) -> None:
    client = client_of_all_roles
    token = client.csrf_token()
    fields = fields_of_all_forms(client, app, things)
    assert len(fields) > 20

    for path in addresses(app, "POST", things):
        for what in IN_FORMS[database.kind]:
            data = dict.fromkeys(fields.get(path, {}), NONSENSE[what]) | {"csrf_token": token}
            answer = client.raw.post(path, data=data)
            assert answer.status_code < 500, f"{what} broke {path}"


# -- too much, and shapes that are slow to look at --------------------------------------------------------------


@pytest.mark.sqlite_only  # refused before any database is asked
def test_body_beyond_all_measure_is_refused_unread(
    app: Flask, client_of_all_roles: Client, things: Things
) -> None:
    """Also where a file may come: what is no file stays small. A longer address is refused as well."""
    raw = client_of_all_roles.raw
    too_much = b"a" * 2_100_000
    part = b'--x\r\nContent-Disposition: form-data; name="mail"\r\n\r\n' + too_much + b"\r\n--x--\r\n"
    bodies = {
        "application/x-www-form-urlencoded": b"mail=" + too_much,
        "multipart/form-data; boundary=x": part,
        "application/json": b'"' + too_much + b'"',
    }
    for path in addresses(app, "POST", things):
        for kind, body in bodies.items():
            answer = raw.post(path, data=body, content_type=kind)
            assert answer.status_code == 413, f"{kind} to {path}: {answer.status_code}"
        assert raw.post(f"{path}?q={'a' * 10_000}").status_code == 414


@pytest.mark.sqlite_only
def test_many_small_fields_are_refused(client: Client) -> None:
    for body, kind in (
        (b"a&" * 90_000, "application/x-www-form-urlencoded"),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 3000 + b"--x--",
            "multipart/form-data; boundary=x",
        ),
    ):
        assert client.raw.post("/links", data=body, content_type=kind).status_code == 413


@pytest.mark.sqlite_only  # the texts never reach a database
def test_long_text_in_all_fields_of_any_form_is_refused(
    app: Flask, client_of_all_roles: Client, new_client: Callable[[], Client], things: Things
) -> None:
    """The fields of a form share what a body may hold."""
    fields = fields_of_all_forms(client_of_all_roles, app, things)
    guest = new_client()
    shape, most = WORST
    tried = 0
    for path in addresses(app, "POST", things):
        client = guest if path in ("/staff/sign-in", "/links") else client_of_all_roles
        names = fields.get(path, {})
        text = shape * (most // max(1, len(names)) // len(shape.encode()))
        tried += len(names)
        data = dict.fromkeys(names, text) | {"csrf_token": client.csrf_token()}
        answer = client.raw.post(path, data=data, content_type="multipart/form-data")
        assert answer.status_code < 500, path

    assert tried > 150


@pytest.mark.parametrize("what", ["blanks", "marks out of order"])
@pytest.mark.sqlite_only
def test_long_text_in_a_question_is_answered(
    app: Flask, client_of_all_roles: Client, things: Things, what: str
) -> None:
    """As long as an address may be, each letter of it taking up to nine signs."""
    for path in addresses(app, "GET", things):
        answer = client_of_all_roles.raw.get(path, query_string=dict.fromkeys(QUESTIONS, NASTY[what][:100]))
        assert answer.status_code < 500, f"{what} broke {path}"


@pytest.mark.parametrize("what", ["labels", "marks out of order"])
def test_long_text_from_a_device_is_refused(unit: Unit, client: Client, things: Things, what: str) -> None:
    with unit():
        _, token = device_of(event_by_slug(things["slug"][0]))
    scan = dict.fromkeys(
        ("scan_id", "scanned_at", "method", "direction", "ticket", "application", "session", "undoes"), ""
    )
    walk_in = dict.fromkeys(("scan_id", "scanned_at", "name", "kana", "group", "reason"), "")
    for path, body in (
        ("scans", scan),
        ("walk-ins", walk_in),
        ("corrections", {"application": "", "profession": ""}),
    ):
        for name in body:
            said = {**body, name: NASTY[what]}
            sent = json.dumps({"scans": [said]} if path == "scans" else said, ensure_ascii=False).encode()
            answer = client.raw.post(
                f"/api/v1/door/{path}",
                data=sent,
                content_type="application/json",
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code in (400, 413), f"{name} to {path}"
