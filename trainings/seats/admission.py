"""First come: who may be confirmed at once, while seats are held for reserves that are not yet released."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trainings.seats import network
from trainings.seats.degrade import caps_exceeded, degrade_network
from trainings.seats.network import Label, SeatNetwork
from trainings.seats.rules import Candidate, Rules, Tally, check_candidates, tally, together

if TYPE_CHECKING:
    from trainings.seats.flow import Ints

HELD: Label = ("held",)
"""Reason of a refusal: the seats that are left are held for groups whose reserve is not yet released."""


@dataclass(frozen=True)
class Admission:
    """Whether someone is confirmed at once. why: empty if so; else the sets whose cap they would exceed, or `HELD`."""

    admitted: bool
    why: tuple[Label, ...] = ()


def admit_first_come(
    rules: Rules,
    confirmed: Sequence[Candidate],
    candidate: Candidate | Sequence[Candidate],
    released_groups: Collection[str] = (),
) -> Admission:
    """Whether a candidate (or a block of people: all or none) is confirmed now.

    Yes if a legal roster exists that holds everyone confirmed, these people, and a phantom member for every reserved
    seat not yet released. Phantoms are imagined people of any group and district: with the present applicants only, the
    reserves would be given away to the first comers. A reserve of a sector or district is released once every group
    (of the sector; of the event) is. Reserves that cannot be held at all, because they or the people confirmed
    (whose number may exceed caps when placed by hand) leave no room, are first lowered in the order of `degrade`.
    """
    block = (candidate,) if isinstance(candidate, Candidate) else tuple(candidate)
    check_candidates(rules, confirmed, block)
    return admit_beside(rules, tally(rules, confirmed), block, released_groups)


def admit_beside(
    rules: Rules, standing: Tally, block: Sequence[Candidate], released_groups: Collection[str] = ()
) -> Admission:
    """`admit_first_come` where those confirmed are counted already: takes as long in a large hall as in a small one.

    standing: may leave out offices (and their cells) of which nobody is in the block."""
    with_block = together(standing, tally(rules, block))
    over = caps_exceeded(rules, with_block, standing)
    if over:
        return Admission(False, over)
    held = _unreleased(rules, released_groups)
    if _room(held, with_block) or _room_when_lowered(held, standing, with_block):
        return Admission(True)
    return Admission(False, (HELD,))


def readmit(
    rules: Rules,
    confirmed: Sequence[Candidate],
    waiting: Sequence[Candidate],
    released_groups: Collection[str],
) -> tuple[str, ...]:
    """Keys of those confirmed when admission runs down the waiting list, in order of arrival, at a release date.

    People of one block are taken together where the first of them stands. Who is refused stays refused, since the
    confirmed only grow; so one refusal settles everyone whom the rules do not tell apart.
    """
    check_candidates(rules, confirmed, waiting)
    now = tally(rules, confirmed)
    admitted: list[str] = []
    refused: set[tuple[str, str | None]] = set()
    done: set[str] = set()
    for person in waiting:
        if person.block is None:
            people = [person]
        elif person.block in done:
            continue
        else:
            done.add(person.block)
            people = [other for other in waiting if other.block == person.block]
        alike = (person.group, person.organisation)
        if len(people) == 1 and alike in refused:
            continue
        if admit_beside(rules, now, people, released_groups).admitted:
            now = together(now, tally(rules, people))
            admitted += [one.key for one in people]
        elif len(people) == 1:
            refused.add(alike)
    return tuple(admitted)


def seats_open_to(
    rules: Rules, confirmed: Sequence[Candidate], released_groups: Collection[str] = ()
) -> dict[str, int]:
    """Group → how many more of it (each without an organisation) would be confirmed now, if nobody else came."""
    check_candidates(rules, confirmed)
    seats = _with_phantoms(_unreleased(rules, released_groups), tally(rules, confirmed))
    lower = _lowered(seats)
    room: dict[str, int] = {}
    for group in rules.groups:
        arc = seats.arc_of["group", group.key]
        most = min(int(seats.upper[arc]), int(seats.upper[0]))
        wish = lower.copy()
        wish[arc] = max(most, int(lower[arc]))
        room[group.key] = int(wish[arc]) - seats.graph.circulate(wish, seats.upper).deficit
    return room


def _unreleased(rules: Rules, released_groups: Collection[str]) -> Rules:
    """The rules with every released reserve set to 0."""
    open_groups = {group.key for group in rules.groups} - set(released_groups)
    open_sectors = {group.sector for group in rules.groups if group.key in open_groups}
    return replace(
        rules,
        groups=tuple(rule if rule.key in open_groups else replace(rule, reserved=0) for rule in rules.groups),
        sectors=tuple(
            rule if rule.key in open_sectors else replace(rule, reserved=0) for rule in rules.sectors
        ),
        districts=tuple(rule if open_groups else replace(rule, reserved=0) for rule in rules.districts),
    )


def _with_phantoms(rules: Rules, seated: Tally) -> SeatNetwork:
    # More than there are seats and reserves, so that their number is never what stands in the way.
    enough = 1 + rules.capacity + sum(rule.reserved for rule in rules.all_quotas)
    return network.build(rules, (), seated, phantoms=enough)


def _reserves(seats: SeatNetwork) -> Ints:
    """All reserves of the rules as lower bounds, less those who are seated."""
    lower = seats.lower.copy()
    for kind, entries, have in (
        ("group", seats.rules.groups, seats.standing.groups),
        ("sector", seats.rules.sectors, seats.standing.sectors),
        ("district", seats.rules.districts, seats.standing.districts),
    ):
        for rule in entries:
            lower[seats.arc_of[kind, rule.key]] = max(0, rule.reserved - have.get(rule.key, 0))
    return lower


def _room(rules: Rules, seated: Tally) -> bool:
    """Whether phantoms for all reserves fit beside the seated."""
    if not rules.districts:
        return _room_in_one_family(rules, seated)
    seats = _with_phantoms(rules, seated)
    return seats.graph.circulate(_reserves(seats), seats.upper).deficit == 0


def _room_in_one_family(rules: Rules, seated: Tally) -> bool:
    """The same without a flow, where groups lie in sectors, these in the total, and nothing crosses them: each set needs
    what its parts need, or its own reserve where that is more, and must have so many seats left."""
    needs = dict.fromkeys((None, *(rule.key for rule in rules.sectors)), 0)
    rooms = dict.fromkeys(needs, 0)
    for group in rules.groups:
        taken = seated.groups.get(group.key, 0)
        need = max(0, group.reserved - taken)
        room = rules.capacity if group.cap is None else min(rules.capacity, max(0, group.cap - taken))
        if need > room:
            return False
        needs[group.sector] += need
        rooms[group.sector] += room
    for sector in rules.sectors:
        taken = seated.sectors.get(sector.key, 0)
        need = max(needs[sector.key], sector.reserved - taken)
        left = rooms[sector.key] if sector.cap is None else min(rooms[sector.key], sector.cap - taken)
        if need > max(0, left):
            return False
        needs[None] += need
    return needs[None] <= max(0, rules.capacity - seated.total)


def _lowered(seats: SeatNetwork) -> Ints:
    """The reserves that phantoms can fill beside the seated, as lower bounds; the seats to fill are left open."""
    honoured, _ = degrade_network(seats)
    lower = seats.lower_with(honoured)
    lower[0] = 0
    return lower


def _room_when_lowered(rules: Rules, confirmed: Tally, with_block: Tally) -> bool:
    """Whether the block fits beside the reserves that could still be held without it."""
    before = _with_phantoms(rules, confirmed)
    honoured, shortfalls = degrade_network(before)
    if all(shortfall.label == network.TOTAL for shortfall in shortfalls):
        return False
    after = _with_phantoms(rules, with_block)
    lower = after.lower_with(replace(honoured, seats=0))
    return bool((lower <= after.upper).all()) and after.graph.circulate(lower, after.upper).deficit == 0
