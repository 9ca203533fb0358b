"""Reserves that can be kept and seats that can be filled, against enumeration and against another solver."""

from __future__ import annotations

import random

from hypothesis import given, settings

from tests.unit.seats.cases import (
    counted_sets,
    honoured_as_dict,
    keeps_caps,
    kept_by_enumeration,
    most_seats_by_programme,
    random_case,
    rosters,
    small_cases,
)
from trainings.seats.degrade import broken_caps, degrade, legal_roster_exists, stopping_caps, within_caps
from trainings.seats.rules import Candidate, GroupRule, Honoured, Rules, tally


@given(small_cases)
@settings(max_examples=150, deadline=None)
def test_degrade_equals_enumeration(case):
    rules, candidates, placed = case
    kept, best = kept_by_enumeration(case)
    honoured, _ = degrade(rules, candidates, placed)
    assert honoured_as_dict(honoured) == kept
    assert honoured.seats == len(best[0])


def test_degrade_of_infeasible_rules_equals_an_independent_solver_and_explains_every_shortfall():
    for n in range(100):
        case = random_case(random.Random(n), people=60, placed=6)
        rules, candidates, placed = case
        honoured, shortfalls = degrade(rules, candidates, placed)
        assert honoured.seats == round(most_seats_by_programme(case, honoured_as_dict(honoured)))
        missed = {s.label: s.wished - s.met for s in shortfalls}
        for kind, key, reserved, _ in counted_sets(rules):
            assert missed.get((kind, key), 0) == reserved - honoured_as_dict(honoured)[kind, key]
        assert (("total",) in missed) == (honoured.seats < rules.capacity)
        for s in shortfalls:
            assert s.met == s.standing + sum(limit.seats for limit in s.limits)


@given(small_cases)
@settings(max_examples=60, deadline=None)
def test_the_sum_honoured_is_the_same_in_every_order_of_groups(case):
    rules, candidates, placed = case
    turned = Rules(
        rules.capacity,
        rules.groups[::-1],
        rules.sectors,
        rules.organisation_cap,
        rules.cell_cap,
        rules.districts,
    )
    one, other = degrade(rules, candidates, placed)[0], degrade(turned, candidates, placed)[0]
    assert sum(one.groups.values()) == sum(other.groups.values())


def test_shortfall_names_the_cap_to_blame():
    rules = Rules(10, (GroupRule("doctor", 4), GroupRule("nurse", 4)), organisation_cap=2)
    people = [Candidate(f"d{n}", "doctor", "clinic") for n in range(5)] + [Candidate("n0", "nurse")]
    honoured, shortfalls = degrade(rules, people)
    assert honoured.groups == {"doctor": 2, "nurse": 1}
    by_label = {s.label: s for s in shortfalls}
    assert [(x.label, x.seats) for x in by_label["group", "doctor"].limits] == [
        (("organisation", "clinic"), 2)
    ]
    assert [(x.label, x.seats) for x in by_label["group", "nurse"].limits] == [(("applicants", "nurse"), 1)]
    assert by_label["total",].met == 3


@given(small_cases)
@settings(max_examples=60, deadline=None)
def test_caps_equal_plain_counting(case):
    rules, candidates, placed = case
    everyone = [*candidates, *placed]
    assert within_caps(rules, everyone, placed) == keeps_caps(rules, everyone, placed)
    assert broken_caps(rules, placed, placed) == ()


@given(small_cases)
@settings(max_examples=60, deadline=None)
def test_caps_that_stop_one_more_are_those_that_they_would_break(case):
    rules, candidates, placed = case
    for person in candidates:
        stopping = stopping_caps(rules, tally(rules, placed), person)
        assert stopping == broken_caps(rules, [*placed, person], placed)


@given(small_cases)
@settings(max_examples=100, deadline=None)
def test_legal_roster_exists_equals_enumeration(case):
    rules, candidates, placed = case
    _, best = kept_by_enumeration(case)
    honoured = degrade(rules, candidates, placed)[0]
    must, may = candidates[:2], candidates[2:]
    expected = any(set(must) <= set(roster) for roster in best)
    assert legal_roster_exists(rules, honoured, must, may, placed) == expected
    greedy = Honoured(honoured.groups, honoured.sectors, honoured.districts, honoured.seats + 1)
    assert not legal_roster_exists(rules, greedy, must, may, placed)
    nothing = Honoured({}, {}, {}, 0)
    assert legal_roster_exists(rules, nothing, must, may, placed) == any(
        set(must) <= set(roster) for roster in rosters(case)
    )
