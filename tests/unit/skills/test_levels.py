"""From evidence to levels."""

import random
import uuid
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trainings.skills.levels import Cell, Fact, attendance_level, verified

TODAY = date(2027, 2, 14)
SKILLS = [uuid.UUID(int=n) for n in range(1, 4)]


@st.composite
def ledgers(draw: st.DrawFn) -> list[Fact]:
    facts: list[Fact] = []
    for _ in range(draw(st.integers(0, 12))):
        observed = TODAY + timedelta(days=draw(st.integers(-900, 30)))
        expires = observed + timedelta(days=draw(st.integers(1, 900))) if draw(st.booleans()) else None
        facts.append(
            Fact(uuid.uuid4(), draw(st.sampled_from(SKILLS)), draw(st.integers(0, 4)), observed, expires)
        )
    for fact in list(facts):
        if draw(st.booleans()):
            facts.append(Fact(uuid.uuid4(), fact.skill, 0, fact.observed_on, None, fact.id))
    return facts


@given(ledgers(), st.randoms(use_true_random=False))
def test_verified_ignores_order_and_double_rows(facts: list[Fact], chance: random.Random) -> None:
    shuffled = facts + facts[:3]
    chance.shuffle(shuffled)

    assert verified(shuffled, TODAY) == verified(facts, TODAY)


@given(ledgers())
def test_verified_is_the_highest_fact_that_still_holds(facts: list[Fact]) -> None:
    revoked = {fact.revokes for fact in facts if fact.revokes and fact.observed_on <= TODAY}
    held = [
        fact
        for fact in facts
        if fact.revokes is None
        and fact.id not in revoked
        and fact.observed_on <= TODAY
        and (fact.expires_on is None or fact.expires_on > TODAY)
    ]

    assert verified(facts, TODAY) == {
        skill: max(fact.level for fact in held if fact.skill == skill)
        for skill in SKILLS
        if any(fact.skill == skill for fact in held)
    }


def test_attendance_alone_never_lifts_above_the_cap() -> None:
    assert [attendance_level(level, 1) for level in (1, 2, 3, 4)] == [1, 1, 1, 1]


def test_cell_without_target_or_people_has_no_coverage() -> None:
    assert Cell(n=10, reached=3, target=None).coverage is None
    assert Cell(n=0, reached=0, target=2).coverage is None
    assert Cell(n=10, reached=3, target=2).coverage == 0.3


def test_cell_shade_deepens_with_people_missing() -> None:
    shades = [Cell(n=100, reached=reached, target=1).shade for reached in (100, 90, 70, 40, 10, 0)]

    assert shades == [0, 1, 2, 3, 4, 4]
