"""The same odds by another road: linear programmes over the odds themselves, solved level by level by HiGHS (scipy)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, lil_array, vstack

from trainings.seats.odds import Odds

SLACK = 1e-9
"""So much is taken off each level found, so that it stays possible within the solver's tolerances."""
STUCK = 1e-7
TOLERANCES = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}

Floats = npt.NDArray[np.float64]


def iterated_programme(odds: Odds) -> dict[str, float]:
    """Person → odds in the leximin of odds / weight. Of ours it takes the bounds of the counted sets only.

    Every level: the highest t that all types not yet settled can have; then who of them cannot have more.
    """
    seats = odds.network
    sets = lil_array((seats.first_type, len(seats.types)))
    for k, path in enumerate(seats.through):
        for arc in path:
            sets[arc, k] = len(seats.types[k].members)
    rows = vstack([sets, -sets]).tocsr()
    limits = np.concatenate([odds.upper[: seats.first_type], -odds.lower[: seats.first_type]]).astype(float)
    weight = np.array([people.weight for people in seats.types], float)
    level = np.full(len(seats.types), np.nan)
    while np.isnan(level).any():
        t = max(0.0, _highest(rows, limits, weight, level) - SLACK)
        level[_stuck(rows, limits, weight, level, t)] = t
    return {
        key: float(level[k] * people.weight) for k, people in enumerate(seats.types) for key in people.members
    }


def _highest(rows: csr_array, limits: Floats, weight: Floats, level: Floats) -> float:
    """The highest t with weight × t or more for every type that has no level, and its level for every other."""
    n = len(weight)
    active = np.flatnonzero(np.isnan(level))
    shares = lil_array((len(active), n + 1))
    for row, k in enumerate(active):
        shares[row, k] = -1.0
        shares[row, n] = weight[k]
    matrix = vstack([hstack([rows, csr_array((rows.shape[0], 1))]), shares]).tocsr()
    box = [(0.0 if np.isnan(t) else min(1.0, t * w), 1.0) for t, w in zip(level, weight, strict=True)]
    goal = np.append(np.zeros(n), -1.0)
    bounds = np.append(limits, np.zeros(len(active)))
    return float(_solved(goal, matrix, bounds, [*box, (0.0, None)])[-1])


def _stuck(rows: csr_array, limits: Floats, weight: Floats, level: Floats, t: float) -> list[int]:
    """The types that can have no more than t while all others have theirs.

    Whoever has more in a solution that maximises the sum of the undecided is not stuck; once nobody has, even all
    together cannot have more, so none of them alone can.
    """
    floor = np.minimum(np.where(np.isnan(level), t, level) * weight, 1.0)
    undecided = np.isnan(level)
    while undecided.any():
        goal = np.where(undecided, -1.0 / weight, 0.0)
        x = _solved(goal, rows, limits, [(low, 1.0) for low in floor])
        more = undecided & (x / weight > t + STUCK)
        if not more.any():
            break
        undecided &= ~more
    return np.flatnonzero(undecided).tolist()


def _solved(goal: Floats, rows: csr_array, limits: Floats, box: list[tuple[float, float | None]]) -> Floats:
    solved = linprog(goal, rows, limits, bounds=box, method="highs", options=TOLERANCES)
    if solved.status != 0:
        raise ArithmeticError(solved.message)
    return solved.x
