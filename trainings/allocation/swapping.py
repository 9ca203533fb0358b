"""After a draw an office may swap its own applicants of one group; staff do it, with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from trainings.allocation import queries
from trainings.allocation.refusals import AllocationRefusal
from trainings.audit.actions import record
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.directory.models import PARTICIPANT
from trainings.events.queries import lock_event
from trainings.registration.mails import tell
from trainings.registration.models import Application
from trainings.registration.priorities import HIGHEST
from trainings.registration.queries import live_application_of
from trainings.registration.seat_rules import candidates_of
from trainings.registration.secrets import kill_ticket
from trainings.registration.states import Reason, State
from trainings.registration.transitions import change_state

SWAPPED = "application.swapped"
"""Verb of the audit trail about who gets the seat; detail: with, the application that gives it."""
WITHOUT = frozenset({State.WAITING, State.NOT_SELECTED})


def swap_partners(application: Application) -> Sequence[Application]:
    """With whom staff may swap the seat of this one, or find this one a seat: same event, office and group, one of the two
    confirmed and the other waiting or not selected. The office's 優先順位 first, then the waiting list. Empty without a draw
    that counts, and from the start of the event on."""
    wanted = {State.CONFIRMED} if application.state in WITHOUT else WITHOUT
    event = application.event
    (office,) = (one.organisation for one in candidates_of(event, [application]))
    if (
        office is None
        or application.state not in {State.CONFIRMED, *WITHOUT}
        or application.role != PARTICIPANT
        or event.starts_at <= clock.now()
        or not event.is_held
        or queries.valid_draw(event.id) is None
    ):
        return []
    others = queries.participants(event.id, wanted)
    found = [
        one
        for one, seen in zip(others, candidates_of(event, others), strict=True)
        if one.event_group_id == application.event_group_id and seen.organisation == office
    ]
    return sorted(
        found, key=lambda one: (one.priority or HIGHEST + 1, one.waiting_rank is None, one.waiting_rank or 0)
    )


def swap_seats(
    *, application_id: uuid.UUID, other_id: uuid.UUID, reason: str
) -> tuple[Application, Application]:
    """Give the seat of one to the other of the same office and group: (who has it now, who had it). The latter takes the
    other's state and place in the waiting list, so that no third person's chance changes. Their ticket dies, the table
    passes on, both are told by mail.

    Raises Refused: REASON_MISSING, NO_SWAP (the two are not, or no longer, such a pair). LookupError for an unknown one.
    """
    if not reason.strip():
        raise Refused(AllocationRefusal.REASON_MISSING)
    event_id = db.session.scalar(db.select(Application.event_id).where(Application.id == application_id))
    if event_id is None:
        raise LookupError(f"no application {application_id}")
    lock_event(event_id)
    one = db.session.get_one(Application, application_id, populate_existing=True)
    other = next((partner for partner in swap_partners(one) if partner.id == other_id), None)
    if other is None:
        raise Refused(AllocationRefusal.NO_SWAP)
    gives, gets = (one, other) if one.state == State.CONFIRMED else (other, one)
    if (
        gets.state == State.NOT_SELECTED
        and live_application_of(event_id, gets.canonical_person_id) is not None
    ):
        raise Refused(AllocationRefusal.NO_SWAP)
    state, rank = gets.state, gets.waiting_rank
    change_state(gives, state, Reason.SWAPPED, decision_reason=reason.strip())
    gives.waiting_rank = rank
    kill_ticket(gives)
    gets.table_number, gives.table_number = gives.table_number, None
    change_state(gets, State.CONFIRMED, Reason.SWAPPED, decision_reason=reason.strip())
    record(verb=SWAPPED, subject=("application", gets.id), event_id=event_id, detail={"with": str(gives.id)})
    tell(gets, "confirmed")
    tell(gives, "swapped")
    return gets, gives
