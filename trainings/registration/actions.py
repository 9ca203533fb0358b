"""Applying, changing, cancelling, substituting. Every action locks the event before anything else (docs/locking.md)."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from trainings.audit.actions import record
from trainings.core import clock, codes, names
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.directory.actions import recognise_person
from trainings.directory.models import Organisation, Person
from trainings.events.models import Event, EventGroup, EventState, Selection
from trainings.events.queries import group_of_profession, lock_event
from trainings.registration import queries
from trainings.registration.mails import tell
from trainings.registration.models import Application, Channel, EventRole
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.seat_rules import candidate_of, released_groups, rules_of
from trainings.registration.secrets import kill_ticket, seal
from trainings.registration.statements import Statement
from trainings.registration.states import LIVE, Reason, State
from trainings.registration.transitions import change_state
from trainings.seats.admission import admit_first_come

BY_STAFF = frozenset({Channel.FAX, Channel.PHONE, Channel.POSTCARD})
"""Channels that staff enter; they may come in after closing, until the list is frozen."""


def submit_application(
    *,
    event_id: uuid.UUID,
    statement: Statement,
    channel: Channel,
    idempotency_key: str,
    role: EventRole = EventRole.PARTICIPANT,
    own_person: Person | None = None,
    entered_by_id: uuid.UUID | None = None,
) -> Application:
    """Store one application and, for a first-come event, decide it at once. The same key again returns the first one.

    Raises Refused: NOT_PUBLISHED, NOT_OPEN_YET, CLOSED, LIST_FROZEN, PROFESSION_NOT_INVITED, PLEDGE_MISSING,
    ALREADY_APPLIED (facts: known).
    """
    event = lock_event(event_id)
    earlier = queries.application_by_idempotency_key(event_id, idempotency_key)
    if earlier is not None:
        return earlier
    _check_open(event, channel)
    group = group_of_profession(event_id, statement.profession_id)
    if group is None:
        raise Refused(RegistrationRefusal.PROFESSION_NOT_INVITED)
    if event.pledge and not statement.pledged:
        raise Refused(RegistrationRefusal.PLEDGE_MISSING)
    application = _new_application(event, statement, channel, idempotency_key, role, group)
    application.entered_by_id = entered_by_id
    _know_person(application, own_person)
    db.session.add(application)
    _flush_or_refuse()
    record(
        verb="application.submitted",
        subject=("application", application.id),
        event_id=event_id,
        detail={"channel": channel.value, "role": role.value},
    )
    if role != EventRole.PARTICIPANT:
        change_state(application, State.CONFIRMED, Reason.RECEIVED)
        tell(application, "confirmed")
    elif event.selection == Selection.FIRST_COME:
        _decide_first_come(event, application)
    else:
        tell(application, "received")
    return application


def _check_open(event: Event, channel: Channel) -> None:
    if event.state != EventState.PUBLISHED:
        raise Refused(RegistrationRefusal.NOT_PUBLISHED)
    if event.list_frozen_at is not None:
        raise Refused(RegistrationRefusal.LIST_FROZEN)
    if clock.now() < event.application_opens_at:
        raise Refused(RegistrationRefusal.NOT_OPEN_YET)
    if channel in BY_STAFF:
        if clock.now() >= event.ends_at:
            raise Refused(RegistrationRefusal.CLOSED)
    elif clock.now() >= event.application_closes_at:
        raise Refused(RegistrationRefusal.CLOSED)


def _new_application(
    event: Event,
    statement: Statement,
    channel: Channel,
    idempotency_key: str,
    role: EventRole,
    group: EventGroup,
) -> Application:
    application = Application(
        id=uuid.uuid4(),
        event_id=event.id,
        code=unused_code(event),
        role=role,
        channel=channel,
        state=State.APPLIED,
        event_group_id=group.id,
        idempotency_key=idempotency_key,
        submitter_name=names.as_typed(statement.submitter_name),
        priority=statement.priority,
        pledged_at=clock.now() if statement.pledged else None,
        link_version=1,
        ticket_version=1,
    )
    _write_statement(application, statement)
    seal(application)
    return application


def _write_statement(application: Application, statement: Statement) -> None:
    application.family, application.given = names.as_typed(statement.family), names.as_typed(statement.given)
    application.family_kana, application.given_kana = (
        names.kana(statement.family_kana),
        names.kana(statement.given_kana),
    )
    application.mail, application.phone = names.mail(statement.mail), names.phone(statement.phone)
    application.profession_id = statement.profession_id
    application.profession_note = names.as_typed(statement.profession_note)
    application.licence_number = names.number(statement.licence_number)
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


def unused_code(event: Event) -> str:
    """A fresh 受付番号; the caller holds the event's lock."""
    while True:
        code = codes.new_code(event.code_prefix)
        if db.session.scalar(select(Application.id).where(Application.code == code)) is None:
            return code


def _know_person(application: Application, own_person: Person | None) -> None:
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
    )
    application.person_id = known.person.id
    application.canonical_person_id = known.canonical.id
    other = queries.live_application_of(application.event_id, known.canonical.id)
    if other is not None:
        raise Refused(RegistrationRefusal.ALREADY_APPLIED, known=other.code)


def _flush_or_refuse() -> None:
    """The unique index is the last word on "one live application per person": the same refusal, never a 500."""
    try:
        db.session.flush()
    except IntegrityError as broken:
        # SQLite names the index's columns, PostgreSQL the index itself.
        said = str(broken.orig)
        if "uq_application_live_person" in said or "application.canonical_person_id" in said:
            raise Refused(RegistrationRefusal.ALREADY_APPLIED, known="") from broken
        raise


def _decide_first_come(event: Event, application: Application) -> None:
    seated = [candidate_of(one) for one in queries.holders(event.id)]
    admission = admit_first_come(rules_of(event), seated, candidate_of(application), released_groups(event))
    if admission.admitted:
        change_state(application, State.CONFIRMED, Reason.FIRST_COME)
        tell(application, "confirmed")
    else:
        rank = queries.last_waiting_rank(event.id) + 1
        change_state(application, State.WAITING, Reason.NO_LEGAL_SEAT)
        application.waiting_rank = rank
        db.session.flush()
        tell(application, "waiting")


def locked_application(application_id: uuid.UUID) -> Application:
    """The application, read anew after its event's row was locked. LookupError for an unknown one."""
    event_id = db.session.scalar(select(Application.event_id).where(Application.id == application_id))
    if event_id is None:
        raise LookupError(f"no application {application_id}")
    lock_event(event_id)
    return db.session.get_one(Application, application_id, populate_existing=True)


def cancel_application(*, application_id: uuid.UUID, by_staff: bool = False, reason: str = "") -> Application:
    """Give up an application in any live state; a seat that falls free is offered to the next by a job.

    reason: required from staff. Cancelling a cancelled one again changes nothing.
    Raises Refused: NOT_LIVE, EVENT_BEGUN (applicants only), REASON_MISSING.
    """
    application = locked_application(application_id)
    if application.state == State.CANCELLED:
        return application
    if application.state not in LIVE:
        raise Refused(RegistrationRefusal.NOT_LIVE)
    if by_staff and not reason.strip():
        raise Refused(RegistrationRefusal.REASON_MISSING)
    if not by_staff and application.event.starts_at <= clock.now():
        raise Refused(RegistrationRefusal.EVENT_BEGUN)
    why = Reason.CANCELLED_BY_STAFF if by_staff else Reason.CANCELLED_BY_APPLICANT
    change_state(application, State.CANCELLED, why, decision_reason=reason.strip())
    tell(application, "cancelled")
    return application


def change_application(*, application_id: uuid.UUID, statement: Statement) -> Application:
    """Correct what was typed. Profession and office may change only while nothing was decided by them: before the list
    is frozen for the draw or, in a first-come event, not at all. Where the person heard of it, and the pledge, stay.

    Raises Refused: NOT_LIVE, EVENT_BEGUN, GROUP_FIXED, PROFESSION_NOT_INVITED, LIST_FROZEN.
    """
    application = locked_application(application_id)
    event = application.event
    if application.state not in LIVE:
        raise Refused(RegistrationRefusal.NOT_LIVE)
    if event.starts_at <= clock.now():
        raise Refused(RegistrationRefusal.EVENT_BEGUN)
    before = {name: getattr(application, name) for name in EDITABLE}
    _check_seat_facts(application, event, statement)
    heard = application.heard_via_id, application.heard_via_note
    _write_statement(application, statement)
    application.heard_via_id, application.heard_via_note = heard
    if application.organisation_id is not None and application.organisation_id == before["organisation_id"]:
        application.organisation_name = before["organisation_name"]
    if statement.profession_id != before["profession_id"]:
        group = group_of_profession(event.id, statement.profession_id)
        if group is None:
            raise Refused(RegistrationRefusal.PROFESSION_NOT_INVITED)
        application.event_group_id = group.id
    changed = sorted(name for name in EDITABLE if getattr(application, name) != before[name])
    if changed:
        record(
            verb="application.changed",
            subject=("application", application.id),
            event_id=event.id,
            detail={"fields": changed},
        )
    db.session.flush()
    return application


EDITABLE = (
    *("family", "given", "family_kana", "given_kana", "mail", "phone", "profession_id", "profession_note"),
    *("organisation_id", "organisation_name", "licence_number", "pre_answer", "care_note"),
)
SEAT_FACTS = ("profession_id", "organisation_id", "organisation_name")
"""What seats are decided by."""


def _check_seat_facts(application: Application, event: Event, statement: Statement) -> None:
    same = (
        statement.profession_id == application.profession_id
        and statement.organisation_id == application.organisation_id
        and (
            statement.organisation_id is not None
            or names.as_typed(statement.organisation_name) == application.organisation_name
        )
    )
    if same:
        return
    if event.list_frozen_at is not None:
        raise Refused(RegistrationRefusal.LIST_FROZEN)
    if application.state != State.APPLIED:
        raise Refused(RegistrationRefusal.GROUP_FIXED)


def substitute(*, application_id: uuid.UUID, statement: Statement, idempotency_key: str) -> Application:
    """Somebody else of the same office and group takes the seat: the old application becomes `substituted` and its
    ticket dies; a new, confirmed one has its own person and its own ticket.

    statement: its profession must count to the same group; its office is that of the old application.
    Raises Refused: NOT_CONFIRMED, EVENT_BEGUN, SUBSTITUTE_OTHER_GROUP, SUBSTITUTE_SAME_PERSON, ALREADY_APPLIED.
    """
    old = locked_application(application_id)
    event = old.event
    earlier = queries.application_by_idempotency_key(event.id, idempotency_key)
    if earlier is not None:
        return earlier
    if old.state != State.CONFIRMED:
        raise Refused(RegistrationRefusal.NOT_CONFIRMED)
    if event.starts_at <= clock.now():
        raise Refused(RegistrationRefusal.EVENT_BEGUN)
    group = group_of_profession(event.id, statement.profession_id)
    if group is None or group.id != old.event_group_id:
        raise Refused(RegistrationRefusal.SUBSTITUTE_OTHER_GROUP)
    new = _new_application(event, statement, Channel.SUBSTITUTE, idempotency_key, old.role, group)
    new.organisation_id, new.organisation_name = old.organisation_id, old.organisation_name
    new.substitute_for_id = old.id
    new.table_number = old.table_number
    write_search_key(new, old.organisation.kana if old.organisation else "")
    change_state(old, State.SUBSTITUTED, Reason.SUBSTITUTE)
    kill_ticket(old)
    _know_person(new, None)
    if new.canonical_person_id == old.canonical_person_id:
        raise Refused(RegistrationRefusal.SUBSTITUTE_SAME_PERSON)
    db.session.add(new)
    _flush_or_refuse()
    change_state(new, State.CONFIRMED, Reason.SUBSTITUTE)
    tell(new, "confirmed")
    return new
