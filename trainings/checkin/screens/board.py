"""What the live board shows, read in a handful of statements."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select

from trainings.checkin import queries
from trainings.checkin.models import Scan
from trainings.checkin.passages.arrivals import Slot, Table, slots, tables
from trainings.checkin.queries import GroupArrival
from trainings.core.db import db
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


@dataclass(frozen=True)
class Guest:
    """Somebody the door expects, as the board needs them."""

    event_group_id: uuid.UUID
    group: EventGroup
    full_name: str
    organisation_name: str


MOST_NAMES = 300
"""So many names of people who have not come stand on a page; the others are counted."""


@dataclass(frozen=True)
class Board:
    """The door at this moment. missing: participants with a seat who have not come, by group, then kana. seated: group →
    how many had a seat before the day, that is without walk-ins."""

    groups: list[GroupArrival]
    slots: list[Slot]
    tables: list[Table[Guest]]
    missing: list[Guest]
    seated: Counter[uuid.UUID]

    @property
    def absences(self) -> list[Absence]:
        """No-shows by group, for groups with a seat given before the day."""
        missing = Counter(one.event_group_id for one in self.missing)
        return [
            Absence(row.group, self.seated[row.group.id], missing[row.group.id])
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
        missing = [len(table.missing) for table in self.tables if table.missing]
        return max(missing, default=0) if sum(missing) <= MOST_NAMES else MOST_NAMES // len(missing)

    @property
    def busiest(self) -> int:
        """Arrivals in the fullest five minutes."""
        return max(slot.arrived for slot in self.slots)


def board_of(event: Event) -> Board:
    """The live board of an event: tables count everybody who sits there, groups only participants. Whoever was let in
    without a seat counts like the others."""
    arrivals = queries.first_arrivals(event.id)
    people = [one for one in _expected(event) if one.state == State.CONFIRMED or one.id in arrivals]
    groups = {group.id: group for group in event.groups}
    guests = {
        one.id: Guest(
            one.event_group_id,
            groups[one.event_group_id],
            f"{one.family} {one.given}".strip(),
            one.organisation_name,
        )
        for one in people
    }
    participants = [one for one in people if one.role == PARTICIPANT]
    came = [arrivals[one.id] for one in participants if one.id in arrivals]
    return Board(
        groups=queries.arrivals_by_group(event),
        slots=slots(came, event.doors_open_at, max([event.starts_at, *came])),
        tables=tables(
            [(one.id, one.table_number, guests[one.id]) for one in people if one.table_number is not None],
            arrivals,
        ),
        missing=[
            guests[one.id]
            for one in participants
            if one.id not in arrivals and one.channel != Channel.WALK_IN
        ],
        seated=Counter(
            one.event_group_id
            for one in participants
            if one.state == State.CONFIRMED and one.channel != Channel.WALK_IN
        ),
    )


def _expected(event: Event) -> Sequence[Row[Any]]:
    """Whoever has a seat or was ever scanned, by group, then kana: columns only."""
    scanned = select(Scan.application_id).where(Scan.event_id == event.id, Scan.application_id.is_not(None))
    return db.session.execute(
        select(
            *(Application.id, Application.event_group_id, Application.state, Application.role),
            *(Application.channel, Application.table_number, Application.organisation_name),
            *(Application.family, Application.given),
        )
        .join(EventGroup, EventGroup.id == Application.event_group_id)
        .where(
            Application.event_id == event.id,
            or_(Application.state == State.CONFIRMED, Application.id.in_(scanned)),
        )
        .order_by(EventGroup.sort, Application.family_kana, Application.given_kana, Application.code)
    ).all()
