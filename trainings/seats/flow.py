"""The one door to the maximum-flow library (OR-Tools, 64-bit integers): circulations with lower bounds.

OR-Tools and NumPy are loaded at the first flow, not at the start of the program. Of what OR-Tools asks for only NumPy is
installed: the rest, half of its size, serves its other parts (scripts/setup.py). Lighter libraries were weighed on the flows
of whole draws. igraph (15 MB) reckons in doubles: capacities of a draw of 2000 people have 58 bits, and 14 of its 35 flows
had another value, 3 another cut. SciPy's takes 32 bits. networkx (17 MB) is exact and takes 75 times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
        import numpy as np  # lazy door: most processes never need it

        self.nodes = nodes
        self.tails = tails
        self.heads = heads
        each = np.arange(nodes, dtype=np.int32)
        self._tails = np.concatenate([tails, np.full(nodes, nodes, np.int32), each])
        self._heads = np.concatenate([heads, each, np.full(nodes, nodes + 1, np.int32)])

    def circulate(self, lower: Ints, upper: Ints) -> Circulation:
        """A circulation with lower ≤ flow ≤ upper on every arc, or the most violated cut.

        The standard reduction to maximum flow (Ahuja, Magnanti, Orlin, Network Flows, 1993, section 6.7).
        Needs 0 ≤ lower ≤ upper. Raises `FlowFailed` when the library does.
        """
        import numpy as np

        if np.any(lower < 0) or np.any(lower > upper):
            raise ValueError("a lower bound is negative or above its upper bound")
        if int((lower >> 20).sum()) >= 1 << 42:
            raise FlowFailed("the lower bounds add up to more than 64-bit integers hold")
        excess = np.zeros(self.nodes, np.int64)
        np.add.at(excess, self.heads, lower)
        np.subtract.at(excess, self.tails, lower)
        wanted = int(excess[excess > 0].sum())
        capacities = np.concatenate([upper - lower, np.maximum(excess, 0), np.maximum(-excess, 0)])
        sent, flows, cut = max_flow(self._tails, self._heads, capacities, self.nodes)
        return Circulation(wanted - sent, flows[: len(lower)] + lower, cut & (sent < wanted))

    def violated_cut(self, lower: Sequence[int], upper: Sequence[int]) -> npt.NDArray[np.bool_] | None:
        """`circulate` for whole numbers of any size: the most violated cut, or None if there is a circulation.

        By scaling (Gabow 1985; Ahuja, Magnanti, Orlin, section 7.3): a maximum flow for capacities without their last bits
        is doubled and mended. From one scale to the next at most 2^step more per arc of a minimum cut can be sent, so
        that residual capacities may be clipped to 64 bits. Slow; for numbers that `circulate` cannot hold.
        """
        import numpy as np

        excess = [0] * self.nodes
        for tail, head, low in zip(self.tails.tolist(), self.heads.tolist(), lower, strict=True):
            excess[head] += low
            excess[tail] -= low
        capacities = [high - low for low, high in zip(lower, upper, strict=True)]
        capacities += [max(0, units) for units in excess] + [max(0, -units) for units in excess]
        arcs = len(capacities)
        step = 60 - 2 * (2 * arcs).bit_length()
        shift = max(0, max(capacities).bit_length() - step)
        tails, heads = np.concatenate([self._tails, self._heads]), np.concatenate([self._heads, self._tails])
        flows = [0] * arcs
        while True:
            clip = arcs << step
            residual = [
                min(clip, (most >> shift) - flow) for most, flow in zip(capacities, flows, strict=True)
            ]
            residual += [min(clip, flow) for flow in flows]
            _, sent, cut = max_flow(tails, heads, np.array(residual, np.int64), self.nodes)
            change = (sent[:arcs] - sent[arcs:]).tolist()
            flows = [flow + more for flow, more in zip(flows, change, strict=True)]
            if shift == 0:
                met = sum(flows[len(lower) : len(lower) + self.nodes]) == sum(
                    max(0, units) for units in excess
                )
                return None if met else cut
            finer = min(step, shift)
            shift -= finer
            flows = [flow << finer for flow in flows]


def max_flow(
    tails: Nodes, heads: Nodes, capacities: Ints, source: int
) -> tuple[int, Ints, npt.NDArray[np.bool_]]:
    """Maximum flow from node `source` to node source + 1, the last two.

    Returns its value, the flow per arc, and the source side of the smallest minimum cut (without those two).
    Raises `FlowFailed` on every status but OPTIMAL.
    """
    import numpy as np

    solver = _solver()
    solver.add_arcs_with_capacity(tails, heads, capacities)
    status = solver.solve(source, source + 1)
    if status != solver.OPTIMAL:
        raise FlowFailed(f"maximum flow ended with {status.name}")
    cut = np.zeros(source + 2, np.bool_)
    cut[solver.get_source_side_min_cut()] = True
    flows = np.asarray(solver.flows(np.arange(len(tails), dtype=np.int32)), np.int64)
    return int(solver.optimal_flow()), flows, cut[:source]


def _solver() -> Any:
    from ortools.graph.python import max_flow  # lazy door: most processes never need it

    return max_flow.SimpleMaxFlow()
