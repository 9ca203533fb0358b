"""The truth about fair odds of small cases: a linear programme over every roster, solved level by level by HiGHS."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from tests.unit.seats.cases import Case, kept_by_enumeration

EXACT = 1e-9


def leximin_by_enumeration(case: Case) -> dict[str, float]:
    """Person → odds in the leximin of odds / weight among lotteries over the best rosters.

    Maximises the lowest odds of those not settled; settles whoever cannot have more in any lottery with that minimum.
    """
    _, candidates, _ = case
    _, best = kept_by_enumeration(case)
    inside = np.array([[person in roster for roster in best] for person in candidates], float)
    inside = inside.reshape(len(candidates), len(best)) / np.array([[p.weight] for p in candidates])
    settled: dict[int, float] = {}
    while len(settled) < len(candidates):
        level = _maximise(inside, settled, None, 0.0)
        stuck = [
            n
            for n in range(len(candidates))
            if n not in settled and _maximise(inside, settled, n, level) < level + 1e-7
        ]
        settled |= dict.fromkeys(stuck, level)
    return {person.key: settled[n] * person.weight for n, person in enumerate(candidates)}


def _maximise(inside: np.ndarray, settled: dict[int, float], person: int | None, level: float) -> float:
    """The largest lowest odds per weight (person None), or of one person while all others keep the level."""
    people, rosters = inside.shape
    goal = np.zeros(rosters + 1)
    rows, least = [], []
    for n in range(people):
        row = np.append(-inside[n], 0.0)
        if n in settled:
            rows.append(row)
            least.append(-settled[n] + EXACT)
        elif person is None:
            row[-1] = 1.0
            rows.append(row)
            least.append(0.0)
        else:
            rows.append(row)
            least.append(-level + EXACT)
    if person is None:
        goal[-1] = -1.0
    else:
        goal[:-1] = -inside[person]
    total = np.append(np.ones(rosters), 0.0)[None, :]
    solved = linprog(goal, np.array(rows), least, total, [1.0], method="highs")
    assert solved.status == 0, solved.message
    return -solved.fun
