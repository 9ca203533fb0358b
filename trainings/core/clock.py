"""What time it is. All code asks here, so that a test can hold the clock still.

Instants are aware UTC datetimes. Dates are local: a day begins at 00:00 Asia/Tokyo.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")

_held: list[datetime] = []


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _held[-1] if _held else datetime.now(UTC)


def today() -> date:
    """The present date in Tokyo."""
    return local(now()).date()


def local(instant: datetime) -> datetime:
    """The same instant on a clock in Tokyo; `instant` must be aware."""
    return instant.astimezone(TOKYO)


def day_begins(day: date) -> datetime:
    """The instant (UTC) at which a local day begins."""
    return datetime.combine(day, time(), TOKYO).astimezone(UTC)


def day_ends(day: date) -> datetime:
    """The instant (UTC) at which a local day ends and the next one begins."""
    return day_begins(day + timedelta(days=1))


def at(day: date, clock_time: time) -> datetime:
    """The instant (UTC) of a local date and time."""
    return datetime.combine(day, clock_time, TOKYO).astimezone(UTC)


def fiscal_year(day: date) -> int:
    """The Japanese fiscal year (April to March) that a date lies in."""
    return day.year if day.month >= 4 else day.year - 1


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Hold the clock at an aware instant (tests, sample city, rehearsal); nests."""
    if instant.tzinfo is None:
        raise ValueError("the clock takes aware datetimes only")
    _held.append(instant.astimezone(UTC))
    try:
        yield
    finally:
        _held.pop()
