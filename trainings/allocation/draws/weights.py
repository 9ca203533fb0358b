"""How heavily someone weighs in a draw. Pure.

weight = (1 + consecutive refusals, up to a most) × first-timer bonus (allocation.md). Both numbers are set for each event;
weights are whole numbers, in halves: the usual bonus of 3/2 is written as 3 against 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

HALVES = 2
"""Weight of somebody with nothing in their favour."""
LEAST_MOST, LARGEST_MOST = 2, 6
"""A refusal always counts at the next draw, so that 「次回は優先されます」 is true whatever an organiser sets."""
BONUSES = (2, 3, 4, 6)
"""First-timers, in halves: as others, half as much again, twice, three times."""


@dataclass(frozen=True)
class WeightRule:
    """most: the weight after many refusals in a row, once = 1. first_timer: the bonus, in halves. kind: of which kind of
    event earlier applications count; "" = of all kinds."""

    most: int
    first_timer: int
    kind: str = ""


class Outcome(StrEnum):
    """How an earlier application of a person ended. Declined, expired, cancelled and still open ones are neither."""

    REFUSED = "refused"
    ATTENDED = "attended"


class Past(NamedTuple):
    """An earlier application of a person. kind: of its event."""

    outcome: Outcome
    kind: str


def counted(newest_first: Sequence[Past], rule: WeightRule) -> tuple[Outcome, ...]:
    """What of a history a rule looks at, newest first."""
    return tuple(past.outcome for past in newest_first if rule.kind in ("", past.kind))


def consecutive_refusals(newest_first: Sequence[Outcome]) -> int:
    """How many refusals in a row there are since the last success (confirmed and present)."""
    count = 0
    for outcome in newest_first:
        if outcome != Outcome.REFUSED:
            break
        count += 1
    return count


def is_first_timer(newest_first: Sequence[Outcome]) -> bool:
    """Whether somebody has never attended an event."""
    return Outcome.ATTENDED not in newest_first


def weight(newest_first: Sequence[Past], rule: WeightRule) -> int:
    """The weight of a person with this history, in halves: 2 for once."""
    outcomes = counted(newest_first, rule)
    bonus = rule.first_timer if is_first_timer(outcomes) else HALVES
    return min(1 + consecutive_refusals(outcomes), rule.most) * bonus
