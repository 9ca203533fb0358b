"""Reading a record of a draw back: rules, people, odds and reasons as they were, with nothing solved anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from trainings.seats import network
from trainings.seats.degrade import Shortfall, limits_of, wishes
from trainings.seats.levels import Level
from trainings.seats.network import TOTAL, Label, SeatNetwork
from trainings.seats.odds import Odds
from trainings.seats.record import honoured_of
from trainings.seats.rules import Candidate, DistrictRule, GroupRule, Rules, SectorRule


def rules_of(record: Mapping[str, Any]) -> Rules:
    """The rules of a record; organisations by their numbers."""
    rules = record["frozen"]["rules"]
    return Rules(
        capacity=rules["capacity"],
        groups=tuple(GroupRule(**rule) for rule in rules["groups"]),
        sectors=tuple(SectorRule(**rule) for rule in rules["sectors"]),
        organisation_cap=rules["organisation_cap"],
        cell_cap=rules["cell_cap"],
        districts=tuple(
            DistrictRule(rule["key"], rule["reserved"], rule["cap"], frozenset(rule["organisations"]))
            for rule in rules["districts"]
        ),
    )


def candidates_of(record: Mapping[str, Any]) -> tuple[Candidate, ...]:
    """The people who were drawn from, by their numbers."""
    return tuple(
        Candidate(person["number"], person["group"], person["organisation"], person["weight"])
        for person in record["frozen"]["candidates"]
    )


def placed_of(record: Mapping[str, Any]) -> tuple[Candidate, ...]:
    """The people who had a seat by hand, by their numbers."""
    return tuple(
        Candidate(person["number"], person["group"], person["organisation"])
        for person in record["frozen"]["placed"]
    )


def odds_of(record: Mapping[str, Any]) -> Odds:
    """The odds of a recorded draw with their reasons, for the pages that explain them; organisations by number."""
    frozen = record["frozen"]
    candidates, placed = candidates_of(record), placed_of(record)
    seats = network.build(rules_of(record), candidates, placed)
    honoured = honoured_of(record)
    lower, upper = seats.lower_with(honoured), seats.upper.copy()
    upper[seats.arc_of[TOTAL]] = lower[seats.arc_of[TOTAL]]
    type_of = {(t.group, t.organisation, t.weight): n for n, t in enumerate(seats.types)}
    return Odds(
        candidates=candidates,
        placed=placed,
        network=seats,
        lower=lower,
        upper=upper,
        honoured=honoured,
        shortfalls=_shortfalls(seats, frozen),
        levels=tuple(
            Level(
                per_weight=Fraction(level["odds_per_weight"]),
                types=tuple(type_of[group, name, weight] for group, name, weight in level["types"]),
                cut=_cut(seats, level["cut"]),
            )
            for level in frozen["levels"]
        ),
        z=frozen["odds"],
    )


def _shortfalls(seats: SeatNetwork, frozen: Mapping[str, Any]) -> tuple[Shortfall, ...]:
    import numpy as np

    recorded = {tuple(entry["set"]): entry for entry in frozen["shortfalls"]}
    lower = seats.lower.copy()
    shortfalls: list[Shortfall] = []
    for label, wished, have in wishes(seats):
        met = wished
        if label in recorded:
            met = recorded[label]["met"]
            cut = _cut(seats, recorded[label]["cut"])
            inside = np.array([node in cut for node in seats.nodes])
            limits = limits_of(seats, inside, lower, seats.arc_of[label])
            shortfalls.append(Shortfall(label, wished, met, have, limits, cut))
        lower[seats.arc_of[label]] = max(0, met - have)
    return tuple(shortfalls)


def _cut(seats: SeatNetwork, recorded: Sequence[Sequence[str]]) -> tuple[Label, ...]:
    named = {tuple(node) for node in recorded}
    return tuple(node for node in seats.nodes if node in named)
