"""取り消しをもどす: a cancelled application, or an offer declined by mistake, stands again as it stood, while nobody else has
been touched: its seat is free, its draw has not been held without it, its list still stands."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from trainings.audit.actions import record
from trainings.audit.queries import entries_of_subject
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, Selection
from trainings.registration import queries
from trainings.registration.actions import keep_office_order
from trainings.registration.intake import locked_application
from trainings.registration.mails import tell
from trainings.registration.models import Application
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.seat_rules import (
    kept_counts,
    newcomer_of,
    released_groups,
    rules_of,
    standing_for,
)
from trainings.registration.states import HOLDS_SEAT, Reason, State
from trainings.registration.transitions import STATE_CHANGED, change_state
from trainings.seats.admission import admit_beside

UNDOABLE = frozenset({Reason.CANCELLED_BY_APPLICANT, Reason.CANCELLED_BY_STAFF, Reason.DECLINED})
"""What somebody did to this one application. One of two that were settled as the same person is settled anew instead."""
BY_HAND = frozenset({Reason.PLACED_BY_HAND, Reason.REFUSED_BY_HAND, Reason.SWAPPED})


@dataclass(frozen=True)
class Before:
    """How it stood, and why; rank, until: its place on the waiting list, the end of its offer."""

    state: State
    reason: Reason
    rank: int | None = None
    until: datetime | None = None


def is_undoable(application: Application) -> bool:
    """Whether it ended by an act that could be undone if everything else still stands."""
    return application.state in (State.CANCELLED, State.DECLINED) and application.reason in UNDOABLE


def why_not(application: Application) -> RegistrationRefusal | None:
    """Why it cannot stand again now; None when it can. Reads only."""
    try:
        standing_again(application)
    except Refused as refused:
        return RegistrationRefusal(refused.code)
    return None


def standing_again(application: Application) -> Before:
    """How the application would stand again. Raises Refused, as `restore_application` but for its reason."""
    event = application.event
    if not is_undoable(application):
        raise Refused(RegistrationRefusal.NOT_RESTORABLE)
    if not event.is_held or not event.is_public:
        raise Refused(RegistrationRefusal.NOT_PUBLISHED)
    if event.ends_at <= clock.now() or event.closed_at is not None:
        raise Refused(RegistrationRefusal.EVENT_OVER)
    if queries.live_application_of(event.id, application.canonical_person_id) is not None:
        raise Refused(RegistrationRefusal.NOT_RESTORABLE)
    before = _before(application)
    if event.selection == Selection.LOTTERY and application.role == PARTICIPANT:
        before = _beside_the_draw(event, application, before)
    if before.state == State.DUPLICATE:
        raise Refused(RegistrationRefusal.NOT_RESTORABLE)
    if before.state == State.OFFERED and (before.until is None or before.until <= clock.now()):
        raise Refused(RegistrationRefusal.OFFER_OVER)
    if before.state == State.WAITING and event.has_begun:
        raise Refused(RegistrationRefusal.LIST_OVER)
    if before.state in HOLDS_SEAT and not _seat_is_free(event, application, before):
        raise Refused(RegistrationRefusal.SEAT_GONE)
    return before


def restore_application(*, application_id: uuid.UUID, reason: str) -> Application:
    """Let an application stand again as it stood before it was cancelled or declined; the applicant is told.

    reason: required, in words of the staff.
    Raises Refused: RESTORING_UNEXPLAINED; NOT_RESTORABLE, NOT_PUBLISHED, EVENT_OVER; DRAWN_WITHOUT (the list was frozen or
    drawn without it); LIST_OVER (the waiting list is closed), OFFER_OVER, SEAT_GONE.
    """
    application = locked_application(application_id)
    before = standing_again(application)
    if not reason.strip():
        raise Refused(RegistrationRefusal.RESTORING_UNEXPLAINED)
    change_state(
        application,
        before.state,
        before.reason,
        decision_reason=reason.strip(),
        offer_expires_at=before.until if before.state == State.OFFERED else None,
        restores=True,
    )
    if before.state == State.WAITING:
        _take_place(application, before.rank)
    record(
        verb="application.restored", subject=("application", application.id), event_id=application.event_id
    )
    db.session.flush()
    tell(application, "restored")
    return application


def _before(application: Application) -> Before:
    """Read from the trail, where every change of state stands with what it gave up."""
    ended = (application.state.value, application.reason.value)
    changes = [
        entry.detail
        for entry in entries_of_subject("application", application.id)
        if entry.verb == STATE_CHANGED and (entry.detail["to"], entry.detail["reason"]) == ended
    ]
    last = changes[-1] if changes else {}
    if "was" not in last:  # ended before the trail told so much
        raise Refused(RegistrationRefusal.NOT_RESTORABLE)
    until = last.get("until")
    return Before(
        State(last["from"]),
        Reason(last["was"]),
        last.get("rank"),
        datetime.fromisoformat(until) if until else None,
    )


def _beside_the_draw(event: Event, application: Application, before: Before) -> Before:
    """What a draw gave is nobody's once the draw was voided: then all of them are applicants again."""
    frozen_at = event.list_frozen_at
    if frozen_at is None:
        return before if before.reason in BY_HAND else Before(State.APPLIED, Reason.RECEIVED)
    if before.state == State.APPLIED or application.state_changed_at < frozen_at:
        raise Refused(RegistrationRefusal.DRAWN_WITHOUT)
    return before


def _seat_is_free(event: Event, application: Application, before: Before) -> bool:
    if application.role != PARTICIPANT:
        return True
    rules, kept = rules_of(event), kept_counts(event.id)
    if sum(kept.seated.values()) >= rules.capacity:
        return False
    if before.reason in BY_HAND or event.selection not in (Selection.FIRST_COME, Selection.LOTTERY):
        return True
    newcomer = newcomer_of(event, rules, application)
    first_come = event.selection == Selection.FIRST_COME
    # The reserves of a draw were settled by the draw; those of first come are held until their day.
    released = released_groups(event) if first_come else {group.key for group in rules.groups}
    return admit_beside(rules, standing_for(event, rules, kept, newcomer), [newcomer], released).admitted


def _take_place(application: Application, rank: int | None) -> None:
    """Its old place; of those who joined at it since, this one was there first."""
    event = application.event
    if rank is None:
        application.waiting_rank = queries.last_waiting_rank(event.id) + 1
    else:
        queries.move_back(event.id, rank)
        application.waiting_rank = rank
    db.session.flush()
    keep_office_order(event)
