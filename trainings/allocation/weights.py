"""How heavily someone weighs in a draw. Pure.

weight = (1 + consecutive refusals, capped at 4) × first-timer bonus (allocation.md). Weights are whole numbers: the
bonus of 3/2 is written as 3 against 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

CAP = 4
FIRST_TIMER = 3
NOT_FIRST_TIMER = 2


class Outcome(StrEnum):
    """How an earlier application of a person ended. Declined, expired, cancelled and still open ones are neither."""

    REFUSED = "refused"
    ATTENDED = "attended"


def consecutive_refusals(newest_first: Sequence[Outcome]) -> int:
    """How many refusals in a row there are since the last success (confirmed and present)."""
    count = 0
    for outcome in newest_first:
        if outcome != Outcome.REFUSED:
            break
        count += 1
    return count


def weight(newest_first: Sequence[Outcome]) -> int:
    """The weight of a person with this history: 2, 4, 6, 8, or half as much again for a first-timer.

    A first-timer has never attended an event.
    """
    bonus = NOT_FIRST_TIMER if Outcome.ATTENDED in newest_first else FIRST_TIMER
    return min(1 + consecutive_refusals(newest_first), CAP) * bonus
