"""The order and the times of a programme. Pure.

An organiser types how long each line takes; a line begins when the one before it ends. Only where that is not so (after
a lunch break that is no line, on the second day) a clock time is stated, and the day follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from trainings.core import clock


@dataclass(frozen=True)
class Line:
    """minutes: how long it takes. begins: stated local time, None = when the line before it ends."""

    minutes: int
    begins: time | None = None


class BeginsTooEarly(Exception):
    """A line states a time that no day of the event has left. place: which line, from 0."""

    def __init__(self, place: int) -> None:
        super().__init__(f"line {place}")
        self.place = place


def laid_out(lines: Sequence[Line], *, first: datetime, days: Sequence[date]) -> list[datetime]:
    """The instant at which each line begins.

    first: instant at which the event begins. days: its local days, ascending; a stated time is the next one of that
    kind on any of them. Raises `BeginsTooEarly`.
    """
    begins, ends_before = [], first
    for place, line in enumerate(lines):
        starts_at = ends_before if line.begins is None else _next(line.begins, ends_before, days)
        if starts_at is None:
            raise BeginsTooEarly(place)
        begins.append(starts_at)
        ends_before = starts_at + timedelta(minutes=line.minutes)
    return begins


def _next(clock_time: time, earliest: datetime, days: Sequence[date]) -> datetime | None:
    instants = (clock.at(day, clock_time) for day in days)
    return next((instant for instant in instants if instant >= earliest), None)


def stated_times(begins: Sequence[datetime], minutes: Sequence[int], *, first: datetime) -> list[time | None]:
    """Which lines must state their time so that `laid_out` gives the same instants; None for all others."""
    stated: list[time | None] = []
    ends_before = first
    for starts_at, length in zip(begins, minutes, strict=True):
        stated.append(None if starts_at == ends_before else clock.local(starts_at).time())
        ends_before = starts_at + timedelta(minutes=length)
    return stated


def reordered(numbers: Sequence[int | None]) -> list[int]:
    """The old places (from 0) of lines in their new order.

    numbers: what stands in the field of each line, where the line at place p showed p + 1 at first; None for a line
    without a number, which goes to the end. A line moved up to a taken number goes before it, one moved down after it.
    """

    def rank(place: int) -> tuple[float, int, int]:
        number = numbers[place]
        if number is None:
            return float("inf"), 0, place
        was = place + 1
        return number, (number > was) - (number < was), place

    return sorted(range(len(numbers)), key=rank)
