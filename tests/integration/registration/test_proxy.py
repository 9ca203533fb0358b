"""電話・FAX・はがき: staff enter what came on paper."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.client import Client
from tests.support.guests import published, said, stored
from tests.support.hands import Clock, Outbox, Unit
from tests.support.pages import Page
from trainings.accounts.models import Role
from trainings.core.paper.sheets import read_table
from trainings.directory.actions import load_master_data
from trainings.directory.master_data import save_event_role
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventKind
from trainings.registration.exports import applications_workbook
from trainings.registration.models import Application, Channel
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.states import State
from trainings.registration.texts import FOR_STAFF, REFUSALS

BUTTON = "この申込を入れて、次へ"


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


def enter(planner: Client, unit: Unit, event: Event, *, status: int = 200, **differs: Any) -> Page:
    page = planner.get(f"/staff/events/{event.slug}/applications/new")
    values = said(unit, event) | {"channel": "fax"} | differs
    return page.form(button=BUTTON).fill(values).submit(BUTTON, status=status)


def test_entry_keeps_the_channel_and_who_entered_it(planner: Client, unit: Unit, outbox: Outbox) -> None:
    event = published(unit)

    page = enter(planner, unit, event, mail="", heard_via="", channel="postcard")

    (one,) = stored(unit, event)
    assert (one.channel, one.mail, one.state) == (Channel.POSTCARD, "", State.CONFIRMED)
    assert one.entered_by_id is not None
    assert f"受付番号 {one.code}" in page
    assert page.form(button=BUTTON).values["channel"] == ["postcard"]
    assert page.form(button=BUTTON).values["family"] == [""]
    assert outbox.all() == []


def test_entry_with_an_address_tells_the_person(planner: Client, unit: Unit, outbox: Outbox) -> None:
    enter(planner, unit, published(unit))

    assert outbox.one().purpose == "registration_confirmed"


def test_entry_after_closing_is_taken_until_the_list_is_frozen(
    staff_client: Callable[..., Client], unit: Unit, clock: Clock
) -> None:
    event = published(unit, EventKind.HUNDRED)
    clock.set(event.application_closes_at)
    planner = staff_client(Role.PLANNER)
    enter(planner, unit, event, status=422).press(BUTTON)
    with unit() as session:
        session.get_one(Event, event.id).list_frozen_at = clock.now

    page = enter(planner, unit, event, family="大沢", care_note="筆談", status=422)

    assert FOR_STAFF[RegistrationRefusal.LIST_FROZEN] in planner.get(
        f"/staff/events/{event.slug}/applications/new"
    )
    assert page.errors == ["参加のしかたを選んでください"]
    assert page.form(button=BUTTON).values["care_note"] == ["筆談"]
    assert len(stored(unit, event)) == 1


def test_entry_sent_again_with_other_words_says_whose_stands(planner: Client, unit: Unit) -> None:
    """Back, another phone number, sent: the first one stands, and whoever enters it knows where to put it right."""
    event = published(unit)
    page = planner.get(f"/staff/events/{event.slug}/applications/new")
    form = page.form(button=BUTTON).fill(said(unit, event) | {"channel": "fax"})
    form.submit(BUTTON)
    (one,) = stored(unit, event)

    again = form.fill(phone="000-555-0777").submit(BUTTON, status=422)

    assert f"{one.full_name} 様" in again.text
    assert one.code in again.text
    assert again.form(button=BUTTON).values["phone"] == ["000-555-0777"]
    assert stored(unit, event)[0].phone == one.phone
    assert f"受付番号 {one.code}" in form.fill(phone=one.phone).submit(BUTTON)
    assert len(stored(unit, event)) == 1


def test_speaker_is_confirmed_at_once_and_takes_no_seat(planner: Client, unit: Unit) -> None:
    event = published(unit, capacity=1, quotas={})

    enter(planner, unit, event, role="speaker")
    enter(planner, unit, event, family="大沢", given="誠", mail="m@b.example", phone="000-555-0199")

    roles = {one.role: one.state for one in stored(unit, event)}
    assert roles == {"speaker": State.CONFIRMED, PARTICIPANT: State.CONFIRMED}


def test_role_that_the_city_adds_takes_no_seat_and_is_shown_by_its_name(planner: Client, unit: Unit) -> None:
    with unit():
        code = save_event_role(id=None, name="実行委員", certified=False, sort=80, active=True).code
    event = published(unit, capacity=1, quotas={})

    enter(planner, unit, event, role=code)
    enter(planner, unit, event, family="大沢", given="誠", mail="m@b.example", phone="000-555-0199")

    people = stored(unit, event)
    assert {one.state for one in people} == {State.CONFIRMED}
    (theirs,) = [one for one in people if one.role == code]
    assert "実行委員" in planner.get(f"/staff/applications/{theirs.id}")
    assert "実行委員" in planner.get(f"/staff/events/{event.slug}/applications")
    with unit() as session:
        written = applications_workbook(event, session.scalars(select(Application)).all())
        assert sum("実行委員" in row for row in read_table(written, "list.xlsx")) == 1


def test_role_out_of_use_is_not_offered_and_not_taken(planner: Client, unit: Unit) -> None:
    event = published(unit)
    page = planner.get(f"/staff/events/{event.slug}/applications/new")
    assert "オブザーバー" in page
    values = page.form(button=BUTTON).fill(said(unit, event) | {"channel": "fax", "role": "observer"})
    planner.get("/staff/directory/roles").follow("オブザーバー").press("保存する", active=False)

    page = values.submit(BUTTON, status=422)

    assert page.errors == ["参加のしかたを選んでください"]
    assert "オブザーバー" not in page
    assert stored(unit, event) == []


def test_entry_needs_the_channel_and_keeps_everything(planner: Client, unit: Unit) -> None:
    event = published(unit)
    page = planner.get(f"/staff/events/{event.slug}/applications/new")

    page = page.form(button=BUTTON).fill(said(unit, event)).submit(BUTTON, status=422)

    assert page.errors == ["届いた方法を選んでください"]
    assert page.form(button=BUTTON).values["given"] == ["美咲"]


def test_same_person_on_paper_again_is_told(planner: Client, unit: Unit) -> None:
    event = published(unit)
    enter(planner, unit, event)

    page = enter(planner, unit, event, channel="phone", status=422)

    (first,) = stored(unit, event)
    assert page.errors == [REFUSALS[RegistrationRefusal.ALREADY_APPLIED].format(known=first.code)]


def test_speaker_is_entered_after_the_list_was_frozen_and_a_participant_is_not(
    planner: Client, unit: Unit, clock: Clock
) -> None:
    event = published(unit, EventKind.HUNDRED)
    with unit() as session:
        session.get_one(Event, event.id).list_frozen_at = clock.now

    enter(planner, unit, event, role="speaker")
    page = enter(planner, unit, event, status=422, family="大沢", given="誠", mail="", phone="000-555-0199")

    (one,) = stored(unit, event)
    assert (one.role, one.state) == ("speaker", State.CONFIRMED)
    assert page.errors == ["参加のしかたを選んでください"]


def test_association_that_does_not_exist_is_left_out(planner: Client, unit: Unit) -> None:
    event = published(unit)

    values = said(unit, event, heard_via=str(uuid.uuid4()), idempotency_key="one")
    planner.post(f"/staff/events/{event.slug}/applications/new", values | {"channel": "fax"})

    (one,) = stored(unit, event)
    assert one.heard_via_id is None
