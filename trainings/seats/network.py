"""Seats as a network: total → sector → group → (cell) → organisation → (district) → total.

Two laminar families, {cells ⊂ groups ⊂ sectors ⊂ total} and {cells ⊂ organisations ⊂ districts}, form a bihierarchy;
their incidence matrix is totally unimodular (Edmonds 1970), so rosters and odds are circulations of this network
(Budish, Che, Kojima, Milgrom, American Economic Review 103, 2013).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from trainings.seats.flow import FlowNetwork
from trainings.seats.rules import Candidate, Honoured, Rules, Tally, tally

if TYPE_CHECKING:
    from trainings.seats.flow import Ints

Label = tuple[str, ...]
"""Name of a set of people: ("total",), ("sector", key), ("group", key), ("cell", group, organisation),
("organisation", key), ("district", key)."""

TOTAL: Label = ("total",)


@dataclass(frozen=True)
class PersonType:
    """People that no rule tells apart: same group, same organisation (None = no binding rule), same weight.

    members: their keys, sorted.
    """

    group: str
    organisation: str | None
    weight: int
    members: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class SeatNetwork:
    """The network over people still to be decided; those who have a seat are subtracted from all bounds.

    Arcs: one per counted set (`labels`, at the indices of `arc_of`), then one per type. lower, upper: seats per arc, with
    all reserves at 0. Nodes 0 (top) and 1 (bottom) are the two ends of the total arc.
    """

    rules: Rules
    standing: Tally
    types: tuple[PersonType, ...]
    labels: tuple[Label, ...]
    arc_of: dict[Label, int]
    first_type: int
    graph: FlowNetwork
    nodes: tuple[Label, ...]
    lower: Ints
    upper: Ints

    @cached_property
    def through(self) -> tuple[tuple[int, ...], ...]:
        """For each type the counted arcs that its people pass, the total first, then upward and downward."""
        above = {int(self.graph.heads[arc]): arc for arc in self._on_left}
        below = {int(self.graph.tails[arc]): arc for arc in self._on_right}
        paths: list[tuple[int, ...]] = []
        for arc in range(self.first_type, self.first_type + len(self.types)):
            path = [0]
            node = int(self.graph.tails[arc])
            while node in above:
                path.append(above[node])
                node = int(self.graph.tails[above[node]])
            node = int(self.graph.heads[arc])
            while node in below:
                path.append(below[node])
                node = int(self.graph.heads[below[node]])
            paths.append(tuple(path))
        return tuple(paths)

    @cached_property
    def _on_left(self) -> tuple[int, ...]:
        return tuple(n for n, label in enumerate(self.labels) if label[0] in ("sector", "group", "cell"))

    @cached_property
    def _on_right(self) -> tuple[int, ...]:
        return tuple(n for n, label in enumerate(self.labels) if label[0] in ("organisation", "district"))

    def lower_with(self, honoured: Honoured) -> Ints:
        """Lower bounds in seats: what is honoured (reserves and seats to fill), less those who are seated."""
        lower = self.lower.copy()
        for kind, wished, have in (
            ("group", honoured.groups, self.standing.groups),
            ("sector", honoured.sectors, self.standing.sectors),
            ("district", honoured.districts, self.standing.districts),
        ):
            for key, seats in wished.items():
                lower[self.arc_of[kind, key]] = max(0, seats - have.get(key, 0))
        lower[self.arc_of[TOTAL]] = max(0, honoured.seats - self.standing.total)
        return lower


def build(
    rules: Rules,
    undecided: Sequence[Candidate],
    seated: Iterable[Candidate] | Tally = (),
    *,
    phantoms: int = 0,
) -> SeatNetwork:
    """The network for `undecided`, given those who are seated for certain.

    A cap that the seated alone exceed counts as just reached. Organisations that no rule can bind are left out (their
    people count as without one): fewer arcs, same rosters. phantoms: so many imagined people are available in
    every group (and every district), for first-come admission. seated: may be counted already where nobody is undecided.
    """
    import numpy as np

    people = () if isinstance(seated, Tally) else tuple(seated)
    standing = seated if isinstance(seated, Tally) else tally(rules, people)
    counts = tally(rules, undecided)
    order = _order_of_organisations((*undecided, *people))
    binding = _binding_organisations(rules, standing, counts)
    types = _types(rules, undecided, binding, order)
    unlimited = counts.total + rules.capacity + sum(rule.reserved for rule in rules.all_quotas)
    arcs = _Arcs()

    def room(cap: int | None, taken: int) -> int:
        return unlimited if cap is None else max(0, cap - taken)

    arcs.counted(TOTAL, 1, 0, room(rules.capacity, standing.total))
    for sector in rules.sectors:
        label: Label = ("sector", sector.key)
        arcs.counted(label, 0, arcs.node(label), room(sector.cap, standing.sectors.get(sector.key, 0)))
    for group in rules.groups:
        label = ("group", group.key)
        above = 0 if group.sector is None else arcs.node(("sector", group.sector))
        arcs.counted(label, above, arcs.node(label), room(group.cap, standing.groups.get(group.key, 0)))
    for district in rules.districts:
        label = ("district", district.key)
        arcs.counted(label, arcs.node(label), 1, room(district.cap, standing.districts.get(district.key, 0)))
    for name in sorted(binding, key=order.__getitem__):
        label = ("organisation", name)
        below = arcs.node(("district", rules.district_of[name])) if name in rules.district_of else 1
        seats = room(rules.organisation_cap, standing.organisations.get(name, 0))
        arcs.counted(label, arcs.node(label), below, seats)
    for t in types:
        if t.organisation is not None and rules.cell_cap is not None:
            label = ("cell", t.group, t.organisation)
            if label not in arcs.index:
                seats = room(rules.cell_cap, standing.cells.get((t.group, t.organisation), 0))
                arcs.counted(label, arcs.node(("group", t.group)), arcs.node(label), seats)
    first_type = len(arcs.labels)
    for t in types:
        cell: Label = ("cell", t.group, t.organisation or "")
        tail = cell if cell in arcs.index else ("group", t.group)
        head = 1 if t.organisation is None else arcs.node(("organisation", t.organisation))
        arcs.add(arcs.node(tail), head, len(t.members))
    if phantoms:
        ends = [1, *(arcs.node(("district", district.key)) for district in rules.districts)]
        for group in rules.groups:
            for end in ends:
                arcs.add(arcs.node(("group", group.key)), end, phantoms)
    return SeatNetwork(
        rules=rules,
        standing=standing,
        types=types,
        labels=tuple(arcs.labels),
        arc_of={label: n for n, label in enumerate(arcs.labels)},
        first_type=first_type,
        graph=FlowNetwork(len(arcs.index), np.array(arcs.tails, np.int32), np.array(arcs.heads, np.int32)),
        nodes=tuple(arcs.index),
        lower=np.zeros(len(arcs.upper), np.int64),
        upper=np.array(arcs.upper, np.int64),
    )


class _Arcs:
    """Arcs while they are collected; nodes get their number when first named."""

    def __init__(self) -> None:
        self.index: dict[Label, int] = {("top",): 0, ("bottom",): 1}
        self.labels: list[Label] = []
        self.tails: list[int] = []
        self.heads: list[int] = []
        self.upper: list[int] = []

    def node(self, label: Label) -> int:
        return self.index.setdefault(label, len(self.index))

    def add(self, tail: int, head: int, upper: int) -> None:
        self.tails.append(tail)
        self.heads.append(head)
        self.upper.append(upper)

    def counted(self, label: Label, tail: int, head: int, upper: int) -> None:
        self.labels.append(label)
        self.add(tail, head, upper)


def _binding_organisations(rules: Rules, standing: Tally, counts: Tally) -> set[str]:
    """Organisations that have more people undecided than a cap leaves them, or lie in a district with a rule."""
    by_cap = {
        name
        for name, n in counts.organisations.items()
        if rules.organisation_cap is not None
        and n > rules.organisation_cap - standing.organisations.get(name, 0)
    }
    by_cell = {
        name
        for (group, name), n in counts.cells.items()
        if rules.cell_cap is not None and n > rules.cell_cap - standing.cells.get((group, name), 0)
    }
    return by_cap | by_cell | {name for name in counts.organisations if name in rules.district_of}


def _order_of_organisations(people: Iterable[Candidate]) -> dict[str, str]:
    """Organisation → smallest key of its people: an order that does not depend on how organisations are named."""
    first: dict[str, str] = {}
    for person in people:
        if person.organisation is not None:
            first[person.organisation] = min(person.key, first.get(person.organisation, person.key))
    return first


def _types(
    rules: Rules, people: Iterable[Candidate], binding: set[str], order: Mapping[str, str]
) -> tuple[PersonType, ...]:
    """People by type, in the order of groups, then organisations (none first), then weights."""
    members: dict[tuple[str, str | None, int], list[str]] = defaultdict(list)
    for person in people:
        name = person.organisation if person.organisation in binding else None
        members[person.group, name, person.weight].append(person.key)
    rank = {group.key: n for n, group in enumerate(rules.groups)}

    def place(key: tuple[str, str | None, int]) -> tuple[int, bool, str, int]:
        group, name, weight = key
        return rank[group], name is not None, "" if name is None else order[name], weight

    return tuple(PersonType(*key, tuple(sorted(members[key]))) for key in sorted(members, key=place))
