"""What asks for a look after an hour without network, and one tap that settles it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.arrivals import make_evening
from tests.support.client import Client
from tests.support.evening import device_of, evening
from tests.support.hands import Clock, Unit
from tests.support.reviewing import open_matters
from trainings.accounts.models import Role
from trainings.checkin import queries
from trainings.checkin.models import Device, Direction, Matter, Method, Scan
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application
from trainings.registration.secrets import ticket_code

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


def test_ticket_of_another_event_is_named_by_its_event(
    staff_client: StaffClient, unit: Unit, clock: Clock, night: Night
) -> None:
    event, _, one, _ = night
    with unit():
        ticket = ticket_code(make_evening(title="べつの催し").guests[0])
    scan(unit, clock, event, one, ticket=ticket)
    planner = staff_client(Role.PLANNER)

    assert "「べつの催し」のチケット" in planner.get(f"/staff/events/{event.slug}/door/review")


def test_all_matters_of_a_kind_are_settled_at_once(
    staff_client: StaffClient, unit: Unit, clock: Clock, night: Night
) -> None:
    event, people, one, other = night
    for guest in people[:3]:
        scan(unit, clock, event, one, application_id=guest.id)
        scan(unit, clock, event, other, application_id=guest.id, offline=True)
    scan(unit, clock, event, one, ticket="UNKNOWN")
    planner = staff_client(Role.PLANNER)
    page = planner.get(f"/staff/events/{event.slug}/door/review")
    scan(unit, clock, event, other, application_id=people[3].id)
    scan(unit, clock, event, one, application_id=people[3].id, offline=True)  # not seen yet

    done = page.press("この3件を、まとめて確かめました")

    assert "3件を確かめたことにしました。" in done
    assert matters(unit, event) == [Matter.UNKNOWN, Matter.TWICE]
    path = f"/staff/events/{event.slug}/door/review"
    planner.post(path, {"act": "keep", "scan": str(uuid.uuid4())}, status=404)
    planner.post(path, {"act": "keep", "scan": "nothing"}, status=400)


def test_exit_sent_before_its_entry_asks_for_no_look(unit: Unit, clock: Clock, night: Night) -> None:
    event, people, one, other = night
    left = clock.now + timedelta(minutes=50)
    scan(
        unit,
        clock,
        event,
        one,
        application_id=people[0].id,
        direction=Direction.OUT,
        scanned_at=left,
        offline=True,
    )
    clock.forward(hours=1)
    assert matters(unit, event) == [Matter.NO_ENTRY]

    scan(
        unit,
        clock,
        event,
        other,
        application_id=people[0].id,
        scanned_at=left - timedelta(minutes=40),
        offline=True,
    )

    assert matters(unit, event) == []


def test_second_desk_asks_for_a_look_no_more_when_the_first_takes_its_scan_back(
    unit: Unit, clock: Clock, night: Night
) -> None:
    event, people, one, other = night
    first = uuid.uuid4()
    scan(unit, clock, event, one, application_id=people[0].id, scan_id=first)
    scan(unit, clock, event, other, application_id=people[0].id, offline=True)
    assert matters(unit, event) == [Matter.TWICE]

    scan(unit, clock, event, one, undoes=first)

    assert matters(unit, event) == []
    with unit():
        assert queries.attended_ids({people[0].id}) == {people[0].id}


def came_at(unit: Unit, event: Event, guest: Application) -> datetime:
    with unit():
        return queries.first_arrivals(event.id)[guest.id]


def test_staff_correct_a_time_by_a_row_of_its_own(
    staff_client: StaffClient, unit: Unit, clock: Clock, night: Night
) -> None:
    event, people, one, _ = night
    planner = staff_client(Role.PLANNER)
    told = uuid.uuid4()
    ahead = clock.now + timedelta(minutes=45)
    scan(unit, clock, event, one, scan_id=told, application_id=people[0].id, scanned_at=ahead, clock_off=2700)
    with unit() as session:
        event_row = session.get_one(Event, event.id)
        assert queries.attendance_by_application(event_row)[people[0].id][0].late
    clock.forward(hours=1)
    page = planner.get(f"/staff/events/{event.slug}/door/review")

    assert page.press("時刻を直す", time="25:99", status=422).texts(".error-summary p") == [
        "時刻は、13:05 か 1305 のように入力してください。"
    ]
    page = page.press("時刻を直す", time="13:36")

    assert "受付の時刻を直しました。" in page
    assert "確かめることは、ありません" in page
    assert came_at(unit, event, people[0]) == event.doors_open_at + timedelta(minutes=6)
    with unit() as session:
        assert not queries.attendance_by_application(session.get_one(Event, event.id))[people[0].id][0].late
        kept = session.scalars(select(Scan).order_by(Scan.cursor)).all()
        assert [(row.kind.value, row.about_id) for row in kept] == [("scan", None), ("correction", told)]
        assert kept[0].scanned_at == ahead
        session.rollback()
    again = {"act": "correct", "time": "13:40"}
    clash = planner.post(f"/staff/events/{event.slug}/door/review/{told}", again, status=409)
    assert came_at(unit, event, people[0]) == event.doors_open_at + timedelta(minutes=6)
    assert clash.rows("table.meanwhile")[1:] == [["時刻", "13:36", "13:40"]]
    clash.press("入力した内容にする")
    assert came_at(unit, event, people[0]) == event.doors_open_at + timedelta(minutes=10)
    scan(unit, clock, event, one, undoes=told)
    with unit():
        assert queries.attended_ids({people[0].id}) == set()


def test_scans_of_a_desk_with_a_wrong_clock_are_moved_at_once(
    staff_client: StaffClient, unit: Unit, clock: Clock, night: Night
) -> None:
    event, people, one, _ = night
    planner = staff_client(Role.PLANNER)
    for guest in people[:3]:
        told = clock.now + timedelta(minutes=9)
        scan(unit, clock, event, one, application_id=guest.id, scanned_at=told, clock_off=540)
    clock.forward(minutes=20)

    page = planner.get(f"/staff/events/{event.slug}/door/review")
    done = page.press("3件を、ずれの分だけ直す")

    assert "3件の時刻を直しました。" in done
    assert {came_at(unit, event, guest) for guest in people[:3]} == {event.doors_open_at}
    assert matters(unit, event) == []


def test_unknown_code_has_no_time_to_correct(
    staff_client: StaffClient, unit: Unit, clock: Clock, night: Night
) -> None:
    event, _, one, _ = night
    code = uuid.uuid4()
    scan(unit, clock, event, one, ticket="UNKNOWN", scan_id=code)
    planner = staff_client(Role.PLANNER)
    clock.forward(hours=1)
    path = f"/staff/events/{event.slug}/door/review/{code}"

    planner.post(path, {"act": "correct", "time": "13:31"}, status=404)

    assert matters(unit, event) == [Matter.UNKNOWN]


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
