"""Odds are as equal as the quotas allow, exact, proven, and whole in units of 1/U."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings

from tests.unit.seats.cases import evening, random_case, small_cases
from tests.unit.seats.enumeration import leximin_by_enumeration
from trainings.seats.leximin import leximin
from trainings.seats.odds import fair_odds
from trainings.seats.rounding import UNIT, fits
from trainings.seats.rules import Candidate, GroupRule, Rules, SeatsRefused


def test_odds_of_fifty_tiny_cases_equal_enumeration_of_all_rosters():
    for n in range(50):
        case = random_case(random.Random(1000 + n), people=7)
        exact = fair_odds(*case).exact
        for key, truth in leximin_by_enumeration(case).items():
            assert float(exact[key]) == pytest.approx(truth, abs=1e-6), (n, key)


def test_fifteen_of_one_organisation_share_its_cap_of_three():
    rules = Rules(10, (GroupRule("nurse"), GroupRule("doctor", 2)), organisation_cap=3)
    people = [Candidate(f"a{n:02}", "nurse", "hospital") for n in range(15)]
    people += [Candidate(f"b{n:02}", "nurse") for n in range(12)] + [Candidate("d", "doctor")]
    odds = fair_odds(rules, people)
    assert odds.exact["a00"] == Fraction(1, 5)
    reason = odds.reason(odds.level_of["a00"])
    assert [(limit.label, limit.seats) for limit in reason.limits] == [(("organisation", "hospital"), 3)]
    assert (reason.people, reason.weight, reason.settled) == (15, 15, 0)
    assert odds.exact["b00"] == Fraction(6, 12)
    assert odds.exact["d"] == 1
    assert odds.reason(odds.level_of["d"]).limits == ()
    rest = odds.reason(odds.level_of["b00"])
    assert sum(limit.seats for limit in rest.limits) - rest.settled == 6


def test_odds_are_in_proportion_to_weights_until_someone_is_certain():
    rules = Rules(3, (GroupRule("a"),))
    odds = fair_odds(rules, [Candidate(f"{n}", "a", weight=w) for n, w in enumerate((1, 1, 2, 8))])
    assert list(odds.exact.values()) == [Fraction(1, 2), Fraction(1, 2), 1, 1]


@pytest.mark.parametrize("bits", [0, 3, 8])
def test_odds_do_not_depend_on_the_grid_of_the_flow_tests(bits):
    for n in range(40):
        odds = fair_odds(*random_case(random.Random(n), people=40, placed=3))
        coarse = leximin(odds.network, odds.lower, odds.upper, grid_bits=bits)
        assert _by_type(coarse) == _by_type(odds.levels)


def test_odds_of_an_evening_do_not_depend_on_the_grid():
    odds = fair_odds(*evening())
    coarse = leximin(odds.network, odds.lower, odds.upper, grid_bits=2)
    assert _by_type(coarse) == _by_type(odds.levels)


def _by_type(levels):
    return {n: level.per_weight for level in levels for n in level.types}


@given(small_cases)
@settings(max_examples=150, deadline=None)
def test_whole_odds_are_next_to_the_exact_ones_and_keep_every_quota(case):
    odds = fair_odds(*case)
    assert fits(odds.network, dict(odds.z), odds.lower, odds.upper)
    for key, exact in odds.exact.items():
        assert odds.z[key] in {(exact * UNIT).__floor__(), (exact * UNIT).__ceil__()}
    assert sum(odds.z.values()) == (odds.honoured.seats - len(odds.placed)) * UNIT


@given(small_cases)
@settings(max_examples=150, deadline=None)
def test_every_level_is_the_share_that_its_limits_leave(case):
    odds = fair_odds(*case)
    assert [level.per_weight for level in odds.levels] == sorted(level.per_weight for level in odds.levels)
    for n, level in enumerate(odds.levels):
        reason = odds.reason(n)
        if reason.limits:
            left = sum(limit.seats for limit in reason.limits) - reason.settled
            assert level.per_weight == left / reason.weight
        else:
            assert all(level.per_weight * odds.network.types[t].weight == 1 for t in level.types)


def test_blocks_are_refused():
    with pytest.raises(SeatsRefused):
        fair_odds(
            Rules(3, (GroupRule("a"),)), [Candidate("1", "a", block="f"), Candidate("2", "a", block="f")]
        )
