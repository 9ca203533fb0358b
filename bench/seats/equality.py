"""Bars 1 and 6: odds equal enumeration and linear programmes; infeasible rules are lowered as another solver says."""

from __future__ import annotations

import random

from bench.results import Row
from bench.seats.programmes import iterated_programme
from tests.unit.seats.cases import (
    counted_sets,
    evening,
    honoured_as_dict,
    most_seats_by_programme,
    random_case,
)
from tests.unit.seats.enumeration import leximin_by_enumeration
from trainings.seats.degrade import degrade
from trainings.seats.odds import fair_odds

TINY, LARGER, INFEASIBLE = 300, 30, 1000


def rows() -> list[Row]:
    return [
        _off(f"off enumeration of all rosters, worst of {TINY} tiny cases", _off_enumeration()),
        _off(f"off HiGHS, worst of {LARGER} larger cases", _off_programmes()),
        *_infeasible(),
    ]


def _off(name: str, difference: float) -> Row:
    return Row(f"odds {name}", 1e6 * difference, "millionths", None, 1.0, "value", "less")


def _off_enumeration() -> float:
    worst = 0.0
    for n in range(TINY):
        case = random_case(random.Random(50_000 + n), people=9)
        exact = fair_odds(*case).exact
        for key, truth in leximin_by_enumeration(case).items():
            worst = max(worst, abs(float(exact[key]) - truth))
    return worst


def _off_programmes() -> float:
    worst = 0.0
    cases = [random_case(random.Random(n), people=120, placed=6, seats=60) for n in range(LARGER - 5)]
    cases += [evening(60 + 30 * n, 30 + 15 * n, seed=n) for n in range(5)]
    for case in cases:
        odds = fair_odds(*case)
        for key, truth in iterated_programme(odds).items():
            worst = max(worst, abs(float(odds.exact[key]) - truth))
    return worst


def _infeasible() -> list[Row]:
    raised = other = unexplained = 0
    for n in range(INFEASIBLE):
        case = random_case(random.Random(90_000 + n), people=60, placed=6)
        rules, candidates, placed = case
        try:
            honoured, shortfalls = degrade(rules, candidates, placed)
        except Exception:  # the figure is: how many raise anything at all
            raised += 1
            continue
        kept = honoured_as_dict(honoured)
        other += honoured.seats != round(most_seats_by_programme(case, kept))
        told = {
            shortfall.label
            for shortfall in shortfalls
            if shortfall.limits or shortfall.met == shortfall.standing
        }
        missed = {(kind, key) for kind, key, wish, _ in counted_sets(rules) if kept[kind, key] < wish}
        if honoured.seats < rules.capacity:
            missed.add(("total",))
        unexplained += told != missed or any(
            shortfall.met != shortfall.standing + sum(limit.seats for limit in shortfall.limits)
            for shortfall in shortfalls
        )
    return [
        Row(f"of {INFEASIBLE} infeasible rule sets: exceptions", raised, "sets", None, 0, "value", "less"),
        Row("  seats other than an independent solver's", other, "sets", None, 0, "value", "less"),
        Row("  with an unexplained shortfall", unexplained, "sets", None, 0, "value", "less"),
    ]
