"""Devices at the door: names that differ, links that are capped, notices of new ones, one act that stops them all."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.support.arrivals import Evening, make_evening
from tests.support.client import Client
from tests.support.evening import device_of
from tests.support.hands import Clock, Unit
from tests.support.pages import Page
from trainings.accounts.models import Role
from trainings.audit.models import AuditEntry
from trainings.checkin import queries
from trainings.checkin.actions import (
    close_door,
    door_secret,
    enrol_device,
    heard_from,
    open_door,
    renew_and_stop_all,
    renew_door_link,
    revoke_device,
)
from trainings.checkin.desk import devices
from trainings.checkin.desk.devices import set_device_limit
from trainings.checkin.models import Device, Door
from trainings.checkin.refusals import CheckinRefusal
from trainings.core import codes
from trainings.core.refusal import Refused

CROWD = 4


@pytest.fixture
def evening(unit: Unit, clock: Clock) -> Evening:
    with unit():
        made = make_evening()
        open_door(event_id=made.event.id)
    clock.set(made.doors_open_at)
    return made


@pytest.fixture
def planner(staff_client: Callable[..., Client], evening: Evening) -> Client:
    return staff_client(Role.PLANNER)


def link_of(evening: Evening, unit: Unit) -> str:
    with unit() as session:
        return f"/door/enrol/{door_secret(session.get_one(Door, evening.event.id))}"


def path(evening: Evening, rest: str = "door") -> str:
    return f"/staff/events/{evening.event.slug}/{rest}"


def names_of(unit: Unit, evening: Evening) -> list[str]:
    with unit():
        return [one.name for one in queries.devices_of(evening.event.id) if one.revoked_at is None]


# -- names ----------------------------------------------------------------------------------------------------


def test_enrolment_proposes_the_first_free_name(client: Client, evening: Evening, unit: Unit) -> None:
    link = link_of(evening, unit)
    for expected in ("受付1", "受付2", "受付3"):
        page = client.get(link)
        assert page.one("#name").get("value") == expected
        page.press("この端末を登録する")

    with unit():
        second = next(one for one in queries.devices_of(evening.event.id) if one.name == "受付2")
        revoke_device(event_id=evening.event.id, device_id=second.id)

    assert client.get(link).one("#name").get("value") == "受付2"


@pytest.mark.parametrize("typed", ["受付1", " 受付１　"])
def test_a_name_in_use_is_refused_with_a_free_one(
    client: Client, evening: Evening, unit: Unit, typed: str
) -> None:
    link = link_of(evening, unit)
    client.get(link).press("この端末を登録する")

    refused = client.get(link).press("この端末を登録する", name=typed, status=422)

    assert refused.errors == [
        "「受付1」は、ほかの端末が使っています。「受付2」のように、ちがう名前にしてください。"
    ]
    assert names_of(unit, evening) == ["受付1"]


def test_name_is_free_again_at_another_event_and_after_its_device_was_stopped(
    evening: Evening, unit: Unit
) -> None:
    with unit():
        other = make_evening()
        device_of(other.event, "受付1")
        first, _ = device_of(evening.event, "受付1")
        revoke_device(event_id=evening.event.id, device_id=first.id)
        device_of(evening.event, "受付1")

    assert names_of(unit, evening) == ["受付1"]


def test_database_itself_refuses_a_name_twice(evening: Evening, unit: Unit) -> None:
    with pytest.raises(IntegrityError), unit() as session:
        for token in "ab":
            session.add(
                Device(event_id=evening.event.id, name="受付1", token_fingerprint=codes.fingerprint(token))
            )


def enrolled_at_once(app: Flask, link: str) -> list[int]:
    """Four devices send 受付1 at the same moment: the statuses."""
    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = False, False
    app.logger.disabled = True
    clients = [Client(app) for _ in range(CROWD)]
    bodies = [{"csrf_token": client.csrf_token(), "name": "受付1"} for client in clients]
    done: list[int] = []
    ready = threading.Barrier(CROWD)

    def enrol(client: Client, body: dict[str, str]) -> None:
        ready.wait()
        done.append(client.raw.post(link, data=body).status_code)

    threads = [threading.Thread(target=enrol, args=pair) for pair in zip(clients, bodies, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(done)


def test_devices_that_enrol_at_once_do_not_share_a_name(app: Flask, evening: Evening, unit: Unit) -> None:
    assert enrolled_at_once(app, link_of(evening, unit)) == [200, 422, 422, 422]
    assert names_of(unit, evening) == ["受付1"]


@pytest.mark.postgresql_only
def test_without_the_lock_of_the_door_a_name_in_use_is_a_fault(
    app: Flask, evening: Evening, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: all have looked before any has written."""
    looked = threading.Barrier(CROWD)
    fresh = codes.new_secret

    def wait_and_make() -> str:
        looked.wait(30)
        return fresh()

    monkeypatch.setattr(devices, "lock_door", lambda event_id: None)
    monkeypatch.setattr(codes, "new_secret", wait_and_make)

    assert enrolled_at_once(app, link_of(evening, unit)) == [200, 500, 500, 500]


# -- a leaked link --------------------------------------------------------------------------------------------


def test_a_link_enrols_so_many_devices_and_no_more(
    client: Client, planner: Client, evening: Evening, unit: Unit
) -> None:
    planner.get(path(evening)).press("この台数にする", limit="２")
    link = link_of(evening, unit)
    for _ in range(2):
        client.get(link).press("この端末を登録する")

    refused = client.get(link).press("この端末を登録する", status=422)

    assert refused.errors == [
        "このリンクで登録できるのは2台までで、もういっぱいです。受付の責任者に声をかけてください。"
    ]
    # Stopping one gives no place back: whoever has the link would go on for ever.
    with unit():
        revoke_device(event_id=evening.event.id, device_id=queries.devices_of(evening.event.id)[0].id)
    client.get(link).press("この端末を登録する", status=422)
    # A new link counts anew.
    with unit():
        renew_door_link(event_id=evening.event.id)
    client.get(link_of(evening, unit)).press("この端末を登録する")


@pytest.mark.parametrize("typed", ["0", "100", "", "たくさん", "9" * 20])
def test_cap_that_makes_no_sense_is_refused(evening: Evening, unit: Unit, typed: str) -> None:
    with unit(), pytest.raises(Refused) as refused:
        set_device_limit(event_id=evening.event.id, typed=typed)

    assert refused.value.code == CheckinRefusal.BAD_LIMIT


def test_link_that_was_renewed_meanwhile_enrols_nobody(evening: Evening, unit: Unit) -> None:
    with unit() as session:
        door = session.get_one(Door, evening.event.id)
        session.expunge(door)
    with unit():
        renew_and_stop_all(event_id=evening.event.id)

    with unit() as session, pytest.raises(Refused) as refused:
        session.add(door)
        enrol_device(door=door, name="受付9")

    assert refused.value.code == CheckinRefusal.LINK_RENEWED


def test_today_tells_of_every_new_device_until_staff_know_it(
    client: Client, planner: Client, evening: Evening, unit: Unit, clock: Clock
) -> None:
    link = link_of(evening, unit)
    client.get(link).press("この端末を登録する")
    clock.forward(minutes=3)
    today = planner.get("/staff")
    assert "受付の端末「受付1」が 2月17日（水）13:30 に登録されました" in today
    # Enrolled after the page was shown: it stays on the list.
    client.get(link).press("この端末を登録する", name="あやしい端末")

    today.press("確かめました")

    today = planner.get("/staff")
    assert "「受付1」" not in today
    assert "受付の端末「あやしい端末」が 2月17日（水）13:33 に登録されました" in today
    today.press("この端末を止める").press("あやしい端末を使えなくする")
    assert "あやしい端末" not in planner.get("/staff")
    assert names_of(unit, evening) == ["受付1"]


def test_today_is_quiet_about_devices_of_a_closed_door(
    planner: Client, evening: Evening, unit: Unit, clock: Clock
) -> None:
    with unit():
        device_of(evening.event)
    clock.set(evening.event.ends_at)
    with unit():
        close_door(event_id=evening.event.id)

    assert "受付の端末" not in planner.get("/staff")


def test_one_act_renews_the_link_and_stops_every_device(
    client: Client, planner: Client, evening: Evening, unit: Unit
) -> None:
    with unit() as session:
        device, token = device_of(evening.event)
        _, other = device_of(evening.event)
        heard_from(device=session.get_one(Device, device.id), unsent=3)
    old = link_of(evening, unit)

    page = planner.get(path(evening)).follow("リンクを作り直し、すべての端末を止める")
    assert "まだ送られていない記録が 3件 あります" in page
    assert "端末に残りますが、その端末からはもう送れません" in page
    assert [row[0] for row in page.rows("main table")][1:] == ["受付1", "受付2"]
    done = page.press("リンクを作り直し、すべての端末を止める")

    assert "2台の端末を止めました" in done
    client.get(old, status=404)
    client.get(link_of(evening, unit))
    for one in (token, other):
        client.api("GET", "/api/v1/door/counts", bearer=one, status=401)
    assert names_of(unit, evening) == []
    with unit() as session:
        verbs = session.scalars(select(AuditEntry.verb)).all()
    assert verbs.count("device.revoked") == 2
    assert "door.link_renewed" in verbs


# -- the lobby's screen ---------------------------------------------------------------------------------------


def screen_of(page: Page) -> str:
    return "/" + page.one("main a[href*='/door/screen/']").get("href").split("/", 3)[3]


def test_screen_shows_the_board_without_names_to_nobody_signed_in(
    planner: Client, client: Client, evening: Evening, unit: Unit
) -> None:
    made = planner.get(path(evening)).press("画面のリンクを作る")

    page = client.get(screen_of(made))

    assert page.one(".big__number").text == "0／ 5人"
    assert not page.has_link("戻る")
    for guest in evening.guests:
        assert guest.family not in page
        assert guest.code not in page


def test_screen_link_is_voided_by_a_new_one_and_by_stopping(
    planner: Client, client: Client, evening: Evening
) -> None:
    page = planner.get(path(evening)).press("画面のリンクを作る")
    first = screen_of(page)
    page = page.press("画面のリンクを作り直す")
    second = screen_of(page)
    client.get(first, status=404)
    client.get(second)

    page = page.press("画面のリンクを止める").press("リンクを止める")

    client.get(second, status=404)
    assert screen_of(page.press("画面のリンクを作る")) not in (first, second)


def test_screen_ends_with_the_door(
    planner: Client, client: Client, evening: Evening, unit: Unit, clock: Clock
) -> None:
    link = screen_of(planner.get(path(evening)).press("画面のリンクを作る"))
    clock.set(evening.event.ends_at)
    with unit():
        close_door(event_id=evening.event.id)

    page = client.get(link, status=410)

    assert page.h1 == "受付は終わりました"
    assert "／ 5人" not in page


def test_screen_link_opens_nothing_else(planner: Client, client: Client, evening: Evening) -> None:
    secret = screen_of(planner.get(path(evening)).press("画面のリンクを作る")).rsplit("/", 1)[1]

    client.get(f"/door/enrol/{secret}", status=404)
    client.api("GET", "/api/v1/door/roster", bearer=secret, status=401)
