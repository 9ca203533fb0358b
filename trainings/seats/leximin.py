"""Odds as equal as the quotas allow: the leximin of odds / weight, with the cuts that prove it.

Leximin: the lowest odds per unit of weight are as high as possible; then the second lowest, and so on. Among all lotteries
over legal rosters it exists once for each person (Flanigan, Gölz, Gupta, Hennig, Procaccia, Nature 596, 2021, for
citizens' assemblies). Since odds are circulations of the seat network, no roster is ever listed.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trainings.seats.flow import FlowFailed
from trainings.seats.levels import Level
from trainings.seats.network import SeatNetwork

if TYPE_CHECKING:
    from trainings.seats.flow import Ints

Cut = npt.NDArray[np.bool_]
"""One bool per node: whether it is in the set X."""


def leximin(
    seats: SeatNetwork, lower: Ints, upper: Ints, *, grid_bits: int | None = None
) -> tuple[Level, ...]:
    """The levels of the leximin, ascending; every type is in exactly one.

    lower, upper: bounds in seats of the counted arcs (those of type arcs are set here), feasible. grid_bits: fineness of
    the flow tests (default: as fine as 64-bit integers allow). The result does not depend on it: it is checked in exact
    arithmetic, and found once more with exact flows, slowly, if the grid was too coarse.
    Raises `FlowFailed` when the flow library does.
    """
    for exact in (False, True):
        run = _Leximin(seats, lower, upper, grid_bits, exact)
        if run.settle_all() and run.proven():
            return run.result()
    raise FlowFailed("the odds found break a bound")


class _Leximin:
    """The state of one run.

    levels: the distinct t so far, ascending, with their `proofs` (cut, types); the same as whole numbers: values / common.
    frozen_at: per type the index of its level;
    -1 = active. settled: per frozen type its people's odds together in units of 1/grid, rounded down.
    """

    def __init__(
        self, seats: SeatNetwork, lower: Ints, upper: Ints, grid_bits: int | None, exact: bool
    ) -> None:
        self.seats = seats
        self.first = seats.first_type
        self.tails, self.heads = seats.graph.tails, seats.graph.heads
        self.m = np.array([len(t.members) for t in seats.types], np.int64)
        self.w = np.array([t.weight for t in seats.types], np.int64)
        self.wm = self.w * self.m
        people = int(self.m.sum())
        self.lower, self.upper = lower[: self.first], np.minimum(upper[: self.first], people + 1)
        self.exact = exact
        self.grid = 1 << (58 - people.bit_length() if grid_bits is None else grid_bits)
        self.part_bits = 62 - int(self.wm.max(initial=1)).bit_length()
        self.frozen_at = np.full(len(seats.types), -1)
        self.settled = np.zeros(len(seats.types), np.int64)
        self.levels: list[Fraction] = []
        self.common, self.values = 1, list[int]()
        self.proofs: list[list[tuple[Cut | None, Ints]]] = []

    def settle_all(self) -> bool:
        """Level after level, until every type is settled; False when rounding to the grid stands in the way."""
        while (self.frozen_at < 0).any():
            level = self._newton()
            if level is None:
                return False
            self._freeze(*level)
        return True

    def result(self) -> tuple[Level, ...]:
        """The levels, the cuts by the names of their nodes."""
        names = self.seats.nodes
        return tuple(
            Level(
                per_weight=t,
                types=tuple(int(n) for n in types),
                cut=() if cut is None else tuple(names[n] for n in np.flatnonzero(cut)),
            )
            for t, proofs in zip(self.levels, self.proofs, strict=True)
            for cut, types in proofs
        )

    def proven(self) -> bool:
        """Whether the levels ascend and keep every bound, in exact arithmetic; with their cuts that is the proof.

        With all types settled, what passes a counted arc is a sum: no flow is needed and nothing is rounded.
        """
        common, amounts = self._amounts(Fraction(0))
        load = [0] * self.first
        for amount, path in zip(amounts, self.seats.through, strict=True):
            for arc in path:
                load[arc] += amount
        return self.levels == sorted(self.levels) and all(
            low * common <= units <= high * common
            for low, units, high in zip(self.lower.tolist(), load, self.upper.tolist(), strict=True)
        )

    def _newton(self) -> tuple[Fraction, list[Cut]] | None:
        """The largest t that all active types can have, and the tight cuts that prove it.

        Discrete Newton (Dinkelbach 1967; Radzik, Handbook of Combinatorial Optimization, 1998): from odds of 1 for
        the heaviest down; each violated cut gives the t at which it is just kept, until none is violated. The last cut,
        in its connected parts, all tight at the same t, shows that no lottery gives all active types more. No cut:
        the heaviest are certain of a seat. None: an earlier t was too high by less than the grid shows.
        """
        t = Fraction(1, int(self.w[self.frozen_at < 0].max()))
        least = self.levels[-1] if self.levels else Fraction(0)
        cut: Cut | None = None
        while (violated := self._violated(t)) is not None:
            kept = self._kept_at(violated)
            if not least <= kept < t:
                return None
            t, cut = kept, violated
        if cut is None:
            return t, []
        tight = [part for part in self._parts(cut) if self._kept_at(part) == t]
        return (t, tight) if tight else None

    def _violated(self, t: Fraction) -> Cut | None:
        """The most violated cut when every active type has t or more, None if there is none (that the grid shows)."""
        if self.exact:
            common, amounts = self._amounts(t)
            active = (self.frozen_at < 0).tolist()
            most = [
                common * m if free else amount
                for m, free, amount in zip(self.m.tolist(), active, amounts, strict=True)
            ]
            return self.seats.graph.violated_cut(
                [common * seats for seats in self.lower.tolist()] + amounts,
                [common * seats for seats in self.upper.tolist()] + most,
            )
        found = self.seats.graph.circulate(*self._on_grid(t))
        return found.cut if found.deficit else None

    def _amounts(self, t: Fraction) -> tuple[int, list[int]]:
        """A common denominator, and each type's people's odds together in that unit, the active ones at t."""
        common = lcm(t.denominator, self.common)
        finer = common // self.common
        values = [*(value * finer for value in self.values), int(t * common)]  # index -1 is t
        return common, [
            values[n] * wm for n, wm in zip(self.frozen_at.tolist(), self.wm.tolist(), strict=True)
        ]

    def _on_grid(self, t: Fraction) -> tuple[Ints, Ints]:
        """Bounds in units of 1/grid seat. Type arcs are rounded outward, so a feasible t is never called infeasible."""
        active = self.frozen_at < 0
        most = self.m * self.grid
        low = np.where(active, self._scaled(self.wm, t), self.settled)
        high = np.where(active, most, np.minimum(low + 2, most))
        return (
            np.concatenate([self.lower * self.grid, low]),
            np.concatenate([self.upper * self.grid, high]),
        )

    def _scaled(self, factor: Ints, t: Fraction) -> Ints:
        """factor × t × grid, rounded down by less than 2."""
        whole, rest = divmod(t.numerator * self.grid, t.denominator)
        part = (rest << self.part_bits) // t.denominator
        return factor * whole + ((factor * part) >> self.part_bits)

    def _entering(self, cut: Cut) -> Ints:
        """Types whose people enter X."""
        return np.flatnonzero(~cut[self.tails[self.first :]] & cut[self.heads[self.first :]])

    def _kept_at(self, cut: Cut) -> Fraction:
        """The t at which X is just kept: (what may leave - what must enter) / weight of the active people entering.

        -1 if none enter: then an earlier level breaks it.
        """
        leaving = cut[self.tails] & ~cut[self.heads]
        entering = ~cut[self.tails] & cut[self.heads]
        free = int(self.upper[leaving[: self.first]].sum()) - int(self.lower[entering[: self.first]].sum())
        out, into = leaving[self.first :], entering[self.first :]
        active = self.frozen_at < 0
        free += int(self.m[out & active].sum())
        settled = np.zeros(len(self.levels), np.int64)
        sign = out.astype(np.int64) - into.astype(np.int64)
        crossing = (sign != 0) & ~active
        np.add.at(settled, self.frozen_at[crossing], (sign * self.wm)[crossing])
        rest = free * self.common + sum(
            n * value for n, value in zip(settled.tolist(), self.values, strict=True) if n
        )
        weight = int(self.wm[into & active].sum())
        return Fraction(rest, weight * self.common) if weight else Fraction(-1)

    def _parts(self, cut: Cut) -> list[Cut]:
        """The connected parts of X that active people enter: each says by itself who shares what."""
        inside = np.flatnonzero(cut[self.tails] & cut[self.heads])
        tails, heads = self.tails[inside], self.heads[inside]
        part = np.arange(len(cut))
        while True:
            lowest = np.minimum(part[tails], part[heads])
            merged = part.copy()
            np.minimum.at(merged, tails, lowest)
            np.minimum.at(merged, heads, lowest)
            if (merged == part).all():
                break
            part = merged
        entering = self._entering(cut)
        entering = entering[self.frozen_at[entering] < 0]
        roots = np.unique(part[self.heads[self.first + entering]])
        return [cut & (part == root) for root in roots]

    def _freeze(self, t: Fraction, cuts: list[Cut]) -> None:
        """Settles the active types that enter the cuts; without a cut, the heaviest, whose odds are 1."""
        active = self.frozen_at < 0
        proofs: list[tuple[Cut | None, Ints]] = []
        if not cuts:
            proofs.append((None, np.flatnonzero(active & (self.w * t.numerator == t.denominator))))
        for cut in cuts:
            entering = self._entering(cut)
            proofs.append((cut, entering[active[entering]]))
        for _, types in proofs:
            self.frozen_at[types] = len(self.levels)
            self.settled[types] = self._scaled(self.wm[types], t)
        self.levels.append(t)
        self.proofs.append(proofs)
        self.common = lcm(self.common, t.denominator)
        self.values = [int(level * self.common) for level in self.levels]
