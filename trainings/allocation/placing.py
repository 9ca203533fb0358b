"""Deciding by hand, always with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from trainings.allocation import queries
from trainings.allocation.refusals import AllocationRefusal
from trainings.audit.actions import record
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.directory.models import PARTICIPANT
from trainings.events.queries import lock_event
from trainings.registration.mails import tell
from trainings.registration.models import Application
from trainings.registration.queries import live_application_of
from trainings.registration.states import HOLDS_SEAT, LIVE, Reason, State
from trainings.registration.transitions import SEAT_FREED, change_state


def place_by_hand(*, application_id: uuid.UUID, reason: str) -> Application:
    """Give a seat to someone who has applied, waits or was turned away. Quotas may be exceeded, the capacity may not.

    Raises Refused: REASON_MISSING, NOT_HELD, NOT_PLACEABLE, LIST_FROZEN (between freezing and drawing), FULL.
    LookupError for an unknown application.
    """
    application = _prepared(application_id, reason, why_not_placed)
    change_state(application, State.CONFIRMED, Reason.PLACED_BY_HAND, decision_reason=reason.strip())
    tell(application, "confirmed")
    return application


def refuse_by_hand(*, application_id: uuid.UUID, reason: str) -> Application:
    """Turn someone away who has applied or waits. Counts as a refusal: the next draw favours them.

    Raises Refused: REASON_MISSING, NOT_HELD, NOT_PLACEABLE, LIST_FROZEN (between freezing and drawing). LookupError
    for an unknown application.
    """
    application = _prepared(application_id, reason, why_not_refused)
    change_state(application, State.NOT_SELECTED, Reason.REFUSED_BY_HAND, decision_reason=reason.strip())
    tell(application, "not_selected")
    return application


def move_by_hand(*, application_id: uuid.UUID, group_id: uuid.UUID | None, reason: str) -> Application:
    """Count somebody in another group of the event, whatever their profession; their state stays. Quotas may be exceeded.
    The same group again changes nothing.

    Raises Refused: REASON_MISSING, NOT_HELD, NOT_PLACEABLE, LIST_FROZEN (between freezing and drawing),
    NO_SUCH_GROUP. LookupError for an unknown application.
    """
    application = _prepared(application_id, reason, why_not_moved)
    event = application.event
    if group_id not in {group.id for group in event.groups}:
        raise Refused(AllocationRefusal.NO_SUCH_GROUP)
    before = application.event_group_id
    if before == group_id:
        return application
    application.event_group_id = group_id
    application.decision_reason = " / ".join(filter(None, (application.decision_reason, reason.strip())))
    db.session.flush()
    db.session.refresh(application, ["group"])
    record(
        verb=queries.MOVED,
        subject=("application", application.id),
        event_id=event.id,
        detail={"from": str(before), "to": str(group_id)},
    )
    # Under the cap of the group that was left, somebody who waits may have a seat now.
    enqueue(SEAT_FREED, subject=event.id)
    return application


def why_not_placed(application: Application) -> Refused | None:
    """Why nobody can give this one a seat now: NOT_HELD, NOT_PLACEABLE, LIST_FROZEN, FULL; None when they can."""
    event = application.event
    found = _out_of_time(application, (State.APPLIED, State.WAITING, State.NOT_SELECTED))
    if found is not None:
        return found
    if application.state == State.NOT_SELECTED and live_application_of(
        event.id, application.canonical_person_id
    ):
        return Refused(AllocationRefusal.NOT_PLACEABLE)
    if (
        application.role == PARTICIPANT
        and event.capacity is not None
        and queries.count_participants(event.id, HOLDS_SEAT) >= event.capacity
    ):
        return Refused(AllocationRefusal.FULL, capacity=event.capacity)
    return None


def why_not_refused(application: Application) -> Refused | None:
    """The same of turning somebody away: NOT_HELD, NOT_PLACEABLE, LIST_FROZEN."""
    return _out_of_time(application, (State.APPLIED, State.WAITING))


def why_not_moved(application: Application) -> Refused | None:
    """The same of counting somebody in another group: NOT_HELD, NOT_PLACEABLE, LIST_FROZEN, NO_SUCH_GROUP (there is one
    only)."""
    if len(application.event.groups) < 2:
        return Refused(AllocationRefusal.NO_SUCH_GROUP)
    return _out_of_time(application, tuple(LIVE))


def _out_of_time(application: Application, states: tuple[State, ...]) -> Refused | None:
    if not application.event.is_held:
        return Refused(AllocationRefusal.NOT_HELD)
    if application.state not in states:
        return Refused(AllocationRefusal.NOT_PLACEABLE)
    in_draw = application.state == State.APPLIED and application.role == PARTICIPANT
    if in_draw and application.event.list_frozen_at is not None:
        # Whom a draw is about, and by which rules, is fixed and published.
        return Refused(AllocationRefusal.LIST_FROZEN)
    return None


def _prepared(
    application_id: uuid.UUID, reason: str, why_not: Callable[[Application], Refused | None]
) -> Application:
    if not reason.strip():
        raise Refused(AllocationRefusal.REASON_MISSING)
    event_id = db.session.scalar(db.select(Application.event_id).where(Application.id == application_id))
    if event_id is None:
        raise LookupError(f"no application {application_id}")
    lock_event(event_id)
    application = db.session.get_one(Application, application_id, populate_existing=True)
    if (refusal := why_not(application)) is not None:
        raise refusal
    return application
