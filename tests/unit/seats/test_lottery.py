"""The draw keeps what can be kept, fills what can be filled, and repeats."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from hypothesis import given, settings

from tests.unit.seats.cases import evening, kept_by_enumeration, small_cases
from trainings.seats.degrade import within_caps
from trainings.seats.lottery import draw
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
