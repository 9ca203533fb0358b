"""Taking back a draw: with a reason, a new sealed secret, and both draws kept for everybody to see."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import CompoundSelect, func, select, union_all
from sqlalchemy.orm import aliased

from trainings.accounts.models import Staff
from trainings.allocation import queries, texts
from trainings.allocation.draws.freezing import new_commitment, open_list
from trainings.allocation.models import DrawVoid, VoidCause
from trainings.allocation.refusals import AllocationRefusal
from trainings.audit.actions import record
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventState
from trainings.events.queries import lock_event
from trainings.registration.mails import tell
from trainings.registration.models import Application
from trainings.registration.states import LIVE, Reason, State
from trainings.registration.transitions import change_state

BY_HAND = frozenset({Reason.PLACED_BY_HAND, Reason.REFUSED_BY_HAND})
"""Decisions that no draw made and that stand without it."""
DECIDED = frozenset({State.CONFIRMED, State.OFFERED, State.WAITING, State.NOT_SELECTED})


def void_draw(*, event_id: uuid.UUID, cause: VoidCause, reason: str, staff: Staff | None = None) -> DrawVoid:
    """Void the draw that counts, send everybody it decided about back among the applicants, tell them, and seal a new
    secret. The list is open again; before the next draw it is frozen anew, ahead of a new public number.

    cause: what everybody is told. reason: for those who see names only.
    Whoever cancelled, declined or let an offer lapse stays out; decisions by hand stand.
    Raises Refused: REASON_MISSING, NOT_DRAWN, DOOR_OPEN.
    """
    if not reason.strip():
        raise Refused(AllocationRefusal.REASON_MISSING)
    event = lock_event(event_id)
    draw = queries.valid_draw(event_id)
    if draw is None:
        raise Refused(AllocationRefusal.NOT_DRAWN)
    if not may_void(event):
        raise Refused(AllocationRefusal.DOOR_OPEN)
    void = DrawVoid(
        draw_id=draw.id, cause=cause, reason=reason.strip(), voided_by_id=staff.id if staff else None
    )
    db.session.add(void)
    db.session.flush()
    undecided = decided_by_draw(event)
    for application in undecided:
        change_state(application, State.APPLIED, Reason.DRAW_VOIDED)
        tell(application, "draw_voided", reason=texts.VOID_CAUSES[cause])
    new_commitment(event_id, draw.commitment.n + 1)
    open_list(event)
    record(
        verb="draw.voided",
        subject=("draw", draw.id),
        event_id=event_id,
        detail={"digest": draw.digest, "applications": len(undecided), "cause": cause.value},
    )
    db.session.flush()
    return void


def may_void(event: Event) -> bool:
    """Until the door opens: from then on people stand there with their tickets."""
    return event.state not in (EventState.CLOSED, EventState.CALLED_OFF) and clock.now() < event.doors_open_at


def decided_by_draw(event: Event) -> Sequence[Application]:
    """Participants who have, await or were refused a seat by the draw and what followed from it, substitutes included."""
    return db.session.scalars(
        select(Application)
        .where(Application.id.in_(_decided_by_draw(event)))
        .order_by(Application.submitted_at, Application.id)
    ).all()


def count_decided_by_draw(event: Event) -> tuple[int, int]:
    """How many they are, and how many of them named a mail address."""
    n, mails = db.session.execute(
        select(func.count(), func.count(func.nullif(Application.mail, ""))).where(
            Application.id.in_(_decided_by_draw(event))
        )
    ).one()
    return n, mails


def _decided_by_draw(event: Event) -> CompoundSelect[tuple[uuid.UUID]]:
    """Of two refused applications of one person, or of one beside a seat given by hand, only one may live."""
    here = (
        Application.event_id == event.id,
        Application.role == PARTICIPANT,
        Application.reason.not_in(BY_HAND),
    )
    alive = aliased(Application)
    lives = (
        select(alive.id)
        .where(
            alive.event_id == event.id,
            alive.role == PARTICIPANT,
            alive.canonical_person_id == Application.canonical_person_id,
            alive.state.in_(LIVE),
        )
        .exists()
    )
    oldest = func.row_number().over(
        partition_by=Application.canonical_person_id, order_by=(Application.submitted_at, Application.id)
    )
    refused = (
        select(Application.id, oldest.label("place"))
        .where(*here, Application.state == State.NOT_SELECTED, ~lives)
        .subquery()
    )
    return union_all(
        select(Application.id).where(*here, Application.state.in_(DECIDED - {State.NOT_SELECTED})),
        select(refused.c.id).where(refused.c.place == 1),
    )
