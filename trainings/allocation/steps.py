"""What happened to a list once it was frozen: cancellations, offers, answers and decisions by hand, one after the other."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from trainings.allocation import queries
from trainings.allocation.models import Draw, DrawVoid
from trainings.audit.queries import entries_of_verb
from trainings.registration.states import Reason
from trainings.registration.transitions import STATE_CHANGED

AFTERWARDS = frozenset(Reason) - {
    *(Reason.RECEIVED, Reason.FIRST_COME, Reason.NO_LEGAL_SEAT, Reason.DRAWN, Reason.NOT_DRAWN),
    *(Reason.WALK_IN, Reason.DRAW_VOIDED),
}
"""Reasons that belong to what follows a draw; the draw's own result stands in its record."""


@dataclass(frozen=True)
class Step:
    """number: the draw number of whom it was about."""

    at: datetime
    number: str
    reason: Reason


def steps_after(draw: Draw, frozen_at: datetime | None, void: DrawVoid | None = None) -> list[Step]:
    """In the order in which they happened, until the draw was taken back. Read from the audit trail, which is append-only,
    so that nobody can make the list of steps shorter. frozen_at: of the draw's list; None: only what came after the draw."""
    numbers: Mapping[uuid.UUID, str] = {
        entry.application_id: entry.number for entry, _ in queries.entries_of(draw.id)
    }
    until = void.voided_at if void is not None else None
    steps = []
    for entry in entries_of_verb(draw.event_id, STATE_CHANGED, since=frozen_at or draw.drawn_at):
        number, reason = numbers.get(uuid.UUID(entry.subject_id)), Reason(entry.detail["reason"])
        if number is not None and reason in AFTERWARDS and (until is None or entry.at < until):
            steps.append(Step(entry.at, number, reason))
    return steps
