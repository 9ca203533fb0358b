"""Which quotas go together in a draw: those that form two nested families. Others are refused, with a way out.

Sets are nested (laminar) when any two are disjoint or one holds the other. A lottery by odds needs all counted sets to split
into two nested families, a bihierarchy: then every vector of odds that keeps the quotas is a lottery over rosters that keep
them (Budish, Che, Kojima, Milgrom, American Economic Review 103, 2013). With three crossing sets it may not be: of three
people a, b, c let {a,b}, {b,c} and {a,c} have one seat each. Odds of 1/2 each keep all three quotas, but every roster holds
one person only, so that the truth is 1/3.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from trainings.seats.rules import Fault, SeatsRefused


@dataclass(frozen=True)
class CountedSet:
    """A set of people that a quota would count. key: the organiser's name for it. members: keys of people."""

    key: str
    members: frozenset[str]


@dataclass(frozen=True)
class Nested:
    """Way out: count only those of `key` who are also in `inside`. left_out: how many the quota counts no more."""

    key: str
    inside: str
    left_out: int


@dataclass(frozen=True)
class Weighted:
    """Way out: no quota for `key`; a weight in the draw favours its people instead."""

    key: str


def two_families(
    sets: Sequence[CountedSet],
) -> tuple[tuple[CountedSet, ...], tuple[CountedSet, ...]]:
    """The sets as two nested families, keeping their order.

    Sets that cross must lie in different families, so a split exists exactly if no cycle of crossing sets is odd. Else
    raises `SeatsRefused` RULES_CROSS with facts: crossing (keys of a shortest odd cycle), claimed and true (the equal odds
    that quotas of one seat each would promise to people in its overlaps, and those that exist), way_out (the `Nested` that
    leaves out the fewest people and makes all sets fit; where none does, a `Weighted` for the smallest set of the cycle,
    best one without which the others fit).
    """
    crossing = _crossing(sets)
    sides = _sides(crossing)
    if sides is not None:
        return (
            tuple(one for one, side in zip(sets, sides, strict=True) if not side),
            tuple(one for one, side in zip(sets, sides, strict=True) if side),
        )
    cycle = _shortest_odd_cycle(crossing)
    raise SeatsRefused(
        Fault.RULES_CROSS,
        crossing=tuple(sets[n].key for n in cycle),
        claimed=Fraction(1, 2),
        true=Fraction(len(cycle) // 2, len(cycle)),
        way_out=_way_out(sets, crossing, cycle),
    )


def _crossing(sets: Sequence[CountedSet]) -> list[set[int]]:
    """For each set those that it crosses: they share people, and each has people of its own."""
    neighbours: list[set[int]] = [set() for _ in sets]
    for (n, one), (k, other) in combinations(enumerate(sets), 2):
        shared = one.members & other.members
        if shared and shared != one.members and shared != other.members:
            neighbours[n].add(k)
            neighbours[k].add(n)
    return neighbours


def _sides(neighbours: Sequence[set[int]]) -> list[bool] | None:
    """A side for each set so that neighbours lie on different ones; None if there is none (König 1936)."""
    sides: list[bool | None] = [None] * len(neighbours)
    for start in range(len(neighbours)):
        if sides[start] is not None:
            continue
        sides[start] = False
        queue = deque([start])
        while queue:
            n = queue.popleft()
            for k in sorted(neighbours[n]):
                if sides[k] is None:
                    sides[k] = not sides[n]
                    queue.append(k)
                elif sides[k] == sides[n]:
                    return None
    return [bool(side) for side in sides]


def _shortest_odd_cycle(neighbours: Sequence[set[int]]) -> tuple[int, ...]:
    """A shortest odd cycle: from each set breadth first to itself, at odd length."""
    best: tuple[int, ...] = ()
    for start in range(len(neighbours)):
        before: dict[tuple[int, bool], tuple[int, bool]] = {}
        queue = deque([(start, False)])
        while queue and (start, True) not in before:
            n, odd = queue.popleft()
            for k in sorted(neighbours[n]):
                if (k, not odd) not in before and (k, not odd) != (start, False):
                    before[k, not odd] = (n, odd)
                    queue.append((k, not odd))
        if (start, True) in before:
            walk = [(start, True)]
            while walk[-1] != (start, False):
                walk.append(before[walk[-1]])
            if not best or len(walk) - 1 < len(best):
                best = tuple(n for n, _ in walk[1:])
    return best


def _way_out(
    sets: Sequence[CountedSet], neighbours: Sequence[set[int]], cycle: Sequence[int]
) -> Nested | Weighted:
    ways: list[tuple[int, int, int]] = []
    for n in cycle:
        for k in sorted(neighbours[n]):
            smaller = CountedSet(sets[n].key, sets[n].members & sets[k].members)
            changed = [smaller if one is sets[n] else one for one in sets]
            if _sides(_crossing(changed)) is not None:
                ways.append((len(sets[n].members - sets[k].members), n, k))
    if ways:
        left_out, n, k = min(ways)
        return Nested(sets[n].key, sets[k].key, left_out)

    def cost(n: int) -> tuple[bool, int, int]:
        rest = [one for k, one in enumerate(sets) if k != n]
        return _sides(_crossing(rest)) is None, len(sets[n].members), n

    return Weighted(sets[min(cycle, key=cost)].key)
