"""Asking for a paper, and the steps of making it: each a transaction of the worker's.

An order is made by one worker at a time; who makes it says so after every part (`note_progress`). One that nobody has
touched for a while was left by a worker that was killed: it is made again from the beginning.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from trainings.accounts.models import Staff
from trainings.audit.actions import record
from trainings.core import actor, clock
from trainings.core.db import db, left_work, unit_of_work
from trainings.events.models import Event
from trainings.events.queries import lock_event
from trainings.printing.models import Failure, PaperOrder, PaperState

KEEP = timedelta(days=1)
"""So long a paper may be fetched."""
LEFT = timedelta(minutes=3)
"""A part takes some seconds."""
MOST_ATTEMPTS = 3
UNDER_WAY = (PaperState.WAITING, PaperState.MAKING)


@dataclass(frozen=True)
class Paper:
    """How a kind of paper is made.

    people: ids of who is on it, in the order of its pages; None = a place that stays empty. html: a document of some of
    them. made: what is to be written down when it is ready. part: how many are laid out at a time.
    """

    people: Callable[[PaperOrder], Sequence[uuid.UUID | None]]
    html: Callable[[PaperOrder, Sequence[uuid.UUID | None]], str]
    file_name: Callable[[Event], str]
    part: int
    made: Callable[[PaperOrder, Sequence[uuid.UUID]], object] = lambda order, people: None


def order_paper(
    *, event_id: uuid.UUID, kind: str, staff: Staff, chosen: dict[str, Any] | None = None
) -> PaperOrder:
    """Ask the worker for a paper. While one and the same is under way for this member of staff, that one; a finished one
    gives way to the new one."""
    lock_event(event_id)
    mine = db.session.scalars(
        select(PaperOrder).where(
            PaperOrder.event_id == event_id, PaperOrder.kind == kind, PaperOrder.staff_id == staff.id
        )
    ).all()
    for order in mine:
        if order.state in UNDER_WAY and order.chosen == (chosen or {}):
            return order
    for order in mine:
        if order.state not in UNDER_WAY:
            db.session.delete(order)
    asked = PaperOrder(event_id=event_id, kind=kind, staff_id=staff.id, chosen=chosen or {})
    db.session.add(asked)
    db.session.flush()
    left_work()
    return asked


def order_again(*, order: PaperOrder, staff: Staff) -> PaperOrder:
    """Ask anew for one that failed."""
    return order_paper(event_id=order.event_id, kind=order.kind, staff=staff, chosen=dict(order.chosen))


def take_paper(*, order: PaperOrder) -> bytes:
    """The file of a finished one; that names leave is written down."""
    assert order.content is not None, "only a ready one is taken"
    record(
        verb="paper.taken",
        subject=("event", order.event_id),
        event_id=order.event_id,
        detail={"kind": order.kind, "n": order.total},
    )
    return order.content


def withdraw_papers(event_id: uuid.UUID) -> None:
    """Delete all papers of an event, those under way too: what stands on them is over."""
    db.session.execute(delete(PaperOrder).where(PaperOrder.event_id == event_id))


def forget_papers() -> None:
    """Delete those whose day has passed, and what failed a day ago."""
    now = clock.now()
    db.session.execute(delete(PaperOrder).where(PaperOrder.expires_at <= now))
    db.session.execute(
        delete(PaperOrder).where(PaperOrder.state == PaperState.FAILED, PaperOrder.touched_at <= now - KEEP)
    )


# -- the worker's steps -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """An order that is ours to make, and its which attempt this is."""

    id: uuid.UUID
    kind: str
    attempt: int


def claim_paper() -> Claim | None:
    """The next one that waits, or that a killed worker left."""
    with unit_of_work() as session:
        _recover()
        order = session.scalar(
            select(PaperOrder)
            .where(PaperOrder.state == PaperState.WAITING)
            .order_by(PaperOrder.asked_at, PaperOrder.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if order is None:
            return None
        order.state, order.touched_at, order.done = PaperState.MAKING, clock.now(), 0
        order.attempts += 1
        return Claim(order.id, order.kind, order.attempts)


def _recover() -> None:
    left = db.session.scalars(
        select(PaperOrder)
        .where(PaperOrder.state == PaperState.MAKING, PaperOrder.touched_at < clock.now() - LEFT)
        .with_for_update(skip_locked=True)
    )
    for order in left:
        if order.attempts < MOST_ATTEMPTS:
            order.state = PaperState.WAITING
        else:
            order.state, order.failure = PaperState.FAILED, Failure.FAULT
    db.session.flush()


def note_progress(claim: Claim, *, done: int, total: int) -> bool:
    """Say how far it is; False if it was withdrawn, or taken over, meanwhile."""
    with unit_of_work():
        return _changed(claim, done=done, total=total)


def put_back(claim: Claim) -> None:
    """Leave it to the next worker: this one is told to stop. That was no attempt."""
    with unit_of_work():
        _changed(claim, state=PaperState.WAITING, attempts=claim.attempt - 1)


def finish_paper(claim: Claim, paper: Paper, *, people: Sequence[uuid.UUID], content: bytes) -> bool:
    """Keep the file for a day; False if nobody waits for it any more."""
    with unit_of_work() as session:
        ready = _changed(
            claim,
            state=PaperState.READY,
            content=content,
            done=len(people),
            total=len(people),
            expires_at=clock.now() + KEEP,
        )
        if ready:
            order = session.get_one(PaperOrder, claim.id)
            order.file_name = paper.file_name(order.event)
            with actor.acting_as(actor.Actor(actor.ActorKind.STAFF, str(order.staff_id))):
                paper.made(order, people)
                session.flush()
        return ready


def fail_paper(claim: Claim, failure: Failure) -> bool:
    """Note that it could not be made; whether that is for good. A fault is tried again, what only people can mend is not."""
    with unit_of_work():
        if failure is Failure.FAULT and claim.attempt < MOST_ATTEMPTS:
            _changed(claim, state=PaperState.WAITING)
            return False
        _changed(claim, state=PaperState.FAILED, failure=failure)
        return True


def _changed(claim: Claim, **values: Any) -> bool:
    """Whether the order is still ours; then it has these values."""
    done = db.session.execute(
        update(PaperOrder)
        .where(
            PaperOrder.id == claim.id,
            PaperOrder.state == PaperState.MAKING,
            PaperOrder.attempts == claim.attempt,
        )
        .values(touched_at=clock.now(), **values)
    )
    return cast("CursorResult[Any]", done).rowcount == 1
