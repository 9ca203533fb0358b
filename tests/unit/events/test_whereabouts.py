"""What somebody who knew when and where an event was has to hear."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.hands import Clock
from trainings.events.whereabouts import differences


def at(hour: int, day: int = 14) -> str:
    """An hour in Tokyo in February 2027, as it is kept."""
    return datetime(2027, 2, day, hour - 9, tzinfo=UTC).isoformat()


def known(**differs: Any) -> dict[str, Any]:
    """13:00 to 16:00 on the 14th, doors from 12:00, in a hall."""
    return {
        "sessions": [[at(13), at(16)]],
        "starts_at": at(13),
        "ends_at": at(16),
        "doors_open_at": at(12),
        "venue": "けやき市民ホール",
        "room": "",
        "address": "",
    } | differs


def test_nothing_is_told_of_what_is_the_same(clock: Clock) -> None:
    assert differences(known(), known()) == []


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (
            known(sessions=[[at(13, 21), at(16, 21)]], starts_at=at(13, 21), doors_open_at=at(12, 21)),
            [("日時", "2月14日（日）13:00–16:00", "2月21日（日）13:00–16:00")],
        ),
        (known(doors_open_at=at(11)), [("受付", "12:00から", "11:00から")]),
        (
            known(venue="中央公民館", room="3階", address="中央1-2-3"),
            [("会場", "けやき市民ホール", "中央公民館 3階（中央1-2-3）")],
        ),
        (
            known(sessions=[[at(13), at(14)], [at(15), at(16)]]),
            [("日時", "2月14日（日）13:00–16:00", "2月14日（日）13:00–14:00、2月14日（日）15:00–16:00")],
        ),
    ],
)
def test_each_difference_is_told_with_what_it_was(
    clock: Clock, after: dict[str, Any], told: list[tuple[str, str, str]]
) -> None:
    assert [(one.what, one.before, one.after) for one in differences(known(), after)] == told
