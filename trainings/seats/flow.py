"""The one door to the maximum-flow library (OR-Tools, 64-bit integers): circulations with lower bounds.

OR-Tools is loaded at the first flow, not at the start of the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Nodes = npt.NDArray[np.int32]


class FlowFailed(ArithmeticError):
    """The library answered anything but OPTIMAL (it reports a possible overflow in its status only)."""


@dataclass(frozen=True)
class Circulation:
    """A circulation, or the proof that there is none.

    deficit: 0 when all lower bounds are met; else the largest violation over all node sets X,
    lower(into X) - upper(out of X), by Hoffman's theorem. flows: units per arc (meaningful when deficit is 0).
    cut: one bool per node, the smallest X of largest violation (empty when deficit is 0).
    """

    deficit: int
    flows: Ints
    cut: npt.NDArray[np.bool_]


class FlowNetwork:
    """Nodes 0 … n-1 and directed arcs; bounds are given with each question, so that one structure serves many."""

    def __init__(self, nodes: int, tails: Nodes, heads: Nodes) -> None:
        self.nodes = nodes
        self.tails = tails
        self.heads = heads
        each = np.arange(nodes, dtype=np.int32)
        self._arcs = np.arange(len(tails), dtype=np.int32)
        self._tails = np.concatenate([tails, np.full(nodes, nodes, np.int32), each])
        self._heads = np.concatenate([heads, each, np.full(nodes, nodes + 1, np.int32)])

    def circulate(self, lower: Ints, upper: Ints) -> Circulation:
        """A circulation with lower ≤ flow ≤ upper on every arc, or the most violated cut.

        The standard reduction to maximum flow (Ahuja, Magnanti, Orlin, Network Flows, 1993, section 6.7).
        Needs 0 ≤ lower ≤ upper. Raises `FlowFailed` when the library does.
        """
        if np.any(lower < 0) or np.any(lower > upper):
            raise ValueError("a lower bound is negative or above its upper bound")
        excess = np.zeros(self.nodes, np.int64)
        np.add.at(excess, self.heads, lower)
        np.subtract.at(excess, self.tails, lower)
        wanted = int(excess[excess > 0].sum())
        if wanted == 0:
            return Circulation(0, lower.copy(), np.zeros(self.nodes, np.bool_))
        solver = _solver()
        capacities = np.concatenate([upper - lower, np.maximum(excess, 0), np.maximum(-excess, 0)])
        solver.add_arcs_with_capacity(self._tails, self._heads, capacities)
        status = solver.solve(self.nodes, self.nodes + 1)
        if status != solver.OPTIMAL:
            raise FlowFailed(f"maximum flow ended with {status.name}")
        deficit = wanted - int(solver.optimal_flow())
        cut = np.zeros(self.nodes + 2, np.bool_)
        if deficit:
            cut[solver.get_source_side_min_cut()] = True
        flows = np.asarray(solver.flows(self._arcs), np.int64) + lower
        return Circulation(deficit, flows, cut[: self.nodes])


def _solver() -> Any:
    from ortools.graph.python import max_flow  # lazy door: most processes never need it

    return max_flow.SimpleMaxFlow()
