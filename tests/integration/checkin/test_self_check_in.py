"""Guests check themselves in with the code at the door."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.support.client import Client
from tests.support.evening import device_of, evening
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.checkin.models import Method, Outcome, Scan, Why
from trainings.checkin.queries import door_of
from trainings.checkin.venue import venue_code
from trainings.core.db import db
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application
from trainings.registration.secrets import ticket_code

StaffClient = Callable[..., Client]
Night = tuple[Event, list[Application]]


@pytest.fixture
def night(unit: Unit, clock: Clock) -> Night:
    """The door is open."""
    with unit():
        load_master_data()
        event, people = evening(("NSV",) * 3)
    clock.set(event.doors_open_at)
    with unit():
        device_of(event)
    return event, people


@pytest.fixture
def address(app, night: Night, clock: Clock) -> Callable[[], str]:  # type: ignore[no-untyped-def]
    """What the code on show leads to now."""
    event, _ = night
    return lambda: f"/v/{event.slug}/{venue_code(app.config['TSUDOI'].link_key, event.id, 1, clock.now)}"


def scans(unit: Unit) -> list[Scan]:
    with unit() as session:
        return list(session.scalars(select(Scan).order_by(Scan.cursor)))


def test_screen_at_the_door_shows_a_code_and_changes_it(
    staff_client: StaffClient, night: Night, clock: Clock
) -> None:
    event, _ = night
    planner = staff_client(Role.PLANNER)

    first = planner.get(f"/staff/events/{event.slug}/door").follow("スマートフォンで受付するコードを映す")
    clock.forward(seconds=31)
    second = planner.get(first.path)

    paths = [re.findall(r'<path d="([^"]+)"', page.html)[0] for page in (first, second)]
    assert paths[0] != paths[1]


def test_phone_that_has_shown_the_ticket_needs_one_button(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    with unit():
        ticket = ticket_code(db.session.get_one(Application, people[0].id))
    client.get(f"/t/{ticket}")

    page = client.get(address())
    assert people[0].full_name in page
    form = page.form(button="受付する")
    done, again = form.submit("受付する"), form.submit("受付する")

    assert done.h1 == again.h1 == "受付しました"
    (scan,) = scans(unit)
    assert (scan.method, scan.outcome, scan.application_id) == (Method.SELF, Outcome.ADMITTED, people[0].id)


def test_number_stays_typed_when_the_cookie_is_gone(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    form = client.get(address()).form(button="受付する").fill(number=people[0].code)
    client.raw.delete_cookie("tsudoi")

    page = form.submit("受付する", status=422)

    assert "もう一度、ボタンを押してください" in page
    assert scans(unit) == []
    assert page.press("受付する").h1 == "受付しました"


def test_other_phones_are_asked_for_the_number(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    page = client.get(address())

    missing = page.press("受付する", status=422)
    unknown = page.press("受付する", number="99-00000", status=422)
    done = page.press("受付する", number=people[1].code)

    assert missing.errors == ["受付番号を入力してください"]
    assert unknown.errors == ["この催しに、その受付番号はありません。お申し込みのメールでお確かめください"]
    assert done.h1 == "受付しました"
    assert people[1].full_name in done


def test_refused_attempt_is_told_and_kept(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    with unit():
        cancel_application(application_id=people[2].id)

    page = client.get(address()).press("受付する", number=people[2].code)

    assert page.h1 == "取り消された申込です"
    (scan,) = scans(unit)
    assert (scan.outcome, scan.why) == (Outcome.REFUSED, Why.CANCELLED)


def test_old_code_checks_nobody_in(
    client: Client, unit: Unit, clock: Clock, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    page = client.get(address())
    clock.forward(minutes=4)

    late = page.press("受付する", number=people[0].code, status=410)

    assert "このコードの時間が過ぎました" in late
    assert "このコードの時間が過ぎました" in client.get(page.path, status=410)
    assert scans(unit) == []


def test_guessed_code_and_closed_door_lead_nowhere(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    event, _ = night
    client.get(f"/v/{event.slug}/{'0' * 26}", status=404)
    fresh = address()
    with unit() as session:
        event = session.get_one(Event, event.id)
        door = door_of(event.id)
        assert door is not None
        door.closed_at = event.ends_at

    client.get(fresh, status=404)
