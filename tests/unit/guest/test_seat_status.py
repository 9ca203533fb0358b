"""Seats that are still open to a group: the page's arithmetic against the flow that decides admission."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trainings.guest.seat_status import open_seats
from trainings.seats.admission import admit_first_come, seats_open_to
from trainings.seats.rules import Candidate, GroupRule, Rules, SectorRule

SECTORS = ("medical", "care")


def people(held: dict[str, int]) -> list[Candidate]:
    return [Candidate(f"{group}-{n}", group) for group, count in held.items() for n in range(count)]


@st.composite
def situations(draw: st.DrawFn) -> tuple[Rules, dict[str, int], frozenset[str]]:
    """Rules, mostly such that all reserves can be held, and people who came in as the rules let them or otherwise."""
    groups = []
    for n in range(draw(st.integers(1, 5))):
        reserved = draw(st.integers(0, 4))
        cap = draw(st.none() | st.integers(reserved, reserved + 5))
        groups.append(GroupRule(f"g{n}", reserved, cap, draw(st.sampled_from([None, *SECTORS]))))
    sectors = []
    for name in SECTORS:
        inside = [group for group in groups if group.sector == name]
        if inside:
            floor = sum(group.reserved for group in inside)
            room = sum(5 if group.cap is None else group.cap for group in inside)
            reserved = draw(st.integers(0, room))
            least = max(reserved, floor)
            sectors.append(SectorRule(name, reserved, draw(st.none() | st.integers(least, least + 5))))
    floor = sum(group.reserved for group in groups if group.sector is None) + sum(
        max(sector.reserved, sum(group.reserved for group in groups if group.sector == sector.key))
        for sector in sectors
    )
    rules = Rules(max(1, floor + draw(st.integers(-1, 8))), tuple(groups), tuple(sectors))
    by_hand = draw(st.booleans())
    released = frozenset(group.key for group in groups if draw(st.booleans()))
    held: dict[str, int] = {}
    for key in draw(st.lists(st.sampled_from([group.key for group in groups]), max_size=12)):
        if by_hand or admit_first_come(rules, people(held), Candidate("next", key), released).admitted:
            held[key] = held.get(key, 0) + 1
    return rules, held, released


@given(situations())
def test_open_seats_are_those_that_admission_gives(
    situation: tuple[Rules, dict[str, int], frozenset[str]],
) -> None:
    rules, held, released = situation

    assert open_seats(rules, held, released) == seats_open_to(rules, people(held), released)


def test_seats_kept_for_another_group_are_not_open() -> None:
    rules = Rules(10, (GroupRule("doctors", 6), GroupRule("nurses", 0)))

    assert open_seats(rules, {"nurses": 3}) == {"doctors": 7, "nurses": 1}
    assert open_seats(rules, {"nurses": 4}) == {"doctors": 6, "nurses": 0}


def test_released_seats_are_open_to_all() -> None:
    rules = Rules(10, (GroupRule("doctors", 6), GroupRule("nurses", 0)))

    assert open_seats(rules, {"nurses": 4}, {"doctors"}) == {"doctors": 6, "nurses": 6}


def test_group_placed_by_hand_beyond_its_cap_has_no_seat_left() -> None:
    rules = Rules(10, (GroupRule("doctors", 0, 2), GroupRule("nurses", 0)))

    assert open_seats(rules, {"doctors": 3}) == {"doctors": 0, "nurses": 7}
