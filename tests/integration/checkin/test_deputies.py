"""代理出席: the seat goes over to whoever came, with a ticket, a certificate and a record of their own."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.applying import make_office
from tests.support.arrivals import Evening, enrol, make_evening, scan
from tests.support.client import Client
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.audit.models import AuditEntry
from trainings.certificates.actions import issue_certificates
from trainings.checkin import queries
from trainings.checkin.actions import close_door
from trainings.checkin.models import Scan
from trainings.core import clock as clock_room
from trainings.events.models import CertificateRule
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application, Channel
from trainings.registration.secrets import ticket_code
from trainings.registration.states import State

DEPUTIES = "/api/v1/door/deputies"


@dataclass
class Night:
    evening: Evening
    desk: str
    other: str
    client: Client

    def scan_in(self, n: int = 0, *, bearer: str = "", **said: Any) -> str:
        """Let guest n in; the id of the scan."""
        body = scan(application=str(self.evening.guests[n].id), **said)
        self.client.api("POST", "/api/v1/door/scans", {"scans": [body]}, bearer=bearer or self.desk)
        return str(body["scan_id"])

    def deputy(self, n: int = 0, *, status: int = 200, bearer: str = "", **said: Any) -> dict[str, Any]:
        """Somebody comes for guest n."""
        body = {
            "scan_id": str(uuid.uuid4()),
            "scanned_at": clock_room.now().isoformat(),
            "application": str(self.evening.guests[n].id),
            "name": "代田 理子",
            "kana": "シロタ リコ",
        } | said
        return self.client.api("POST", DEPUTIES, body, bearer=bearer or self.desk, status=status)


@pytest.fixture
def night(app: Flask, unit: Unit, clock: Clock) -> Night:
    with unit():
        evening = make_evening(certificate_rule=CertificateRule.ALL_SESSIONS)
        tokens = [enrol(evening.event) for _ in range(2)]
    clock.set(evening.doors_open_at)
    return Night(evening, *tokens, Client(app))


def everybody(unit: Unit, night: Night) -> dict[str, State]:
    """Name → state, of those whom this test may have changed."""
    with unit() as session:
        rows = session.scalars(select(Application).where(Application.event_id == night.evening.event.id))
        return {one.full_name: one.state for one in rows}


def present(unit: Unit, night: Night) -> list[str]:
    with unit():
        return [one.full_name for one in queries.attended_applications(night.evening.event.id)]


def test_deputy_takes_over_seat_table_office_and_group(night: Night, unit: Unit) -> None:
    entry = night.scan_in()

    answer = night.deputy(undoes=[entry])["answers"][0]

    assert (answer["outcome"], answer["say"]) == ("admitted", "受付しました")
    old = night.evening.guests[0]
    guest = answer["guest"]
    assert (guest["name"], guest["table"], guest["office"]) == ("代田 理子", 1, old.organisation_name)
    assert guest["state"] == "confirmed"
    assert guest["code"] != old.code
    assert everybody(unit, night) | {
        "大久保 千鶴": State.SUBSTITUTED,
        "代田 理子": State.CONFIRMED,
    } == everybody(unit, night)
    assert present(unit, night) == ["代田 理子"]
    with unit() as session:
        new = session.get_one(Application, uuid.UUID(guest["id"]))
        assert (new.channel, new.substitute_for_id) == (Channel.SUBSTITUTE, old.id)
        assert new.person_id != old.person_id
        assert new.event_group_id == old.event_group_id


def test_deputy_of_a_walk_in_is_a_walk_in_too(night: Night, unit: Unit) -> None:
    group = night.client.api("GET", "/api/v1/door/counts", bearer=night.desk)["groups"][0]["id"]
    body = scan() | {"name": "飛入 参", "kana": "トビイリ サン", "group": group}
    came = night.client.api("POST", "/api/v1/door/walk-ins", body, bearer=night.desk)["answers"][0]

    answer = night.deputy(application=came["guest"]["id"], undoes=[body["scan_id"]])["answers"][0]

    assert answer["guest"]["name"] == "代田 理子"
    assert present(unit, night) == ["代田 理子"]


def test_ticket_of_the_applicant_opens_nothing_any_more(night: Night, unit: Unit) -> None:
    with unit() as session:
        old_ticket = ticket_code(session.get_one(Application, night.evening.guests[0].id))
    guest = night.deputy()["answers"][0]["guest"]

    body = scan(old_ticket)
    answer = night.client.api("POST", "/api/v1/door/scans", {"scans": [body]}, bearer=night.other)["answers"][
        0
    ]

    assert (answer["outcome"], answer["why"]) == ("refused", "unknown")
    with unit() as session:
        new_ticket = ticket_code(session.get_one(Application, uuid.UUID(guest["id"])))
    body = scan(new_ticket)
    answer = night.client.api("POST", "/api/v1/door/scans", {"scans": [body]}, bearer=night.other)["answers"][
        0
    ]
    assert (answer["outcome"], answer["guest"]["name"]) == ("repeated", "代田 理子")


def test_same_deputy_sent_again_changes_nothing(night: Night, unit: Unit) -> None:
    scan_id = str(uuid.uuid4())
    entry = night.scan_in()

    answers = [night.deputy(scan_id=scan_id, undoes=[entry])["answers"] for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert len(everybody(unit, night)) == 6
    with unit() as session:
        assert len(session.scalars(select(Scan)).all()) == 3


def test_certificate_goes_to_whoever_came(night: Night, unit: Unit, clock: Clock) -> None:
    night.deputy(undoes=[night.scan_in()])
    night.scan_in(1)
    clock.set(night.evening.event.ends_at)

    with unit():
        close_door(event_id=night.evening.event.id)
        issued = [one.name for one in issue_certificates(event_id=night.evening.event.id)]

    assert sorted(issued) == ["丹羽 恵一", "代田 理子"]


def test_applicant_whom_another_desk_let_in_is_not_put_out(night: Night, unit: Unit) -> None:
    night.scan_in(bearer=night.other)
    mine = night.scan_in(1)

    refused = night.deputy(undoes=[mine], status=422)

    assert refused["error"] == "applicant_here"
    assert "代田 理子" not in everybody(unit, night)
    assert "大久保 千鶴" in present(unit, night)


def test_desk_takes_back_nobody_else(night: Night, unit: Unit) -> None:
    """Ids of other people's scans do not put these people out."""
    theirs = night.scan_in(1)

    night.deputy(undoes=[theirs])

    assert sorted(present(unit, night)) == ["丹羽 恵一", "代田 理子"]


@pytest.mark.parametrize("offline", [False, True])
def test_applicant_without_a_seat(night: Night, unit: Unit, offline: bool) -> None:
    """Asked for, it is refused; as a fact it is somebody of that group who came."""
    with unit():
        cancel_application(application_id=night.evening.guests[0].id)

    answer = night.deputy(offline=offline, status=200 if offline else 422)

    if not offline:
        assert answer["error"] == "no_seat_to_pass_on"
        assert present(unit, night) == []
        return
    assert present(unit, night) == ["代田 理子"]
    assert everybody(unit, night)["大久保 千鶴"] == State.CANCELLED
    with unit() as session:
        new = session.get_one(Application, uuid.UUID(answer["answers"][0]["guest"]["id"]))
        assert new.channel == Channel.WALK_IN
        assert new.event_group_id == night.evening.guests[0].event_group_id


def test_two_desks_offline_with_two_deputies_let_both_in(night: Night, unit: Unit) -> None:
    night.deputy(offline=True)

    night.deputy(offline=True, bearer=night.other, name="副田 渡", kana="ソエダ ワタル")

    assert sorted(present(unit, night)) == ["代田 理子", "副田 渡"]
    assert everybody(unit, night)["大久保 千鶴"] == State.SUBSTITUTED


@pytest.mark.parametrize("offline", [False, True])
def test_deputy_who_has_a_seat_of_their_own(night: Night, unit: Unit, offline: bool) -> None:
    """Two of one office applied; one comes for the other and is recognised."""
    with unit() as session:
        office = make_office()
        for guest in night.evening.guests[:2]:
            stored = session.get_one(Application, guest.id)
            stored.organisation_id = office.id
            stored.person.organisation_id = office.id
    said = {"name": "丹羽 恵一", "kana": "ニワ ケイイチ"}

    answer = night.deputy(offline=offline, status=200 if offline else 422, **said)

    if not offline:
        assert answer["error"] == "already_applied"
        assert night.evening.guests[1].code in answer["say"]
        return
    assert answer["answers"][0]["guest"]["id"] == str(night.evening.guests[1].id)
    assert everybody(unit, night)["大久保 千鶴"] == State.CONFIRMED


def test_applicant_is_no_deputy_of_their_own(night: Night, unit: Unit) -> None:
    with unit() as session:
        office = make_office()
        stored = session.get_one(Application, night.evening.guests[0].id)
        stored.organisation_id = stored.person.organisation_id = office.id

    refused = night.deputy(name="大久保 千鶴", kana="オオクボ チヅル", status=422)

    assert refused["error"] == "same_person"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"name": " "}, "name_missing"),
        ({"kana": " "}, "kana_missing"),
        ({"kana": "代田 理子"}, "kana_strange"),
    ],
)
def test_deputy_without_a_name_is_refused_before_anything_is_written(
    night: Night, unit: Unit, said: dict[str, Any], error: str
) -> None:
    entry = night.scan_in()

    assert night.deputy(undoes=[entry], status=422, **said)["error"] == error

    assert everybody(unit, night)["大久保 千鶴"] == State.CONFIRMED
    assert present(unit, night) == ["大久保 千鶴"]


def test_applicant_of_another_event_is_out_of_reach(night: Night, unit: Unit, clock: Clock) -> None:
    clock.set(night.evening.event.application_opens_at)
    with unit():
        token = enrol(make_evening().event)
    clock.set(night.evening.doors_open_at)

    assert night.deputy(bearer=token, status=400)["field"] == "application"


def test_deputy_is_in_the_trail_by_ids_only(night: Night, unit: Unit) -> None:
    guest = night.deputy()["answers"][0]["guest"]

    with unit() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == guest["id"])).all()
        told = [(one.verb, one.detail) for one in entries]
    assert ("application.deputised", {"for": str(night.evening.guests[0].id)}) in told
    assert "代田" not in str(told)


def test_deputy_after_closing_is_a_fact_and_hears_of_nobody(night: Night, unit: Unit, clock: Clock) -> None:
    came_at = clock_room.now().isoformat()
    clock.set(night.evening.event.ends_at)
    with unit():
        close_door(event_id=night.evening.event.id)

    answer = night.deputy(scanned_at=came_at)["answers"][0]

    assert answer["guest"] is None
    assert present(unit, night) == ["代田 理子"]


def test_file_of_a_desk_brings_its_deputies_once(
    night: Night, staff_client: Callable[..., Client], unit: Unit
) -> None:
    body = {
        "scan_id": str(uuid.uuid4()),
        "scanned_at": clock_room.now().isoformat(),
        "application": str(night.evening.guests[0].id),
        "name": "代田 理子",
        "kana": "シロタ リコ",
    }
    file = {"format": "tsudoi-door-queue-1", "device": None, "entries": [{"kind": "deputy", "body": body}]}
    planner = staff_client(Role.PLANNER)

    for said in ("1件を新しく入れました（受付 1件", "1件は、もう届いていました。"):
        page = planner.get(f"/staff/events/{night.evening.event.slug}/door/queue")
        assert said in page.press("このファイルを入れる", file=(json.dumps(file).encode(), "queue.json"))

    assert present(unit, night) == ["代田 理子"]
