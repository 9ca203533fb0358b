"""Attendance comes from what happened at the desks, in whatever order they send it."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.integration.checkin.test_scans import Night, night
from tests.support.arrivals import enrol, make_evening, scan
from tests.support.door_model import NOWHERE, Happened, Sitting, There, who_was_there
from tests.support.hands import Clock, Unit
from trainings.certificates.actions import issue_certificates
from trainings.certificates.queries import certificate_of
from trainings.checkin import queries
from trainings.checkin.models import Device, Direction, Method
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.core.db import db
from trainings.events.models import CertificateRule, Event, Session
from trainings.registration.models import Application
from trainings.registration.states import State

__all__ = ["night"]

IN, OUT = Direction.IN, Direction.OUT


def count_exits(unit: Unit, night: Night, minutes: int = 60) -> None:
    with unit() as session:
        event = session.get_one(Event, night.evening.event.id)
        event.certificate_rule, event.certificate_minutes = CertificateRule.MINUTES, minutes


def present(unit: Unit, night: Night, n: int = 0) -> bool:
    guest = night.evening.guests[n].id
    with unit():
        return guest in queries.attended_ids({guest})


def minutes(unit: Unit, night: Night, n: int = 0) -> int:
    with unit() as session:
        found = queries.attendance_by_application(session.get_one(Event, night.evening.event.id))
    return sum(one.minutes for one in found.get(night.evening.guests[n].id, []))


def at(night: Night, after: int, **said: Any) -> dict[str, Any]:
    """A scan of the first guest, so many minutes after the beginning."""
    instant = night.evening.event.starts_at + timedelta(minutes=after)
    return scan(night.tickets[0], scanned_at=instant.isoformat(), **said)


# -- one after the other -----------------------------------------------------------------------------------------


def test_who_sits_inside_stays_when_the_first_of_two_desks_takes_its_scan_back(
    night: Night, unit: Unit
) -> None:
    first, second = scan(night.tickets[0]), scan(night.tickets[0])
    night.desk.send(first)
    assert night.other.answer(second)["outcome"] == "repeated"

    undone = night.desk.answer(scan(undoes=first["scan_id"]))

    assert (undone["outcome"], undone["undo"], undone["desk"]) == ("admitted", True, "受付2")
    assert undone["next"] == "ほかの受付が残っているので、参加として数えています。"
    assert present(unit, night)
    assert night.desk.answer(scan(night.tickets[0]))["desk"] == "受付2"
    state = night.desk.client.api("GET", "/api/v1/door/counts", bearer=night.desk.token)
    assert state["arrived"] == 1


def test_repeated_scan_can_be_taken_back_too(night: Night, unit: Unit) -> None:
    first, second = scan(night.tickets[0]), scan(night.tickets[0])
    night.desk.send(first)
    night.other.send(second)
    night.desk.send(scan(undoes=first["scan_id"]))

    undone = night.other.answer(scan(undoes=second["scan_id"]))

    assert (undone["outcome"], undone["undo"], undone["next"]) == ("admitted", True, "")
    assert not present(unit, night)
    assert night.other.answer(scan(undoes=second["scan_id"]))["why"] == "nothing_to_undo"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_minutes_do_not_depend_on_which_desk_sends_first(
    night: Night, unit: Unit, order: tuple[int, ...]
) -> None:
    count_exits(unit, night)
    came, left, back = at(night, 0), at(night, 60, direction="out", offline=True), at(night, 81)

    for n in order:
        night.desk.send((came, left, back)[n])

    assert minutes(unit, night) == 129
    with unit() as session:
        event = session.get_one(Event, night.evening.event.id)
        event.certificate_minutes = 129
        issued = issue_certificates(event_id=event.id)
    assert [one.minutes for one in issued] == [129]


def test_certificate_follows_minutes_that_arrive_later(night: Night, unit: Unit) -> None:
    count_exits(unit, night)
    night.desk.send(at(night, 0), at(night, 60, direction="out"))
    with unit():
        (issued,) = issue_certificates(event_id=night.evening.event.id)
    assert issued.minutes == 60

    night.other.send(at(night, 81, offline=True))

    with unit():
        assert issue_certificates(event_id=night.evening.event.id) == []
        kept = certificate_of(night.evening.guests[0].id)
    assert kept is not None
    assert (kept.number, kept.minutes) == (issued.number, 129)


def test_exit_counts_whose_entry_comes_later(night: Night, unit: Unit) -> None:
    count_exits(unit, night)
    left, came = at(night, 60, direction="out"), at(night, 0, offline=True)
    assert night.desk.answer(left)["why"] == "not_inside"
    assert not present(unit, night)

    night.other.send(came)

    assert minutes(unit, night) == 60


def test_exit_that_was_no_exit_can_be_taken_back(night: Night, unit: Unit) -> None:
    count_exits(unit, night)
    left, came = at(night, 60, direction="out"), at(night, 0, offline=True)
    night.desk.send(left)
    night.other.send(came)

    assert night.desk.answer(scan(undoes=left["scan_id"]))["outcome"] == "admitted"
    assert minutes(unit, night) == 150


def test_undo_that_comes_before_its_scan_takes_it_back(night: Night, unit: Unit) -> None:
    attempt = scan(night.tickets[0], offline=True)
    early = night.other.answer(scan(undoes=attempt["scan_id"]))

    answer = night.desk.answer(attempt)

    assert (early["why"], early["undo"]) == ("nothing_to_undo", False)
    assert answer["outcome"] == "admitted"
    assert not present(unit, night)
    assert night.other.answer(scan(undoes=attempt["scan_id"]))["why"] == "nothing_to_undo"
    assert night.desk.answer(scan(night.tickets[0]))["outcome"] == "admitted"
    assert present(unit, night)


def test_undo_of_an_undo_brings_nobody_back(night: Night, unit: Unit) -> None:
    first = scan(night.tickets[0])
    undo = scan(undoes=first["scan_id"])
    night.desk.send(scan(undoes=undo["scan_id"]), first, undo)

    assert night.desk.answer(scan(undoes=undo["scan_id"]))["why"] == "nothing_to_undo"
    assert not present(unit, night)


def test_undo_at_another_event_takes_nothing_back_here(app: Flask, night: Night, unit: Unit) -> None:
    attempt = scan(night.tickets[0])
    with unit():
        token = enrol(make_evening().event)
    night.desk.client.api(
        "POST", "/api/v1/door/scans", {"scans": [scan(undoes=attempt["scan_id"])]}, bearer=token
    )

    night.desk.send(attempt)

    assert present(unit, night)
    assert night.desk.answer(scan(undoes=attempt["scan_id"]))["outcome"] == "admitted"


def test_undo_takes_back_what_a_desk_told_again_because_no_answer_came(night: Night, unit: Unit) -> None:
    with unit() as session:
        session.get_one(Application, night.evening.guests[0].id).state = State.CANCELLED
    attempt = scan(night.tickets[0])
    night.desk.send(attempt)
    night.desk.send(attempt | {"offline": True})
    assert present(unit, night)

    night.desk.send(scan(undoes=attempt["scan_id"]))

    assert not present(unit, night)
    news = night.other.load()["scans"]
    assert [one["again_of"] for one in news] == [None, attempt["scan_id"], None]


# -- any order ---------------------------------------------------------------------------------------------------

DESKS = 3
SKEWS = (timedelta(), timedelta(minutes=4), timedelta(minutes=-7))
PEOPLE, WITHOUT_A_SEAT = range(4), 3


@dataclass(frozen=True)
class Act:
    """What somebody does at a desk. minute: after the doors open, by a clock that is right; negative: before. told_twice:
    the answer to it was lost, so that the desk says it again. of: number of the act that it takes back."""

    number: int
    desk: int
    minute: int = 0
    person: int = 0
    inwards: bool = True
    offline: bool = False
    forced: bool = False
    told_twice: bool = False
    of: int | None = None

    @property
    def id(self) -> uuid.UUID:
        return uuid.uuid5(uuid.NAMESPACE_OID, f"act {self.number}")


@some.composite
def evenings(draw: some.DrawFn) -> list[Act]:
    """A dozen acts at three desks; some take another one back, earlier or later ones and such that never were."""
    scans = [
        Act(
            number=number,
            desk=draw(some.integers(0, DESKS - 1)),
            minute=draw(some.integers(-10, 300)),
            person=draw(some.sampled_from(PEOPLE)),
            inwards=draw(some.booleans()),
            offline=draw(some.booleans()),
            forced=draw(some.integers(0, 9)) == 0,
            told_twice=draw(some.integers(0, 4)) == 0,
        )
        for number in range(draw(some.integers(1, 10)))
    ]
    undos = [
        Act(number=100 + number, desk=draw(some.integers(0, DESKS - 1)), of=draw(some.integers(0, 11)))
        for number in range(draw(some.integers(0, 4)))
    ]
    return draw(some.permutations([*scans, *undos]))


def attempt_of(act: Act, event: Event, guests: Sequence[Application]) -> Attempt:
    if act.of is not None:
        undone = Act(number=act.of, desk=0).id
        return Attempt(scan_id=act.id, scanned_at=event.starts_at, method=Method.SEARCH, undoes=undone)
    return Attempt(
        scan_id=act.id,
        scanned_at=told_at(act, event),
        method=Method.CAMERA,
        direction=IN if act.inwards else OUT,
        application_id=guests[act.person].id,
        offline=act.offline,
        forced=act.forced,
    )


def told_at(act: Act, event: Event) -> datetime:
    return event.doors_open_at + timedelta(minutes=act.minute) + SKEWS[act.desk]


def happened(act: Act, event: Event, guests: Sequence[Application]) -> Happened:
    """A desk lets through whoever has a seat once the doors are open; others where somebody decides so, or where it works
    on its own word."""
    seat = act.person != WITHOUT_A_SEAT and told_at(act, event) >= event.doors_open_at
    return Happened(
        id=str(act.id),
        person=str(guests[act.person].id),
        at=told_at(act, event),
        inwards=act.inwards,
        let_through=seat or act.offline or act.forced or act.told_twice,
    )


def sent(acts: Sequence[Act], event: Event, guests: Sequence[Application]) -> list[tuple[int, Attempt]]:
    """What the desks send, in the order of the acts; an answer that was lost makes a desk say a scan again, offline."""
    found = []
    for act in acts:
        attempt = attempt_of(act, event, guests)
        found.append((act.desk, attempt))
        if act.told_twice:
            found.append((act.desk, replace(attempt, offline=True)))
    return found


def kept_own_order(
    messages: Sequence[tuple[int, Attempt]], turns: Sequence[int]
) -> list[tuple[int, Attempt]]:
    """The messages of each desk in its own order, the desks mixed by `turns`."""
    queues = [[one for one in messages if one[0] == desk] for desk in range(DESKS)]
    mixed = []
    for turn in itertools.chain(turns, range(DESKS * len(messages))):
        if queues[turn % DESKS]:
            mixed.append(queues[turn % DESKS].pop(0))
    return mixed


def what_the_product_says(
    unit: Unit, event: Event, devices: Sequence[Device], messages: Sequence[tuple[int, Attempt]], batch: int
) -> tuple[dict[tuple[str, str], There], int, set[str]]:
    """Attendance, the board's count and who is present, when messages arrive so; nothing of it stays."""
    with unit() as session:
        mine = session.get_one(Event, event.id)
        for desk, together in itertools.groupby(messages, key=lambda one: one[0]):
            attempts = [attempt for _, attempt in together]
            for begin in range(0, len(attempts), batch):
                record_attempts(
                    event_id=event.id, attempts=attempts[begin : begin + batch], device=devices[desk]
                )
        db.session.flush()
        found = {
            (str(person), str(part.id)): There(one.present, one.minutes, one.open_end)
            for person, parts in queries.attendance_by_application(mine).items()
            for part, one in zip(mine.sessions, parts, strict=True)
            if one.present
        }
        arrived = sum(row.arrived for row in queries.arrivals_by_group(mine))
        attended = {str(one.id) for one in queries.attended_applications(event.id)}
        session.rollback()
    return found, arrived, attended


@dataclass(frozen=True)
class Stage:
    """The evening of the property test; whoever is last has no seat."""

    event: Event
    guests: list[Application]
    sittings: list[Sitting]
    devices: list[Device]


@pytest.fixture(params=[True, False], ids=["exits count", "exits do not count"])
def stage(unit: Unit, clock: Clock, request: pytest.FixtureRequest) -> Stage:
    rule = CertificateRule.MINUTES if request.param else CertificateRule.ALL_SESSIONS
    with unit() as session:
        evening = make_evening()
        event = evening.event
        event.certificate_rule, event.certificate_minutes = rule, 60 if request.param else None
        (only,) = event.sessions
        middle = only.starts_at + (only.ends_at - only.starts_at) / 2
        later = Session(event_id=event.id, title="第二部", starts_at=middle, ends_at=only.ends_at)
        only.ends_at = middle
        session.add(later)
        for desk in range(DESKS):
            enrol(event, f"受付{desk + 1}")
        evening.guests[WITHOUT_A_SEAT].state = State.WAITING
    clock.set(evening.doors_open_at + timedelta(hours=6))
    with unit() as session:
        event = session.get_one(Event, evening.event.id)
        sittings = [Sitting(str(one.id), one.starts_at, one.ends_at) for one in event.sessions]
        devices = list(queries.devices_of(event.id))
        assert len(sittings) == 2
    return Stage(event, evening.guests, sittings, devices)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=evenings(),
    turns=some.lists(some.integers(0, DESKS - 1), max_size=20),
    batch=some.integers(1, 6),
    data=some.data(),
)
def test_any_order_of_arrival_gives_the_attendance_that_happened(
    unit: Unit, stage: Stage, acts: list[Act], turns: list[int], batch: int, data: some.DataObject
) -> None:
    """The model knows what the desks showed and took back, and nothing that the server has answered."""
    event, guests = stage.event, stage.guests
    scans = [act for act in acts if act.of is None]
    undone = [str(Act(number=act.of, desk=0).id) for act in acts if act.of is not None]
    model = who_was_there([happened(act, event, guests) for act in scans], undone, stage.sittings)
    people = {person for person, _ in model}

    messages = sent(acts, event, guests)
    orders = [
        kept_own_order(messages, turns),
        list(reversed(messages)),
        data.draw(some.permutations(messages)),
    ]

    for order in orders:
        found, arrived, attended = what_the_product_says(unit, event, stage.devices, order, batch)
        assert found == model
        assert (arrived, attended) == (len(people), people)


def test_model_knows_the_evening_that_was_reported() -> None:
    """60 minutes were counted of 129, and who sat inside was gone."""
    begin = datetime.fromisoformat("2027-02-14T13:00:00+09:00")
    sitting = Sitting("all", begin, begin + timedelta(hours=3))

    def step(id: str, after: int, *, inwards: bool) -> Happened:
        return Happened(id, "guest", begin + timedelta(minutes=after), inwards)

    steps = [step("back", 111, inwards=True), step("out", 60, inwards=False), step("in", 0, inwards=True)]

    assert who_was_there(steps, [], [sitting]) == {("guest", "all"): There(True, 129, True)}
    assert who_was_there(steps, ["in"], [sitting]) == {("guest", "all"): There(True, 69, True)}
    assert who_was_there(steps, ["in", "back"], [sitting]).get(("guest", "all"), NOWHERE) == NOWHERE
