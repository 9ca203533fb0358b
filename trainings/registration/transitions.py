"""The one place where an application's state changes."""

from __future__ import annotations

from datetime import datetime

from trainings.audit.actions import record
from trainings.core import clock
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.registration.models import Application
from trainings.registration.states import HOLDS_SEAT, Reason, State, may_change

SEAT_FREED = "seat_freed"
"""Job: an event has a free seat; allocation offers it to the next whose admission is legal."""

STATE_CHANGED = "application.state_changed"
"""Verb of the audit trail; detail: from, to and reason, as codes; and what was left: was (the reason until now), rank,
until (of an offer)."""


class ForbiddenChange(Exception):
    """The table of states does not allow the change: a fault of the caller, not of the user."""


def change_state(
    application: Application,
    after: State,
    reason: Reason,
    *,
    decision_reason: str = "",
    offer_expires_at: datetime | None = None,
    passed_on: bool = False,
    restores: bool = False,
) -> None:
    """Move an application to another state, with an audit entry; queue `seat_freed` when a seat falls free
    and is not passed on to somebody.

    The caller holds the event's lock. decision_reason: words of the staff, required for decisions by hand.
    offer_expires_at: required for, and only for, `offered`. passed_on: the caller gives the seat to somebody itself.
    restores: the application stands again for a reason that it had before, and the trail says so.
    Raises ForbiddenChange.
    """
    before, left = application.state, _left(application)
    if not may_change(before, after):
        raise ForbiddenChange(f"{before} → {after}")
    if (after == State.OFFERED) != (offer_expires_at is not None):
        raise ForbiddenChange("an offer, and nothing else, has an expiry")
    application.state = after
    application.reason = reason
    application.decision_reason = decision_reason
    application.state_changed_at = clock.now()
    application.offer_expires_at, application.offer_told_at = offer_expires_at, None
    if after != State.WAITING:
        application.waiting_rank = None
    record(
        verb=STATE_CHANGED,
        subject=("application", application.id),
        event_id=application.event_id,
        detail={"from": before.value, "to": after.value}
        | {"reason": (Reason.RESTORED if restores else reason).value}
        | left,
    )
    db.session.flush()
    passed_on = passed_on or after == State.SUBSTITUTED or reason == Reason.SWAPPED
    if before in HOLDS_SEAT and after not in HOLDS_SEAT and not passed_on:
        enqueue(SEAT_FREED, subject=application.event_id)


def _left(application: Application) -> dict[str, object]:
    """What is given up with a state: whoever undoes the change needs it."""
    until = application.offer_expires_at
    left = {
        "was": application.reason.value,
        "rank": application.waiting_rank,
        "until": until.isoformat() if until else None,
    }
    return {name: value for name, value in left.items() if value is not None}
