"""How people arrive: how many in every five minutes, and who is still missing at which table. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

SLOT = timedelta(minutes=5)
MOST_SLOTS = 24
"""Two hours: whoever comes later counts to the last slot, so that the columns stay broad enough to be read."""


@dataclass(frozen=True)
class Slot:
    """Arrivals within five minutes. begins_at: its first instant."""

    begins_at: datetime
    arrived: int


def slots(arrived: Mapping[int, int], opens_at: datetime, until: datetime) -> list[Slot]:
    """First arrivals by five minutes, from the opening of the doors to `until`, at least one slot. arrived: number of the
    five minutes, counted from the opening → how many came in them.

    Whoever came before the opening counts to the first slot; whoever came after the last one, to the last.
    """
    wanted = max(1, -(-(until - opens_at) // SLOT))
    count = min(wanted, MOST_SLOTS)
    found: Counter[int] = Counter()
    for number, n in arrived.items():
        found[min(max(0, number), count - 1)] += n
    return [Slot(opens_at + number * SLOT, found[number]) for number in range(count)]


@dataclass(frozen=True)
class Table:
    """One table. expected: who has a place at it; missing: how many of them have not come."""

    number: int
    expected: int
    missing: int

    @property
    def arrived(self) -> int:
        return self.expected - self.missing


def tables(places: Iterable[tuple[int, bool, int]]) -> list[Table]:
    """The tables by number. places: (table number, whether they came, how many)."""
    expected: Counter[int] = Counter()
    missing: Counter[int] = Counter()
    for number, came, n in places:
        expected[number] += n
        missing[number] += 0 if came else n
    return [Table(number, expected[number], missing[number]) for number in sorted(expected)]
