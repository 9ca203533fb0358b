"""What asks for a look after an hour without network, and one tap that settles it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.client import Client
from tests.support.evening import device_of, evening
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.checkin import queries
from trainings.checkin.attempts import Attempt
from trainings.checkin.models import Device, Matter, Method
from trainings.checkin.review import open_matters
from trainings.checkin.scanning import record_attempts
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application

StaffClient = Callable[..., Client]
Night = tuple[Event, list[Application], Device, Device]


@pytest.fixture
def night(unit: Unit, clock: Clock) -> Night:
    """The door is open, with two desks."""
    with unit():
        load_master_data()
        event, people = evening(("NSV",) * 4)
    clock.set(event.doors_open_at)
    with unit():
        one, _ = device_of(event, "受付1")
        other, _ = device_of(event, "受付2")
    return event, people, one, other


def scan(unit: Unit, clock: Clock, event: Event, device: Device, **said: object) -> None:
    values = {"scan_id": uuid.uuid4(), "scanned_at": clock.now, "method": Method.CAMERA} | said
    with unit() as session:
        record_attempts(
            event_id=event.id, attempts=[Attempt(**values)], device=session.get_one(Device, device.id)
        )


def matters(unit: Unit, event: Event) -> list[Matter]:
    with unit():
        return [one.matter for one in open_matters(event.id)]


def test_quiet_door_asks_for_nothing(
    staff_client: StaffClient, unit: Unit, clock: Clock, night: Night
) -> None:
    event, people, one, other = night
    scan(unit, clock, event, one, application_id=people[0].id)
    scan(unit, clock, event, other, application_id=people[0].id)  # online: the desk was told

    planner = staff_client(Role.PLANNER)

    assert "確かめることは、ありません" in planner.get(f"/staff/events/{event.slug}/door/review")
    assert "受付で確かめること" not in planner.get(f"/staff/events/{event.slug}/door")


def test_ticket_admitted_offline_by_two_desks_names_both_and_their_times(
    staff_client: StaffClient, unit: Unit, clock: Clock, night: Night
) -> None:
    event, people, one, other = night
    scan(unit, clock, event, one, application_id=people[0].id)
    clock.forward(minutes=3)
    scan(unit, clock, event, other, application_id=people[0].id, offline=True)
    planner = staff_client(Role.PLANNER)

    page = planner.get(f"/staff/events/{event.slug}/door").follow("確かめる")

    assert "二つの端末で受け付けた方 1件" in page
    assert people[0].full_name in page
    assert "受付1 13:30、受付2 13:33" in page
    done = page.press("確かめました")
    assert "確かめることは、ありません" in done
    with unit():
        assert len(queries.attended_ids({people[0].id})) == 1


def test_forced_and_offline_admissions_can_be_taken_back(
    staff_client: StaffClient, unit: Unit, clock: Clock, night: Night
) -> None:
    event, people, one, _ = night
    with unit():
        for gone in people[:2]:
            cancel_application(application_id=gone.id)
    scan(unit, clock, event, one, application_id=people[0].id, forced=True)
    scan(unit, clock, event, one, application_id=people[1].id, offline=True)
    assert matters(unit, event) == [Matter.FORCED, Matter.OFFLINE]
    planner = staff_client(Role.PLANNER)
    page = planner.get(f"/staff/events/{event.slug}/door/review")

    forms = [form for form in page.all("main form") if "受付を取り消す" in form.text]
    planner.post(forms[0]["action"], {"act": "undo"})

    assert matters(unit, event) == [Matter.OFFLINE]
    with unit():
        assert queries.attended_ids({people[0].id, people[1].id}) == {people[1].id}


def test_unknown_code_is_one_matter_however_often_it_is_read(
    staff_client: StaffClient, unit: Unit, clock: Clock, night: Night
) -> None:
    event, _, one, other = night
    for device in (one, one, other):
        scan(unit, clock, event, device, ticket="HTTPS://EXAMPLE.JP/MENU")
    planner = staff_client(Role.PLANNER)

    page = planner.get(f"/staff/events/{event.slug}/door/review")

    assert "読み取ったコード（3回）" in page
    assert "確かめることは、ありません" in page.press("確かめました")


@pytest.mark.parametrize(("ahead", "asks"), [(1, []), (10, [Matter.CLOCK])])
def test_clock_that_runs_ahead_asks_for_a_look(
    unit: Unit, clock: Clock, night: Night, ahead: int, asks: list[Matter]
) -> None:
    event, people, one, _ = night
    scan(
        unit,
        clock,
        event,
        one,
        application_id=people[0].id,
        scanned_at=clock.now + timedelta(minutes=ahead),
    )

    assert matters(unit, event) == asks


@pytest.mark.parametrize(
    ("minutes", "asks"), [(0, []), (1, []), (-1, []), (9, [Matter.CLOCK]), (-9, [Matter.CLOCK])]
)
def test_clock_that_a_desk_tells_is_compared_both_ways(
    client: Client, unit: Unit, clock: Clock, night: Night, minutes: int, asks: list[Matter]
) -> None:
    event, people, *_ = night
    with unit():
        _, token = device_of(event, "受付3")
    told = clock.now + timedelta(minutes=minutes)
    one = {
        "scan_id": str(uuid.uuid4()),
        "scanned_at": (told - timedelta(seconds=5)).isoformat(),
        "method": "usb",
        "application": str(people[0].id),
    }
    queued = one | {
        "scan_id": str(uuid.uuid4()),
        "application": str(people[1].id),
        "scanned_at": (told - timedelta(minutes=20)).isoformat(),
    }

    client.api("POST", "/api/v1/door/scans", {"now": told.isoformat(), "scans": [queued, one]}, bearer=token)

    # A queue that waited is no wrong clock; both scans of a wrong clock ask for a look.
    assert matters(unit, event) == asks * 2


def test_settling_twice_and_a_scan_of_another_event(
    staff_client: StaffClient, unit: Unit, clock: Clock, night: Night
) -> None:
    event, _, one, _ = night
    scan(unit, clock, event, one, ticket="UNKNOWN")
    with unit():
        (matter,) = open_matters(event.id)
    planner = staff_client(Role.PLANNER)
    path = f"/staff/events/{event.slug}/door/review"

    planner.post(f"{path}/{matter.scan.id}", {"act": "keep"})
    planner.post(f"{path}/{matter.scan.id}", {"act": "keep"})
    planner.post(f"{path}/{uuid.uuid4()}", {"act": "keep"}, status=404)

    assert matters(unit, event) == []
