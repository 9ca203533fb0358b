"""Applying, changing, cancelling, substituting. Every action locks the event before anything else (docs/locking.md)."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from trainings.audit.actions import record
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.directory.models import PARTICIPANT, Person
from trainings.events.models import Event, Selection
from trainings.events.queries import group_of_profession, lock_event
from trainings.registration import queries
from trainings.registration.corrections.times import why_closed, why_fixed, why_kept
from trainings.registration.intake import (
    flush_or_refuse,
    know_person,
    locked_application,
    new_application,
    sent_before,
    write_search_key,
)
from trainings.registration.mails import tell
from trainings.registration.models import BY_STAFF, Application, Channel
from trainings.registration.priorities import Waiting, office_order
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.seat_rules import (
    Kept,
    candidates_in,
    candidates_of,
    kept_counts,
    newcomer_of,
    released_groups,
    rules_of,
    standing_for,
    turns_away,
)
from trainings.registration.secrets import kill_ticket, renew
from trainings.registration.statements import Statement
from trainings.registration.states import HOLDS_SEAT, Reason, State
from trainings.registration.transitions import change_state
from trainings.seats.admission import Admission, admit_beside, admit_first_come, readmit
from trainings.seats.rules import Candidate, Rules, Tally


def submit_application(
    *,
    event_id: uuid.UUID,
    statement: Statement,
    channel: Channel,
    idempotency_key: str,
    role: str = PARTICIPANT,
    own_person: Person | None = None,
    entered_by_id: uuid.UUID | None = None,
    sent_edition: str = "",
    arrived_at: datetime | None = None,
) -> Application:
    """Store one application and, for a first-come event, decide it at once. The same key again returns the first one.

    sent_edition: what the page said, as `PersonForm.edition`. arrived_at: of what staff enter later, when it came; None
    for now. Whoever came before others gets a free seat before them, and waits before them; no seat is taken from anybody.

    Raises Refused: ARRIVES_LATER (it cannot come in future), NOT_PUBLISHED, NOT_OPEN_YET, CLOSED, LIST_FROZEN,
    PROFESSION_NOT_INVITED, PLEDGE_MISSING; FULL, OFFICE_FULL (no seat at once, and no waiting list); CHANGED_MEANWHILE (how
    seats are given was changed at this moment); SENT_BEFORE; and ALREADY_APPLIED (facts: known), of what staff enter:
    everybody else's second application is taken as a possible duplicate, which in a first-come
    event is decided like a newcomer's.
    """
    event = _lock_for_application(event_id)
    earlier, code = sent_before(event, idempotency_key, sent_edition)
    if earlier is not None:
        return earlier
    if closed := why_closed(event, channel, role, arrived_at):
        raise Refused(closed)
    group = group_of_profession(event_id, statement.profession_id)
    if group is None:
        raise Refused(RegistrationRefusal.PROFESSION_NOT_INVITED)
    if event.pledge and not statement.pledged:
        raise Refused(RegistrationRefusal.PLEDGE_MISSING)
    application = new_application(event, statement, channel, idempotency_key, role, group, code, sent_edition)
    application.entered_by_id = entered_by_id
    application.submitted_at = arrived_at or clock.now()
    _refuse_without_seat(event, application)
    know_person(
        application,
        own_person,
        staff_are_told=channel in BY_STAFF,
        at_once=event.selection == Selection.FIRST_COME,
    )
    db.session.add(application)
    flush_or_refuse()
    record(
        verb="application.submitted",
        subject=("application", application.id),
        event_id=event_id,
        detail={"channel": channel.value, "role": role},
    )
    if application.state == State.DUPLICATE:
        tell(application, "received", is_first=True)
    else:
        decide_newcomer(event, application)
    return application


def decide_newcomer(event: Event, application: Application) -> None:
    """What becomes at once of an application that stands for itself. The caller holds the event's lock."""
    if application.role != PARTICIPANT:
        change_state(application, State.CONFIRMED, Reason.RECEIVED)
        tell(application, "confirmed", is_first=True)
    elif event.selection == Selection.FIRST_COME:
        _decide_first_come(event, application)
    else:
        tell(application, "received", is_first=True)


def _lock_for_application(event_id: uuid.UUID) -> Event:
    """Where lots are drawn an application only joins the list, and those of the last evening need not wait for each
    other; freezing waits for all of them. Everywhere else it counts seats."""
    seen = db.session.get(Event, event_id)
    draws_lots = seen is not None and seen.selection == Selection.LOTTERY
    event = lock_event(event_id, shared=draws_lots)
    if draws_lots and event.selection != Selection.LOTTERY:
        raise Refused(RegistrationRefusal.CHANGED_MEANWHILE)
    return event


def _refuse_without_seat(event: Event, application: Application) -> None:
    """Where first come decides and nobody may wait, whoever finds no seat is told so at once; before anybody is looked
    for, so that nobody learns who has applied. Raises Refused: FULL, OFFICE_FULL."""
    if application.role != PARTICIPANT or not turns_away(event):
        return
    admission = _admission(event, application)
    if not admission.admitted:
        of_office = {label[0] for label in admission.why} == {"organisation"}
        raise Refused(RegistrationRefusal.OFFICE_FULL if of_office else RegistrationRefusal.FULL)


def _decide_first_come(event: Event, application: Application) -> None:
    if _admission(event, application).admitted:
        change_state(application, State.CONFIRMED, Reason.FIRST_COME)
        tell(application, "confirmed", is_first=True)
    elif turns_away(event):
        # A possible duplicate that was settled after the last seat was given.
        change_state(application, State.NOT_SELECTED, Reason.NO_LEGAL_SEAT)
        tell(application, "not_selected", is_first=True)
    else:
        rank = _place_in_line(event, application)
        change_state(application, State.WAITING, Reason.NO_LEGAL_SEAT)
        application.waiting_rank = rank
        db.session.flush()
        keep_office_order(event)
        tell(application, "waiting", is_first=True)


def _place_in_line(event: Event, application: Application) -> int:
    """Only what staff enter can have come before somebody who waits already."""
    if application.channel in BY_STAFF:
        return queries.make_room_in_line(event.id, application.submitted_at)
    return queries.last_waiting_rank(event.id) + 1


def keep_office_order(event: Event) -> None:
    """Share out the places of each office's own applicants on the waiting list of a first-come event by their 優先順位. A
    list that was drawn stays as it was drawn."""
    if event.selection != Selection.FIRST_COME:
        return
    listed = {str(one.id): one for one in queries.waiting_with_priority(event.id)}
    seen = dict(zip(listed, candidates_of(event, listed.values()), strict=True))
    ranks = office_order(
        Waiting(
            key=key,
            cell=(seen[key].group, office) if (office := seen[key].organisation) is not None else None,
            rank=one.waiting_rank or 0,
            priority=one.priority,
        )
        for key, one in listed.items()
    )
    for key, rank in ranks.items():
        record(
            verb="application.reordered",
            subject=("application", listed[key].id),
            event_id=event.id,
            detail={"from": listed[key].waiting_rank, "to": rank},
        )
        listed[key].waiting_rank = rank
    db.session.flush()


def _admission(event: Event, application: Application) -> Admission:
    """Whether a legal seat is left for a newcomer once everybody who waits and could have one has got theirs: a seat
    that fell free a moment ago belongs to the list, even before the worker has offered it."""
    rules, released = rules_of(event), released_groups(event)
    kept = kept_counts(event.id)
    if sum(kept.seated.values()) >= rules.capacity:
        return Admission(False)
    newcomer = newcomer_of(event, rules, application)
    standing = standing_for(event, rules, kept, newcomer)
    came = application.submitted_at if application.channel in BY_STAFF else None
    first = _first_in_line(event, rules, kept, standing, released, came)
    if first:
        seated = candidates_in(event.id, HOLDS_SEAT) + first
        return admit_first_come(rules, seated, newcomer, released)
    return admit_beside(rules, standing, [newcomer], released)


def _first_in_line(
    event: Event,
    rules: Rules,
    kept: Kept,
    standing: Tally,
    released: Collection[str],
    arrived_at: datetime | None,
) -> list[Candidate]:
    """Those on the waiting list who came before an instant (None: all of them) and could have a seat now; hardly ever
    anybody, so the list is read only where its groups have room: what else might keep somebody out, the cap of an office, is
    looked at then."""
    if not any(
        n and admit_beside(rules, standing, [Candidate(key="", group=group)], released).admitted
        for group, n in kept.waiting.items()
    ):
        return []
    later = queries.waiting_since(event.id, arrived_at) if arrived_at is not None else set()
    waiting = [one for one in candidates_in(event.id, [State.WAITING]) if one.key not in later]
    admitted = set(readmit(rules, candidates_in(event.id, HOLDS_SEAT), waiting, released))
    return [one for one in waiting if one.key in admitted]


def cancel_application(*, application_id: uuid.UUID, by_staff: bool = False, reason: str = "") -> Application:
    """Give up an application in any open state; a seat that falls free is offered to the next by a job.

    reason: required from staff. Cancelling a cancelled one again changes nothing.
    Raises Refused: NOT_LIVE, EVENT_BEGUN (applicants only), REASON_MISSING.
    """
    application = locked_application(application_id)
    if application.state == State.CANCELLED:
        return application
    if (fixed := why_fixed(application, by_staff=by_staff)) is not None:
        raise Refused(fixed)
    if by_staff and not reason.strip():
        raise Refused(RegistrationRefusal.REASON_MISSING)
    why = Reason.CANCELLED_BY_STAFF if by_staff else Reason.CANCELLED_BY_APPLICANT
    held_seat = application.state in HOLDS_SEAT
    change_state(application, State.CANCELLED, why, decision_reason=reason.strip())
    tell(application, "cancelled", held_seat=held_seat)
    return application


def substitute(
    *, application_id: uuid.UUID, statement: Statement, idempotency_key: str, sent_edition: str = ""
) -> Application:
    """Somebody else of the same office and group takes the seat: the old application becomes `substituted` and its
    ticket dies; a new, confirmed one has its own person and its own ticket.

    statement: its profession must count to the same group; its office is that of the old application. Whoever has a live
    application already takes the seat all the same, and staff settle that they have two. Raises Refused: NOT_CONFIRMED,
    EVENT_BEGUN, SUBSTITUTE_OTHER_GROUP, SUBSTITUTE_SAME_PERSON, SENT_BEFORE.
    """
    old = locked_application(application_id)
    event = old.event
    earlier, code = sent_before(event, idempotency_key, sent_edition)
    if earlier is not None:
        return earlier
    if (kept := why_kept(old)) is not None:
        raise Refused(kept)
    # Whatever the seat was counted as by hand, its own profession may have it.
    is_same = statement.profession_id == old.profession_id
    group = old.group if is_same else group_of_profession(event.id, statement.profession_id)
    if group is None or group.id != old.event_group_id:
        raise Refused(RegistrationRefusal.SUBSTITUTE_OTHER_GROUP)
    new = new_application(
        event, statement, Channel.SUBSTITUTE, idempotency_key, old.role, group, code, sent_edition
    )
    new.organisation_id, new.organisation_name = old.organisation_id, old.organisation_name
    new.substitute_for_id = old.id
    write_search_key(new, old.organisation.kana if old.organisation else "")
    know_person(new, None, staff_are_told=False, at_once=True, giver=old)
    db.session.add(new)
    flush_or_refuse()
    change_state(old, State.SUBSTITUTED, Reason.SUBSTITUTE)
    kill_ticket(old)
    new.table_number = old.table_number
    change_state(new, State.CONFIRMED, Reason.SUBSTITUTE)
    tell(new, "confirmed", is_first=True)
    return new


def renew_secrets(*, application_id: uuid.UUID) -> Application:
    """New link and new ticket, when the old ones reached the wrong hands; they stop working at once, and the applicant
    gets the new link by mail. Raises Refused: NOT_LIVE."""
    application = locked_application(application_id)
    if not application.is_open:
        raise Refused(RegistrationRefusal.NOT_LIVE)
    renew(application)
    application.secrets_renewed_at = clock.now()
    record(
        verb="application.secrets_renewed",
        subject=("application", application.id),
        event_id=application.event_id,
    )
    db.session.flush()
    tell(application, "secrets_renewed")
    return application
