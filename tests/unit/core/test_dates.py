"""Dates as people read them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from trainings.core import clock, web
from trainings.core.clock import TOKYO

AFTERNOON = datetime(2027, 2, 14, 13, 30, tzinfo=TOKYO)


def test_dates_carry_the_weekday() -> None:
    assert web.jdate(AFTERNOON) == "2027年2月14日（日）"
    assert web.jday(date(2027, 2, 14)) == "2月14日（日）"


def test_times_are_those_of_tokyo() -> None:
    assert web.jtime(AFTERNOON.astimezone(clock.UTC)) == "13:30"
    assert web.jtime(datetime(2027, 2, 14, 9, 5, tzinfo=TOKYO)) == "9:05"


def test_date_and_time_name_the_year_only_when_it_is_another() -> None:
    with clock.frozen(datetime(2027, 1, 5, tzinfo=TOKYO)):
        same = web.jdatetime(AFTERNOON)
    with clock.frozen(datetime(2026, 12, 31, 23, 59, tzinfo=TOKYO)):
        other = web.jdatetime(AFTERNOON)

    assert (same, other) == ("2月14日（日）13:30", "2027年2月14日（日）13:30")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2027, 2, 14), "令和9年2月14日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "西暦1989年1月7日"),
    ],
)
def test_wareki_names_the_era(day: date, words: str) -> None:
    assert web.wareki(day) == words


def test_days_left_counts_local_days() -> None:
    with clock.frozen(datetime(2027, 2, 11, 23, 59, tzinfo=TOKYO)):
        assert web.days_left(AFTERNOON) == 3
    with clock.frozen(datetime(2027, 2, 15, 0, 0, tzinfo=TOKYO)):
        assert web.days_left(AFTERNOON) == -1
