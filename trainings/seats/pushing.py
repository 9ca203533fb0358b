"""From odds to a roster: cycles of fractional arcs are pushed until every arc is whole.

Each push moves a whole cycle up or down with probabilities that leave every arc's expectation as it was; so each person is
selected with exactly their odds z / U, and every quota is kept in every outcome (Gandhi, Khuller, Parthasarathy,
Srinivasan, Journal of the ACM 53, 2006; on bihierarchies: Budish, Che, Kojima, Milgrom, American Economic Review 103, 2013).
The walk is specified step by step in docs/lottery-specification.md; both verifiers repeat it.
"""

from __future__ import annotations

from collections.abc import Mapping

from trainings.seats.network import SeatNetwork
from trainings.seats.rounding import UNIT
from trainings.seats.seed import SeedStream, arc_rank


def push_cycles(
    seats: SeatNetwork, z: Mapping[str, int], seed: bytes
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Keys of the selected, sorted, and the pushes in order (units of 1/U, signed along the walk).

    z: odds whose sums keep every quota times U. Integers only; each push makes at least one arc whole.
    """
    walk = Walk(seats, z, seed)
    stream = SeedStream(seed, b"push")
    pushes: list[int] = []
    while (cycle := walk.next_cycle()) is not None:
        up, down = walk.room(cycle)
        amount = up if stream.below(up + down) < down else -down
        walk.push(cycle, amount)
        pushes.append(amount)
    return tuple(
        sorted(key for key, flow in zip(walk.keys, walk.flows, strict=False) if flow == UNIT)
    ), tuple(pushes)


class Walk:
    """Arcs in walking order: one per person, by SHA-256(seed ‖ key), then the counted arcs in the network's order."""

    def __init__(self, seats: SeatNetwork, z: Mapping[str, int], seed: bytes) -> None:
        type_of = {key: n for n, people in enumerate(seats.types) for key in people.members}
        self.keys = sorted(type_of, key=lambda key: arc_rank(seed, key))
        load = [0] * seats.first_type
        for key, n in type_of.items():
            for arc in seats.through[n]:
                load[arc] += z[key]
        in_network = [seats.first_type + type_of[key] for key in self.keys] + list(range(seats.first_type))
        self.tails = [int(seats.graph.tails[arc]) for arc in in_network]
        self.heads = [int(seats.graph.heads[arc]) for arc in in_network]
        self.flows = [z[key] for key in self.keys] + load
        # Fractional arcs at each node, the first in order last: a list is shortened at its end.
        self.at: list[list[int]] = [[] for _ in seats.nodes]
        self.waiting = [arc for arc in range(len(self.flows) - 1, -1, -1) if self.flows[arc] % UNIT]
        for arc in self.waiting:
            self.at[self.tails[arc]].append(arc)
            self.at[self.heads[arc]].append(arc)

    def next_cycle(self) -> list[tuple[int, int]] | None:
        """The next cycle as (arc, +1 forward or -1 backward) along the walk; None when every arc is whole.

        From the tail of the first fractional arc along it, then at each node along the first fractional arc other than
        the one just walked, until a node is met again. None is ever stuck: what enters a node leaves it, so a
        node never has exactly one fractional arc.
        """
        first = self._first(self.waiting, -1)
        if first is None:
            return None
        path = [(first, 1)]
        node = self.heads[first]
        place = {self.tails[first]: 0}
        while node not in place:
            place[node] = len(path)
            arc = self._first(self.at[node], path[-1][0])
            if arc is None:
                raise ArithmeticError("sums of odds are not whole where they have to be")
            forward = self.tails[arc] == node
            path.append((arc, 1 if forward else -1))
            node = self.heads[arc] if forward else self.tails[arc]
        return path[place[node] :]

    def _first(self, arcs: list[int], walked: int) -> int | None:
        """The first fractional arc but `walked`; whole ones met on the way are dropped: whole arcs stay whole."""
        last = len(arcs) - 1
        while last >= 0:
            arc = arcs[last]
            if self.flows[arc] % UNIT == 0:
                del arcs[last]
            elif arc != walked:
                return arc
            last -= 1
        return None

    def room(self, cycle: list[tuple[int, int]]) -> tuple[int, int]:
        """How far the cycle can be pushed along the walk and against it until an arc is whole; both > 0."""
        parts = [self.flows[arc] % UNIT if sign > 0 else -self.flows[arc] % UNIT for arc, sign in cycle]
        return UNIT - max(parts), min(parts)

    def push(self, cycle: list[tuple[int, int]], amount: int) -> None:
        for arc, sign in cycle:
            self.flows[arc] += sign * amount
