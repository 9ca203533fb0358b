"""The PIN of a desk: a salted hash and nothing else, set at the desk or by staff, taken away by staff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.support.arrivals import Evening, enrol, make_evening
from tests.support.client import Client
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.audit.models import AuditEntry
from trainings.checkin.desk.locks import ROUNDS, hash_of
from trainings.checkin.models import Device

LOCK = "/api/v1/door/lock"
SALT = "00112233445566778899aabbccddeeff"


@dataclass
class Night:
    evening: Evening
    token: str
    client: Client

    def lock(self, body: Any = None, *, status: int = 200) -> Any:
        method = "GET" if body is None else "POST"
        return self.client.api(method, LOCK, body, bearer=self.token, status=status)

    def guess(self, hashed: str | None, *, wrong: int = 0) -> Any:
        body = {"hash": hashed, "wrong": wrong}
        return self.client.api("POST", f"{LOCK}/try", body, bearer=self.token)


@pytest.fixture
def night(app: Flask, unit: Unit, clock: Clock) -> Night:
    with unit():
        evening = make_evening()
        token = enrol(evening.event)
    clock.set(evening.doors_open_at)
    return Night(evening, token, Client(app))


@pytest.fixture
def planner(staff_client: Callable[..., Client], night: Night) -> Client:
    return staff_client(Role.PLANNER)


def path(night: Night) -> str:
    return f"/staff/events/{night.evening.event.slug}/door"


def test_desk_without_a_pin_is_free(night: Night) -> None:
    assert night.lock()["lock"] is None


def test_pin_of_the_desk_is_kept_as_it_was_hashed_there(night: Night) -> None:
    hashed = hash_of("2468", SALT)

    set_ = night.lock({"salt": SALT, "hash": hashed})["lock"]

    assert (set_["salt"], set_["hash"], set_["rounds"]) == (SALT, hashed, ROUNDS)
    assert night.lock()["lock"] == set_
    assert night.lock({"hash": None})["lock"] is None
    assert night.lock()["lock"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "salt"),
        ({"salt": SALT}, "hash"),
        ({"salt": SALT, "hash": "2468"}, "hash"),
        ({"salt": "xyz", "hash": "0" * 64}, "salt"),
        ({"salt": SALT.upper(), "hash": "0" * 64}, "salt"),
    ],
)
def test_lock_that_is_no_hash_is_refused(night: Night, body: dict[str, Any], field: str) -> None:
    assert night.lock(body, status=400)["field"] == field


def test_staff_set_a_pin_that_nobody_can_read(night: Night, planner: Client, unit: Unit) -> None:
    planner.get(path(night)).press("受付1のPINを決める", pin="９７５３１")

    told = night.lock()["lock"]
    assert told["hash"] == hash_of("97531", told["salt"])
    with unit() as session:
        rows = [tuple(row) for row in session.execute(text("SELECT * FROM device"))]
        details = session.scalars(select(AuditEntry.detail)).all()
    assert "97531" not in f"{rows} {details} {planner.get(path(night)).html}"


def test_same_pin_on_two_desks_looks_different(night: Night, planner: Client, unit: Unit) -> None:
    with unit():
        enrol(night.evening.event)
    for name in ("受付1", "受付2"):
        page = planner.get(path(night))
        form = page.form(button=f"{name}のPINを決める")
        form.fill({"pin": "1357"}).submit(f"{name}のPINを決める")

    with unit() as session:
        hashes = session.scalars(select(Device.lock_hash)).all()
    assert len(set(hashes)) == 2


@pytest.mark.parametrize("typed", ["", "123", "123456789", "12a4", "一二三四"])
def test_pin_of_another_form_is_refused(night: Night, planner: Client, typed: str) -> None:
    page = planner.get(path(night)).press("受付1のPINを決める", pin=typed)

    assert "PINは、4桁から8桁までの数字で入力してください。" in page
    assert night.lock()["lock"] is None


def test_forgotten_pin_is_taken_away_by_staff(night: Night, planner: Client, unit: Unit) -> None:
    night.lock({"salt": SALT, "hash": hash_of("2468", SALT)})

    page = planner.get(path(night))
    assert "受付1（PINあり）" in page
    page.press("受付1のPINをなくす")

    assert night.lock()["lock"] is None
    with unit() as session:
        verbs = session.scalars(select(AuditEntry.verb)).all()
    assert [one for one in verbs if one.endswith("locked")] == ["device.locked", "device.unlocked"]


def test_device_of_another_event_keeps_its_pin(
    night: Night, planner: Client, unit: Unit, clock: Clock
) -> None:
    night.lock({"salt": SALT, "hash": hash_of("2468", SALT)})
    clock.set(night.evening.event.application_opens_at)
    with unit() as session:
        other = make_evening().event
        device = session.scalars(select(Device)).one()

    planner.post(f"/staff/events/{other.slug}/door/devices/{device.id}/pin", {"clear": "1"}, status=404)

    assert night.lock()["lock"] is not None


# -- wrong ones -------------------------------------------------------------------------------------------------------

RIGHT, WRONG = hash_of("2468", SALT), hash_of("0000", SALT)


def test_right_pin_opens_and_wrong_ones_are_counted(night: Night, unit: Unit) -> None:
    night.lock({"salt": SALT, "hash": RIGHT})
    assert [night.guess(WRONG)["opens"] for _ in range(4)] == [False] * 4
    opened = night.guess(RIGHT)
    assert (opened["opens"], opened["lock"]["held"]) == (True, False)
    with unit() as session:
        assert session.scalars(select(Device.lock_wrong)).one() == 0


def test_five_wrong_ones_hold_the_desk_until_staff_act(night: Night, planner: Client, unit: Unit) -> None:
    night.lock({"salt": SALT, "hash": RIGHT})
    for _ in range(5):
        night.guess(WRONG)
    assert night.guess(RIGHT)["opens"] is False
    assert night.lock()["lock"]["held"] is True
    says = "受付1で、PINを5回まちがえました"
    for page in ("/staff", f"/staff/events/{night.evening.event.slug}", path(night)):
        assert says in planner.get(page)
    with unit() as session:
        verbs = session.scalars(select(AuditEntry.verb)).all()
    assert verbs.count("device.lock_held") == 1

    planner.get(path(night)).press("受付1のPINを決める", pin="97531")

    told = night.lock()["lock"]
    assert told["held"] is False
    assert night.guess(hash_of("97531", told["salt"]))["opens"] is True
    assert says not in planner.get(path(night))


def test_what_a_desk_counted_alone_counts(night: Night) -> None:
    night.lock({"salt": SALT, "hash": RIGHT})
    assert night.guess(None, wrong=4)["lock"]["held"] is False
    assert night.guess(WRONG)["lock"]["held"] is True
    assert night.guess(None)["opens"] is False


def test_desk_without_a_lock_is_opened_by_anything(night: Night) -> None:
    told = night.guess(WRONG)
    assert (told["opens"], told["lock"]) == (True, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"hash": "2468"}, "hash"),
        ({"hash": 5}, "hash"),
        ({"wrong": -1}, "wrong"),
        ({"wrong": 1001}, "wrong"),
        ({"wrong": True}, "wrong"),
    ],
)
def test_try_that_is_none_is_refused(night: Night, body: dict[str, Any], field: str) -> None:
    told = night.client.api("POST", f"{LOCK}/try", body, bearer=night.token, status=400)
    assert told["field"] == field
