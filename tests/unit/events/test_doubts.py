"""Contradictions of an event, each made true by hand."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.support.hands import Clock
from trainings.core import clock as clocks
from trainings.directory.models import Profession
from trainings.events.changes import Standing
from trainings.events.doubts import ASKED, Doubt, digest, doubts, of_day, of_deadline, to_ask
from trainings.events.models import (
    Event,
    EventGroup,
    EventProfession,
    EventSector,
    EventState,
    ProgrammeItem,
    Selection,
)

NURSES, DOCTORS, CARE = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
DAY = date(2027, 2, 14)
BEGINS = clocks.at(DAY, time(13))


def group(id: uuid.UUID, name: str, **says: Any) -> EventGroup:
    return EventGroup(id=id, name=name, **({"reserved": 0, "cap": None, "release_on": None} | says))


def event(*groups: EventGroup, sectors: tuple[EventSector, ...] = (), **says: Any) -> Event:
    """A lottery on 14 February 2027 for thirty people, without a contradiction."""
    groups = groups or (group(NURSES, "看護"), group(DOCTORS, "医科"))
    values = {
        "state": EventState.PUBLISHED,
        "published_at": clocks.now(),
        "selection": Selection.LOTTERY,
        "starts_at": BEGINS,
        "ends_at": BEGINS + timedelta(hours=3),
        "application_opens_at": BEGINS - timedelta(days=60),
        "application_closes_at": BEGINS - timedelta(days=14),
        "results_on": DAY - timedelta(days=10),
        "capacity": 30,
    }
    return Event(
        groups=list(groups),
        sectors=list(sectors),
        professions=[
            EventProfession(event_group_id=one.id, profession=Profession(active=True)) for one in groups
        ],
        **(values | says),
    )


def held(nurses: int = 0, doctors: int = 0, **says: Any) -> Standing:
    return Standing(confirmed=nurses + doctors, confirmed_by_group={NURSES: nurses, DOCTORS: doctors}, **says)


def sector(**says: Any) -> EventSector:
    return EventSector(id=CARE, name="医療", **({"reserved": 0, "cap": None} | says))


CASES: list[tuple[Doubt, Any, Standing, dict[str, object]]] = [
    (
        Doubt.DAY_PAST,
        lambda: event(
            starts_at=BEGINS.replace(year=2026),
            application_closes_at=BEGINS.replace(year=2025),
            results_on=date(2026, 1, 10),
        ),
        held(),
        {"day": "2026年2月14日（土）"},
    ),
    (
        Doubt.WINDOW_OVER,
        lambda: event(
            state=EventState.DRAFT, published_at=None, application_closes_at=BEGINS - timedelta(days=40)
        ),
        held(),
        {},
    ),
    (Doubt.RESULTS_BEFORE_CLOSE, lambda: event(results_on=DAY - timedelta(days=20)), held(), {}),
    (
        Doubt.RESULTS_AFTER_EVENT,
        lambda: event(results_on=date(2027, 2, 15)),
        held(),
        {"day": "2月15日（月）"},
    ),
    (
        Doubt.RELEASE_AFTER_EVENT,
        lambda: event(group(NURSES, "看護", reserved=1, release_on=date(2027, 2, 15))),
        held(),
        {"name": "看護", "day": "2月15日（月）"},
    ),
    (
        Doubt.RELEASE_BEFORE_DRAW,
        lambda: event(group(NURSES, "看護", reserved=1, release_on=DAY - timedelta(days=10))),
        held(),
        {"name": "看護", "day": "2月4日（木）", "drawn": "2月4日（木）"},
    ),
    (
        Doubt.RELEASE_BEFORE_OPENING,
        lambda: event(
            group(NURSES, "看護", reserved=1, release_on=DAY - timedelta(days=60)),
            selection=Selection.FIRST_COME,
        ),
        held(),
        {"name": "看護", "day": "12月16日（水）"},
    ),
    (
        Doubt.CAP_BELOW_CONFIRMED,
        lambda: event(group(NURSES, "看護", cap=4), group(DOCTORS, "医科", cap=30)),
        held(nurses=5),
        {"name": "看護", "cap": 4, "confirmed": 5},
    ),
    (
        Doubt.SECTOR_CAP_BELOW_CONFIRMED,
        lambda: event(
            group(NURSES, "看護", sector_id=CARE),
            group(DOCTORS, "医科", sector_id=CARE),
            sectors=(sector(cap=8),),
        ),
        held(nurses=5, doctors=4),
        {"name": "医療", "cap": 8, "confirmed": 9},
    ),
    (
        Doubt.OFFICE_CAP_BELOW_CONFIRMED,
        lambda: event(organisation_cap=2),
        held(nurses=5, most_of_office=3),
        {"cap": 2, "confirmed": 3},
    ),
    (
        Doubt.RESERVES_ABOVE_LEFT,
        lambda: event(group(NURSES, "看護", reserved=10), group(DOCTORS, "医科", reserved=12)),
        held(nurses=21),
        {"reserved": 12, "left": 9},
    ),
    (
        Doubt.RESERVES_ABOVE_LEFT,
        lambda: event(
            group(NURSES, "看護"),
            group(DOCTORS, "医科", sector_id=CARE, reserved=2),
            sectors=(sector(reserved=10),),
        ),
        held(nurses=21, doctors=1),
        {"reserved": 9, "left": 8},
    ),
    (
        Doubt.PROGRAMME_BEYOND_END,
        lambda: event(programme=[ProgrammeItem(starts_at=BEGINS + timedelta(hours=2), minutes=75)]),
        held(),
        {"minutes": 15},
    ),
]


def test_event_as_it_should_be_leaves_nothing_to_ask(clock: Clock) -> None:
    assert doubts(event(), held(nurses=20, doctors=10, most_of_office=5)) == []
    assert of_day(clocks.today()) == []


@pytest.mark.parametrize(
    ("doubt", "made", "standing", "facts"), CASES, ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)]
)
def test_each_contradiction_is_seen_and_asked_about(
    clock: Clock, doubt: Doubt, made: Any, standing: Standing, facts: dict[str, object]
) -> None:
    found = doubts(made(), standing)

    assert [(one.doubt, dict(one.facts)) for one in found] == [(doubt, facts)]
    assert to_ask(found) == found
    assert to_ask(found, before=found) == []


def test_every_contradiction_has_a_case() -> None:
    assert {case[0] for case in CASES} == ASKED - {Doubt.DEADLINE_SHORTENED}


def test_deadline_that_people_have_read_is_shortened_only_when_asked_about(clock: Clock) -> None:
    made = event(published_at=BEGINS - timedelta(days=60))
    until = made.application_closes_at + timedelta(days=2)

    (asked,) = of_deadline(made, until, 8)

    assert (asked.doubt, dict(asked.facts)["n"]) == (Doubt.DEADLINE_SHORTENED, 8)
    assert of_deadline(made, until, 0) == []
    assert of_deadline(made, made.application_closes_at, 8) == []
    assert of_deadline(event(published_at=None), until, 8) == []


def test_released_reserves_ask_for_no_seats(clock: Clock) -> None:
    released = clocks.today()
    groups = (group(NURSES, "看護"), group(DOCTORS, "医科", reserved=12, release_on=released))
    made = event(*groups, selection=Selection.FIRST_COME, results_on=None)

    assert doubts(made, held(nurses=21)) == []


def test_what_was_read_fits_only_what_was_asked(clock: Clock) -> None:
    one, other = of_day(date(2026, 1, 1)), of_day(date(2026, 1, 2))

    assert digest(one) != digest(other)
    assert digest([]) == ""
