"""What the rules mean: for the organiser before the draw, and read back from a record after it."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from tests.unit.seats.cases import evening, random_case
from tests.unit.seats.recorded import recorded
from trainings.seats.meaning import Range, meaning
from trainings.seats.odds import fair_odds
from trainings.seats.reading import candidates_of, odds_of, placed_of, rules_of
from trainings.seats.rules import Candidate, GroupRule, Rules

RULES = Rules(6, (GroupRule("nurse"), GroupRule("dentist", 3)), organisation_cap=3)
PEOPLE = [Candidate(f"a{n:02}", "nurse", "hospital") for n in range(15)] + [
    Candidate("d1", "dentist"),
    Candidate("n1", "nurse"),
    Candidate("n2", "nurse"),
]


def test_meaning_tells_seats_shortfalls_and_whom_the_rules_hit():
    means = meaning(RULES, PEOPLE)
    assert means.seats == 6
    assert means.released == 2
    assert [(s.label, s.wished, s.met) for s in means.shortfalls] == [(("group", "dentist"), 3, 1)]
    assert means.by_group["dentist"] == Range(1, Fraction(1), Fraction(1), Fraction(1))
    assert means.by_organisation["hospital"] == Range(15, Fraction(1, 5), Fraction(1, 5), Fraction(1, 5))
    assert means.hardest.odds == Fraction(1, 5)
    assert len(means.hardest.people) == means.hardest.reason.people == 15
    assert [(limit.label, limit.seats) for limit in means.hardest.reason.limits] == [
        (("organisation", "hospital"), 3)
    ]


def test_meaning_side_by_side_shows_what_a_changed_rule_does():
    stricter = Rules(6, RULES.groups, organisation_cap=2)
    assert meaning(stricter, PEOPLE).hardest.odds == Fraction(2, 15)
    assert meaning(stricter, PEOPLE).seats == 5


def test_meaning_without_applicants():
    means = meaning(RULES, [])
    assert (means.seats, means.released, means.hardest) == (0, 3, None)


@pytest.mark.parametrize("number", range(8))
def test_a_record_read_back_gives_the_same_odds_and_reasons(number):
    case = random_case(random.Random(number), people=40, placed=5, seats=25)
    record = recorded(case)
    odds = fair_odds(rules_of(record), candidates_of(record), placed_of(record))
    again = odds_of(record)
    assert again.exact == odds.exact
    assert again.shortfalls == odds.shortfalls
    assert [again.reason(n) for n in range(len(again.levels))] == [
        odds.reason(n) for n in range(len(odds.levels))
    ]


def test_reading_an_evening_back_keeps_everyone_s_odds():
    record = recorded(evening(60, 35))
    assert odds_of(record).exact == fair_odds(*evening(60, 35)).exact
