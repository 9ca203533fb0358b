"""優先順位: an office's own order of its applicants on the waiting list of a first-come event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

HIGHEST = 99
"""The largest number that may be typed; 1 comes first."""


@dataclass(frozen=True)
class Waiting:
    """One who waits. key: of the application. cell: group and office, None for somebody without an office. rank: place on
    the list, from 1. priority: as the office gave it, None for none."""

    key: str
    cell: tuple[str, str] | None
    rank: int
    priority: int | None


def office_order(waiting: Iterable[Waiting]) -> dict[str, int]:
    """The ranks that change when those of one office and group who have a priority share out their own places by it.

    The quotas cannot tell them apart, so that nobody else's place or chance changes. Who has no priority keeps their place.
    Equal priorities stay in the order of arrival.
    """
    cells: dict[tuple[str, str], list[Waiting]] = defaultdict(list)
    for one in waiting:
        if one.cell is not None and one.priority is not None:
            cells[one.cell].append(one)
    changed: dict[str, int] = {}
    for members in cells.values():
        places = sorted(one.rank for one in members)
        ordered = sorted(members, key=lambda one: (one.priority, one.rank))
        changed |= {one.key: rank for one, rank in zip(ordered, places, strict=True) if one.rank != rank}
    return changed
