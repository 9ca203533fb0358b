"""参加費: taken once for every tap, given back by a row of its own, told to all desks, summed for who counts the money."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests.support.arrivals import Evening, enrol, make_evening, scan
from tests.support.client import Client
from tests.support.hands import Clock, QueryCount, Unit
from trainings.accounts.models import Role
from trainings.checkin.actions import close_door
from trainings.checkin.counter.fees import standing_fees
from trainings.checkin.models import Fee
from trainings.core import clock as clock_room

FEES = "/api/v1/door/fees"


@dataclass
class Night:
    evening: Evening
    desk: str
    other: str
    client: Client

    def take(self, n: int = 0, *, status: int = 200, bearer: str = "", **said: Any) -> dict[str, Any]:
        """What the desk sends when it takes 1 000 yen from guest n."""
        body = {
            "fee_id": str(uuid.uuid4()),
            "taken_at": clock_room.now().isoformat(),
            "amount": 1000,
            "application": str(self.evening.guests[n].id),
        } | said
        return self.client.api("POST", FEES, body, bearer=bearer or self.desk, status=status)

    def give_back(self, fee: dict[str, Any], *, status: int = 200, **said: Any) -> dict[str, Any]:
        return self.take(application=None, amount=0, undoes=fee["fee_id"], status=status, **said)


@pytest.fixture
def night(app: Flask, unit: Unit, clock: Clock) -> Night:
    with unit():
        evening = make_evening(fee_amount=1000)
        tokens = [enrol(evening.event) for _ in range(2)]
    clock.set(evening.doors_open_at)
    return Night(evening, *tokens, Client(app))


@pytest.fixture
def planner(staff_client: Callable[..., Client], night: Night) -> Client:
    return staff_client(Role.PLANNER)


def sum_of(unit: Unit, night: Night) -> int:
    with unit():
        return sum(fee.amount for fee in standing_fees(night.evening.event.id))


def path(night: Night, rest: str) -> str:
    return f"/staff/events/{night.evening.event.slug}/{rest}"


# -- taking ---------------------------------------------------------------------------------------------------


def test_fee_of_the_event_is_told_to_the_desk(night: Night) -> None:
    roster = night.client.api("GET", "/api/v1/door/roster", bearer=night.desk)

    assert roster["event"]["fee"] == 1000


def test_fee_is_stored_once_however_often_it_is_sent(night: Night, unit: Unit) -> None:
    fee_id = str(uuid.uuid4())

    answers = [night.take(fee_id=fee_id)["fee"] for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert (answers[0]["amount"], answers[0]["application"]) == (1000, str(night.evening.guests[0].id))
    assert sum_of(unit, night) == 1000


def test_giving_back_is_a_row_of_its_own_and_happens_once(night: Night, unit: Unit) -> None:
    fee = night.take()["fee"]

    back = night.give_back(fee)["fee"]

    assert (back["undoes"], back["amount"], back["application"]) == (fee["fee_id"], 1000, fee["application"])
    assert night.give_back(fee, status=422)["error"] == "no_fee_to_undo"
    assert night.give_back(back, status=422)["error"] == "no_fee_to_undo"
    assert sum_of(unit, night) == 0
    with unit() as session:
        assert len(session.scalars(select(Fee)).all()) == 2


def test_taken_again_after_it_was_given_back_it_stands(night: Night, unit: Unit) -> None:
    night.give_back(night.take()["fee"])

    night.take(amount=500)

    assert sum_of(unit, night) == 500


@pytest.mark.parametrize("statement", ["UPDATE door_fee SET amount = 1", "DELETE FROM door_fee"])
def test_fees_are_append_only(night: Night, unit: Unit, statement: str) -> None:
    night.take()

    with pytest.raises(DBAPIError), unit() as session:
        session.execute(text(statement))

    assert sum_of(unit, night) == 1000


def test_fee_of_a_walk_in_names_the_scan_by_which_they_came(night: Night, unit: Unit) -> None:
    """Offline the desk knows no application of theirs; the walk-in goes up first, then the fee."""
    group = night.client.api("GET", "/api/v1/door/counts", bearer=night.desk)["groups"][0]["id"]
    body = scan() | {"name": "飛入 参", "kana": "トビイリ サン", "group": group, "offline": True}
    night.take(application=None, scan=body["scan_id"], status=400)
    answer = night.client.api("POST", "/api/v1/door/walk-ins", body, bearer=night.desk)["answers"][0]

    fee = night.take(application=None, scan=body["scan_id"])["fee"]

    assert fee["application"] == answer["guest"]["id"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"amount": -1}, "amount"),
        ({"amount": 1_000_001}, "amount"),
        ({"amount": "1000"}, "amount"),
        ({"amount": True}, "amount"),
        ({"application": str(uuid.UUID(int=1))}, "application"),
        ({"application": None}, "application"),
        ({"fee_id": "x"}, "fee_id"),
        ({"taken_at": "2027-02-17T13:30:00"}, "taken_at"),
    ],
)
def test_fee_that_makes_no_sense_is_refused_and_named(
    night: Night, unit: Unit, said: dict[str, Any], field: str
) -> None:
    assert night.take(status=400, **said)["field"] == field
    assert sum_of(unit, night) == 0


def test_guest_and_fee_of_another_event_are_out_of_reach(night: Night, unit: Unit, clock: Clock) -> None:
    fee = night.take()["fee"]
    clock.set(night.evening.event.application_opens_at)
    with unit():
        other = make_evening(fee_amount=500)
        token = enrol(other.event)
    clock.set(night.evening.doors_open_at)

    assert night.take(bearer=token, status=400)["field"] == "application"
    assert night.take(bearer=token, fee_id=fee["fee_id"], status=400)["field"] == "fee_id"
    assert night.give_back(fee, bearer=token, status=422)["error"] == "no_fee_to_undo"


# -- other desks, and a closed door ---------------------------------------------------------------------------


def test_other_desk_hears_of_what_is_new(night: Night, clock: Clock) -> None:
    first = night.take()["fee"]
    clock.forward(minutes=5)
    all_fees = night.client.api("GET", FEES, bearer=night.other)
    assert [one["fee_id"] for one in all_fees["fees"]] == [first["fee_id"]]
    clock.forward(minutes=5)
    back = night.give_back(first)["fee"]

    since = urlencode({"since": all_fees["at"]})
    news = night.client.api("GET", f"{FEES}?{since}", bearer=night.other)

    assert [one["fee_id"] for one in news["fees"]] == [back["fee_id"]]


def test_fee_that_was_taken_before_closing_still_arrives(night: Night, unit: Unit, clock: Clock) -> None:
    clock.set(night.evening.event.ends_at)
    with unit():
        close_door(event_id=night.evening.event.id)

    night.take()

    assert sum_of(unit, night) == 1000
    night.client.api("GET", FEES, bearer=night.desk, status=410)


def test_file_of_a_desk_brings_its_fees_once(night: Night, planner: Client, unit: Unit) -> None:
    body = {
        "fee_id": str(uuid.uuid4()),
        "taken_at": clock_room.now().isoformat(),
        "amount": 700,
        "application": str(night.evening.guests[0].id),
    }
    file = {"format": "tsudoi-door-queue-1", "device": None, "entries": [{"kind": "fee", "body": body}]}
    content = json.dumps(file).encode()

    pages = [
        planner.get(path(night, "door/queue")).press("このファイルを入れる", file=(content, "queue.json"))
        for _ in range(2)
    ]

    assert "参加費を 1件入れました。" in pages[0]
    assert "参加費を" not in pages[1]
    assert sum_of(unit, night) == 700


# -- who counts the money -------------------------------------------------------------------------------------


def test_organiser_sees_the_sum_of_each_desk_and_who_paid_twice(night: Night, planner: Client) -> None:
    assert "いただいた参加費は 0円（0人）です。" in planner.get(path(night, "door"))
    night.take()
    night.take(1, amount=500)
    night.take(1, bearer=night.other)
    night.give_back(night.take(2)["fee"])

    page = planner.get(path(night, "door"))

    assert "いただいた参加費は 2,500円（2人）です。" in page
    assert page.rows("#fees table")[1:] == [["受付1", "2件", "1,500円"], ["受付2", "1件", "1,000円"]]
    assert page.texts("#fees li") == ["丹羽 恵一 1,500円（受付1、受付2）"]


def test_organiser_reads_from_whom_each_desk_took_what_and_what_was_given_back(
    night: Night, planner: Client, clock: Clock
) -> None:
    assert "いただいた参加費は、まだありません。" in planner.get(path(night, "fees"))
    night.take()
    clock.forward(minutes=1)
    fee = night.take(1, amount=500)["fee"]
    clock.forward(minutes=1)
    night.take(2, bearer=night.other)
    clock.forward(minutes=5)
    night.give_back(fee, bearer=night.other)

    page = planner.get(path(night, "door")).follow("だれから、いつ、いくらいただいたか")

    first, second = page.all("main section table")
    names = [guest.full_name for guest in night.evening.guests[:3]]
    rows = [
        [cell.text for cell in row.all("th, td")] for row in (*first.all("tbody tr"), *second.all("tbody tr"))
    ]
    assert all(row[0].startswith(name) for row, name in zip(rows, names, strict=True))
    assert [row[2] for row in rows] == ["1,000円", "500円13:37に返しました（受付2）", "1,000円"]
    assert page.texts("section .section__lead") == [
        "返した分を除いて、1,000円（1件）です。",
        "返した分を除いて、1,000円（1件）です。",
    ]

    answer = planner.open("POST", path(night, "fees.xlsx"), data={"csrf_token": planner.csrf_token()})
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    _, *taken = book["参加費"].values
    assert [(row[1], row[4], row[5], row[7] or "", row[8]) for row in taken] == [
        (names[0], 1000, "受付1", "", 1000),
        (names[1], 500, "受付1", "受付2", 0),
        (names[2], 1000, "受付2", "", 1000),
    ]
    assert list(book["端末ごとの合計"].values)[-1] == ("合計", 2, 2000)


def test_page_of_fees_asks_the_same_number_of_questions_however_many_paid(
    night: Night, planner: Client, count_queries: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    asked = []
    for n in range(3):
        night.take(n)
        with count_queries() as count:
            planner.get(path(night, "fees"))
        asked.append(len(count))

    assert asked[0] == asked[2]


def test_closing_page_tells_the_money_of_each_desk(night: Night, planner: Client, clock: Clock) -> None:
    night.take()
    clock.set(night.evening.event.ends_at)

    page = planner.get(path(night, "close"))

    assert ["受付1", "1件", "1,000円"] in page.rows("main table")


def test_roster_workbook_tells_fee_and_desk(night: Night, planner: Client) -> None:
    night.take(1, amount=500)
    night.take(1, bearer=night.other)

    answer = planner.open("POST", path(night, "roster.xlsx"), data={"csrf_token": planner.csrf_token()})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    rows = {row[0]: row[-2:] for row in sheet.values}
    assert rows["氏名"] == ("参加費", "受け取った端末")
    assert rows["丹羽 恵一"] == (1500, "受付1、受付2")
    assert rows["大久保 千鶴"][0] is None


def test_event_without_a_fee_says_nothing_of_fees(night: Night, planner: Client, unit: Unit) -> None:
    with unit() as session:
        session.get_one(type(night.evening.event), night.evening.event.id).fee_amount = None

    assert "参加費" not in planner.get(path(night, "door"))
    answer = planner.open("POST", path(night, "roster.xlsx"), data={"csrf_token": planner.csrf_token()})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    assert "参加費" not in str(next(sheet.values))


def test_fee_is_set_with_the_event(night: Night, planner: Client, unit: Unit) -> None:
    page = planner.get(path(night, "edit"))
    assert page.press("この内容にする", fee_amount="0", status=422).errors == [
        "受付でいただく参加費は、1円から100,000円までの数で入力してください"
    ]

    page.press("この内容にする", fee_amount="１，５００")

    with unit() as session:
        assert session.get_one(type(night.evening.event), night.evening.event.id).fee_amount == 1500
