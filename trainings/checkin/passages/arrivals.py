"""How people arrive: how many in every five minutes, and who is still missing at which table. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

SLOT = timedelta(minutes=5)
MOST_SLOTS = 24
"""Two hours: whoever comes later counts to the last slot, so that the columns stay broad enough to be read."""

Guest = TypeVar("Guest")


@dataclass(frozen=True)
class Slot:
    """Arrivals within five minutes. begins_at: its first instant."""

    begins_at: datetime
    arrived: int


def slots(arrivals: Iterable[datetime], opens_at: datetime, until: datetime) -> list[Slot]:
    """First arrivals counted by five minutes, from the opening of the doors to `until`, at least one slot.

    Whoever came before the opening counts to the first slot; whoever came after the last one, to the last.
    """
    wanted = max(1, -(-(until - opens_at) // SLOT))
    count = min(wanted, MOST_SLOTS)
    found = Counter(min(max(0, (at - opens_at) // SLOT), count - 1) for at in arrivals)
    return [Slot(opens_at + number * SLOT, found[number]) for number in range(count)]


@dataclass(frozen=True)
class Table(Generic[Guest]):
    """One table. missing: who has a place at it and has not come, in the order given."""

    number: int
    expected: int
    missing: list[Guest]

    @property
    def arrived(self) -> int:
        return self.expected - len(self.missing)


def tables(places: Iterable[tuple[UUID, int, Guest]], arrived: Collection[UUID]) -> list[Table[Guest]]:
    """The tables by number. places: (application, table number, whoever it is)."""
    seated: Mapping[int, list[tuple[UUID, Guest]]] = defaultdict(list)
    for application_id, number, guest in places:
        seated[number].append((application_id, guest))
    return [
        Table(number, len(people), [guest for one, guest in people if one not in arrived])
        for number, people in sorted(seated.items())
    ]
