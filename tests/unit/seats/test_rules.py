"""What is refused before anything is computed."""

from __future__ import annotations

import pytest

from trainings.seats.rules import (
    LARGEST,
    Candidate,
    DistrictRule,
    Fault,
    GroupRule,
    Rules,
    SeatsRefused,
    SectorRule,
    check_candidates,
    check_no_blocks,
    tally,
)


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: Rules(-1, ()), Fault.NUMBER_OUT_OF_RANGE),
        (lambda: Rules(LARGEST + 1, ()), Fault.NUMBER_OUT_OF_RANGE),
        (lambda: Rules(5, (), organisation_cap=0), Fault.NUMBER_OUT_OF_RANGE),
        (lambda: Rules(5, (), cell_cap=0), Fault.NUMBER_OUT_OF_RANGE),
        (lambda: Rules(5, (GroupRule("a", -1),)), Fault.NUMBER_OUT_OF_RANGE),
        (lambda: Rules(5, (GroupRule("a", 3, 2),)), Fault.CAP_BELOW_RESERVED),
        (lambda: Rules(5, (), (SectorRule("s", 3, 2),)), Fault.CAP_BELOW_RESERVED),
        (lambda: Rules(5, (GroupRule("a"), GroupRule("a"))), Fault.DUPLICATE_KEY),
        (lambda: Rules(5, (GroupRule("a", sector="s"),)), Fault.UNKNOWN_SECTOR),
        (
            lambda: Rules(
                5,
                (),
                districts=(
                    DistrictRule("d", organisations=frozenset({"o"})),
                    DistrictRule("e", organisations=frozenset({"o"})),
                ),
            ),
            Fault.ORGANISATION_IN_TWO_DISTRICTS,
        ),
    ],
)
def test_rules_refuse_what_cannot_be_meant(make, fault):
    with pytest.raises(SeatsRefused) as refusal:
        make()
    assert refusal.value.code == fault


@pytest.mark.parametrize(
    ("people", "fault"),
    [
        ([Candidate("1", "nobody")], Fault.UNKNOWN_GROUP),
        ([Candidate("1", "a", weight=0)], Fault.NUMBER_OUT_OF_RANGE),
        ([Candidate("1", "a"), Candidate("1", "a")], Fault.DUPLICATE_CANDIDATE),
    ],
)
def test_candidates_are_checked(people, fault):
    with pytest.raises(SeatsRefused) as refusal:
        check_candidates(Rules(5, (GroupRule("a"),)), people)
    assert refusal.value.code == fault


def test_blocks_are_refused_in_a_draw_and_named():
    family = [
        Candidate("1", "a", block="f"),
        Candidate("2", "a", block="f"),
        Candidate("3", "a", block="alone"),
    ]
    with pytest.raises(SeatsRefused) as refusal:
        check_no_blocks(family)
    assert refusal.value.facts == {"block": "f", "size": 2}
    check_no_blocks(family[1:])


def test_tally_counts_by_every_set():
    rules = Rules(
        9,
        (GroupRule("a", sector="s"), GroupRule("b")),
        (SectorRule("s"),),
        districts=(DistrictRule("d", organisations=frozenset({"o"})),),
    )
    counted = tally(rules, [Candidate("1", "a", "o"), Candidate("2", "a"), Candidate("3", "b", "o")])
    assert counted.total == 3
    assert counted.sectors == {"s": 2}
    assert counted.groups == {"a": 2, "b": 1}
    assert counted.cells == {("a", "o"): 1, ("b", "o"): 1}
    assert counted.organisations == {"o": 2}
    assert counted.districts == {"d": 2}
