"""What the live board shows, read in a handful of statements."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Subquery, func, or_, select

from trainings.checkin import queries
from trainings.checkin.models import Scan
from trainings.checkin.passages.arrivals import SLOT, Slot, Table, slots, tables
from trainings.checkin.passages.facts import entry, passed_at
from trainings.checkin.queries import GroupArrival
from trainings.core.db import db
from trainings.core.instants import seconds_of
from trainings.core.small_numbers import small_groups, told
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventGroup
from trainings.registration.models import Application, Channel
from trainings.registration.states import State


@dataclass(frozen=True)
class Absence:
    """No-shows of one group. seated: how many had a seat before the day."""

    group: EventGroup
    seated: int
    missing: int

    @property
    def rate(self) -> float:
        """Share of those with a seat who did not come, 0 to 1."""
        return self.missing / self.seated


@dataclass(frozen=True)
class ScreenLine:
    """Arrivals of one group as everybody in the hall may read them; group: None for the small ones together."""

    group: EventGroup | None
    expected: int
    arrived: int

    @property
    def most(self) -> int:
        return max(self.expected, self.arrived)


MOST_NAMES = 300
"""So many names of people who have not come stand on a page; the others are counted."""


@dataclass(frozen=True)
class Board:
    """The door at this moment, in numbers. missing: group → how many participants with a seat have not come. seated: group
    → how many had a seat before the day, that is without walk-ins."""

    groups: list[GroupArrival]
    slots: list[Slot]
    tables: list[Table]
    missing: Counter[uuid.UUID]
    seated: Counter[uuid.UUID]

    @property
    def absences(self) -> list[Absence]:
        """No-shows by group, for groups with a seat given before the day."""
        return [
            Absence(row.group, self.seated[row.group.id], self.missing[row.group.id])
            for row in self.groups
            if self.seated[row.group.id]
        ]

    @property
    def arrived(self) -> int:
        return sum(row.arrived for row in self.groups)

    @property
    def expected(self) -> int:
        return sum(row.expected for row in self.groups)

    @property
    def met_groups(self) -> list[GroupArrival]:
        """Groups that anybody of this event belongs to."""
        return [row for row in self.groups if row.is_met]

    @property
    def screen_lines(self) -> list[ScreenLine]:
        """The groups, those with few people together; none of them where that would be few too."""
        met = self.met_groups
        small = small_groups({str(row.group.id): (row.most,) for row in met})
        lines = [
            ScreenLine(row.group, row.expected, row.arrived) for row in met if str(row.group.id) not in small
        ]
        rest = [row for row in met if str(row.group.id) in small]
        pooled = ScreenLine(None, sum(row.expected for row in rest), sum(row.arrived for row in rest))
        return [*lines, pooled] if pooled.most and told(pooled.most) is not None else lines

    @property
    def names_shown(self) -> int:
        """How many names a page shows of those who have not come."""
        return MOST_NAMES

    @property
    def names_a_table(self) -> int:
        """The same of each table, so that no table is favoured; all of them where the event is not large."""
        missing = [table.missing for table in self.tables if table.missing]
        return max(missing, default=0) if sum(missing) <= MOST_NAMES else MOST_NAMES // len(missing)

    @property
    def busiest(self) -> int:
        """Arrivals in the fullest five minutes."""
        return max(slot.arrived for slot in self.slots)


def board_of(event: Event) -> Board:
    """The live board of an event: tables count everybody who sits there, groups only participants. Whoever was let in
    without a seat counts like the others."""
    people = _counted(event)
    participants = [one for one in people if one.takes_part]
    arrived = _arrived(event)
    latest = [one.latest for one in arrived]
    return Board(
        groups=queries.arrivals_by_group(event),
        slots=slots(
            {one.slot: one.n for one in arrived},
            event.doors_open_at,
            max([event.starts_at, *latest]),
        ),
        tables=tables((one.table_number, one.came, one.n) for one in people if one.table_number is not None),
        missing=_by_group(one for one in participants if not one.came and not one.walked_in),
        seated=_by_group(one for one in participants if one.has_seat and not one.walked_in),
    )


def _by_group(rows: Iterable[Row[Any]]) -> Counter[uuid.UUID]:
    found: Counter[uuid.UUID] = Counter()
    for row in rows:
        found[row.event_group_id] += row.n
    return found


def _first_arrivals(event: Event) -> Subquery:
    return (
        select(Scan.application_id, func.min(passed_at()).label("at"))
        .where(Scan.event_id == event.id, entry())
        .group_by(Scan.application_id)
        .subquery()
    )


def _counted(event: Event) -> Sequence[Row[Any]]:
    """Whoever has a seat or came, counted by all that the board tells apart."""
    came = _first_arrivals(event)
    has_seat = Application.state == State.CONFIRMED
    apart = (
        Application.event_group_id,
        Application.table_number,
        (Application.role == PARTICIPANT).label("takes_part"),
        has_seat.label("has_seat"),
        (Application.channel == Channel.WALK_IN).label("walked_in"),
        came.c.application_id.is_not(None).label("came"),
    )
    return db.session.execute(
        select(*apart, func.count().label("n"))
        .outerjoin(came, came.c.application_id == Application.id)
        .where(Application.event_id == event.id, or_(has_seat, came.c.application_id.is_not(None)))
        # By their names: PostgreSQL takes two parameters for two, whatever they hold.
        .group_by(*(one.name for one in apart))
    ).all()


def _arrived(event: Event) -> Sequence[Row[Any]]:
    """Participants by the five minutes in which they first came, counted from the opening; and the latest of each."""
    came = _first_arrivals(event)
    opened = int(event.doors_open_at.timestamp())
    slot = ((seconds_of(came.c.at) - opened) // int(SLOT.total_seconds())).label("slot")
    return db.session.execute(
        select(slot, func.count().label("n"), func.max(came.c.at).label("latest"))
        .join(Application, Application.id == came.c.application_id)
        .where(Application.role == PARTICIPANT)
        .group_by("slot")
    ).all()


# -- names ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guest:
    """Somebody who has not come."""

    group: EventGroup
    full_name: str
    organisation_name: str


@dataclass(frozen=True)
class Missing:
    """Names of those who have not come, by group, then kana. at_tables: table → of everybody who sits there; people: of all
    participants. Of neither more than a page shows."""

    at_tables: Mapping[int, Sequence[Guest]]
    people: Sequence[Guest]


def names_of_missing(event: Event, board: Board, *, by_table: bool) -> Missing:
    """by_table: of each table as many as of any other; else of all together."""
    if by_table and board.tables:
        at_tables: dict[int, list[Guest]] = defaultdict(list)
        for row in _named(event, at_each_table=board.names_a_table):
            at_tables[row.table_number].append(_guest(event, row))
        return Missing(at_tables, [])
    return Missing({}, [_guest(event, row) for row in _named(event)] if board.missing else [])


def _named(event: Event, at_each_table: int | None = None) -> Sequence[Row[Any]]:
    came = _first_arrivals(event)
    order = (EventGroup.sort, Application.family_kana, Application.given_kana, Application.code)
    wanted = (
        select(
            *(Application.event_group_id, Application.table_number, Application.organisation_name),
            *(Application.family, Application.given),
        )
        .join(EventGroup, EventGroup.id == Application.event_group_id)
        .outerjoin(came, came.c.application_id == Application.id)
        .where(
            Application.event_id == event.id,
            Application.state == State.CONFIRMED,
            came.c.application_id.is_(None),
        )
    )
    if at_each_table is None:
        those = (Application.role == PARTICIPANT, Application.channel != Channel.WALK_IN)
        return db.session.execute(wanted.where(*those).order_by(*order).limit(MOST_NAMES)).all()
    place = func.row_number().over(partition_by=Application.table_number, order_by=order).label("place")
    placed = wanted.add_columns(place).where(Application.table_number.is_not(None)).subquery()
    return db.session.execute(
        select(placed).where(placed.c.place <= at_each_table).order_by(placed.c.table_number, placed.c.place)
    ).all()


def _guest(event: Event, row: Row[Any]) -> Guest:
    group = next(one for one in event.groups if one.id == row.event_group_id)
    return Guest(group, f"{row.family} {row.given}".strip(), row.organisation_name)
