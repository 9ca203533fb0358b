"""What has happened at a desk is a fact: kept, flagged where it needs a look, never with a name in the record."""

from __future__ import annotations

import json
import threading
import uuid
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.integration.checkin.test_scans import SCANS, Night, change_guest, night, stored
from tests.support.arrivals import enrol, make_evening, scan
from tests.support.client import Client
from tests.support.hands import Clock, Outbox, Unit
from tests.support.reviewing import open_matters
from trainings.checkin import queries
from trainings.checkin.models import Device, Door, Matter, Scan
from trainings.checkin.passages import scanning
from trainings.core.db import db
from trainings.events.models import CertificateRule, Event
from trainings.registration.models import Application, Channel
from trainings.registration.secrets import ticket_code
from trainings.registration.states import State

__all__ = ["night"]


def flags(unit: Unit) -> list[tuple[str, str, bool]]:
    with unit() as session:
        rows = session.scalars(select(Scan).order_by(Scan.cursor))
        return [(row.outcome.value, row.why.value, row.flagged) for row in rows]


def person(night: Night, **said: Any) -> dict[str, Any]:
    group = str(night.evening.guests[0].event_group_id)
    return {"name": "飛入 参", "kana": "トビイリ サン", "group": group} | said


# -- facts -----------------------------------------------------------------------------------------------------


def test_who_was_let_in_offline_and_cancelled_meanwhile_counts_and_is_flagged(
    night: Night, unit: Unit
) -> None:
    change_guest(unit, night, 0, state=State.CANCELLED)

    answer = night.desk.answer(scan(night.tickets[0], offline=True))

    assert answer["outcome"] == "admitted"
    assert flags(unit) == [("admitted", "", True)]


def test_forced_ticket_of_another_event_stays_refused_and_is_flagged(night: Night, unit: Unit) -> None:
    with unit():
        other = make_evening(title="べつの催し")
        ticket = ticket_code(other.guests[0])

    answer = night.desk.answer(scan(ticket, forced=True))

    assert answer["next"].startswith("「べつの催し」のチケットです。")
    assert flags(unit) == [("refused", "other_event", True)]


def test_record_of_a_scan_holds_no_name(night: Night, unit: Unit) -> None:
    night.desk.send(scan(night.tickets[0]), scan("K99-00000"), scan(night.tickets[0]))
    night.desk.walk_in(**person(night))

    with unit() as session:
        kept = json.dumps([row.answer for row in session.scalars(select(Scan))], ensure_ascii=False)
    for words in ("千鶴", "チヅル", "けやき西", "飛入", night.tickets[0], night.evening.guests[0].code):
        assert words not in kept


def test_second_desk_is_told_which_desk_was_first(night: Night) -> None:
    night.desk.send(scan(night.tickets[0]))

    assert night.other.answer(scan(night.tickets[0]))["desk"] == "受付1"


def test_scan_id_of_another_event_is_a_fault_of_the_device(app: Flask, night: Night, unit: Unit) -> None:
    attempt = scan(night.tickets[0])
    night.desk.send(attempt)
    with unit():
        token = enrol(make_evening().event)

    refused = Client(app).api("POST", SCANS, {"scans": [attempt]}, bearer=token, status=400)

    assert (refused["error"], refused["field"]) == ("bad_request", "scan_id")


def test_empty_batch_tells_that_the_desk_is_alive(night: Night, unit: Unit, clock: Clock) -> None:
    clock.forward(minutes=3)

    night.desk.send(unsent=4)

    with unit() as session:
        device = session.scalars(select(Device).where(Device.name == "受付1")).one()
        assert (device.last_seen_at, device.unsent) == (clock.now, 4)


def test_counts_by_group_and_free_seats(night: Night, unit: Unit) -> None:
    with unit() as session:
        session.get_one(Event, night.evening.event.id).capacity = 7
    night.desk.send(scan(night.tickets[0]), scan(night.tickets[1]))

    state = night.desk.client.api("GET", "/api/v1/door/counts", bearer=night.desk.token)

    by_group = {row["mark"]: (row["arrived"], row["expected"]) for row in state["groups"] if row["expected"]}
    assert by_group == {"ケ": (1, 1), "薬": (1, 1), "医": (0, 1), "看": (0, 2)}
    assert (state["arrived"], state["expected"], state["free"]) == (2, 5, 2)


# -- exits -----------------------------------------------------------------------------------------------------


def test_exits_count_where_the_certificate_is_earned_by_minutes(
    night: Night, unit: Unit, clock: Clock
) -> None:
    event = night.evening.event
    with unit() as session:
        mine = session.get_one(Event, event.id)
        mine.certificate_rule, mine.certificate_minutes = CertificateRule.MINUTES, 60
    ticket = night.tickets[0]
    assert night.desk.answer(scan(ticket, direction="out"))["why"] == "not_inside"
    clock.set(event.starts_at)
    night.desk.send(scan(ticket))
    clock.forward(minutes=20)
    assert night.desk.answer(scan(ticket, direction="out"))["say"] == "退室を記録しました"
    clock.forward(minutes=10)
    assert night.desk.answer(scan(ticket))["outcome"] == "admitted"
    clock.forward(minutes=15)
    night.desk.send(scan(ticket, direction="out"))

    with unit() as session:
        found = queries.attendance_by_application(session.get_one(Event, event.id))
    assert [one.minutes for one in found[night.evening.guests[0].id]] == [35]


def test_who_has_left_does_not_come_in_again_where_exits_do_not_count(night: Night) -> None:
    for direction in ("in", "out"):
        night.desk.send(scan(night.tickets[0], direction=direction))

    assert night.desk.answer(scan(night.tickets[0]))["why"] == "left_already"


# -- walk-ins --------------------------------------------------------------------------------------------------


def test_walk_in_offline_is_taken_though_the_house_is_full(night: Night, unit: Unit) -> None:
    with unit() as session:
        session.get_one(Event, night.evening.event.id).capacity = 5

    answer = night.desk.walk_in(**person(night, offline=True))["answers"][0]

    assert (answer["outcome"], answer["guest"]["name"]) == ("admitted", "飛入 参")


def test_walk_in_with_the_id_of_a_scan_is_kept_beside_it(night: Night, unit: Unit) -> None:
    first = scan(night.tickets[0])
    night.desk.send(first)

    answer = night.desk.walk_in(**person(night, scan_id=first["scan_id"]))["answers"][0]

    assert answer["guest"]["name"] == "飛入 参"
    assert night.desk.answer(first)["guest"]["name"] == "大久保 千鶴"
    assert stored(unit) == 2


def test_walk_in_sent_by_two_requests_at_once_is_one_person(app: Flask, night: Night, unit: Unit) -> None:
    body = scan() | person(night)

    statuses = at_once(app, [(night.desk.token, "/api/v1/door/walk-ins", body)] * 4)

    assert statuses == Counter({200: 4})
    with unit() as session:
        assert session.scalar(select(func.count()).select_from(Application)) == 6
    assert stored(unit) == 1


@pytest.mark.parametrize("field", ["name", "kana"])
def test_walk_in_is_named_without_addresses_and_on_one_line(night: Night, unit: Unit, field: str) -> None:
    refused = night.desk.walk_in(**(person(night) | {field: "参加 www.evil.example"}), status=422)
    answer = night.desk.walk_in(**(person(night) | {"name": "飛入\n参"}))["answers"][0]

    assert refused["error"] == "name_holds_address"
    assert answer["guest"]["name"] == "飛入 参"


@pytest.mark.parametrize("field", ["name", "kana"])
def test_walk_in_of_an_old_desk_keeps_its_words_for_a_look_and_mails_nobody(
    night: Night, unit: Unit, outbox: Outbox, field: str
) -> None:
    words = "参加 www.evil.example"
    answer = night.desk.walk_in(**(person(night, offline=True) | {field: words}))["answers"][0]

    assert answer["outcome"] == "admitted"
    with unit() as session:
        (kept,) = session.scalars(select(Application).where(Application.channel == Channel.WALK_IN))
        assert words in (kept.full_name, kept.full_kana)
        (matter,) = open_matters(night.evening.event.id)
        assert (matter.matter, matter.application) == (Matter.ODD_NAME, kept)
    assert not [mail for mail in outbox.all() if "evil" in f"{mail.subject} {mail.body}"]


@pytest.mark.parametrize("kana", ["", "飛入 参", "トビイリ1 サン", "a" * 80])
def test_fact_without_kana_that_are_kana_is_kept_and_asks_for_a_look(
    night: Night, unit: Unit, kana: str
) -> None:
    refused = night.desk.walk_in(**person(night, kana=kana), status=422)
    answer = night.desk.walk_in(**person(night, kana=kana, offline=True))["answers"][0]

    assert refused["error"] == ("kana_strange" if kana else "kana_missing")
    assert answer["outcome"] == "admitted"
    with unit() as session:
        (kept,) = session.scalars(select(Application).where(Application.channel == Channel.WALK_IN))
        assert (kept.full_name, kept.full_kana) == ("飛入 参", kana)
        (matter,) = open_matters(night.evening.event.id)
        assert (matter.matter, matter.application) == (Matter.ODD_KANA, kept)


def test_fact_of_a_name_in_latin_letters_needs_no_kana(night: Night, unit: Unit) -> None:
    night.desk.walk_in(**person(night, name="Schmidt Anna", kana="", offline=True))

    with unit():
        assert open_matters(night.evening.event.id) == []


# -- many desks at once ----------------------------------------------------------------------------------------

DESKS = 6


def at_once(app: Flask, calls: list[tuple[str, str, dict[str, Any]]]) -> Counter[int]:
    """Post all bodies at the same moment, each from a thread of its own; how often each status came."""
    start = threading.Barrier(len(calls))
    statuses: list[int] = []

    def post(token: str, path: str, body: dict[str, Any]) -> None:
        client = app.test_client()
        start.wait(30)
        answer = client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=post, args=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(statuses)


def crowd(app: Flask, night: Night, unit: Unit) -> tuple[Counter[int], Counter[tuple[uuid.UUID, str]]]:
    """Every ticket at six desks at the same moment: statuses, and outcomes by application."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    with unit():
        tokens = [enrol(night.evening.event) for _ in range(DESKS)]
    statuses: Counter[int] = Counter()
    for ticket in night.tickets:
        statuses += at_once(app, [(token, SCANS, {"scans": [scan(ticket)]}) for token in tokens])
    with unit() as session:
        rows = session.execute(select(Scan.application_id, Scan.outcome)).tuples().all()
    return statuses, Counter((application, outcome.value) for application, outcome in rows if application)


def test_six_desks_at_the_same_moment_admit_once(app: Flask, night: Night, unit: Unit) -> None:
    statuses, outcomes = crowd(app, night, unit)

    assert statuses == Counter({200: DESKS * 5})
    for guest in night.evening.guests:
        assert (outcomes[guest.id, "admitted"], outcomes[guest.id, "repeated"]) == (1, DESKS - 1)


@pytest.mark.postgresql_only
def test_without_the_lock_of_the_door_desks_get_in_each_others_way(
    app: Flask, night: Night, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the test above sees what the lock is for."""

    def read_door(event_id: uuid.UUID) -> datetime | None:
        return db.session.get_one(Door, event_id).closed_at

    monkeypatch.setattr(scanning, "lock_door", read_door)
    app.logger.disabled = True

    statuses, outcomes = crowd(app, night, unit)

    admitted = [outcomes[guest.id, "admitted"] for guest in night.evening.guests]
    assert statuses[500] > 0 or max(admitted) > 1
