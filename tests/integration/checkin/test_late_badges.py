"""Badges of those who were not on the sheets of the day before: chosen, from a chosen place, or from a desk."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from sqlalchemy import select

from tests.integration.checkin.test_badges import MILLIMETRE, pages_of, print_badges
from tests.support.arrivals import Evening, enrol, make_evening, scan, take_seat
from tests.support.client import Client
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.checkin.actions import close_door
from trainings.checkin.models import BadgePrint
from trainings.events.models import Event
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application, Channel
from trainings.registration.secrets import ticket_url

BADGES = "/api/v1/door/badges"


@dataclass
class Night:
    evening: Evening
    token: str
    client: Client
    unit: Unit

    def walk_in(self, name: str, kana: str) -> Application:
        group = self.client.api("GET", "/api/v1/door/counts", bearer=self.token)["groups"][0]["id"]
        body = scan() | {"name": name, "kana": kana, "group": group}
        answer = self.client.api("POST", "/api/v1/door/walk-ins", body, bearer=self.token)["answers"][0]
        with self.unit() as session:
            return session.get_one(Application, uuid.UUID(answer["guest"]["id"]))


@pytest.fixture
def night(app: Flask, unit: Unit, clock: Clock) -> Night:
    with unit():
        evening = make_evening()
        token = enrol(evening.event)
    clock.set(evening.doors_open_at)
    return Night(evening, token, Client(app), unit)


@pytest.fixture
def planner(staff_client: Callable[..., Client], night: Night) -> Client:
    return staff_client(Role.PLANNER)


def path(night: Night, rest: str = "door") -> str:
    return f"/staff/events/{night.evening.event.slug}/{rest}"


def printed(planner: Client, night: Night, start: int, *people: Application) -> bytes:
    data = {
        "csrf_token": planner.csrf_token(),
        "start": str(start),
        "person": [str(one.id) for one in people],
    }
    answer = planner.open("POST", path(night, "badges/late.pdf"), data=data)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return answer.data


def test_walk_ins_and_late_comers_are_listed_until_theirs_is_printed(night: Night, planner: Client) -> None:
    assert "当日の名札" not in planner.get(path(night))
    walk_in = night.walk_in("飛入 参", "トビイリ サン")
    page = planner.get(path(night))
    assert [one.get("value") for one in page.all("[name=person][checked]")] == [str(walk_in.id)]

    printed(planner, night, 1, walk_in)

    page = planner.get(path(night))
    assert "13:30 印刷済み" in page
    assert page.all("[name=person][checked]") == []


def test_who_got_a_seat_after_the_sheets_were_printed_is_listed(
    night: Night, planner: Client, unit: Unit, clock: Clock
) -> None:
    print_badges(planner, night.evening.event.slug)
    assert "当日の名札" not in planner.get(path(night))
    clock.forward(minutes=1)
    with unit() as session:
        event = session.get_one(Event, night.evening.event.id)
        late = take_seat(event, "遅着", "花", "チチャク", "ハナ", "CM", "", Channel.PHONE)

    page = planner.get(path(night))

    assert [one.get("value") for one in page.all("[name=person]")] == [str(late.id)]


def test_one_badge_from_a_desk_makes_nobody_late(night: Night, planner: Client) -> None:
    body = {"application": str(night.evening.guests[0].id)}
    night.client.api("POST", BADGES, body, bearer=night.token)

    assert "当日の名札" not in planner.get(path(night))


@pytest.mark.parametrize("start", [1, 4, 10])
def test_badges_begin_at_the_chosen_place(
    night: Night, planner: Client, unit: Unit, tmp_path: Path, start: int
) -> None:
    people = [night.walk_in("飛入 参", "トビイリ サン"), night.walk_in("新田 太郎", "ニッタ タロウ")]
    with unit() as session:
        expected = [ticket_url(session.get_one(Application, one.id)) for one in people]

    pages = pages_of(printed(planner, night, start, *people), tmp_path)

    found = [
        (
            number,
            code.text,
            round(code.position.top_left.x / MILLIMETRE),
            code.position.top_left.y / MILLIMETRE,
        )
        for number, page in enumerate(pages)
        for code in zxingcpp.read_barcodes(page)
    ]
    places = {
        text: 10 * number + 2 * int((y - 11) // 55) + (1 if x < 105 else 2) for number, text, x, y in found
    }
    assert places == {expected[0]: start, expected[1]: start + 1}


def test_nobody_chosen_and_places_that_are_not_there(night: Night, planner: Client, unit: Unit) -> None:
    night.walk_in("飛入 参", "トビイリ サン")
    page = planner.get(path(night))
    assert "名札を印刷する方を選んでください。" in page.press("選んだ方の名札を印刷する（PDF）", person=[])
    for start in ("0", "11"):
        planner.post(path(night, "badges/late.pdf"), {"start": start}, status=400)
    with unit() as session:
        assert session.scalars(select(BadgePrint)).all() == []


def test_desk_gets_one_badge_and_it_is_written_down(night: Night, unit: Unit) -> None:
    walk_in = night.walk_in("飛入 参", "トビイリ サン")

    badge = night.client.api("POST", BADGES, {"application": str(walk_in.id)}, bearer=night.token)["badge"]

    assert (badge["name"], badge["kana"], badge["code"]) == ("飛入 参", "トビイリ サン", walk_in.code)
    assert badge["qr"]["path"].startswith("M")
    assert "mail" not in badge
    with unit() as session:
        row = session.scalars(select(BadgePrint)).one()
        assert row.application_id == walk_in.id
        assert row.device_id is not None


def test_desk_gets_no_badge_of_strangers_the_cancelled_or_after_closing(
    night: Night, unit: Unit, clock: Clock
) -> None:
    with unit():
        cancel_application(application_id=night.evening.guests[0].id)
    for application_id in (night.evening.guests[0].id, uuid.UUID(int=1)):
        body = {"application": str(application_id)}
        answer = night.client.api("POST", BADGES, body, bearer=night.token, status=400)
        assert answer["field"] == "application"
    clock.set(night.evening.event.ends_at)
    with unit():
        close_door(event_id=night.evening.event.id)
    body = {"application": str(night.evening.guests[1].id)}
    night.client.api("POST", BADGES, body, bearer=night.token, status=410)


def test_page_of_a_badge_holds_nothing_by_itself(night: Night, client: Client) -> None:
    page = client.get(f"/door/badge/{night.evening.guests[0].id}")

    assert night.evening.guests[0].family not in page
    assert night.evening.guests[0].code not in page.html
