"""What comes by FAX counts from when it arrived, not from when somebody typed it; and what came too late says so."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from tests.support.announcing import announce, statement
from tests.support.client import Client
from tests.support.guests import published, said, stored, submit
from tests.support.hands import Clock, Unit
from tests.support.pages import Page
from trainings.accounts.models import Role
from trainings.core import clock as clocks
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.registration.actions import cancel_application, submit_application
from trainings.registration.exports import applications_workbook
from trainings.registration.models import Application, Channel
from trainings.registration.states import State

BUTTON = "この申込を入れて、次へ"


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def fax(event: Event, n: int, arrived_at: datetime | None) -> Application:
    return submit_application(
        event_id=event.id,
        statement=statement("NSV", family=f"紙{n}", mail="", phone=f"000-556-{n:04}", fax="000-555-0199"),
        channel=Channel.FAX,
        idempotency_key=f"fax-{n}",
        arrived_at=arrived_at,
    )


def gathering(capacity: int) -> Event:
    return announce(EventKind.SYMPOSIUM, quotas={}, organisation_cap=None, capacity=capacity)


def line(unit: Unit, event: Event) -> list[str]:
    """The family names of those who wait, next first."""
    with unit() as session:
        return list(
            session.scalars(
                select(Application.family)
                .where(Application.event_id == event.id, Application.state == State.WAITING)
                .order_by(Application.waiting_rank)
            )
        )


def ranks(unit: Unit, event: Event) -> list[int | None]:
    with unit() as session:
        return list(
            session.scalars(
                select(Application.waiting_rank)
                .where(Application.event_id == event.id, Application.state == State.WAITING)
                .order_by(Application.waiting_rank)
            )
        )


def test_who_arrived_before_waits_before_and_takes_no_promised_seat(unit: Unit, clock: Clock) -> None:
    with unit():
        event = gathering(1)
        seated = submit(event, "NSV", 1)
    at = clock.now
    clock.forward(hours=1)
    with unit():
        submit(event, "NSV", 2)
    clock.forward(hours=1)
    with unit():
        submit(event, "NSV", 3)
    clock.forward(hours=1)
    with unit():
        early = fax(event, 1, at + timedelta(minutes=90))
        earliest = fax(event, 2, at - timedelta(minutes=30))
        late = fax(event, 3, None)

    assert line(unit, event) == ["紙2", "人2", "紙1", "人3", "紙3"]
    assert ranks(unit, event) == [1, 2, 3, 4, 5]
    with unit() as session:
        assert session.get_one(Application, seated.id).state == State.CONFIRMED, "came later, and keeps it"
        assert {one.state for one in (early, earliest, late)} == {State.WAITING}


def test_free_seat_goes_to_who_arrived_before_those_who_wait(unit: Unit, clock: Clock) -> None:
    with unit():
        event = gathering(1)
        first = submit(event, "NSV", 1)
    at = clock.now
    clock.forward(hours=2)
    with unit():
        submit(event, "NSV", 2)
        cancel_application(application_id=first.id, by_staff=True, reason="ご連絡のため")
        behind = fax(event, 1, None)
        before = fax(event, 2, at + timedelta(hours=1))

    assert behind.state == State.WAITING, "somebody who waits came before"
    assert before.state == State.CONFIRMED
    assert line(unit, event) == ["人2", "紙1"]


def enter(planner: Client, unit: Unit, event: Event, *, status: int = 200, **differs: str) -> Page:
    page = planner.get(f"/staff/events/{event.slug}/applications/new")
    values = said(unit, event) | {"channel": "fax", "mail": ""} | differs
    return page.form(button=BUTTON).fill(values).submit(BUTTON, status=status)


def test_entry_takes_when_it_arrived_and_never_the_future(
    staff_client: Callable[..., Client], unit: Unit, clock: Clock
) -> None:
    with unit():
        event = gathering(9)
    planner = staff_client(Role.PLANNER)
    clock.forward(hours=2)

    future = enter(planner, unit, event, day="2027-01-19", hour="09:00", status=422)
    assert future.errors == ["届いた日時が、いまより先になっています。"]
    half = enter(planner, unit, event, day="2027-01-17", status=422)
    assert half.errors == ["今日でないときは、届いた時刻も入れてください"]
    early = enter(planner, unit, event, day="2027-01-10", hour="09:00", status=422)
    assert "申込の受付が始まる前です" in early
    enter(planner, unit, event, day="2027-01-17", hour="16:05", fax="000-555-0199")

    (one,) = stored(unit, event)
    assert f"{clocks.local(one.submitted_at):%m-%d %H:%M}" == "01-17 16:05"
    assert one.fax == "000-555-0199"


def test_past_the_deadline_is_asked_once_and_marked_everywhere(
    staff_client: Callable[..., Client], unit: Unit, clock: Clock
) -> None:
    event = published(unit, quotas={}, organisation_cap=None, capacity=9)
    clock.set(event.application_closes_at + timedelta(hours=3))
    planner = staff_client(Role.PLANNER)

    before = clocks.local(event.application_closes_at - timedelta(minutes=1))
    enter(planner, unit, event, day=f"{before:%Y-%m-%d}", hour=f"{before:%H:%M}")
    in_time = stored(unit, event)[0]
    asked = enter(planner, unit, event, status=422, family="遅田", given="来子", phone="000-556-0001")
    assert "申込の締切" in asked
    assert len(stored(unit, event)) == 1
    asked.press(BUTTON)

    late = next(one for one in stored(unit, event) if one.id != in_time.id)
    listed = planner.get(f"/staff/events/{event.slug}/applications")
    assert ["締切後" in " ".join(row) for row in listed.rows("table.applications") if "遅田" in row[0]] == [
        True
    ]
    assert sum("締切後" in " ".join(row) for row in listed.rows("table.applications")) == 1
    assert "締切後" in planner.get(f"/staff/applications/{late.id}")
    assert "締切後" not in planner.get(f"/staff/applications/{in_time.id}")
    assert "締切後" in planner.get(f"/staff/people/{late.canonical_person_id}")
    with unit() as session:
        rows = session.scalars(select(Application).order_by(Application.submitted_at)).unique().all()
        sheet = load_workbook(io.BytesIO(applications_workbook(event, rows))).active
        assert sheet is not None
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["締切後" in row for row in cells if in_time.code in row or late.code in row] == [False, True]
