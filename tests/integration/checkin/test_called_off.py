"""The door of an event that is called off, moved or withdrawn: what happened before stays, and nobody is told what is not so."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.integration.checkin.test_scans import Desk, Night, night
from tests.support.announcing import announce
from tests.support.arrivals import enrol, scan
from tests.support.client import Client
from tests.support.hands import Clock, Unit
from tests.support.reviewing import open_matters
from trainings.accounts.models import Role
from trainings.checkin import queries
from trainings.checkin.actions import door_secret
from trainings.checkin.models import Matter
from trainings.directory.actions import load_master_data
from trainings.events.mistakes import withdraw_event
from trainings.events.models import Event, NoticeKind
from trainings.events.notices import note_move, stand_still
from trainings.events.whereabouts import whereabouts
from trainings.registration.models import Application

__all__ = ["night"]


def call_off(unit: Unit, night: Night) -> None:
    with unit():
        stand_still(event_id=night.evening.event.id, kind=NoticeKind.CALLED_OFF, reason="大雪のため")


def move(unit: Unit, night: Night, by: timedelta) -> None:
    with unit() as session:
        event = session.get_one(Event, night.evening.event.id)
        before = whereabouts(event)
        for part in (event, *event.sessions):
            part.starts_at, part.ends_at = part.starts_at + by, part.ends_at + by
        event.doors_open_at += by
        note_move(event, before)


def matters(unit: Unit, night: Night) -> list[Matter]:
    with unit():
        return [one.matter for one in open_matters(night.evening.event.id)]


def present(unit: Unit, night: Night) -> list[uuid.UUID]:
    with unit():
        return [one.id for one in queries.attended_applications(night.evening.event.id)]


def test_scan_from_before_the_calling_off_is_admitted_and_kept_for_a_look(
    night: Night, unit: Unit, clock: Clock
) -> None:
    before, after = scan(night.tickets[0]), night.tickets[1]
    clock.forward(minutes=20)
    call_off(unit, night)
    clock.forward(minutes=1)

    assert night.desk.answer(before)["outcome"] == "admitted"
    late = night.desk.answer(scan(after))
    assert (late["outcome"], late["why"], late["say"]) == (
        "refused",
        "not_held",
        "延期か中止になった催しです",
    )
    assert present(unit, night) == [night.evening.guests[0].id]
    assert matters(unit, night) == [Matter.OVERTAKEN]


def test_scan_from_before_a_move_goes_by_the_hours_that_stood_then(
    night: Night, unit: Unit, clock: Clock
) -> None:
    online, offline = scan(night.tickets[0]), scan(night.tickets[1])
    night.desk.send(online)
    clock.forward(minutes=20)
    move(unit, night, timedelta(days=7))
    clock.forward(minutes=1)

    assert night.desk.answer(offline)["outcome"] == "admitted"
    assert night.desk.answer(scan(night.tickets[2]))["why"] == "not_open_yet"
    assert matters(unit, night) == [Matter.OVERTAKEN] * 2


def test_move_within_the_day_asks_for_no_look(night: Night, unit: Unit, clock: Clock) -> None:
    early = scan(night.tickets[0])
    clock.forward(minutes=5)
    move(unit, night, timedelta(minutes=30))

    assert night.desk.answer(early)["outcome"] == "admitted"
    assert matters(unit, night) == []


def test_overtaken_arrivals_are_taken_back_together(
    night: Night, unit: Unit, clock: Clock, staff_client: Callable[..., Client]
) -> None:
    night.desk.send(scan(night.tickets[0]), scan(night.tickets[1]))
    clock.forward(minutes=20)
    call_off(unit, night)
    with unit() as session:
        slug = session.get_one(Event, night.evening.event.id).slug
    page = staff_client(Role.PLANNER).get(f"/staff/events/{slug}/door/review")
    assert "延期・中止・日時の変更の前に受け付けた方" in page

    page = page.press("この2件の受付を、まとめて取り消す")

    assert "2件の受付を取り消しました。" in page
    assert present(unit, night) == []
    assert matters(unit, night) == []


def test_walk_in_at_a_called_off_event_is_refused_online_and_kept_from_before(
    night: Night, unit: Unit, clock: Clock
) -> None:
    group = str(night.evening.guests[0].event_group_id)
    person = {"name": "飛入 参", "kana": "トビイリ サン", "group": group}
    made = scan()
    clock.forward(minutes=20)
    call_off(unit, night)
    clock.forward(minutes=1)

    refused = night.desk.walk_in(**person, status=422)
    kept = night.desk.walk_in(**person, **made, offline=True)
    late = night.desk.walk_in(name="後野 祭", kana="アトノ マツリ", group=group, offline=True)

    assert refused["error"] == "no_walk_ins"
    assert refused["say"].startswith("延期・中止になったか、公開をやめた催しです。")
    assert kept["answers"][0]["outcome"] == late["answers"][0]["outcome"] == "admitted"
    assert sorted(matters(unit, night)) == [Matter.OFFLINE, Matter.OVERTAKEN]


@pytest.fixture
def withdrawn(app: Flask, unit: Unit, clock: Clock) -> tuple[Event, Desk, str]:
    """An event that was published and withdrawn while its door was open: with its desk and the link of its door."""
    with unit():
        load_master_data()
        event = announce()
        token = enrol(event)
        secret = door_secret(queries.door_of(event.id))  # type: ignore[arg-type]
    clock.set(event.doors_open_at)
    with unit():
        withdraw_event(event_id=event.id, has_applications=False)
    return event, Desk(Client(app), token), secret


def test_desk_of_a_withdrawn_event_is_told_so_and_may_send_what_it_holds(
    withdrawn: tuple[Event, Desk, str], unit: Unit
) -> None:
    event, desk, _ = withdrawn
    with unit() as session:
        group = str(session.get_one(Event, event.id).groups[0].id)
    person = {"name": "飛入 参", "kana": "トビイリ サン", "group": group}

    for path in ("event", "roster", "counts"):
        said = desk.client.api("GET", f"/api/v1/door/{path}", bearer=desk.token, status=410)
        assert said["error"] == "withdrawn"
    assert desk.answer(scan("K1-00000"))["why"] == "unknown"
    assert desk.walk_in(**person, status=422)["error"] == "no_walk_ins"
    desk.walk_in(**person, offline=True)

    with unit() as session:
        assert session.scalars(select(Application.family)).all() == ["飛入"]


def test_door_of_a_withdrawn_event_enrols_nobody_and_says_why(
    withdrawn: tuple[Event, Desk, str], client: Client
) -> None:
    _, _, secret = withdrawn

    page = client.get(f"/door/enrol/{secret}", status=410)

    assert "この催しは、いま公開されていません。" in page
    assert client.post(f"/door/enrol/{secret}", {"name": "受付9"}, status=410).h1 == "受付の端末を登録する"
