"""Days begin at 00:00 in Tokyo, wherever the machine stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainings.core import clock
from trainings.core.clock import TOKYO

LAST_SECOND = datetime(2027, 2, 13, 14, 59, 59, tzinfo=UTC)
"""One second before midnight in Tokyo."""


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_today_turns_at_midnight_in_tokyo() -> None:
    with clock.frozen(LAST_SECOND):
        assert clock.today() == date(2027, 2, 13)
    with clock.frozen(LAST_SECOND + timedelta(seconds=1)):
        assert clock.today() == date(2027, 2, 14)


def test_day_begins_and_ends_at_midnight_in_tokyo() -> None:
    day = date(2027, 2, 14)

    assert clock.day_begins(day) == datetime(2027, 2, 13, 15, tzinfo=UTC)
    assert clock.day_ends(day) == datetime(2027, 2, 14, 15, tzinfo=UTC)


def test_at_is_a_local_time() -> None:
    assert clock.at(date(2027, 2, 14), time(13, 30)) == datetime(2027, 2, 14, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "year"), [(date(2027, 3, 31), 2026), (date(2027, 4, 1), 2027), (date(2027, 12, 31), 2027)]
)
def test_fiscal_year_begins_in_april(day: date, year: int) -> None:
    assert clock.fiscal_year(day) == year


def test_frozen_clock_nests_and_goes_on_afterwards() -> None:
    with clock.frozen(LAST_SECOND):
        with clock.frozen(LAST_SECOND + timedelta(days=1)):
            inner = clock.now()
        outer = clock.now()

    assert (inner, outer) == (LAST_SECOND + timedelta(days=1), LAST_SECOND)
    assert clock.now() != LAST_SECOND


def test_frozen_clock_takes_aware_instants_only() -> None:
    naive = LAST_SECOND.replace(tzinfo=None)

    with pytest.raises(ValueError, match="aware"), clock.frozen(naive):
        pass


@given(st.datetimes(min_value=datetime(1952, 1, 1), timezones=st.just(TOKYO)))  # noqa: DTZ001 - wants a naive one
def test_every_instant_lies_in_its_local_day(instant: datetime) -> None:
    day = clock.local(instant).date()

    assert clock.day_begins(day) <= instant < clock.day_ends(day)
