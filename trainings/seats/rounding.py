"""Odds as whole numbers of 1/U: every quota still kept, nobody off by a whole unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trainings.seats.flow import FlowFailed
from trainings.seats.levels import Level
from trainings.seats.network import SeatNetwork

if TYPE_CHECKING:
    from trainings.seats.flow import Ints

UNIT = 1 << 30
"""U: odds are published as z / U."""


def integer_odds(seats: SeatNetwork, lower: Ints, upper: Ints, levels: Sequence[Level]) -> dict[str, int]:
    """Person → z, with z the floor or ceiling of U × their odds, the sums of z keeping every bound times U.

    One circulation: with every type arc between the floor and ceiling of its exact amount one exists in real numbers,
    hence one in integers (integrality of flows; Hoffman, Kruskal 1956). Within a type the rest of the division goes to
    the smallest keys. Raises `FlowFailed` when the library does, or the odds of the levels break a bound.
    """
    low, high = lower * UNIT, upper * UNIT
    for level in levels:
        above, below = level.per_weight.numerator * UNIT, level.per_weight.denominator
        for n in level.types:
            people = seats.types[n]
            whole, rest = divmod(above * people.weight * len(people.members), below)
            low[seats.first_type + n] = whole
            high[seats.first_type + n] = whole + (rest > 0)
    found = seats.graph.circulate(low, high)
    if found.deficit:
        raise FlowFailed("odds that keep every quota must round to whole numbers that do")
    z: dict[str, int] = {}
    for people, units in zip(seats.types, found.flows[seats.first_type :], strict=True):
        each, more = divmod(int(units), len(people.members))
        z |= {key: each + (n < more) for n, key in enumerate(people.members)}
    return {key: z[key] for key in sorted(z)}


def fits(seats: SeatNetwork, z: dict[str, int], lower: Ints, upper: Ints) -> bool:
    """Whether sums of z keep every bound of the counted arcs times U."""
    import numpy as np

    load = np.zeros(seats.first_type, np.int64)
    for people, path in zip(seats.types, seats.through, strict=True):
        load[list(path)] += sum(z[key] for key in people.members)
    arcs = slice(0, seats.first_type)
    return bool((load >= lower[arcs] * UNIT).all() and (load <= upper[arcs] * UNIT).all())
