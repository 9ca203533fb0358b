"""Arrivals by five minutes, and who is missing at which table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trainings.checkin.passages.arrivals import MOST_SLOTS, SLOT, slots, tables

OPENS = datetime(2027, 2, 14, 4, 0, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return OPENS + timedelta(minutes=minutes)


def test_slots_count_arrivals_by_five_minutes() -> None:
    found = slots({0: 2, 1: 1, 2: 1}, OPENS, after(20))

    assert [slot.arrived for slot in found] == [2, 1, 1, 0]
    assert [slot.begins_at for slot in found] == [after(0), after(5), after(10), after(15)]


def test_slots_take_early_and_very_late_people_at_their_ends() -> None:
    found = slots({-2: 1, 120: 1}, OPENS, after(600))

    assert (found[0].arrived, found[-1].arrived, len(found)) == (1, 1, MOST_SLOTS)


@given(st.dictionaries(st.integers(-12, 120), st.integers(1, 9)), st.integers(-10, 600))
def test_slots_lose_nobody(arrived: dict[int, int], until: int) -> None:
    found = slots(arrived, OPENS, after(until))

    assert sum(slot.arrived for slot in found) == sum(arrived.values())
    assert 1 <= len(found) <= MOST_SLOTS
    assert all(later.begins_at - earlier.begins_at == SLOT for earlier, later in pairwise(found))


def test_tables_tell_how_many_are_missing() -> None:
    found = tables([(2, True, 1), (1, True, 1), (2, False, 2)])

    assert [(one.number, one.arrived, one.expected, one.missing) for one in found] == [
        (1, 1, 1, 0),
        (2, 1, 3, 2),
    ]
