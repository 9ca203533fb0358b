"""An office's own order on the waiting list."""

from __future__ import annotations

import itertools
import random

from trainings.registration.priorities import Waiting, office_order

NURSES, DOCTORS = ("看護", "けやき訪問看護"), ("医科", "けやき訪問看護")


def test_smaller_number_takes_the_earlier_place_of_the_office() -> None:
    waiting = [
        Waiting("a", NURSES, 3, 2),
        Waiting("b", ("看護", "別の事業所"), 4, None),
        Waiting("c", NURSES, 7, 1),
    ]

    assert office_order(waiting) == {"c": 3, "a": 7}


def test_who_has_no_number_keeps_the_place() -> None:
    waiting = [Waiting("a", NURSES, 1, None), Waiting("b", NURSES, 2, 3), Waiting("c", NURSES, 3, 1)]

    assert office_order(waiting) == {"c": 2, "b": 3}


def test_groups_and_people_without_an_office_do_not_mix() -> None:
    waiting = [
        *(Waiting("a", NURSES, 1, 2), Waiting("b", DOCTORS, 2, 1)),
        *(Waiting("c", None, 3, 2), Waiting("d", None, 4, 1)),
    ]

    assert office_order(waiting) == {}


def test_equal_numbers_stay_in_the_order_of_arrival() -> None:
    assert office_order([Waiting("a", NURSES, 5, 1), Waiting("b", NURSES, 9, 1)]) == {}


def test_places_of_others_never_change_and_each_place_is_taken_once() -> None:
    dice = random.Random(20270214)
    for _ in range(300):
        waiting = [
            Waiting(str(rank), dice.choice([NURSES, DOCTORS, None]), rank, dice.choice([None, 1, 2, 3]))
            for rank in range(1, 12)
        ]
        changed = office_order(waiting)
        after = {one.key: changed.get(one.key, one.rank) for one in waiting}

        assert sorted(after.values()) == list(range(1, 12))
        for one, other in itertools.combinations(waiting, 2):
            if one.cell != other.cell or one.cell is None or None in (one.priority, other.priority):
                continue
            wanted = sorted((one, other), key=lambda each: (each.priority, each.rank))
            assert after[wanted[0].key] < after[wanted[1].key]
