"""Undecided pairs of people as questions to staff, counted and paged by the database: years of them may wait.

Newer people who write from one address, beside one known person, are one question: a flood of names is decided on with one
press.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    String,
    Uuid,
    case,
    cast,
    func,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from trainings.core import clock
from trainings.core.db import db
from trainings.directory.models import CandidateState, Person, PersonCandidate
from trainings.events.models import Event
from trainings.registration.models import Application
from trainings.registration.states import HOLDS_SEAT, LIVE


@dataclass(frozen=True)
class Asked:
    """One question. candidate: its oldest pair; more: how many others are decided on with it."""

    candidate: PersonCandidate
    more: int


@dataclass(frozen=True)
class Queue:
    """The first questions, and how many there are in all."""

    first: Sequence[Asked]
    total: int


def questions(event_id: uuid.UUID | None = None, *, most: int) -> Queue:
    """Of one event, or all: who may hold two seats before all others, oldest first among these and those."""
    pair = _pairs()
    told = (
        select(
            pair.c.id,
            pair.c.created_at,
            pair.c.known,
            pair.c.wrote_from,
            case((_hold_two_seats(pair), 1), else_=0).label("twice"),
        )
        .where(_concerns(pair, event_id))
        .subquery()
    )
    alike, oldest = (told.c.known, told.c.wrote_from), (told.c.created_at, told.c.id)
    placed = select(
        *(told.c.id, told.c.created_at),
        func.row_number().over(partition_by=alike, order_by=oldest).label("place"),
        (func.count().over(partition_by=alike) - 1).label("more"),
        func.max(told.c.twice).over(partition_by=alike).label("urgent"),
    ).subquery()
    rows = db.session.execute(
        select(PersonCandidate, placed.c.more, func.count().over())
        .join(placed, placed.c.id == PersonCandidate.id)
        .where(placed.c.place == 1)
        .order_by(placed.c.urgent.desc(), placed.c.created_at, placed.c.id)
        .limit(max(1, most))  # of none nobody could tell how many there are
    ).all()
    first = [Asked(candidate, more) for candidate, more, _ in rows[:most]]
    return Queue(first, rows[0][2] if rows else 0)


def asked_with(candidate: PersonCandidate) -> Sequence[PersonCandidate]:
    """The pairs of one question, oldest first, this one among them; this one alone once it is decided."""
    pair = _pairs()
    this = aliased(pair)
    together = (
        select(pair.c.id)
        .join(this, (this.c.known == pair.c.known) & (this.c.wrote_from == pair.c.wrote_from))
        .where(this.c.id == candidate.id)
    )
    found = db.session.scalars(
        select(PersonCandidate)
        .where(PersonCandidate.id.in_(together))
        .order_by(PersonCandidate.created_at, PersonCandidate.id)
    ).all()
    return found or [candidate]


def count_of_events(event_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Event → how many questions concern somebody who has a live application there; events without any are left out."""
    asked = _of_events(_pairs(), event_ids).subquery()
    rows = db.session.execute(select(asked.c.event_id, func.count()).group_by(asked.c.event_id))
    return {event_id: n for event_id, n in rows}


def count_second_seats(event_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Event → how many of its questions are about two who both hold a seat there: if they are one, somebody waits for
    nothing. Events without any are left out."""
    pair, one, other = _pairs(), aliased(Application), aliased(Application)
    asked = (
        select(one.event_id, pair.c.known, pair.c.wrote_from)
        .select_from(pair)
        .join(one, _seated(one, pair.c.newer))
        .join(other, _seated(other, pair.c.known) & (other.event_id == one.event_id))
        .where(pair.c.newer != pair.c.known, one.event_id.in_(event_ids))
        .distinct()
        .subquery()
    )
    rows = db.session.execute(select(asked.c.event_id, func.count()).group_by(asked.c.event_id))
    return {event_id: n for event_id, n in rows}


def _hold_two_seats(pair: CTE) -> ColumnElement[bool]:
    """Both hold a seat at one event that is not over."""
    one, other = aliased(Application), aliased(Application)
    return (
        select(one.id)
        .join(other, _seated(other, pair.c.known) & (other.event_id == one.event_id))
        .join(Event, Event.id == one.event_id)
        .where(_seated(one, pair.c.newer), pair.c.newer != pair.c.known, Event.ends_at > clock.now())
        .correlate(pair)
        .exists()
    )


def _seated(application: type[Application], person: ColumnElement[uuid.UUID]) -> ColumnElement[bool]:
    return (application.canonical_person_id == person) & application.state.in_(HOLDS_SEAT)


def count_elsewhere(event_ids: Collection[uuid.UUID]) -> int:
    """How many questions concern none of these events."""
    pair = _pairs()
    told = _of_events(pair, event_ids).subquery()
    others = (
        select(pair.c.known, pair.c.wrote_from).except_(select(told.c.known, told.c.wrote_from)).subquery()
    )
    return db.session.scalar(select(func.count()).select_from(others)) or 0


def _pairs() -> CTE:
    """Undecided pairs: the canonical person on either side, and from where the newer one wrote; a pair without an address
    is alike only to itself."""
    newer, known, up = Person, aliased(Person), _merged_upwards()
    newer_root, known_root = aliased(up), aliased(up)
    return (
        select(
            PersonCandidate.id,
            PersonCandidate.created_at,
            # Of their type: else SQLite makes no index for joining them.
            cast(func.coalesce(newer_root.c.id, newer.id), Uuid).label("newer"),
            cast(func.coalesce(known_root.c.id, known.id), Uuid).label("known"),
            func.coalesce(func.nullif(func.lower(newer.mail), ""), cast(PersonCandidate.id, String)).label(
                "wrote_from"
            ),
        )
        .join(newer, newer.id == PersonCandidate.person_id)
        .join(known, known.id == PersonCandidate.other_id)
        .outerjoin(newer_root, newer_root.c.start == PersonCandidate.person_id)
        .outerjoin(known_root, known_root.c.start == PersonCandidate.other_id)
        .where(PersonCandidate.state == CandidateState.OPEN)
        .cte("pair")
    )


def _merged_upwards() -> CTE:
    """Merged people of undecided pairs, each with the canonical one."""
    is_open = PersonCandidate.state == CandidateState.OPEN
    ends = union_all(
        select(PersonCandidate.person_id).where(is_open), select(PersonCandidate.other_id).where(is_open)
    )
    above = aliased(Person)
    up = (
        select(Person.id.label("start"), Person.merged_into_id.label("id"))
        .where(Person.merged_into_id.is_not(None), Person.id.in_(ends))
        .cte("up", recursive=True)
    )
    up = up.union_all(
        select(up.c.start, above.merged_into_id)
        .join(up, above.id == up.c.id)
        .where(above.merged_into_id.is_not(None))
    )
    at_the_top = select(Person.id).where(Person.id == up.c.id, Person.merged_into_id.is_(None)).exists()
    return select(up.c.start, up.c.id).where(at_the_top).cte("canonical")


def _concerns(pair: CTE, event_id: uuid.UUID | None) -> ColumnElement[bool]:
    """Either side has a live application at the event."""
    if event_id is None:
        return true()
    here = select(Application.canonical_person_id).where(
        Application.event_id == event_id, Application.state.in_(LIVE)
    )
    return or_(pair.c.newer.in_(here), pair.c.known.in_(here))


def _of_events(
    pair: CTE, event_ids: Collection[uuid.UUID]
) -> CompoundSelect[tuple[uuid.UUID, uuid.UUID, str]]:
    """Each of these events with each question that concerns it, once."""
    return union(
        *(
            select(Application.event_id, pair.c.known, pair.c.wrote_from)
            .join(pair, side == Application.canonical_person_id)
            .where(Application.state.in_(LIVE), Application.event_id.in_(event_ids))
            for side in (pair.c.newer, pair.c.known)
        )
    )
