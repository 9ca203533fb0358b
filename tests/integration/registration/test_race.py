"""200 guests in four processes press the button at once for 50 seats. `python -m bench.race` runs it 20 times each."""

from __future__ import annotations

from pathlib import Path

from tests.support.databases import Database
from tests.support.racing import GUESTS, SEATS, track

RACES = 2
TRIES = 4


def test_race_gives_exactly_the_seats_there_are_and_keeps_every_reserve(
    database: Database, tmp_path: Path
) -> None:
    with track(database.url, tmp_path) as course:
        outcomes = [course.race() for _ in range(RACES)]

    assert [one.faults for one in outcomes] == [[]] * RACES
    assert {(one.confirmed, one.waiting) for one in outcomes} == {(SEATS, GUESTS - SEATS)}


def test_race_without_the_lock_goes_wrong(database: Database, tmp_path: Path) -> None:
    """The negative control: PostgreSQL gives seats twice; SQLite refuses writers that read too early."""
    with track(database.url, tmp_path, locked=False) as course:
        found = any(course.race().faults for _ in range(TRIES))

    assert found, "the races are too tame to show anything"
