"""A letter that no font has, on every way in: taken, named with what becomes of it on paper, and listed for the organiser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from flask import Flask

from tests.integration.checkin.test_afterwards import ADD, walk_in_of
from tests.integration.checkin.test_deputies import DEPUTIES
from tests.integration.checkin.test_scans import Desk
from tests.support.announcing import typed
from tests.support.applying import make_office
from tests.support.arrivals import enrol, make_evening, scan
from tests.support.client import Client
from tests.support.guests import confirm_page, published, said
from tests.support.hands import Clock, Unit
from tests.support.pages import Page
from trainings.accounts.models import Role
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.needs import needs
from trainings.registration.printing import unprintable_names, unprintable_of_event

LOST = "\U000f0001"
"""Of private use: no font has it."""
GETA = "〓"


@dataclass
class Way:
    """What a way in has at hand: guest and staff, an event with one seat taken."""

    app: Flask
    unit: Unit
    clock: Clock
    guest: Client
    sign_in: Callable[..., Client]

    @cached_property
    def staff(self) -> Client:
        """Signed in when they are needed first: no session lasts until the evening."""
        return self.sign_in(Role.PLANNER)

    def event(self) -> Event:
        return published(self.unit)

    def link(self) -> tuple[Event, str]:
        """An event, and the link of somebody who has a seat there."""
        event = self.event()
        page = confirm_page(self.guest, self.unit, event).press("この内容で申し込む")
        return event, page.link("わたしの申込を開く")


Outcome = tuple[Event | None, str]
"""Which event lists the letter (None: nothing to print yet), and what the page said."""


def apply(way: Way) -> Outcome:
    event = way.event()
    page = confirm_page(way.guest, way.unit, event, family=f"{LOST}橋")
    said_so = page.text
    page.press("この内容で申し込む")
    return event, said_so


def apply_from_office(way: Way) -> Outcome:
    event = way.event()
    page = confirm_page(way.guest, way.unit, event, organisation_name=f"{LOST}薬局")
    said_so = page.text
    page.press("この内容で申し込む")
    return event, said_so


def edit_own(way: Way) -> Outcome:
    event, link = way.link()
    return event, way.guest.get(f"{link}/edit").press("この内容に直す", given=f"美{LOST}").text


def substitute(way: Way) -> Outcome:
    event, link = way.link()
    with way.unit():
        values = {name: value for name, value in typed(event).items() if name in ("profession", "group")}
    form = way.guest.get(f"{link}/substitute").form(button="この方にゆずる")
    others = {"family": f"{LOST}沢", "given": "誠", "family_kana": "オオサワ", "given_kana": "マコト"}
    asked = form.fill(values | others | {"mail": "makoto@houkan.example"}).submit("この方にゆずる")
    return event, asked.press("この方にゆずる").text


def proxy(way: Way) -> Outcome:
    event = way.event()
    button = "この申込を入れて、次へ"
    values = said(way.unit, event) | {"channel": "fax", "family": f"{LOST}橋"}
    form = way.staff.get(f"/staff/events/{event.slug}/applications/new").form(button=button)
    return event, form.fill(values).submit(button).text


def edit_as_staff(way: Way) -> Outcome:
    event, _ = way.link()
    page = way.staff.get(f"/staff/events/{event.slug}/applications").follow("高橋 美咲")
    return event, page.follow("内容を直す").press("この内容に直す", family=f"{LOST}橋").text


def _evening(way: Way) -> tuple[Any, Desk]:
    with way.unit():
        evening = make_evening()
        token = enrol(evening.event)
    way.clock.set(evening.doors_open_at)
    return evening, Desk(Client(way.app), token)


def walk_in(way: Way) -> Outcome:
    evening, desk = _evening(way)
    group = str(evening.guests[0].event_group_id)
    answer = desk.walk_in(name=f"{LOST}入 参", kana="トビイリ サン", group=group)["answers"][0]
    return evening.event, answer["next"]


def deputy(way: Way) -> Outcome:
    evening, desk = _evening(way)
    body = scan() | {
        "application": str(evening.guests[0].id),
        "name": f"{LOST}沢 誠",
        "kana": "オオサワ マコト",
    }
    answer = desk.client.api("POST", DEPUTIES, body, bearer=desk.token)["answers"][0]
    return evening.event, answer["next"]


def margin(way: Way) -> Outcome:
    evening, _ = _evening(way)
    way.clock.forward(minutes=30)
    page = way.staff.get(f"/staff/events/{evening.event.slug}/roster/times")
    values = walk_in_of(page, name=f"{LOST}入 参")
    return evening.event, page.form(button=ADD).fill(values).submit(ADD).text


def event_words(way: Way, **words: str) -> Outcome:
    event = way.event()
    page = way.staff.get(f"/staff/events/{event.slug}/edit")
    return event, page.press("この内容にする", **words).text


def office(way: Way) -> Outcome:
    page = way.staff.get("/staff/directory/offices/new")
    district = page.all('#district option:not([value=""])')[0]["value"]
    values = {"name": f"{LOST}薬局", "kind": "pharmacy", "district": district}
    return None, page.press("保存する", **values).text


def office_edit(way: Way) -> Outcome:
    with way.unit():
        made = make_office("ひばり薬局")
    page = way.staff.get(f"/staff/directory/offices/{made.id}")
    return None, page.press("保存する", name=f"{LOST}薬局").text


def office_file(way: Way) -> Outcome:
    content = f"名称,カナ,種別,圏域,事業所番号\n{LOST}薬局,,薬局,市内,\n".encode()
    form = way.staff.get("/staff/directory/offices/import")
    page: Page = form.press("内容を確認する", file=(content, "offices.csv"))
    return None, page.press("1か所を追加する").text


WAYS: dict[str, Callable[[Way], Outcome]] = {
    "the form of application, name": apply,
    "the form of application, office": apply_from_office,
    "one's own application": edit_own,
    "a substitute": substitute,
    "proxy entry": proxy,
    "staff's correction": edit_as_staff,
    "a walk-in at the desk": walk_in,
    "a deputy at the desk": deputy,
    "the margin of the printed roster": margin,
    "an event's title": lambda way: event_words(way, title=f"{LOST}の集い"),
    "an event's venue": lambda way: event_words(way, venue=f"{LOST}会館"),
    "an event's room": lambda way: event_words(way, room=f"{LOST}の間"),
    "an office by hand": office,
    "an office changed": office_edit,
    "a file of offices": office_file,
}


@pytest.fixture
def way(app: Flask, unit: Unit, clock: Clock, client: Client, staff_client: Callable[..., Client]) -> Way:
    with unit():
        load_master_data()
    return Way(app, unit, clock, client, staff_client)


@pytest.mark.parametrize("name", WAYS)
def test_letter_that_cannot_be_printed_is_taken_told_and_listed(way: Way, name: str) -> None:
    event, told = WAYS[name](way)

    assert f"「{LOST}」" in told, name
    assert GETA in told, name
    if event is None:
        return
    assert LOST in way.staff.get(f"/staff/events/{event.slug}/applications").one(".notice--now").text
    with way.unit():
        found = unprintable_of_event(event.id) + tuple(
            letter for one in unprintable_names(event.id) for letter in one.letters
        )
        assert found == (LOST,)
        codes = {one.code for one in needs(event.id)}
    assert codes & {"unprintable", "unprintable_event"}, name
