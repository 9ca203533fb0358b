"""What must be true of an evening, by the plainest rules and from nothing but what happened at the desks: what each showed,
and what it took back. Knows nothing of the product and of what a server answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True)
class Happened:
    """One scan of somebody's ticket. inwards: in or out. let_through: the desk showed green or yellow, or let the person
    pass all the same."""

    id: str
    person: str
    at: datetime
    inwards: bool
    let_through: bool = True


@dataclass(frozen=True)
class Sitting:
    """One session of the evening."""

    id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class There:
    """One person in one session. minutes: whole ones within its time."""

    present: bool
    minutes: int
    open_end: bool


NOWHERE = There(present=False, minutes=0, open_end=False)


def who_was_there(
    happened: Iterable[Happened],
    undone: Iterable[str],
    sittings: Sequence[Sitting],
    corrected: Mapping[str, datetime] | None = None,
) -> dict[tuple[str, str], There]:
    """(person, session) → what is true of them; those who never came are left out. undone: ids of scans. corrected: id of
    a scan → the time that staff gave it last."""
    gone = set(undone)
    times = corrected or {}
    found: dict[tuple[str, str], list[tuple[datetime, bool]]] = {}
    for one in happened:
        if one.let_through and one.id not in gone:
            at = times.get(one.id, one.at)
            sitting = next((part for part in sittings if at < part.ends_at), sittings[-1])
            found.setdefault((one.person, sitting.id), []).append((at, one.inwards))
    by_id = {part.id: part for part in sittings}
    return {
        key: _there(steps, by_id[key[1]])
        for key, steps in found.items()
        if any(inwards for _, inwards in steps)
    }


def _there(steps: Sequence[tuple[datetime, bool]], sitting: Sitting) -> There:
    """Minutes as the sum of the stretches between two instants at which anything happens, where the person was inside."""
    instants = sorted({at for at, _ in steps} | {sitting.starts_at, sitting.ends_at})
    inside = sum(
        (
            later - instant
            for instant, later in pairwise(instants)
            if _is_inside(steps, instant) and sitting.starts_at <= instant < sitting.ends_at
        ),
        timedelta(),
    )
    last = max(at for at, _ in steps)
    return There(True, inside // timedelta(minutes=1), _is_inside(steps, last))


def _is_inside(steps: Sequence[tuple[datetime, bool]], instant: datetime) -> bool:
    """Right after an instant: as the last step until then says. One in and one out at once leave it as it was."""
    for at in sorted({at for at, _ in steps if at <= instant}, reverse=True):
        ways = {inwards for when, inwards in steps if when == at}
        if len(ways) == 1:
            return ways.pop()
    return False
