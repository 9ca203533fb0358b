"""What of the reserves can be kept, how many seats can be filled, and which limits are to blame when not all can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainings.seats import network
from trainings.seats.network import TOTAL, Label, SeatNetwork
from trainings.seats.rules import Candidate, Honoured, Rules, Tally, check_candidates, tally

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from trainings.seats.flow import Circulation, Ints


@dataclass(frozen=True)
class Limit:
    """One term of the sum that proves a shortfall. seats > 0: at most so many through this set; seats < 0: so many of
    them are kept for this set's reserve. label ("applicants", group): all there are (of that group, in it)."""

    label: Label
    seats: int


@dataclass(frozen=True)
class Shortfall:
    """A wish that cannot be met. label: the set (("total",) = filling the capacity). wished, met: seats, placed people
    included. standing: of those, seats of people who are placed already. Always met = standing + Σ limit.seats.
    cut: the node set X that proves it, by name: what may leave X, less what must enter it for reserves met before."""

    label: Label
    wished: int
    met: int
    standing: int
    limits: tuple[Limit, ...]
    cut: tuple[Label, ...]


def degrade(
    rules: Rules, candidates: Sequence[Candidate], placed: Iterable[Candidate] = ()
) -> tuple[Honoured, tuple[Shortfall, ...]]:
    """The reserves that can be honoured and F, with every shortfall explained.

    In the order of groups, then sectors, then districts: the largest reserve ≤ the wished one for which a roster still
    exists, those before it kept; last, the most seats. The group counts of rosters form a polymatroid (Edmonds 1970), so
    the sum of honoured group reserves is maximal whatever their order. placed: people with a seat already.
    Raises `SeatsRefused` for unusable candidates; never for rules that cannot be met.
    """
    placed = tuple(placed)
    check_candidates(rules, candidates, placed)
    return degrade_network(network.build(rules, candidates, placed))


def degrade_network(seats: SeatNetwork) -> tuple[Honoured, tuple[Shortfall, ...]]:
    """`degrade` on a network that is built already."""
    import numpy as np

    lower = seats.lower.copy()
    met: dict[Label, int] = {}
    shortfalls: list[Shortfall] = []
    for label, wished, have in wishes(seats):
        rest = max(0, wished - have)
        got, found = _largest_lower(seats, lower, seats.arc_of[label], rest)
        lower[seats.arc_of[label]] = got
        met[label] = wished - rest + got
        if got < rest:
            limits = limits_of(seats, found.cut, lower, seats.arc_of[label])
            cut = tuple(seats.nodes[n] for n in np.flatnonzero(found.cut))
            shortfalls.append(Shortfall(label, wished, have + got, have, limits, cut))
    honoured = Honoured(
        groups={rule.key: met["group", rule.key] for rule in seats.rules.groups},
        sectors={rule.key: met["sector", rule.key] for rule in seats.rules.sectors},
        districts={rule.key: met["district", rule.key] for rule in seats.rules.districts},
        seats=max(met[TOTAL], seats.standing.total),
    )
    return honoured, tuple(shortfalls)


def wishes(seats: SeatNetwork) -> Iterator[tuple[Label, int, int]]:
    """Every reserve, then the capacity, in the order in which they are met: (label, wished, placed people in it)."""
    rules, standing = seats.rules, seats.standing
    for group in rules.groups:
        yield ("group", group.key), group.reserved, standing.groups.get(group.key, 0)
    for sector in rules.sectors:
        yield ("sector", sector.key), sector.reserved, standing.sectors.get(sector.key, 0)
    for district in rules.districts:
        yield ("district", district.key), district.reserved, standing.districts.get(district.key, 0)
    yield TOTAL, rules.capacity, standing.total


def _largest_lower(seats: SeatNetwork, lower: Ints, arc: int, wished: int) -> tuple[int, Circulation]:
    """The largest lower bound ≤ wished of one arc, the others given and feasible, and the cut that stops it.

    Every violated cut contains the arc with coefficient one, so the bound falls by exactly the largest violation
    (Hoffman 1960): one flow, no search.
    """
    lower = lower.copy()
    lower[arc] = wished
    found = seats.graph.circulate(lower, seats.upper)
    return wished - found.deficit, found


def limits_of(seats: SeatNetwork, cut: npt.NDArray[np.bool_], lower: Ints, arc: int) -> tuple[Limit, ...]:
    """The cut of a shortfall as a list of sets: their caps, the applicants there are, and the reserves already kept.

    lower: those reserves. arc: that of the set which falls short.
    """
    import numpy as np

    tails, heads = seats.graph.tails, seats.graph.heads
    limits: dict[Label, int] = {}
    for n in (int(n) for n in np.flatnonzero(cut[tails] & ~cut[heads])):
        label = seats.labels[n] if n < seats.first_type else ("applicants", _group_of(seats, n))
        limits[label] = limits.get(label, 0) + int(seats.upper[n])
    for n in (int(n) for n in np.flatnonzero(~cut[tails] & cut[heads])):
        if n != arc and lower[n]:
            limits[seats.labels[n]] = limits.get(seats.labels[n], 0) - int(lower[n])
    return tuple(Limit(label, seats_) for label, seats_ in limits.items())


def _group_of(seats: SeatNetwork, arc: int) -> str:
    return seats.types[arc - seats.first_type].group


def within_caps(rules: Rules, people: Iterable[Candidate], excused: Iterable[Candidate] = ()) -> bool:
    """Whether people keep every cap and the capacity; caps that the excused alone exceed count as raised to them."""
    return not broken_caps(rules, people, excused)


def broken_caps(
    rules: Rules, people: Iterable[Candidate], excused: Iterable[Candidate] = ()
) -> tuple[Label, ...]:
    """The sets whose cap people (excused among them or not) exceed, widest last."""
    everyone = {person.key: person for person in (*people, *excused)}
    return caps_exceeded(rules, tally(rules, everyone.values()), tally(rules, excused))


def caps_exceeded(rules: Rules, now: Tally, raised: Tally) -> tuple[Label, ...]:
    """The sets whose cap there are more than, though not where no more than were excused, widest last."""
    broken: list[Label] = []

    def check(label: Label, cap: int | None, n: int, allowed: int) -> None:
        if cap is not None and n > max(cap, allowed):
            broken.append(label)

    for (group, organisation), n in now.cells.items():
        check(("cell", group, organisation), rules.cell_cap, n, raised.cells.get((group, organisation), 0))
    for organisation, n in now.organisations.items():
        check(
            ("organisation", organisation),
            rules.organisation_cap,
            n,
            raised.organisations.get(organisation, 0),
        )
    for kind, entries, have, had in (
        ("district", rules.districts, now.districts, raised.districts),
        ("group", rules.groups, now.groups, raised.groups),
        ("sector", rules.sectors, now.sectors, raised.sectors),
    ):
        for entry in entries:
            check((kind, entry.key), entry.cap, have.get(entry.key, 0), had.get(entry.key, 0))
    check(TOTAL, rules.capacity, now.total, raised.total)
    return tuple(broken)


def stopping_caps(rules: Rules, now: Tally, person: Candidate) -> tuple[Label, ...]:
    """The sets of a person that are full, given how many there are now (who may be more than a cap), widest last."""
    full: list[Label] = []

    def check(label: Label, cap: int | None, n: int) -> None:
        if cap is not None and n >= cap:
            full.append(label)

    group, office = person.group, person.organisation
    if office is not None:
        check(("cell", group, office), rules.cell_cap, now.cells.get((group, office), 0))
        check(("organisation", office), rules.organisation_cap, now.organisations.get(office, 0))
    for kind, entries, key, have in (
        ("district", rules.districts, rules.district_of.get(office or ""), now.districts),
        ("group", rules.groups, group, now.groups),
        ("sector", rules.sectors, rules.sector_of[group], now.sectors),
    ):
        for entry in entries:
            if entry.key == key:
                check((kind, entry.key), entry.cap, have.get(entry.key, 0))
    check(TOTAL, rules.capacity, now.total)
    return tuple(full)


def legal_roster_exists(
    rules: Rules,
    honoured: Honoured,
    must_be_in: Sequence[Candidate],
    may_be_in: Sequence[Candidate],
    placed: Sequence[Candidate] = (),
) -> bool:
    """Whether a roster exists that holds all of must_be_in and placed, else only people of may_be_in, keeps every cap and
    the capacity, and meets all that is honoured, `honoured.seats` included.

    placed: people put in by hand; where they alone exceed a cap it counts as just reached.
    """
    check_candidates(rules, must_be_in, may_be_in, placed)
    if not within_caps(rules, must_be_in, placed):
        return False
    seats = network.build(rules, may_be_in, (*must_be_in, *placed))
    lower = seats.lower_with(honoured)
    return bool((lower <= seats.upper).all()) and seats.graph.circulate(lower, seats.upper).deficit == 0
