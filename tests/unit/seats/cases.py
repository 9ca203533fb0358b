"""Cases for the tests of seats, and the truth about small ones by enumeration of every roster."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from trainings.seats.rules import Candidate, DistrictRule, GroupRule, Honoured, Rules, SectorRule

Case = tuple[Rules, list[Candidate], list[Candidate]]
"""Rules, candidates, placed people."""


def random_case(
    rng: random.Random,
    *,
    people: int = 8,
    placed: int = 2,
    seats: int = 7,
    weights: Sequence[int] = (1, 2, 3),
) -> Case:
    """A small case in which anything may clash with anything, infeasible reserves included."""

    def quota(most: int) -> tuple[int, int | None]:
        reserved = rng.randint(0, most)
        return reserved, rng.choice([None, rng.randint(reserved, most + 2)])

    n_groups, n_sectors, n_districts = rng.randint(1, 4), rng.randint(0, 2), rng.randint(0, 2)
    organisations = [f"o{n}" for n in range(rng.randint(1, 4))]
    sectors = tuple(SectorRule(f"s{n}", *quota(4)) for n in range(n_sectors))
    groups = tuple(
        GroupRule(f"g{n}", *quota(3), sector=rng.choice([None, *(sector.key for sector in sectors)]))
        for n in range(n_groups)
    )
    home = {name: rng.randint(0, 2) for name in organisations}
    districts = tuple(
        DistrictRule(f"d{n}", *quota(3), frozenset(name for name in organisations if home[name] == n))
        for n in range(n_districts)
    )
    rules = Rules(
        capacity=rng.randint(0, seats),
        groups=groups,
        sectors=sectors,
        organisation_cap=rng.choice([None, 1, 2, 3]),
        cell_cap=rng.choice([None, None, 1, 2]),
        districts=districts,
    )

    def person(key: str) -> Candidate:
        return Candidate(
            key, rng.choice(groups).key, rng.choice([None, *organisations]), rng.choice(list(weights))
        )

    return (
        rules,
        [person(f"c{n:02}") for n in range(rng.randint(0, people))],
        [person(f"p{n}") for n in range(rng.choice([0, 0, rng.randint(0, placed)]))],
    )


small_cases = st.integers(0, 2**32).map(lambda n: random_case(random.Random(n)))


def counted_sets(rules: Rules) -> Iterator[tuple[str, str, int, int | None]]:
    """(kind, key, reserve, cap) of groups, sectors and districts in the order in which reserves are honoured."""
    for kind, entries in (("group", rules.groups), ("sector", rules.sectors), ("district", rules.districts)):
        for rule in entries:
            yield kind, rule.key, rule.reserved, rule.cap


def belongs(rules: Rules, person: Candidate, kind: str, key: str) -> bool:
    if kind == "group":
        return person.group == key
    if kind == "sector":
        return next(group.sector for group in rules.groups if group.key == person.group) == key
    return any(person.organisation in rule.organisations for rule in rules.districts if rule.key == key)


def keeps_caps(rules: Rules, roster: Sequence[Candidate], placed: Sequence[Candidate]) -> bool:
    """Every cap by plain counting; what placed people alone exceed counts as just reached."""

    def fits(cap: int | None, members: list[Candidate]) -> bool:
        by_hand = sum(person in placed for person in members)
        return cap is None or len(members) <= max(cap, by_hand)

    names = {person.organisation for person in roster} - {None}
    return (
        fits(rules.capacity, list(roster))
        and all(
            fits(cap, [person for person in roster if belongs(rules, person, kind, key)])
            for kind, key, _, cap in counted_sets(rules)
        )
        and all(fits(rules.organisation_cap, [p for p in roster if p.organisation == name]) for name in names)
        and all(
            fits(rules.cell_cap, [p for p in roster if p.organisation == name and p.group == group.key])
            for name in names
            for group in rules.groups
        )
    )


def keeps_everything(case: Case, honoured: Honoured, selected: Sequence[Candidate]) -> bool:
    """Whether the selected, with the placed people, keep every cap and everything that is honoured."""
    rules, _, placed = case
    roster = [*selected, *placed]
    kept = honoured_as_dict(honoured)
    return (
        len(roster) == honoured.seats
        and keeps_caps(rules, roster, placed)
        and all(
            sum(belongs(rules, person, kind, key) for person in roster) >= kept[kind, key]
            for kind, key, _, _ in counted_sets(rules)
            if kept[kind, key]
        )
    )


def rosters(case: Case) -> list[tuple[Candidate, ...]]:
    """Every roster (placed people included) that keeps all caps, whatever the reserves."""
    rules, candidates, placed = case
    return [
        (*placed, *chosen)
        for n in range(len(candidates) + 1)
        for chosen in combinations(candidates, n)
        if keeps_caps(rules, (*placed, *chosen), placed)
    ]


def kept_by_enumeration(case: Case) -> tuple[dict[tuple[str, str], int], list[tuple[Candidate, ...]]]:
    """The honoured reserves by (kind, key), and every roster that keeps them and fills the most seats."""
    rules, _, _ = case
    legal = rosters(case)
    kept: dict[tuple[str, str], int] = {}
    for kind, key, reserved, _ in counted_sets(rules):
        counts = {roster: sum(belongs(rules, person, kind, key) for person in roster) for roster in legal}
        kept[kind, key] = min(reserved, max(counts.values()))
        legal = [roster for roster in legal if counts[roster] >= kept[kind, key]]
    most = max(len(roster) for roster in legal)
    return kept, [roster for roster in legal if len(roster) == most]


def honoured_as_dict(honoured: Honoured) -> dict[tuple[str, str], int]:
    return {
        **{("group", key): n for key, n in honoured.groups.items()},
        **{("sector", key): n for key, n in honoured.sectors.items()},
        **{("district", key): n for key, n in honoured.districts.items()},
    }


def most_seats_by_programme(case: Case, kept: dict[tuple[str, str], int]) -> float:
    """F by HiGHS over single people: no flow, no types."""
    rules, candidates, placed = case
    rows: list[list[int]] = []
    bounds: list[int] = []
    everyone = [*placed, *candidates]

    def at_most(cap: int | None, members: list[int]) -> None:
        if cap is not None:
            rows.append(members)
            bounds.append(
                max(cap, sum(m for m, person in zip(members, everyone, strict=True) if person in placed))
            )

    for kind, key, _, cap in counted_sets(rules):
        members = [int(belongs(rules, person, kind, key)) for person in everyone]
        at_most(cap, members)
        rows.append([-m for m in members])
        bounds.append(-kept[kind, key])
    for name in {person.organisation for person in everyone} - {None}:
        at_most(rules.organisation_cap, [int(person.organisation == name) for person in everyone])
        for group in rules.groups:
            at_most(rules.cell_cap, [int((p.organisation, p.group) == (name, group.key)) for p in everyone])
    at_most(rules.capacity, [1] * len(everyone))
    if not everyone:
        return 0.0
    box = [(1, 1)] * len(placed) + [(0, 1)] * len(candidates)
    solved = linprog(-np.ones(len(everyone)), A_ub=np.array(rows), b_ub=bounds, bounds=box, method="highs")
    assert solved.status == 0
    return float(-solved.fun)


def evening(people: int = 180, capacity: int = 100, seed: int = 1) -> Case:
    """A 百人の集い: 12 professions in three sectors with reserves and caps like those of the preset (about 80 of 100 seats
    reserved, caps half above the fair share), 52 offices with a cap of 3, one of them a hospital with 15 of 180
    applicants, some people without an office, and weights."""
    rng = random.Random(seed)
    sizes = (12, 4, 10, 28, 16, 9, 7, 5, 38, 30, 12, 9)
    shares = [size * capacity / sum(sizes) for size in sizes]
    groups = tuple(
        GroupRule(f"g{n:02}", round(0.8 * share), round(1.5 * share), ("s0", "s1", "s2")[n // 4])
        for n, share in enumerate(shares)
    )
    rules = Rules(
        capacity=capacity,
        groups=groups,
        sectors=(SectorRule("s0", capacity // 4), SectorRule("s1"), SectorRule("s2")),
        organisation_cap=3,
    )
    offices = [f"o{n:04}" for n in range(1, people * 52 // 180)]
    popular = [(n + 4) ** -0.5 for n in range(len(offices))]

    def office(n: int) -> str | None:
        if n < people * 15 // 180:
            return "hospital"
        return None if rng.random() < 0.08 else rng.choices(offices, popular)[0]

    candidates = [
        Candidate(
            f"{n:05}",
            rng.choices([group.key for group in groups], sizes)[0],
            office(n),
            rng.choices((2, 3, 4, 6), (6, 3, 2, 1))[0],
        )
        for n in range(people)
    ]
    return rules, candidates, []
