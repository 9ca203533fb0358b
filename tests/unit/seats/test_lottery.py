"""The draw keeps what can be kept, fills what can be filled, and repeats."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings

from tests.unit.seats.cases import evening, keeps_everything, kept_by_enumeration, small_cases
from trainings.seats.degrade import within_caps
from trainings.seats.lottery import draw
from trainings.seats.odds import fair_odds
from trainings.seats.pushing import Walk, push_cycles
from trainings.seats.rounding import UNIT
from trainings.seats.rules import tally


def seed(n):
    return hashlib.sha256(str(n).encode()).digest()


@given(small_cases)
@settings(max_examples=150, deadline=None)
def test_every_draw_is_one_of_the_best_rosters(case):
    rules, candidates, placed = case
    _, best = kept_by_enumeration(case)
    result = draw(rules, candidates, placed, seed(0))
    chosen = {person.key for person in placed} | set(result.selected)
    assert chosen in [{person.key for person in roster} for roster in best]
    assert sorted((*result.selected, *result.waiting)) == sorted(person.key for person in candidates)


def test_draws_of_an_evening_keep_every_rule():
    rules, candidates, placed = evening()
    for n in range(10):
        result = draw(rules, candidates, placed, seed(n))
        roster = [person for person in candidates if person.key in set(result.selected)]
        counts = tally(rules, roster)
        assert len(roster) == result.fillable == rules.capacity
        assert within_caps(rules, roster)
        assert all(counts.groups[key] >= n for key, n in result.honoured.groups.items() if n)
        assert all(counts.sectors[key] >= n for key, n in result.honoured.sectors.items() if n)


def test_draw_repeats_and_ignores_the_order_of_the_lists_and_the_names_of_organisations():
    rules, candidates, placed = evening()
    once = draw(rules, candidates, placed, seed(1))
    renamed = [
        replace(person, organisation=person.organisation and person.organisation[::-1])
        for person in candidates[::-1]
    ]
    again = draw(rules, renamed, placed, seed(1))
    assert (once.selected, once.waiting, once.pushes) == (again.selected, again.waiting, again.pushes)
    assert once.z == again.z
    assert once.selected != draw(rules, candidates, placed, seed(2)).selected


@given(small_cases)
@settings(max_examples=60, deadline=None)
def test_pushing_gives_everyone_exactly_their_odds(case):
    """All outcomes of the coins of a draw, each with its exact probability: nothing is left to statistics."""
    odds = fair_odds(*case)
    chance = dict.fromkeys(odds.z, Fraction(0))
    branches = [(Walk(odds.network, odds.z, seed(0)), Fraction(1))]
    while branches:
        walk, probability = branches.pop()
        cycle = walk.next_cycle()
        if cycle is None:
            for key, flow in zip(walk.keys, walk.flows, strict=False):
                assert flow in (0, UNIT)
                chance[key] += probability * flow / UNIT
            continue
        up, down = walk.room(cycle)
        for amount, share in ((up, down), (-down, up)):
            branch = deepcopy(walk)
            branch.push(cycle, amount)
            branches.append((branch, probability * Fraction(share, up + down)))
    assert chance == {key: Fraction(z, UNIT) for key, z in odds.z.items()}


DRAWS = 600


def test_hundreds_of_draws_break_no_rule_and_select_everyone_as_often_as_their_odds_say():
    case = evening()
    odds = fair_odds(*case)
    people = {person.key: person for person in case[1]}
    counts: Counter[str] = Counter()
    for n in range(DRAWS):
        selected, _ = push_cycles(odds.network, odds.z, seed(n))
        assert keeps_everything(case, odds.honoured, [people[key] for key in selected])
        counts.update(selected)
    scores = []
    for key, z in odds.z.items():
        expected = DRAWS * z / UNIT
        if 0 < z < UNIT:
            scores.append((counts[key] - expected) / math.sqrt(expected * (1 - z / UNIT)))
        else:
            assert counts[key] == expected
    # The mean of z² is 1 for exact odds; its own spread is about 0.15, since who shares a cap moves together.
    assert 0.6 < sum(score**2 for score in scores) / len(scores) < 1.5
    assert max(abs(score) for score in scores) < 4.5
