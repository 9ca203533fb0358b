"""From scans to minutes, and lateness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from trainings.checkin.passages.attendance import Attendance, Passage, attendance

STARTS = datetime(2027, 2, 14, 4, 30, tzinfo=UTC)
ENDS = STARTS + timedelta(hours=3)
NOWHERE = Attendance(False, 0, False, False)


def at(minutes: int, *, inwards: bool = True) -> Passage:
    """A passage so many minutes after the beginning."""
    return Passage(STARTS + timedelta(minutes=minutes), inwards)


def test_nobody_scanned_is_absent() -> None:
    assert attendance([], STARTS, ENDS) == NOWHERE
    assert attendance([at(10, inwards=False)], STARTS, ENDS) == NOWHERE


def test_entry_without_exit_counts_to_the_end_and_is_marked() -> None:
    assert attendance([at(-20)], STARTS, ENDS) == Attendance(True, 180, False, True)


def test_exit_ends_the_minutes() -> None:
    assert attendance([at(-5), at(60, inwards=False)], STARTS, ENDS) == Attendance(True, 60, False, False)


def test_break_outside_does_not_count() -> None:
    passages = [at(0), at(60, inwards=False), at(80), at(180, inwards=False)]

    assert attendance(passages, STARTS, ENDS).minutes == 160


def test_scans_may_arrive_in_any_order() -> None:
    passages = [at(80), at(60, inwards=False), at(0)]

    assert attendance(passages, STARTS, ENDS) == Attendance(True, 160, False, True)


def test_out_and_in_at_one_instant_leave_everybody_where_they_were() -> None:
    for both in ([at(60), at(60, inwards=False)], [at(60, inwards=False), at(60)]):
        assert attendance([at(0), *both], STARTS, ENDS) == Attendance(True, 180, False, True)
        assert attendance(both, STARTS, ENDS) == Attendance(True, 0, True, False)


def test_late_is_more_than_ten_minutes() -> None:
    assert not attendance([at(10)], STARTS, ENDS).late
    assert attendance([at(11)], STARTS, ENDS).late


def test_second_entry_without_exit_changes_nothing() -> None:
    assert attendance([at(0), at(30)], STARTS, ENDS) == attendance([at(0)], STARTS, ENDS)


def test_entry_after_the_end_is_present_with_no_minutes() -> None:
    assert attendance([at(200)], STARTS, ENDS) == Attendance(True, 0, True, True)


@given(some.lists(some.tuples(some.integers(-60, 260), some.booleans()), max_size=8))
def test_minutes_never_leave_the_session(passages: list[tuple[int, bool]]) -> None:
    found = attendance([at(minute, inwards=inwards) for minute, inwards in passages], STARTS, ENDS)

    assert 0 <= found.minutes <= 180
    assert found.present == any(inwards for _, inwards in passages)
