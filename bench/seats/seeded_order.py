"""The lottery before fair odds, as a baseline: a seeded order, each in turn admitted if a legal roster still exists.

It keeps every quota, but nobody's odds can be stated; they can only be counted over many draws.
"""

from __future__ import annotations

from trainings.seats.odds import Odds
from trainings.seats.seed import shuffled


def draw_in_order(odds: Odds, seed: bytes) -> tuple[str, ...]:
    """Keys of the selected. Only the network and what is honoured are taken from `odds`."""
    seats = odds.network
    type_of = {key: n for n, people in enumerate(seats.types, seats.first_type) for key in people.members}
    lower, upper = odds.lower.copy(), odds.upper.copy()
    closed: set[int] = set()
    selected: list[str] = []
    for key in shuffled(seed, type_of):
        arc = type_of[key]
        if arc in closed:
            continue
        lower[arc] += 1
        if lower[arc] <= upper[arc] and seats.graph.circulate(lower, upper).deficit == 0:
            selected.append(key)
        else:  # nor will anyone alike be admitted: the rosters still possible only shrink
            lower[arc] -= 1
            upper[arc] = lower[arc]
            closed.add(arc)
    return tuple(selected)
