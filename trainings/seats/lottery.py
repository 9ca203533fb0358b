"""The draw: who gets a seat, and in which order the others wait. Same inputs and seed, same result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainings.seats.degrade import Shortfall
from trainings.seats.odds import Odds, fair_odds
from trainings.seats.pushing import push_cycles
from trainings.seats.rules import Candidate, Honoured, Rules
from trainings.seats.waiting import waiting_order


@dataclass(frozen=True, eq=False)
class DrawResult:
    """What a draw decided.

    selected: keys of the drawn (placed people are not among them), sorted. waiting: everyone else's keys in rank order.
    odds: everyone's odds as they stood before the draw, with certificate, honoured reserves and shortfalls.
    pushes: the steps of the draw, in units of 1/UNIT of a seat (see `pushing`).
    """

    selected: tuple[str, ...]
    waiting: tuple[str, ...]
    odds: Odds
    pushes: tuple[int, ...]

    @property
    def z(self) -> Mapping[str, int]:
        """Person → z, odds z / UNIT."""
        return self.odds.z

    @property
    def honoured(self) -> Honoured:
        """The reserves kept and F, placed people included."""
        return self.odds.honoured

    @property
    def shortfalls(self) -> tuple[Shortfall, ...]:
        """Wishes that could not be met, with reasons."""
        return self.odds.shortfalls

    @property
    def fillable(self) -> int:
        """F: seats filled, placed people included."""
        return self.honoured.seats


def draw(
    rules: Rules, candidates: Sequence[Candidate], placed: Sequence[Candidate], seed: bytes
) -> DrawResult:
    """Draws a roster so that everyone's odds are as equal as the quotas allow.

    placed: people with a seat by hand; they count and are not drawn. seed: 32 bytes. The order of the lists does
    not matter. Raises `SeatsRefused` for unusable candidates or blocks; reserves that cannot be met are lowered.
    """
    return draw_with(fair_odds(rules, candidates, placed), seed)


def draw_with(odds: Odds, seed: bytes) -> DrawResult:
    """Draws by odds that were fixed (and published) before the seed was known."""
    selected, pushes = push_cycles(odds.network, odds.z, seed)
    chosen = set(selected)
    waiting = waiting_order(seed, [person for person in odds.candidates if person.key not in chosen])
    return DrawResult(selected, waiting, odds, pushes)
