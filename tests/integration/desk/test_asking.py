"""念のため: what contradicts itself is stored only when the organiser presses once more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.evening import DOCTOR, NURSE, apply_as
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind, EventState

SAVE = "この内容にする"


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


@pytest.fixture
def full(unit: Unit) -> Event:
    """Three nurses have three of ten seats."""
    with unit():
        event = announce(EventKind.SYMPOSIUM, quotas={}, organisation_cap=None, capacity=10)
        for n in range(3):
            apply_as(event, NURSE, n, pledged=True)
    return event


def stored(unit: Unit, event: Event) -> Event:
    with unit() as session:
        found = session.get_one(Event, event.id)
        assert found.groups
    return found


def test_dates_beyond_the_day_are_asked_about_once(planner: Client, unit: Unit, full: Event) -> None:
    form = planner.get(f"/staff/events/{full.slug}/edit").form(button=SAVE)
    typed = {"results_on": "2027-03-01", "groups-0-reserved": "1", "groups-0-release_on": "2027-03-02"}

    asked = form.fill(typed).submit(SAVE, status=422)

    assert len(asked.errors) == 2
    assert "催しの日より後になっています" in asked.errors[0]
    assert stored(unit, full).results_on is None
    values = asked.form(button=SAVE).values
    assert values["results_on"] == ["2027-03-01"]
    # Another contradiction is another question.
    again = asked.form(button=SAVE).fill({"results_on": "2027-03-05"}).submit(SAVE, status=422)
    saved = again.press(SAVE)
    assert "催しの内容を直しました" in saved
    assert stored(unit, full).results_on == date(2027, 3, 5)
    # What stands is not asked about again.
    planner.get(f"/staff/events/{full.slug}/edit").press(SAVE, title="春のシンポジウム")
    assert stored(unit, full).title == "春のシンポジウム"


def test_public_deadline_is_shortened_under_applications_only_when_it_is_meant(
    planner: Client, unit: Unit, full: Event
) -> None:
    form = planner.get(f"/staff/events/{full.slug}/edit").form(button=SAVE)
    earlier = (full.application_closes_at - timedelta(days=3)).date()

    asked = form.fill(closes_day=earlier.isoformat()).submit(SAVE, status=422)

    assert "申込はもう3件届いています" in asked.errors[0]
    assert stored(unit, full).application_closes_at == full.application_closes_at
    asked.press(SAVE)
    assert stored(unit, full).application_closes_at == full.application_closes_at - timedelta(days=3)


def test_caps_and_reserves_against_the_confirmed_are_asked_about(
    planner: Client, unit: Unit, full: Event
) -> None:
    nurses = next(n for n, group in enumerate(full.groups) if group.name == "看護")
    doctors = next(n for n, group in enumerate(full.groups) if group.name == "医科")
    form = planner.get(f"/staff/events/{full.slug}/rules").form(button=SAVE)
    typed = {f"groups-{nurses}-cap": "2", f"groups-{doctors}-reserved": "8"}

    asked = form.fill(typed).submit(SAVE, status=422)

    assert asked.errors == [
        "「看護」の上限は2人ですが、もう3人の席が決まっています。決まった席は、そのままです。",
        "これから確保する席が8席で、残りの7席より多くなっています。すべては守れません。",
    ]
    assert stored(unit, full).groups[nurses].cap is None
    asked.press(SAVE)
    assert stored(unit, full).groups[nurses].cap == 2


def test_seats_of_one_office_are_counted(planner: Client, unit: Unit) -> None:
    with unit():
        event = announce(EventKind.SYMPOSIUM, quotas={}, organisation_cap=None, capacity=10)
        for n, code in enumerate((NURSE, NURSE, DOCTOR)):
            apply_as(event, code, n, pledged=True).organisation_name = "けやき中央病院"
        apply_as(event, NURSE, 9, pledged=True)
    page = planner.get(f"/staff/events/{event.slug}/edit")

    asked = page.press(SAVE, organisation_cap="2", status=422)

    assert [one for one in asked.errors if "もう3人の席が決まっている事業所" in one]


def test_day_in_the_past_is_asked_about_before_an_event_is_made_copied_or_published(
    planner: Client, unit: Unit, full: Event
) -> None:
    new = planner.get("/staff/events/new").form(button="下書きを作る")
    asked = new.fill(kind="symposium", on="2026-03-20", venue="けやき市民ホール").submit(
        "下書きを作る", status=422
    )
    copy = planner.get(f"/staff/events/{full.slug}/copy").press("下書きを作る", on="2026-03-21", status=422)
    assert asked.errors == ["催しの日（2026年3月20日（金））が、もう過ぎています。"]
    assert copy.errors == ["催しの日（2026年3月21日（土））が、もう過ぎています。"]
    with unit() as session:
        assert len(session.scalars(select(Event)).all()) == 1

    draft = asked.press("下書きを作る")

    again = draft.press("この内容にして公開する", status=422)
    assert "催しの日（2026年3月20日（金））が、もう過ぎています。" in again.errors
    with unit() as session:
        made = session.scalars(select(Event).where(Event.id != full.id)).one()
        assert made.state == EventState.DRAFT
    assert "公開しました" in again.press("この内容にして公開する")
