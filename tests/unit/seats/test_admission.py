"""First come: reserves are held for groups that have not come yet, and given away when released."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.seats.cases import belongs, counted_sets, keeps_caps, random_case
from trainings.seats.admission import HELD, admit_first_come, readmit, seats_open_to
from trainings.seats.rules import Candidate, DistrictRule, GroupRule, Rules, SectorRule

RULES = Rules(4, (GroupRule("doctor", 2), GroupRule("nurse")), organisation_cap=2)


def nurses(n, organisation=None):
    return [Candidate(f"n{i}{organisation or ''}", "nurse", organisation) for i in range(n)]


def test_reserved_seats_are_held_for_a_group_that_has_not_come():
    first, second, third = nurses(3)
    assert admit_first_come(RULES, [first], second).admitted
    refused = admit_first_come(RULES, [first, second], third)
    assert (refused.admitted, refused.why) == (False, (HELD,))
    assert admit_first_come(RULES, [first, second], Candidate("d", "doctor")).admitted


def test_released_reserves_are_open_to_everyone():
    people = nurses(3)
    assert admit_first_come(RULES, people[:2], people[2], released_groups=["doctor"]).admitted


def test_refusal_names_the_caps_that_stand_against_it():
    office = nurses(2, "o")
    assert admit_first_come(RULES, office, Candidate("x", "nurse", "o")).why == (("organisation", "o"),)
    everyone = [*nurses(2), Candidate("d1", "doctor"), Candidate("d2", "doctor")]
    assert admit_first_come(RULES, everyone, Candidate("x", "doctor")).why == (("total",),)


def test_block_comes_together_or_not_at_all():
    family = [Candidate("f1", "nurse", block="f"), Candidate("f2", "nurse", block="f")]
    assert admit_first_come(RULES, [], family).admitted
    assert not admit_first_come(RULES, nurses(1), family).admitted
    assert readmit(RULES, nurses(1), [*family, Candidate("x", "nurse")], []) == ("x",)


def test_more_reserved_than_seats_holds_what_fits_in_order():
    rules = Rules(4, (GroupRule("a", 3), GroupRule("b", 3), GroupRule("c")))
    assert not admit_first_come(rules, [], Candidate("1", "c")).admitted
    assert admit_first_come(rules, [], Candidate("1", "b")).admitted
    assert not admit_first_come(rules, [Candidate("1", "b")], Candidate("2", "b")).admitted
    assert seats_open_to(rules, []) == {"a": 3, "b": 1, "c": 0}


def test_reserve_above_the_capacity_holds_every_seat():
    rules = Rules(3, (GroupRule("doctor", 5), GroupRule("nurse")))
    assert not admit_first_come(rules, [], nurses(1)).admitted
    assert admit_first_come(rules, [], Candidate("d", "doctor")).admitted
    assert admit_first_come(rules, [], nurses(1), ["doctor"]).admitted


def test_reserve_of_a_sector_is_held_until_all_its_groups_are_released():
    rules = Rules(
        3, (GroupRule("a", sector="s"), GroupRule("b", sector="s"), GroupRule("c")), (SectorRule("s", 2),)
    )
    taken = [Candidate("1", "c")]
    assert not admit_first_come(rules, taken, Candidate("2", "c"), ["a"]).admitted
    assert admit_first_come(rules, taken, Candidate("2", "a")).admitted
    assert admit_first_come(rules, taken, Candidate("2", "c"), ["a", "b"]).admitted


def test_reserve_of_a_district_may_be_filled_by_any_group():
    rules = Rules(
        2, (GroupRule("a", 1), GroupRule("b")), districts=(DistrictRule("d", 1, None, frozenset({"o"})),)
    )
    assert admit_first_come(rules, [], Candidate("1", "b")).admitted  # one phantom may be a and from d
    assert not admit_first_come(rules, [Candidate("1", "a")], Candidate("2", "b")).admitted
    assert admit_first_come(rules, [Candidate("1", "a")], Candidate("2", "b", "o")).admitted


def test_people_placed_beyond_a_cap_do_not_stop_others():
    rules = Rules(4, (GroupRule("a", 0, 1), GroupRule("b", 2)))
    placed = [Candidate("1", "a"), Candidate("2", "a"), Candidate("3", "a")]
    assert not admit_first_come(rules, placed, Candidate("4", "a")).admitted
    assert admit_first_come(rules, placed, Candidate("4", "b")).admitted
    assert seats_open_to(rules, placed) == {"a": 0, "b": 1}


def test_readmission_takes_arrivals_in_order_at_a_release_date():
    confirmed, waiting = nurses(2), [*nurses(2, "p"), *nurses(1, "q")]
    assert readmit(RULES, confirmed, waiting, []) == ()
    assert readmit(RULES, confirmed, waiting, ["doctor"]) == ("n0p", "n1p")


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_first_come_keeps_every_cap_and_every_reserve_that_phantoms_can_fill(number):
    """Without districts the seats that must be held can be counted: the arithmetic is independent of any flow."""
    rng = random.Random(number)
    rules, people, _ = random_case(rng, people=14, placed=0)
    rules = Rules(rules.capacity, rules.groups, rules.sectors, rules.organisation_cap, rules.cell_cap)
    if not _reserves_fit(rules, []):
        return
    confirmed: list[Candidate] = []
    for person in people:
        expected = keeps_caps(rules, [*confirmed, person], []) and _reserves_fit(rules, [*confirmed, person])
        assert admit_first_come(rules, confirmed, person).admitted == expected
        if expected:
            confirmed.append(person)
    room = seats_open_to(rules, confirmed)
    for group in rules.groups:
        extra = [Candidate(f"x{n}", group.key) for n in range(room[group.key] + 1)]
        assert admit_first_come(rules, confirmed, extra[:-1]).admitted
        assert not admit_first_come(rules, confirmed, extra).admitted


def _reserves_fit(rules, confirmed):
    have = {
        (k, key): sum(belongs(rules, p, k, key) for p in confirmed) for k, key, _, _ in counted_sets(rules)
    }
    need = {group.key: max(group.reserved, have["group", group.key]) for group in rules.groups}
    total = sum(need[group.key] for group in rules.groups if group.sector is None)
    for sector in rules.sectors:
        inside = [group for group in rules.groups if group.sector == sector.key]
        seats = max(sector.reserved, sum(need[group.key] for group in inside))
        room = sum(rules.capacity if group.cap is None else group.cap for group in inside)
        if seats > room or (sector.cap is not None and seats > sector.cap):
            return False
        total += seats
    return total <= rules.capacity


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_first_come_decides_without_a_flow_as_with_one(number):
    """A district of nobody, with neither reserve nor cap, changes nothing, and takes the way of the network."""
    rules, people, placed = random_case(random.Random(number), people=6, placed=4)
    rules = replace(rules, districts=())
    crossed = replace(rules, districts=(DistrictRule("nowhere"),))
    released = [group.key for group in rules.groups if number % 3 == 0]
    for person in people:
        answers = {admit_first_come(one, placed, person, released) for one in (rules, crossed)}
        assert len(answers) == 1
