"""The scans API: one meaning for every attempt, whatever the desk, the network or the order."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.arrivals import Evening, enrol, make_evening, scan, take_seat
from tests.support.at_once import under_way
from tests.support.client import Client
from tests.support.hands import Clock, QueryCount, Unit
from trainings.checkin import queries
from trainings.checkin.actions import close_door, revoke_device
from trainings.checkin.counter.correcting import correct_profession
from trainings.checkin.desk import api
from trainings.checkin.models import Device, Scan
from trainings.core.db import db
from trainings.directory.actions import decide_distinct
from trainings.directory.models import PersonCandidate
from trainings.events.models import Event
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application, Channel
from trainings.registration.secrets import ticket_code
from trainings.registration.states import State

SCANS = "/api/v1/door/scans"
WALK_INS = "/api/v1/door/walk-ins"


@dataclass
class Desk:
    """One enrolled device."""

    client: Client
    token: str

    def send(self, *attempts: dict[str, Any], status: int = 200, **said: Any) -> dict[str, Any]:
        return self.client.api(
            "POST", SCANS, {"scans": list(attempts), **said}, bearer=self.token, status=status
        )

    def answer(self, attempt: dict[str, Any]) -> dict[str, Any]:
        answers: list[dict[str, Any]] = self.send(attempt)["answers"]
        return answers[0]

    def load(self) -> dict[str, Any]:
        return self.client.api("GET", "/api/v1/door/roster", bearer=self.token)

    def hear(self, last: dict[str, Any]) -> dict[str, Any]:
        """What is new since the last answer."""
        since = urlencode({"cursor": last["cursor"], "roster_at": last["roster_at"]})
        return self.client.api("GET", f"/api/v1/door/changes?{since}", bearer=self.token)

    def walk_in(self, status: int = 200, **said: Any) -> dict[str, Any]:
        return self.client.api("POST", WALK_INS, scan() | said, bearer=self.token, status=status)


@dataclass
class Night:
    evening: Evening
    tickets: list[str]
    desk: Desk
    other: Desk


@pytest.fixture
def night(app: Flask, unit: Unit, clock: Clock) -> Night:
    """The door has just opened; two desks."""
    with unit():
        evening = make_evening()
        tickets = [ticket_code(guest) for guest in evening.guests]
        tokens = [enrol(evening.event, name) for name in ("受付1", "受付2")]
    clock.set(evening.doors_open_at)
    return Night(evening, tickets, *(Desk(Client(app), token) for token in tokens))


def stored(unit: Unit) -> int:
    with unit() as session:
        return session.scalar(select(func.count()).select_from(Scan)) or 0


def change_guest(unit: Unit, night: Night, n: int, **values: Any) -> None:
    with unit() as session:
        guest = session.get_one(Application, night.evening.guests[n].id)
        for name, value in values.items():
            setattr(guest, name, value)


def test_ticket_is_admitted_and_shows_name_and_table(night: Night) -> None:
    answer = night.desk.answer(scan(night.tickets[0]))

    assert (answer["outcome"], answer["say"]) == ("admitted", "受付しました")
    assert (answer["guest"]["name"], answer["guest"]["table"]) == ("大久保 千鶴", 1)


def test_answer_and_roster_hold_no_contact_data(night: Night) -> None:
    answer = night.desk.answer(scan(night.tickets[0]))
    roster = night.desk.client.api("GET", "/api/v1/door/roster", bearer=night.desk.token)

    for text in (str(answer), str(roster)):
        assert "guest.example" not in text
        assert not [guest.phone for guest in night.evening.guests if guest.phone in text]
    assert len(roster["roster"]) == 5
    assert night.tickets[0] not in str(roster)


def test_second_desk_hears_repeated_since_the_first(night: Night) -> None:
    night.desk.send(scan(night.tickets[0]))

    answer = night.other.answer(scan(night.tickets[0]))

    assert answer["outcome"] == "repeated"
    assert answer["since"] == night.evening.doors_open_at.isoformat()


def test_same_scan_id_gets_its_first_answer_whatever_has_changed(night: Night, unit: Unit) -> None:
    attempt = scan(night.tickets[0])
    first = night.desk.answer(attempt)
    change_guest(unit, night, 0, state=State.CANCELLED, table_number=9)

    assert night.desk.answer(attempt) == first
    assert stored(unit) == 1


def test_answer_given_again_names_the_profession_that_it_named_first(night: Night, unit: Unit) -> None:
    attempt = scan(night.tickets[0])
    first = night.desk.answer(attempt)
    told = night.desk.client.api("GET", "/api/v1/door/roster", bearer=night.desk.token)["event"][
        "professions"
    ]
    other = next(one for one in told if one["group"] != first["guest"]["group"])
    with unit():
        correct_profession(
            event_id=night.evening.event.id,
            application_id=night.evening.guests[0].id,
            profession_id=uuid.UUID(other["id"]),
        )

    assert night.desk.answer(attempt) == first
    assert night.other.answer(scan(night.tickets[0]))["guest"]["group"] == other["group"]


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (State.WAITING, "waiting"),
        (State.NOT_SELECTED, "not_selected"),
        (State.CANCELLED, "cancelled"),
        (State.SUBSTITUTED, "cancelled"),
    ],
)
def test_who_has_no_seat_is_refused_with_the_reason(night: Night, unit: Unit, state: State, why: str) -> None:
    change_guest(unit, night, 0, state=state)

    answer = night.desk.answer(scan(night.tickets[0]))

    assert (answer["outcome"], answer["why"]) == ("refused", why)
    assert answer["next"]


def test_unknown_codes_are_refused_and_kept(night: Night, unit: Unit) -> None:
    for code in ("K99-00000", "https://elsewhere.example", "TS" + "0" * 21):
        assert night.desk.answer(scan(code))["why"] == "unknown"

    assert stored(unit) == 3


def test_ticket_of_another_event_is_refused(night: Night, unit: Unit) -> None:
    with unit():
        ticket = ticket_code(make_evening().guests[0])

    answer = night.desk.answer(scan(ticket))

    assert (answer["outcome"], answer["why"], answer["guest"]) == ("refused", "other_event", None)


def test_scanning_before_the_door_opens_is_refused(night: Night, clock: Clock) -> None:
    early = clock.now - timedelta(minutes=1)

    assert night.desk.answer(scan(night.tickets[0], scanned_at=early.isoformat()))["why"] == "not_open_yet"


def test_forced_entry_is_admitted_and_flagged(night: Night, unit: Unit) -> None:
    change_guest(unit, night, 0, state=State.WAITING)

    answer = night.desk.answer(scan(night.tickets[0], forced=True))

    assert answer["outcome"] == "admitted"
    with unit() as session:
        assert session.scalars(select(Scan.flagged)).all() == [True]


def test_two_desks_offline_give_one_attendance_and_one_flag(night: Night, unit: Unit) -> None:
    night.desk.send(scan(night.tickets[0], offline=True))
    night.other.send(scan(night.tickets[0], offline=True))

    with unit() as session:
        assert [s.flagged for s in session.scalars(select(Scan).order_by(Scan.cursor))] == [False, True]
        assert len(queries.attended_applications(night.evening.event.id)) == 1


@pytest.mark.parametrize(
    ("change", "told", "kept"),
    [
        (State.CANCELLED, "refused", ("admitted", True)),
        (State.CONFIRMED, "repeated", ("repeated", True)),
    ],
    ids=["cancelled meanwhile", "in at the other desk"],
)
def test_let_in_while_the_servers_no_was_lost_is_kept_as_a_fact_once(
    night: Night, unit: Unit, change: State, told: str, kept: tuple[str, bool]
) -> None:
    """The desk shows green, the scan arrives, its answer does not; the desk sends it again as what it is by then."""
    attempt = scan(night.tickets[0])
    if change == State.CONFIRMED:
        night.other.answer(scan(night.tickets[0]))
    else:
        change_guest(unit, night, 0, state=change)
    before = stored(unit)
    lost = night.desk.answer(attempt)

    again = [night.desk.answer(attempt | {"offline": True}) for _ in range(3)]

    assert lost["outcome"] == told
    assert again == [lost] * 3
    assert stored(unit) == before + 2
    with unit() as session:
        fact = session.scalars(select(Scan).order_by(Scan.cursor.desc())).first()
        assert fact is not None
        assert (fact.outcome.value, fact.flagged) == kept
        assert len(queries.attended_applications(night.evening.event.id)) == 1


def test_undo_takes_the_attendance_back_and_the_ticket_works_again(night: Night, unit: Unit) -> None:
    first = scan(night.tickets[0])
    night.desk.send(first)

    answer = night.other.answer(scan(undoes=first["scan_id"], method="search"))

    assert (answer["outcome"], answer["undo"], answer["say"]) == ("admitted", True, "受付を取り消しました")
    with unit():
        assert queries.attended_applications(night.evening.event.id) == []
    assert night.other.answer(scan(undoes=first["scan_id"]))["why"] == "nothing_to_undo"
    assert night.desk.answer(scan(night.tickets[0]))["outcome"] == "admitted"


def test_undo_of_what_let_nobody_in_takes_nothing_back(night: Night, unit: Unit) -> None:
    change_guest(unit, night, 0, state=State.WAITING)
    refused = scan(night.tickets[0])
    night.other.send(refused)

    answer = night.other.answer(scan(undoes=refused["scan_id"]))

    assert (answer["outcome"], answer["why"], answer["undo"]) == ("refused", "nothing_to_undo", False)


def test_queue_of_an_evening_means_the_same_in_one_batch(night: Night) -> None:
    first, other, code = scan(night.tickets[0]), scan(night.tickets[1]), night.evening.guests[0].code
    queue = [first, other, scan(code), scan("", undoes=first["scan_id"]), scan(code), first]

    answers = night.desk.send(*queue)["answers"]

    # The third scan stands when the first is taken back.
    told = ["admitted", "admitted", "repeated", "admitted", "repeated", "admitted"]
    assert [one["outcome"] for one in answers] == told
    assert [one["undo"] for one in answers] == [False, False, False, True, False, False]
    assert answers[5] == answers[0]


def test_batch_asks_the_database_as_often_as_one_scan(
    night: Night, count_queries: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    night.desk.send(scan(night.tickets[0]))
    with count_queries() as one:
        night.desk.send(scan(night.tickets[1]))

    with count_queries() as many:
        night.desk.send(*(scan(ticket) for ticket in night.tickets), scan("NOBODY-0000"))

    assert len(many) == len(one)


def test_application_number_and_choice_in_search_work_like_a_ticket(night: Night) -> None:
    guests = night.evening.guests

    assert night.desk.answer(scan(guests[0].code))["guest"]["name"] == "大久保 千鶴"
    by_choice = night.desk.answer(scan(application=str(guests[1].id), method="search"))
    assert by_choice["outcome"] == "admitted"


def test_other_desk_hears_by_cursor_what_came_in(night: Night) -> None:
    roster = night.other.load()
    night.desk.send(scan(night.tickets[0]), scan(night.tickets[1]))

    news = night.other.hear(roster)

    assert len(news["scans"]) == 2
    assert news["arrived"] == 2
    assert night.other.hear(news)["scans"] == []


def test_desk_that_was_away_hears_in_parts_what_came_in(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "LARGEST_PART", 2)
    roster = night.other.load()
    night.desk.send(*(scan(ticket) for ticket in night.tickets[:3]))

    first = night.other.hear(roster)
    second = night.other.hear(first)

    assert [(len(one["scans"]), one["more"]) for one in (first, second)] == [(2, True), (1, False)]


def test_desk_hears_who_changed_at_the_office_and_nobody_else(night: Night, unit: Unit, clock: Clock) -> None:
    clock.forward(minutes=5)
    roster = night.desk.load()
    cancelled, moved = night.evening.guests[0], night.evening.guests[1]
    with unit():
        cancel_application(application_id=cancelled.id, by_staff=True, reason="電話で欠席の連絡")
    change_guest(unit, night, 1, table_number=7)

    news = night.desk.hear(roster)

    lines = {one["id"]: (one["state"], one["table"]) for one in news["roster"]}
    assert lines == {str(cancelled.id): ("cancelled", 1), str(moved.id): ("confirmed", 7)}
    clock.forward(minutes=2)
    assert night.desk.hear(night.desk.hear(roster))["roster"] == []


def test_change_that_was_on_its_way_when_a_desk_asked_comes_with_the_next_answer(
    app: Flask, night: Night, unit: Unit, clock: Clock
) -> None:
    clock.forward(minutes=5)
    roster = night.desk.load()

    def change() -> None:
        db.session.get_one(Application, night.evening.guests[1].id).table_number = 7
        db.session.flush()

    with under_way(app, change):
        clock.forward(seconds=20)
        meanwhile = night.desk.hear(roster)

    assert meanwhile["roster"] == []
    assert [one["table"] for one in night.desk.hear(meanwhile)["roster"]] == [7]


def test_desk_learns_that_the_event_itself_was_changed(night: Night, unit: Unit) -> None:
    roster = night.desk.load()
    assert night.desk.hear(roster)["edition"] == roster["edition"]

    with unit() as session:
        session.get_one(Event, night.evening.event.id).doors_open_at -= timedelta(minutes=10)

    assert night.desk.hear(roster)["edition"] != roster["edition"]


def test_two_desks_at_the_same_moment_admit_once(app: Flask, night: Night, unit: Unit) -> None:
    start = threading.Barrier(2)
    outcomes: list[list[str]] = []

    def scan_all(token: str) -> None:
        attempts = [scan(ticket) for ticket in night.tickets]
        client = app.test_client()
        start.wait(20)
        found = []
        for attempt in attempts:
            answer = client.post(
                SCANS, json={"scans": [attempt]}, headers={"Authorization": f"Bearer {token}"}
            )
            found.append(answer.get_json()["answers"][0]["outcome"])
        outcomes.append(found)

    threads = [threading.Thread(target=scan_all, args=(desk.token,)) for desk in (night.desk, night.other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [sorted(pair) for pair in zip(*outcomes, strict=True)] == [["admitted", "repeated"]] * 5
    assert stored(unit) == 10


# -- who may -------------------------------------------------------------------------------------------------


def test_without_a_known_token_nothing_is_told(client: Client, night: Night) -> None:
    assert client.api("GET", "/api/v1/door/roster", status=401)["error"] == "unknown_device"
    assert client.api("POST", SCANS, {"scans": [scan()]}, bearer="x", status=401)["marker"]


def test_revoked_device_is_turned_away(night: Night, unit: Unit) -> None:
    with unit():
        found = queries.device_by_token(night.desk.token)
        assert found is not None
        device, _ = found
        revoke_device(event_id=device.event_id, device_id=device.id)

    assert night.desk.send(scan(night.tickets[0]), status=401)["error"] == "revoked"
    assert night.other.answer(scan(night.tickets[0]))["outcome"] == "admitted"


def test_revoked_device_tells_how_much_it_holds_and_nothing_else(night: Night, unit: Unit) -> None:
    with unit():
        found = queries.device_by_token(night.desk.token)
        assert found is not None
        device, _ = found
        revoke_device(event_id=device.event_id, device_id=device.id)

    def held() -> int:
        with unit() as session:
            return session.get_one(Device, device.id).unsent

    night.desk.send(unsent=7, status=401)
    assert held() == 7
    night.desk.send(scan(night.tickets[0]), scan(night.tickets[1]), unsent=3, status=401)
    assert held() == 5
    for nonsense in (-1, 10**9, "4", True, None):
        night.desk.send(unsent=nonsense, status=401)
    assert held() == 5
    with unit() as session:
        assert session.scalar(select(func.count()).select_from(Scan)) == 0


def test_closed_door_takes_the_queue_for_two_weeks_and_gives_no_roster(
    night: Night, unit: Unit, clock: Clock
) -> None:
    at_the_door = scan(night.tickets[0], offline=True)
    clock.forward(hours=5)
    with unit():
        close_door(event_id=night.evening.event.id)

    roster = night.desk.client.api("GET", "/api/v1/door/roster", bearer=night.desk.token, status=410)
    assert roster["error"] == "closed"
    assert night.desk.answer(at_the_door)["outcome"] == "admitted"
    clock.forward(days=15)
    assert night.desk.send(scan(night.tickets[1]), status=410)["error"] == "closed"


def test_closed_door_tells_a_desk_nothing_about_anybody(night: Night, unit: Unit, clock: Clock) -> None:
    guest, applied = night.evening.guests[0], night.evening.guests[1]
    profession = night.desk.client.api("GET", "/api/v1/door/roster", bearer=night.desk.token)["event"][
        "professions"
    ][0]
    with unit() as session:
        group = str(session.get_one(Application, applied.id).event_group_id)
    clock.forward(hours=5)
    with unit():
        close_door(event_id=night.evening.event.id)

    told = [
        night.desk.send(scan(guest.code)),
        night.desk.send(scan(guest.code)),
        night.desk.walk_in(name=applied.full_name, kana=applied.full_kana, group=group),
        night.desk.client.api(
            "POST",
            "/api/v1/door/corrections",
            {"application": str(guest.id), "profession": profession["id"]},
            bearer=night.desk.token,
        ),
    ]

    assert [one["answers"][0]["outcome"] for one in told[:3]] == ["admitted", "repeated", "admitted"]
    for one in told:
        for secret in (guest.family, guest.code, applied.family, applied.code, str(applied.id), "受付1"):
            assert secret not in json.dumps(one, ensure_ascii=False)
    assert told[1]["answers"][0]["since"] == ""


def test_roster_opens_three_days_before(night: Night, clock: Clock) -> None:
    clock.set(night.evening.event.starts_at - timedelta(days=3, minutes=1))
    assert night.desk.client.api("GET", "/api/v1/door/roster", bearer=night.desk.token, status=403)
    clock.forward(minutes=2)
    assert night.desk.client.api("GET", "/api/v1/door/roster", bearer=night.desk.token)["roster"]


@pytest.mark.parametrize(
    "broken",
    [
        {"scan_id": "7"},
        {"scanned_at": "2027-02-17T13:00:00"},
        {"scanned_at": 5},
        {"method": "telepathy"},
        {"direction": "up"},
        {"ticket": "x" * 101},
        {"ticket": "a\x00b"},
        {"application": 7},
        {"forced": "yes"},
        {"undoes": "nothing"},
    ],
)
def test_malformed_scan_is_a_bad_request_that_names_the_field(
    night: Night, unit: Unit, broken: dict[str, Any]
) -> None:
    refused = night.desk.send(scan(night.tickets[0]), scan() | broken, status=400)

    assert (refused["error"], refused["field"]) == ("bad_request", next(iter(broken)))
    assert stored(unit) == 0


@pytest.mark.parametrize("offline", [False, True])
def test_code_with_half_a_letter_is_stored_as_unknown_and_holds_nothing_up(
    night: Night, unit: Unit, offline: bool
) -> None:
    cut = scan("\ude00 https://elsewhere.example/", offline=offline)

    first, second = night.desk.send(cut, scan(night.tickets[0]))["answers"]

    assert (first["outcome"], first["why"], second["outcome"]) == ("refused", "unknown", "admitted")
    assert night.desk.answer(cut) == first
    assert stored(unit) == 2


def test_walk_in_with_half_a_letter_is_admitted_with_a_sign_in_its_place(night: Night) -> None:
    group = night.desk.client.api("GET", "/api/v1/door/counts", bearer=night.desk.token)["groups"][0]["id"]

    answer = night.desk.walk_in(name="安\ud867 桃", kana="ヤス モモ", group=group)["answers"][0]

    assert (answer["outcome"], answer["guest"]["name"]) == ("admitted", "安\ufffd 桃")


@pytest.mark.parametrize("cursor", ["", "x", "-1", str(2**63), "9" * 40])
def test_cursor_that_none_can_be_is_a_bad_request(night: Night, cursor: str) -> None:
    path = f"/api/v1/door/changes?cursor={cursor}&roster_at=2027-01-18T01:00:00Z"

    refused = night.desk.client.api("GET", path, bearer=night.desk.token, status=400)

    assert (refused["error"], refused["field"]) == ("bad_request", "cursor")


@pytest.mark.parametrize("roster_at", ["", "x", "2027-01-18", "2027-01-18T01:00:00", "0001-01-01T00:00:00Z"])
def test_instant_that_none_can_be_is_a_bad_request(night: Night, roster_at: str) -> None:
    path = f"/api/v1/door/changes?cursor=0&roster_at={roster_at}"

    refused = night.desk.client.api("GET", path, bearer=night.desk.token, status=400)

    assert (refused["error"], refused["field"]) == ("bad_request", "roster_at")


def test_malformed_body_is_a_bad_request(night: Night) -> None:
    for body in ([], {}, {"scans": "x"}, {"scans": [7]}, {"scans": [scan()] * 201}):
        night.desk.client.api("POST", SCANS, body, bearer=night.desk.token, status=400)
    night.desk.send(scan(night.tickets[0]), unsent=-1, status=400)


# -- walk-ins ------------------------------------------------------------------------------------------------


def test_walk_in_is_registered_and_let_in_once(night: Night, unit: Unit) -> None:
    group = str(night.evening.guests[0].event_group_id)
    said = scan() | {"name": "飛入 参", "kana": "トビイリ サン", "group": group}

    first = night.desk.walk_in(**said)["answers"]
    again = night.desk.walk_in(**said)["answers"]

    assert first == again
    assert (first[0]["outcome"], first[0]["guest"]["name"]) == ("admitted", "飛入 参")
    assert stored(unit) == 1


@pytest.mark.parametrize(
    ("missing", "error"), [("name", "name_missing"), ("kana", "kana_missing"), ("group", "group_missing")]
)
def test_walk_in_with_a_field_missing_is_refused_in_words(night: Night, missing: str, error: str) -> None:
    group = str(night.evening.guests[0].event_group_id)
    said = {"name": "飛入 参", "kana": "トビイリ サン", "group": group}
    empty = str(uuid.uuid4()) if missing == "group" else " "

    refused = night.desk.walk_in(422, **(said | {missing: empty}))

    assert refused["error"] == error
    assert refused["say"].endswith("ください。")


def test_kanji_in_kana_is_asked_about_at_the_desk_but_no_fact_is_refused(night: Night, unit: Unit) -> None:
    group = str(night.evening.guests[0].event_group_id)
    said = {"name": "飛入 参", "kana": "飛入 サン", "group": group}

    refused = night.desk.walk_in(422, **said)

    assert (refused["error"], refused["say"]) == (
        "kana_strange",
        "フリガナに漢字「飛入」が入っています。カタカナかひらがなで入力してください。",
    )
    assert night.desk.walk_in(**said, offline=True)["answers"][0]["outcome"] == "admitted"


def test_name_in_latin_letters_needs_no_kana_at_the_desk(night: Night) -> None:
    group = str(night.evening.guests[0].event_group_id)

    (answer,) = night.desk.walk_in(name="Nguyễn Dương", kana="", group=group)["answers"]

    assert (answer["outcome"], answer["guest"]["name"], answer["guest"]["kana"]) == (
        "admitted",
        "Nguyễn Dương",
        "",
    )


def test_walk_in_over_capacity_needs_a_reason(night: Night, unit: Unit, clock: Clock) -> None:
    with unit() as session:
        session.merge(night.evening.event).capacity = 5
    said = {
        "name": "飛入 参",
        "kana": "トビイリ サン",
        "group": str(night.evening.guests[0].event_group_id),
    }

    assert night.desk.walk_in(422, **said)["error"] == "over_capacity"
    assert night.desk.walk_in(**said, reason="会長の同行")["answers"][0]["outcome"] == "admitted"


def test_second_ticket_of_an_undecided_pair_comes_in_and_the_desk_is_told(night: Night, unit: Unit) -> None:
    """Not before the other one is in, not once staff have decided; and after an undo not any more."""
    with unit():
        event = night.evening.event
        both = [take_seat(event, "柏", "守", "カシワ", "マモル", "NSV", "", Channel.PHONE) for _ in range(2)]
        tickets = [ticket_code(one) for one in both]

    first, second = (night.desk.answer(scan(ticket)) for ticket in tickets)

    assert (first["outcome"], first["say"]) == ("admitted", "受付しました")
    assert (second["outcome"], second["say"]) == ("admitted", "同じ方かもしれない申込")
    assert both[0].code in second["next"]
    assert "取り消す" in second["next"]

    night.desk.answer(scan(undoes=second["scan_id"]))
    night.desk.answer(scan(undoes=first["scan_id"]))
    assert night.other.answer(scan(tickets[1]))["say"] == "受付しました"
    assert night.other.answer(scan(tickets[0]))["say"] == "同じ方かもしれない申込"

    with unit() as session:
        (pair,) = session.scalars(select(PersonCandidate))
        decide_distinct(candidate_id=pair.id, staff_id=None)
    assert night.other.answer(scan(tickets[0]))["outcome"] == "repeated"
