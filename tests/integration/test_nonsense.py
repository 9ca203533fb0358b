"""Nonsense to every route, with addresses of things that exist: refused in some way, never broken.

A fault is raised through the test client, so that nothing here needs to look for a 500 only.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from tests.integration.test_access import _value
from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.evening import NURSE, apply_as
from tests.support.hands import Clock, Unit
from tests.support.markup import Markup
from tests.support.staff import add_staff, sign_in
from trainings.accounts.models import Role
from trainings.checkin.actions import open_door
from trainings.directory.actions import link_secret, load_master_data, propose_candidate
from trainings.directory.identity import Likeness
from trainings.directory.models import Association, District, Profession, ProfessionGroup, Sector
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
            "secret": [application_secret(one), link_secret(one.person)],
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
    app: Flask, client_of_all_roles: Client, things: Things
) -> None:
    for path in addresses(app, "GET", things):
        for what in ("a NUL", "a number too large", "an id of nothing"):
            answer = client_of_all_roles.raw.get(path, query_string=dict.fromkeys(QUESTIONS, NONSENSE[what]))
            assert answer.status_code < 500, f"{what} broke {path}"


def test_nonsense_in_a_form_is_refused_and_breaks_nothing(
    app: Flask, client_of_all_roles: Client, things: Things
) -> None:
    client = client_of_all_roles
    token = client.csrf_token()
    fields = fields_of_all_forms(client, app, things)
    assert len(fields) > 20

    for path in addresses(app, "POST", things):
        for what in ("blanks", "a NUL", "a number of thousands of digits", "letters that grow when folded"):
            data = dict.fromkeys(fields.get(path, {}), NONSENSE[what]) | {"csrf_token": token}
            answer = client.raw.post(path, data=data)
            assert answer.status_code < 500, f"{what} broke {path}"
