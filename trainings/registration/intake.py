"""From a statement to the row of an application: folding, 受付番号, secrets, the person behind it, and the last word of
the database."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from trainings.core import clock, codes, names
from trainings.core.db import db, lock_words
from trainings.core.refusal import Refused
from trainings.directory.actions import recognise_person
from trainings.directory.models import Organisation, Person
from trainings.events.models import Event, EventGroup
from trainings.events.queries import lock_event
from trainings.registration import queries
from trainings.registration.models import Application, Channel
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.secrets import seal
from trainings.registration.statements import Statement
from trainings.registration.states import State


def new_application(
    event: Event,
    statement: Statement,
    channel: Channel,
    idempotency_key: str,
    role: str,
    group: EventGroup,
    code: str,
    sent_edition: str = "",
) -> Application:
    """A row that is in no session yet and knows no person; the caller holds the event's lock and that of the code."""
    application = Application(
        id=uuid.uuid4(),
        event_id=event.id,
        code=code,
        role=role,
        channel=channel,
        state=State.APPLIED,
        event_group_id=group.id,
        idempotency_key=idempotency_key,
        sent_edition=sent_edition,
        submitter_name=names.as_typed(statement.submitter_name),
        priority=statement.priority,
        pledged_at=clock.now() if statement.pledged else None,
        link_version=1,
        ticket_version=1,
    )
    write_statement(application, statement)
    seal(application)
    return application


def write_statement(application: Application, statement: Statement) -> None:
    """Write what was said, folded; the office as in the directory when it was chosen there."""
    application.family, application.given = names.as_typed(statement.family), names.as_typed(statement.given)
    application.family_kana, application.given_kana = (
        names.kana(statement.family_kana),
        names.kana(statement.given_kana),
    )
    application.mail, application.phone = names.mail(statement.mail), names.phone(statement.phone)
    if statement.fax is not None:
        application.fax = names.phone(statement.fax)
    application.profession_id = statement.profession_id
    application.profession_note = names.as_typed(statement.profession_note)
    application.licence_number = names.licence(statement.licence_number)
    application.heard_via_id = statement.heard_via_id
    application.heard_via_note = names.as_typed(statement.heard_via_note)
    application.pre_answer = names.as_typed(statement.pre_answer)
    application.care_note = names.as_typed(statement.care_note)
    chosen = db.session.get(Organisation, statement.organisation_id) if statement.organisation_id else None
    application.organisation_id = chosen.id if chosen else None
    application.organisation_name = chosen.name if chosen else names.as_typed(statement.organisation_name)
    write_search_key(application, chosen.kana if chosen else "")


def write_search_key(application: Application, organisation_kana: str = "") -> None:
    """The folded copy for 名簿 and the door: name, kana, office, 受付番号."""
    application.search_key = " ".join(
        names.search_key(part)
        for part in (
            application.full_name,
            application.full_kana,
            application.organisation_name,
            organisation_kana,
            application.code,
        )
    )[:400]


def sent_before(event: Event, idempotency_key: str, sent_edition: str) -> tuple[Application | None, str]:
    """What a form stored when it was sent before, else None and a fresh 受付番号; key and number are held until the end of
    the transaction. Raises Refused: SENT_BEFORE (facts: name, number), when it said something else then: what it says now
    must not be taken for received.
    """
    for code in codes.new_codes(event.code_prefix, event.expected_people):
        lock_words(f"sent {event.id} {idempotency_key}", f"code {code}")
        earlier, is_taken = queries.sent_or_coded(event.id, idempotency_key, code)
        if earlier is not None and earlier.sent_edition != sent_edition:
            raise Refused(RegistrationRefusal.SENT_BEFORE, name=earlier.full_name, number=earlier.code)
        if earlier is not None or not is_taken:
            return earlier, code
    raise AssertionError("new_codes never ends")


def unused_code(event: Event) -> str:
    """A fresh 受付番号, held until the end of the transaction: somebody else may draw the same one meanwhile."""
    for code in codes.new_codes(event.code_prefix, event.expected_people):
        lock_words(f"code {code}")
        if db.session.scalar(select(Application.id).where(Application.code == code)) is None:
            return code
    raise AssertionError("new_codes never ends")


def know_person(
    application: Application,
    own_person: Person | None,
    *,
    staff_are_told: bool,
    at_once: bool,
    giver: Application | None = None,
) -> None:
    """Find out who applies. Where the same person has a live application, this one is a possible duplicate; nobody but
    staff learns so. at_once: the answer is a seat or a place on the waiting list, so it is given like any newcomer's, to
    somebody who is known by themselves until staff have settled it; else it waits for that without either.
    staff_are_told: whoever enters it may know, and is refused. giver: whose seat it is to take.

    Known or not, it asks the database the same. Raises Refused: ALREADY_APPLIED (facts: known), SUBSTITUTE_SAME_PERSON."""
    standing: list[str] = []

    def stands_apart(canonical: Person) -> bool:
        other = queries.live_code_of(application.event_id, canonical.id)
        if giver is not None and canonical.id == giver.canonical_person_id:
            raise Refused(RegistrationRefusal.SUBSTITUTE_SAME_PERSON)
        if other is not None and staff_are_told:
            raise Refused(RegistrationRefusal.ALREADY_APPLIED, known=other)
        if other is not None:
            standing.append(other)
        return bool(standing) and at_once

    known = recognise_person(
        family=application.family,
        given=application.given,
        family_kana=application.family_kana,
        given_kana=application.given_kana,
        mail=application.mail,
        phone=application.phone,
        profession_id=application.profession_id,
        organisation_id=application.organisation_id,
        licence_number=application.licence_number,
        own_person=own_person,
        application_id=application.id,
        event_id=application.event_id,
        stands_apart=stands_apart,
    )
    application.person_id = known.person.id
    application.canonical_person_id = known.canonical.id
    if standing and not at_once:
        application.state = State.DUPLICATE


def flush_or_refuse() -> None:
    """The unique index is the last word on "one live application per person": a refusal, never a 500."""
    try:
        db.session.flush()
    except IntegrityError as broken:
        # SQLite names the index's columns, PostgreSQL the index itself.
        said = str(broken.orig)
        if "uq_application_live_person" in said or "application.canonical_person_id" in said:
            raise Refused(RegistrationRefusal.ALREADY_APPLIED, known="") from broken
        raise


def locked_application(application_id: uuid.UUID) -> Application:
    """The application, read anew after its event's row was locked. LookupError for an unknown one."""
    event_id = db.session.scalar(select(Application.event_id).where(Application.id == application_id))
    if event_id is None:
        raise LookupError(f"no application {application_id}")
    lock_event(event_id)
    return db.session.get_one(Application, application_id, populate_existing=True)
