"""The live board, no-shows after closing, and what closing tells about desks."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from tests.support.arrivals import Evening, make_evening
from tests.support.client import Client
from tests.support.evening import come_in, device_of
from tests.support.hands import Clock, Unit
from tests.unit.checkin.test_decision import in_node
from trainings.accounts.models import Role
from trainings.checkin.actions import close_door, heard_from, open_door
from trainings.checkin.models import Device, Method
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.checkin.queries import attended_applications
from trainings.events.models import Event
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application
from trainings.registration.states import State


@pytest.fixture
def evening(unit: Unit, clock: Clock) -> Evening:
    with unit():
        made = make_evening()
    clock.set(made.doors_open_at)
    return made


@pytest.fixture
def desk(unit: Unit, evening: Evening) -> Device:
    with unit():
        return device_of(evening.event)[0]


@pytest.fixture
def planner(staff_client: Callable[..., Client], evening: Evening) -> Client:
    """Signed in when the doors open."""
    return staff_client(Role.PLANNER)


def path(evening: Evening, rest: str) -> str:
    return f"/staff/events/{evening.event.slug}/{rest}"


def test_big_screen_tells_arrivals_by_group_time_and_table(
    planner: Client, evening: Evening, desk: Device, unit: Unit, clock: Clock
) -> None:
    clock.forward(minutes=7)
    with unit():
        come_in(evening.event, desk, evening.guests[:2])

    page = planner.get(path(evening, "arrivals"))

    assert page.one(".big__number").text == "2／ 5人"
    assert "あと 3人" in page
    assert page.one(".big__flow svg").get("aria-label") == "5分ごとの到着。13:35から 2人、"
    assert page.texts(".big__tables li") == [
        "1そろいました",
        "2そろいました",
        "3あと 1人",
        "4あと 1人",
        "5あと 1人",
    ]
    # Two nurses and three others: everybody in the hall reads them together.
    assert [(row[0], row[-1]) for row in page.rows(".big__groups")] == [("ほかの職種", "2 ／ 5")]


def test_big_screen_of_fewer_than_five_tells_no_groups(
    planner: Client, evening: Evening, desk: Device, unit: Unit
) -> None:
    with unit():
        for guest in evening.guests[:2]:
            cancel_application(application_id=guest.id)
        come_in(evening.event, desk, evening.guests[2:3])

    page = planner.get(path(evening, "arrivals"))

    assert page.one(".big__number").text == "1／ 3人"
    assert page.all(".big__groups") == []


def test_big_screen_names_nobody(planner: Client, evening: Evening) -> None:
    page = planner.get(path(evening, "arrivals"))

    assert not any(guest.family in page for guest in evening.guests)


def test_door_page_names_who_is_missing_at_which_table(
    planner: Client, evening: Evening, desk: Device, unit: Unit
) -> None:
    with unit():
        come_in(evening.event, desk, evening.guests[1:])

    page = planner.get(path(evening, "door"))

    assert page.texts(".missing li") == ["卓 10 ／ 1人ケ 大久保 千鶴"]


def test_no_shows_stand_by_group_with_rates_after_closing(
    planner: Client, evening: Evening, desk: Device, unit: Unit, clock: Clock
) -> None:
    with unit():
        come_in(evening.event, desk, evening.guests[:4])
    clock.set(evening.event.ends_at)
    with unit():
        close_door(event_id=evening.event.id)

    page = planner.get(path(evening, "door"))

    assert "席が決まっていた 5人のうち、1人 が来ませんでした（20.0％）。" in page
    rows = {row[0]: row[1:] for row in page.rows(".absences") if len(row) == 4}
    assert rows["看看護"] == ["2人", "1人", "50.0％"]
    assert rows["医医科"] == ["1人", "0人", "0.0％"]
    assert page.texts(".missing--names li") == ["看山辺 あかりけやき市民病院"]


def test_walk_in_is_no_seat_that_could_stay_empty(
    planner: Client, client: Client, evening: Evening, unit: Unit, clock: Clock
) -> None:
    with unit():
        token = device_of(evening.event)[1]
    group = client.api("GET", "/api/v1/door/counts", bearer=token)["groups"][0]["id"]
    said = {
        "scan_id": "11111111-2222-4333-8444-555555555555",
        "scanned_at": evening.doors_open_at.isoformat(),
        "name": "飛入 参",
        "kana": "トビイリ サン",
        "group": group,
    }
    client.api("POST", "/api/v1/door/walk-ins", said, bearer=token)
    clock.set(evening.event.ends_at)
    with unit():
        close_door(event_id=evening.event.id)

    page = planner.get(path(evening, "door"))

    assert "席が決まっていた 5人のうち、5人 が来ませんでした（100.0％）。" in page


def test_closing_page_names_desks_that_still_hold_scans(
    planner: Client, evening: Evening, desk: Device, unit: Unit, clock: Clock
) -> None:
    with unit() as session:
        heard_from(device=session.get_one(Device, desk.id), unsent=3)
    clock.set(evening.event.ends_at)

    page = planner.get(path(evening, "close"))

    assert page.texts(".todo li") == ["受付1 最後の通信 2月17日（水）13:30未送信 3件"]
    assert "受付が、端末に残っているかもしれません" in page


def test_closing_page_tells_which_desk_fell_silent_before_the_end(
    planner: Client, evening: Evening, desk: Device, unit: Unit, clock: Clock
) -> None:
    with unit() as session:
        other, _ = device_of(evening.event, "受付2")
        device_of(evening.event, "受付3")
        clock.set(evening.event.starts_at)
        heard_from(device=session.get_one(Device, desk.id), unsent=0)
        clock.set(evening.event.ends_at)
        heard_from(device=other, unsent=0)
    clock.forward(hours=3)

    page = planner.get(path(evening, "close"))

    silent, heard, never = page.texts(".todo li")
    assert silent.startswith("受付1")
    assert "そのあと通信が切れたまま" in silent
    assert heard.startswith("受付2")
    assert "切れたまま" not in heard
    assert never == "受付3 最後の通信 まだありません"
    assert "受付が、端末に残っているかもしれません" in page


def test_who_was_let_in_without_a_seat_counts_everywhere(
    client: Client, planner: Client, evening: Evening, unit: Unit
) -> None:
    """Desk and board said different numbers."""
    with unit() as session:
        device, token = device_of(evening.event)
        session.get_one(Application, evening.guests[0].id).state = State.WAITING
        forced = Attempt(
            scan_id=uuid.uuid4(),
            scanned_at=evening.doors_open_at,
            method=Method.CAMERA,
            application_id=evening.guests[0].id,
            forced=True,
        )
        record_attempts(event_id=evening.event.id, attempts=[forced], device=device)
        session.get_one(Event, evening.event.id).capacity = 10

    told = client.api("GET", "/api/v1/door/roster", bearer=token)
    counts = in_node(
        "roster.js",
        "(m, told) => { const { arrived, expected } = new m.Roster(told).counts();"
        " return [arrived.length, expected.length]; }",
        told,
    )
    screen = planner.get(path(evening, "arrivals"))

    assert counts == [1, 5]
    assert [told["arrived"], told["expected"], told["free"]] == [1, 5, 5]
    assert screen.one(".big__number").text == "1／ 5人"
    assert "13:30から 1人" in str(screen.one(".big__flow svg").get("aria-label"))
    assert "1そろいました" in screen.texts(".big__tables li")
    with unit():
        assert len(attended_applications(evening.event.id)) == 1


def test_closing_again_promises_mails_only_to_those_who_are_new(
    planner: Client, evening: Evening, desk: Device, unit: Unit, clock: Clock
) -> None:
    with unit():
        come_in(evening.event, desk, evening.guests[:3])
    clock.set(evening.event.ends_at)
    planner.get(path(evening, "close")).press("受付を閉じて、3人にアンケートを送る")
    with unit():
        open_door(event_id=evening.event.id)

    assert "もう一度閉じる" in planner.get(path(evening, "close"))
    with unit():
        come_in(evening.event, desk, evening.guests[3:4])
    page = planner.get(path(evening, "close"))

    assert "まだご案内していない 1人だけ" in page
    page.press("受付を閉じて、1人にアンケートを送る")
