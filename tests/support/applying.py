"""Bare events and applications for tests of what lies below the forms: people, merging, free entries."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from flask import current_app

from trainings.core import clock, codes, names
from trainings.core.db import db
from trainings.directory import actions, queries
from trainings.directory.models import PARTICIPANT, Organisation, OrganisationKind, Person
from trainings.directory.offices import save_organisation
from trainings.events.models import Event, EventGroup, EventKind, EventState, Selection
from trainings.registration.models import Application, Channel
from trainings.registration.states import State

MISAKI = {"family": "高橋", "given": "美咲", "family_kana": "タカハシ", "given_kana": "ミサキ"}
MAKOTO = {"family": "大沢", "given": "誠", "family_kana": "オオサワ", "given_kana": "マコト"}


def make_event(title: str = "第12回 百人の集い", *, starts_at: datetime | None = None) -> Event:
    """A published event with one group, open for applications; 30 days from now."""
    begins = starts_at or clock.now() + timedelta(days=30)
    event = Event(
        slug=codes.new_secret(),
        kind=EventKind.HUNDRED,
        title=title,
        state=EventState.PUBLISHED,
        published_at=clock.now(),
        starts_at=begins,
        ends_at=begins + timedelta(hours=3),
        doors_open_at=begins - timedelta(minutes=30),
        capacity=100,
        selection=Selection.LOTTERY,
        application_opens_at=clock.now() - timedelta(days=1),
        application_closes_at=clock.now() + timedelta(days=10),
        code_prefix="K12",
        groups=[EventGroup(name="看護", mark="看", css="g-ns", sort=10)],
    )
    db.session.add(event)
    db.session.flush()
    return event


def apply_for(event: Event, *, state: State = State.APPLIED, **said: Any) -> Application:
    """An application as registration stores it, its person found by the rule of identity.

    said: arguments of `recognise_person` (MISAKI by default), and columns of Application.
    """
    stated = {name: said.pop(name) for name in list(said) if name in _STATED}
    unnamed = not {"family", "given"} & set(stated)
    stated = (MISAKI if unnamed else {"family_kana": "", "given_kana": ""}) | stated
    id = uuid.uuid4()
    found = actions.recognise_person(**stated, application_id=id, event_id=event.id)
    values = {
        "organisation_name": "",
        "channel": Channel.WEB,
        "state": state,
        "profession_id": queries.professions()[0].id,
        "role": PARTICIPANT,
    } | said
    office = db.session.get(Organisation, stated.pop("organisation_id", None) or uuid.UUID(int=0))
    if office is not None:
        values |= {"organisation_id": office.id, "organisation_name": office.name}
    stated.pop("own_person", None)
    stated["licence_number"] = names.number(stated.get("licence_number"))
    application = Application(
        id=id,
        code=codes.new_code(event.code_prefix, digits=8),
        event_id=event.id,
        person_id=found.person.id,
        canonical_person_id=found.canonical.id,
        event_group_id=event.groups[0].id,
        search_key="",
        idempotency_key=uuid.uuid4().hex,
        link_fingerprint=_fingerprint("application", id),
        ticket_fingerprint=_fingerprint("ticket", id),
        **(stated | values),
    )
    db.session.add(application)
    db.session.flush()
    return application


_STATED = {
    "family",
    "given",
    "family_kana",
    "given_kana",
    "mail",
    "phone",
    "profession_id",
    "organisation_id",
    "licence_number",
    "own_person",
}


def _fingerprint(purpose: str, id: uuid.UUID) -> str:
    key = current_app.config["TSUDOI"].link_key
    return codes.fingerprint(codes.secret_for(key, purpose, id, 1))


def make_office(name: str = "けやき中央薬局", **values: Any) -> Organisation:
    """An organisation of the first district."""
    given: dict[str, Any] = {
        "kana": "",
        "kind": OrganisationKind.PHARMACY,
        "district_id": queries.districts()[0].id,
    } | values
    return save_organisation(organisation_id=None, name=name, **given)


def make_person(*, phone: str = "", **said: Any) -> Person:
    """A person of their own, whoever else there is."""
    statement = queries.statement_of(
        Person(**({**_EMPTY, **MISAKI, "phone_digits": names.phone_digits(phone)} | said))
    )
    return actions.new_person(statement, phone=phone, profession_id=None)


_EMPTY = {
    "mail": "",
    "phone_digits": "",
    "organisation_id": None,
    "licence_number": "",
}
