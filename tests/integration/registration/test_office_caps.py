"""Spellings of one office are one office, wherever a cap counts people: 「上限2人」 is not six by a wide space."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.announcing import announce
from tests.support.applying import make_office
from tests.support.guests import submit
from tests.support.hands import Clock, Unit
from trainings.allocation.offers import next_in_line
from trainings.allocation.queries import prospect_of
from trainings.desk.queries import applications
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind, Selection
from trainings.registration.actions import cancel_application
from trainings.registration.people.free_entries import keep_free_entry, open_free_entries
from trainings.registration.seat_rules import candidates_in, most_of_office
from trainings.registration.states import LIVE, State

SPELLINGS = (
    "ひばり 訪問看護",
    "ひばり　訪問看護",
    "ﾋﾊﾞﾘ訪問看護",
    "（株）ヒバリ訪問看護",
    "株式会社ひばり訪問看護",
)
CONFIRMED, WAITING = State.CONFIRMED, State.WAITING


@pytest.fixture(autouse=True)
def master_data(app: Flask, clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def first_come(cap: int, **changes: object) -> Event:
    return announce(EventKind.SYMPOSIUM, quotas={}, capacity=10, organisation_cap=cap, **changes)


def test_spellings_share_one_cap_where_first_come_decides(unit: Unit) -> None:
    with unit():
        event = first_come(2)
        people = [submit(event, "NSV", n, organisation_name=name) for n, name in enumerate(SPELLINGS)]
        other = submit(event, "NSV", 90, organisation_name="ひばり薬局")
        nobody = [submit(event, "NSV", n, organisation_name="") for n in (91, 92, 93)]

        assert [one.state for one in people] == [CONFIRMED, CONFIRMED, WAITING, WAITING, WAITING]
        assert [one.state for one in (other, *nobody)] == [CONFIRMED] * 4
        assert most_of_office(event.id) == 2
        assert applications(event).offices == 2


@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_office_of_the_directory_shares_it_with_those_who_typed_its_name(unit: Unit, chosen: int) -> None:
    """Whoever comes first, second or last chose it from the list; the others typed it."""
    with unit():
        event = first_come(2)
        office = make_office("ひばり訪問看護")
        by = [{"organisation_name": name} for name in SPELLINGS[:3]]
        by[chosen] = {"organisation_id": office.id, "organisation_name": office.name}
        people = [submit(event, "NSV", n, **said) for n, said in enumerate(by)]

        assert [one.state for one in people] == [CONFIRMED, CONFIRMED, WAITING]


def test_two_offices_of_one_name_in_the_directory_stay_two(unit: Unit) -> None:
    with unit():
        event = first_come(1)
        here, there = make_office("ひばり訪問看護"), make_office("株式会社ひばり訪問看護")
        chose = [
            submit(event, "NSV", n, organisation_id=one.id, organisation_name=one.name)
            for n, one in enumerate((here, there))
        ]

        assert [one.state for one in chose] == [CONFIRMED, CONFIRMED]


def test_seat_that_falls_free_goes_past_those_whose_office_has_its_share(unit: Unit) -> None:
    with unit():
        event = first_come(1)
        event.capacity = 2
        submit(event, "NSV", 0, organisation_name=SPELLINGS[0])
        gives = submit(event, "NSV", 1, organisation_name="")
        same = submit(event, "NSV", 2, organisation_name=SPELLINGS[1])
        other = submit(event, "NSV", 3, organisation_name="ひばり薬局")
        cancel_application(application_id=gives.id)

        assert (same.state, next_in_line(event)) == (WAITING, other)


def test_rules_of_a_lottery_mean_the_same(unit: Unit) -> None:
    """What the page of rules forecasts: five spellings fill two seats, not five."""
    with unit():
        event = first_come(2, selection=Selection.LOTTERY)
        for n, name in enumerate(SPELLINGS):
            submit(event, "NSV", n, organisation_name=name)

        found = prospect_of(event)
        assert found is not None
        assert found.seats == 2


def test_queue_of_typed_names_asks_once_for_all_spellings(unit: Unit) -> None:
    with unit():
        event = first_come(2)
        office = make_office("ひばり訪問看護")
        for n, name in enumerate(SPELLINGS):
            submit(event, "NSV", n, organisation_name=name)

        (entry,) = open_free_entries(event.id)
        assert (len(entry.applications), [one.id for one in entry.suggestions]) == (5, [office.id])


def test_those_whom_staff_left_as_typed_are_each_their_own(unit: Unit) -> None:
    with unit():
        event = first_come(2)
        people = [submit(event, "NSV", n, organisation_name=name) for n, name in enumerate(SPELLINGS[:2])]
        keep_free_entry(application_ids=[one.id for one in people])

        assert [one.organisation for one in candidates_in(event.id, LIVE)] == [None, None]
