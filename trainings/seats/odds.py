"""Everyone's odds by given rules, with the proof that nobody's could be evener."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from trainings.seats import network
from trainings.seats.degrade import Limit, Shortfall, degrade_network
from trainings.seats.levels import Level
from trainings.seats.network import TOTAL, SeatNetwork
from trainings.seats.rounding import integer_odds
from trainings.seats.rules import Candidate, Honoured, Rules, check_candidates, check_no_blocks

if TYPE_CHECKING:
    from trainings.seats.flow import Ints


@dataclass(frozen=True)
class Reason:
    """Why the people of a level have their odds: per weight = (Σ limits.seats - settled) / weight.

    limits: caps, and the seats to fill (positive); reserves kept for others (negative). settled: what of those limits
    goes to people outside this level (net, exact). people, weight: who shares the rest. No limits: odds of 1.
    """

    limits: tuple[Limit, ...]
    settled: Fraction
    people: int
    weight: int


@dataclass(frozen=True, eq=False)
class Odds:
    """Odds of everyone in a draw, fixed before it.

    z: person → z, odds z / UNIT. levels: the exact odds, ascending, with tight cuts (the certificate). honoured: the
    reserves kept and F. shortfalls: wishes that cannot be met, with reasons.
    """

    candidates: tuple[Candidate, ...]
    placed: tuple[Candidate, ...]
    network: SeatNetwork
    lower: Ints
    upper: Ints
    honoured: Honoured
    shortfalls: tuple[Shortfall, ...]
    levels: tuple[Level, ...]
    z: Mapping[str, int]

    @cached_property
    def level_of(self) -> Mapping[str, int]:
        """Person → index of their level."""
        return {
            key: n
            for n, level in enumerate(self.levels)
            for people in level.types
            for key in self.network.types[people].members
        }

    @cached_property
    def exact(self) -> Mapping[str, Fraction]:
        """Person → their odds before rounding to units of 1/U."""
        shares: dict[tuple[int, int], Fraction] = {}
        found = {}
        for person in self.candidates:
            alike = self.level_of[person.key], person.weight
            if alike not in shares:
                shares[alike] = self.levels[alike[0]].per_weight * person.weight
            found[person.key] = shares[alike]
        return found

    def reason(self, level: int) -> Reason:
        """The tight cut of a level in terms of rules."""
        import numpy as np

        this = self.levels[level]
        people = sum(len(self.network.types[n].members) for n in this.types)
        weight = sum(len(self.network.types[n].members) * self.network.types[n].weight for n in this.types)
        if not this.cut:
            return Reason((), Fraction(0), people, weight)
        names = set(this.cut)
        inside = np.array([name in names for name in self.network.nodes])
        out_of = inside[self.network.graph.tails] & ~inside[self.network.graph.heads]
        into = ~inside[self.network.graph.tails] & inside[self.network.graph.heads]
        first = self.network.first_type
        limits = [
            Limit(self.network.labels[n], int(self.upper[n])) for n in np.flatnonzero(out_of[:first])
        ] + [
            Limit(self.network.labels[n], -int(self.lower[n]))
            for n in np.flatnonzero(into[:first])
            if self.lower[n]
        ]
        return Reason(
            tuple(limits),
            sum((x.seats for x in limits), Fraction(0)) - this.per_weight * weight,
            people,
            weight,
        )


def fair_odds(rules: Rules, candidates: Sequence[Candidate], placed: Sequence[Candidate] = ()) -> Odds:
    """The odds of a draw: reserves degraded, seats filled, then leximin of odds / weight, in whole units of 1/U.

    placed: people with a seat by hand; they count and are not drawn. The order of the lists does not matter.
    Raises `SeatsRefused` for unusable candidates or blocks; `FlowFailed` when the flow library does.
    """
    from trainings.seats.leximin import leximin  # lazy door: it stands on NumPy

    check_candidates(rules, candidates, placed)
    check_no_blocks((*candidates, *placed))
    candidates = tuple(sorted(candidates, key=lambda person: person.key))
    placed = tuple(sorted(placed, key=lambda person: person.key))
    seats = network.build(rules, candidates, placed)
    honoured, shortfalls = degrade_network(seats)
    lower, upper = seats.lower_with(honoured), seats.upper.copy()
    upper[seats.arc_of[TOTAL]] = lower[seats.arc_of[TOTAL]]
    levels = leximin(seats, lower, upper)
    return Odds(
        candidates=candidates,
        placed=placed,
        network=seats,
        lower=lower,
        upper=upper,
        honoured=honoured,
        shortfalls=shortfalls,
        levels=levels,
        z=integer_odds(seats, lower, upper, levels),
    )
