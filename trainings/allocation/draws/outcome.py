"""How the seats of each group came about: planned, drawn, decided by hand, what happened since, and what stands now."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from trainings.allocation.models import Draw
from trainings.core.db import db
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventGroup, Selection
from trainings.registration.models import Application
from trainings.registration.states import HOLDS_SEAT, Reason, State
from trainings.seats.record import summary

BY_ARRIVAL = frozenset({Reason.FIRST_COME, Reason.RESERVE_RELEASED})
"""Reasons that first-come admission gives."""


@dataclass(frozen=True)
class GroupOutcome:
    """One group, in persons; its plan stands in `group`.

    drawn: seats that the draw gave (or, first come first served, that were taken on arrival); None while no draw counts.
    by_hand: seats that staff gave; refused_by_hand: people whom staff turned away. since: seats gained less seats lost
    after that, by cancellations, offers and arrivals on the day. seats: taken or offered now, always
    drawn + by_hand + since.
    """

    group: EventGroup
    applied: int
    drawn: int | None
    by_hand: int
    refused_by_hand: int
    since: int
    seats: int
    waiting: int


def outcome_by_group(event: Event, draw: Draw | None) -> list[GroupOutcome]:
    """The participants of an event by group, in one statement. draw: the one that counts, if any."""
    counted: dict[uuid.UUID, Counter[tuple[State, Reason]]] = {group.id: Counter() for group in event.groups}
    rows = db.session.execute(
        select(Application.event_group_id, Application.state, Application.reason, func.count())
        .where(Application.event_id == event.id, Application.role == PARTICIPANT)
        .group_by(Application.event_group_id, Application.state, Application.reason)
    )
    for group_id, state, reason, n in rows:
        counted[group_id][state, reason] += n
    drawn = _drawn(draw)
    return [_outcome(event, group, counted[group.id], drawn) for group in event.groups]


def _drawn(draw: Draw | None) -> dict[str, int] | None:
    """Key of a group → how many of it the draw chose."""
    if draw is None:
        return None
    return {group["key"]: group["selected"] for group in summary(draw.record)["groups"]}


def _outcome(
    event: Event, group: EventGroup, counted: Counter[tuple[State, Reason]], drawn: dict[str, int] | None
) -> GroupOutcome:
    seated = Counter[Reason]()
    for (state, reason), n in counted.items():
        if state in HOLDS_SEAT:
            seated[reason] += n
    given: int | None
    if event.selection == Selection.FIRST_COME:
        given = sum(seated[reason] for reason in BY_ARRIVAL)
    else:
        given = None if drawn is None else drawn.get(str(group.id), 0)
    by_hand, seats = seated[Reason.PLACED_BY_HAND], seated.total()
    return GroupOutcome(
        group=group,
        applied=sum(
            n for (state, _), n in counted.items() if state not in (State.CANCELLED, State.SUBSTITUTED)
        ),
        drawn=given,
        by_hand=by_hand,
        refused_by_hand=counted[State.NOT_SELECTED, Reason.REFUSED_BY_HAND],
        since=seats - by_hand - (given or 0),
        seats=seats,
        waiting=sum(n for (state, _), n in counted.items() if state == State.WAITING),
    )
