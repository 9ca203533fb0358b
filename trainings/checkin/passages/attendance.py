"""From scans to attendance. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

SMALL_DELAY = timedelta(minutes=10)
"""Who comes in later than this after the beginning is late."""


@dataclass(frozen=True)
class Passage:
    """One passage that stands. inwards: in or out."""

    at: datetime
    inwards: bool


@dataclass(frozen=True)
class Attendance:
    """One person in one session. minutes: whole minutes inside the session's time. open_end: there was no exit scan,
    so the end of the session counts as the exit."""

    present: bool
    minutes: int
    late: bool
    open_end: bool


def attendance(passages: Iterable[Passage], starts_at: datetime, ends_at: datetime) -> Attendance:
    """Present = one entry. Time before the start and after the end does not count. Only the times of the passages say
    what came first; whoever went in and out at the same instant is where they were before."""
    ordered = sorted(passages, key=lambda passage: passage.at)
    first_in = next((passage.at for passage in ordered if passage.inwards), None)
    if first_in is None:
        return Attendance(False, 0, False, False)
    inside, since = timedelta(), None
    for at, together in groupby(ordered, key=lambda passage: passage.at):
        ways = {passage.inwards for passage in together}
        if ways == {True} and since is None:
            since = at
        elif ways == {False} and since is not None:
            inside += _overlap(since, at, starts_at, ends_at)
            since = None
    if since is not None:
        inside += _overlap(since, ends_at, starts_at, ends_at)
    return Attendance(
        present=True,
        minutes=int(inside.total_seconds() // 60),
        late=first_in > starts_at + SMALL_DELAY,
        open_end=since is not None,
    )


def _overlap(begin: datetime, end: datetime, starts_at: datetime, ends_at: datetime) -> timedelta:
    return max(min(end, ends_at) - max(begin, starts_at), timedelta())
