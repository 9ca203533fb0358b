"""Taking back a draw: with a reason, a new sealed secret, and both draws kept for everybody to see."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

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
    back = {one.id for one in rows_decided_by_draw(event)}
    decided = queries.participants(event.id, DECIDED) if back else ()
    return [one for one in decided if one.id in back]


def rows_decided_by_draw(event: Event) -> Sequence[Row[Any]]:
    """Of the same people, in the same order, no more than tells them apart: for counting them."""
    rows = db.session.execute(
        select(
            Application.id,
            Application.canonical_person_id,
            Application.state,
            Application.reason,
            Application.mail,
        )
        .where(Application.event_id == event.id, Application.role == PARTICIPANT)
        .order_by(Application.submitted_at, Application.id)
    ).all()
    # Of two refused applications of one person, or of one beside a seat given by hand, only one may live.
    alive = {one.canonical_person_id for one in rows if one.state in LIVE}
    back = []
    for one in rows:
        if one.state not in DECIDED or one.reason in BY_HAND:
            continue
        if one.state == State.NOT_SELECTED:
            if one.canonical_person_id in alive:
                continue
            alive.add(one.canonical_person_id)
        back.append(one)
    return back
