"""The code at the door: new every 30 seconds, accepted for three minutes, never before its time."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from trainings.checkin.screens.venue import Age, age_of, possible_numbers, venue_code

KEY = "k" * 40
EVENT = uuid.UUID(int=7)
NOW = datetime(2027, 2, 14, 4, 0, 10, tzinfo=UTC)


def age(seconds: float, *, key: str = KEY, event: uuid.UUID = EVENT, version: int = 1) -> Age:
    """Of the code shown at NOW, so many seconds later."""
    return age_of(venue_code(KEY, EVENT, 1, NOW), key, event, version, NOW + timedelta(seconds=seconds))


def test_code_changes_every_thirty_seconds() -> None:
    codes = {venue_code(KEY, EVENT, 1, NOW + timedelta(seconds=second)) for second in range(60)}

    assert len(codes) == 3  # 10 s into one, a whole one, and the beginning of the next


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, Age.FRESH),
        (150, Age.FRESH),
        (169, Age.FRESH),
        (170, Age.OLD),
        (7000, Age.OLD),
        (8000, Age.UNKNOWN),
    ],
)
def test_code_is_accepted_for_three_minutes_and_known_for_two_hours(seconds: float, expected: Age) -> None:
    assert age(seconds) == expected


def test_code_of_a_later_moment_is_unknown() -> None:
    assert age(-60) == Age.UNKNOWN


def test_code_belongs_to_one_event_key_and_link() -> None:
    assert age(0, event=uuid.UUID(int=8)) == Age.UNKNOWN
    assert age(0, key="x" * 40) == Age.UNKNOWN
    assert age(0, version=2) == Age.UNKNOWN


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("K12-04785", {"K12-04785"}),
        ("K13-04785", {"K13-04785"}),
        ("04785", {"K12-04785"}),
        ("K1204785", {"K12-04785", "K12-K1204785"}),
        ("K12", {"K12-K12"}),
        ("", set()),
    ],
)
def test_number_may_be_typed_without_its_prefix(typed: str, meant: set[str]) -> None:
    assert possible_numbers(typed, "K12") == meant
