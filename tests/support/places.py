"""The address of every page there is, for walks of the access table: of one event, and of one of each thing that a page is
about."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.access_table import DEVICE, TABLE
from tests.support.addresses import own_link
from trainings.accounts.models import Staff
from trainings.certificates.models import Certificate
from trainings.checkin.actions import door_secret, enrol_device, open_door
from trainings.checkin.desk.devices import proposed_name
from trainings.checkin.paper.exports import KIND
from trainings.checkin.screens.links import link_screen, screen_secret
from trainings.checkin.screens.venue import venue_code
from trainings.core import clock
from trainings.directory.models import Organisation, PersonCandidate, Profession
from trainings.events.models import Event
from trainings.printing.actions import order_paper
from trainings.registration.models import Application
from trainings.registration.people.addresses import address_of, confirm_secret
from trainings.registration.secrets import application_secret, ticket_code
from trainings.skills.actions import load_framework
from trainings.skills.models import Skill, SkillKind, Target
from trainings.surveys.actions import open_run

NO_PAGES = (".xlsx", ".pdf", ".json", ".ics", ".txt")
OTHERS = frozenset({"static", "accounts.open_link"})
"""Files, and a link that works once."""
ALONE = frozenset({"desk.live", "desk.ready"})
"""What monitors ask: no pages."""


@dataclass(frozen=True)
class Places:
    """pages: name → address. desk: the same of what a device at the door asks, which is no page; bearer: its token."""

    pages: Mapping[str, str]
    desk: Mapping[str, str]
    bearer: str


def places(app: Flask, session: Session, event_id: uuid.UUID, *, guest: Application, staff: Staff) -> Places:
    """Inside a unit, once an event has people (tests.support.plenty). guest: somebody who applied there as people do."""
    event = session.get_one(Event, event_id)
    known, bearer = _things(session, event, guest, staff)
    adapter = app.url_map.bind("localhost")
    found = {
        rule.endpoint: adapter.build(rule.endpoint, {name: known[rule.endpoint, name] for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint in TABLE
        and rule.endpoint not in OTHERS | ALONE
        and TABLE[rule.endpoint] != DEVICE
        and not rule.rule.endswith(NO_PAGES)
    }  # fmt: skip
    group, skill_id = session.execute(select(Target.skill_group, Target.skill_id).limit(1)).one()
    lists = {
        "skills.cell": f"/staff/skills/cell/{skill_id}?{urlencode({'group': group})}",
        "directory.people, search": "/staff/directory/people?q=オ",
        "registration.applications, search": f"/staff/events/{event.slug}/applications?q=オ",
        "people.candidates, of an event": f"/staff/people/candidates?event={event.id}",
        "free_entries.index, of an event": f"/staff/directory/free-entries?event={event.id}",
        "messages.index, of an event": f"/staff/mails?event={event.slug}",
        "free_entries.add": f"/staff/directory/free-entries/add?application={_typed_office(session)}",
    }
    return Places(found | lists, _of_a_desk(), bearer)


def _typed_office(session: Session) -> uuid.UUID:
    """Somebody whose office was typed freely."""
    typed = (Application.organisation_id.is_(None), Application.organisation_name != "")
    return session.scalars(select(Application.id).where(*typed).limit(1)).one()


def _of_a_desk() -> dict[str, str]:
    since = clock.now().isoformat().replace("+", "%2B")
    return {
        "door_api.event_facts": "/api/v1/door/event",
        "door_api.guests": "/api/v1/door/guests?most=100",
        "door_api.changes": f"/api/v1/door/changes?cursor=0&roster_at={since}&most=100",
        "door_api.counts": "/api/v1/door/counts",
        "door_api.fees": f"/api/v1/door/fees?since={since}",
        "door_api.lock": "/api/v1/door/lock",
    }


class _Known(dict[tuple[str, str], Any]):
    """(endpoint, argument) → value; what is so for every endpoint stands under ("", argument)."""

    def __missing__(self, key: tuple[str, str]) -> Any:
        return self["", key[1]]


def _things(session: Session, event: Event, guest: Application, staff: Staff) -> tuple[_Known, str]:
    """Whatever there is one of: a person of an undecided pair, an office, a certificate; opened doors and links."""
    door = open_door(event_id=event.id)
    bearer = enrol_device(door=door, name=proposed_name(event.id))[1]
    link_screen(event_id=event.id)
    key = current_app.config["TSUDOI"].link_key
    own = own_link(guest)
    if not session.scalar(select(Skill.id).limit(1)):
        load_framework("")
    secret, ticket = application_secret(guest), ticket_code(guest)
    pair = session.scalars(select(PersonCandidate).order_by(PersonCandidate.id).limit(1)).one()
    known = _Known(
        {
            ("", "slug"): event.slug,
            ("", "application_id"): guest.id,
            ("", "person_id"): pair.other_id,
            ("", "secret"): secret,
            ("", "kind"): "professions",
            ("", "row_id"): session.scalars(select(Profession.id).limit(1)).one(),
            ("", "office_id"): session.scalars(select(Organisation.id).limit(1)).one(),
            ("", "staff_id"): staff.id,
            ("", "skill_id"): session.scalars(select(Skill.id).where(Skill.kind == SkillKind.SKILL)).first(),
            ("", "order_id"): order_paper(event_id=event.id, kind=KIND, staff=staff).id,
            ("certificates.verify", "code"): session.scalars(select(Certificate.code).limit(1)).one(),
            ("venue.arrive", "code"): venue_code(key, event.id, door.link_version, clock.now()),
            ("guest.ticket", "code"): ticket,
            ("guest.ticket_in_capitals", "code"): ticket.upper(),
            ("checkin.enrol", "secret"): door_secret(door),
            ("door_board.screen", "secret"): screen_secret(door),
            ("guest.confirm_page", "secret"): confirm_secret(address_of(guest)),
        }
    )
    for endpoint in ("guest.my_history", "guest.my_skills", "registration.apply_myself"):
        known[endpoint, "secret"] = own
    run = open_run(event=event, attended=[guest])
    for endpoint in ("surveys.answer", "surveys.thanks"):
        known[endpoint, "slug"] = run.slug
    return known, bearer
