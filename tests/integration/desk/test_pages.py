"""きょう, the board and the plan of the year: what they ask for, and what they leave out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.client import Client
from tests.support.evening import come_in, device_of, evening
from tests.support.guests import published, submit
from tests.support.hands import Clock, Unit
from tests.support.pages import Page
from trainings.accounts.models import Role
from trainings.core.clock import fiscal_year, local
from trainings.desk.closing import close_event
from trainings.directory.actions import load_master_data
from trainings.events.actions import create_event
from trainings.events.models import Event, EventKind, EventState
from trainings.skills.queries import taught_skills

StaffClient = Callable[..., Client]


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def test_today_is_calm_when_nothing_is_due(staff_client: StaffClient, unit: Unit) -> None:
    event = published(unit)

    page = staff_client(Role.PLANNER).get("/staff")

    assert "いま急ぐことはありません" in page
    assert page.has_link(event.title)


def test_first_planner_is_led_to_a_new_event_and_later_ones_to_a_copy(
    staff_client: StaffClient, unit: Unit, clock: Clock
) -> None:
    planner = staff_client(Role.PLANNER)
    assert "「新しい催しを作る」から始めてください" in planner.get("/staff/events")

    event = published(unit)

    after = fiscal_year(local(event.starts_at).date()) + 1
    assert "前の年度の催しを複製すると" in planner.get(f"/staff/events?year={after}")


def test_today_asks_for_the_draw_once_applications_have_closed(
    staff_client: StaffClient, unit: Unit, clock: Clock
) -> None:
    event = published(unit, EventKind.HUNDRED)
    with unit():
        submit(event, "NSV", 1)
    clock.set(event.application_closes_at)
    planner = staff_client(Role.PLANNER)

    page = planner.get("/staff")

    assert "抽選がまだです" in page
    assert event.title in page.follow("抽選へ進む")


def test_today_asks_to_close_the_door_after_the_event(
    staff_client: StaffClient, unit: Unit, clock: Clock
) -> None:
    with unit():
        event, people = evening(("NSV",) * 5)
    clock.set(event.doors_open_at)
    with unit():
        come_in(event, device_of(event)[0], people)
    clock.set(event.ends_at)
    planner = staff_client(Role.PLANNER)

    assert "催しが終わりました" in planner.get("/staff")
    with unit():
        close_event(event_id=event.id)

    page = planner.get("/staff")
    assert "催しが終わりました" not in page
    assert event.title not in page


@pytest.mark.parametrize("role", [Role.TRAINER, Role.VIEWER, Role.ADMIN])
def test_who_plans_no_events_is_asked_for_nothing(
    staff_client: StaffClient, unit: Unit, clock: Clock, role: Role
) -> None:
    event = published(unit, EventKind.HUNDRED)
    with unit():
        submit(event, "NSV", 1)
    clock.set(event.application_closes_at)

    page = staff_client(role).get("/staff")

    assert "いま急ぐことはありません" in page
    assert event.title in page
    assert not page.has_link(event.title)


@pytest.mark.parametrize(("stage", "words"), [("open", "受付中"), ("closed", "抽選"), ("doors", "当日")])
def test_board_shows_the_stage_and_opens_its_tile(
    staff_client: StaffClient, unit: Unit, clock: Clock, stage: str, words: str
) -> None:
    event = published(unit, EventKind.HUNDRED)
    with unit():
        submit(event, "NSV", 1)
    planner = staff_client(Role.PLANNER)
    moments = {"closed": event.application_closes_at, "doors": event.doors_open_at}
    if stage in moments:
        clock.set(moments[stage])
        planner = staff_client(Role.PLANNER)

    page = planner.get(f"/staff/events/{event.slug}")

    assert words in page.one("[aria-current=step]").text
    assert len(page.all("details[open]")) == 1


def test_year_plan_names_events_of_the_fiscal_year_and_skills_left_out(
    staff_client: StaffClient, unit: Unit
) -> None:
    with unit() as session:
        event, _ = evening(())
        starts = session.get_one(Event, event.id).starts_at
        taught = taught_skills(event.id)[0].skill.title
    year = fiscal_year(local(starts).date())
    trainer = staff_client(Role.TRAINER)

    page = trainer.get(f"/staff/year?year={year}")
    other = trainer.get(f"/staff/year?year={year + 1}")

    assert event.title in page
    assert taught not in left_out(page)
    assert "この年度の催しは、まだありません" in other
    assert taught in left_out(other)
    with unit() as session:
        session.get_one(Event, event.id).state = EventState.CALLED_OFF
    assert taught in left_out(trainer.get(f"/staff/year?year={year}"))


@pytest.mark.parametrize("path", ["/staff", "/staff/year"])
@pytest.mark.parametrize(("role", "sees"), [(Role.PLANNER, True), (Role.TRAINER, True), (Role.VIEWER, False)])
def test_draft_is_not_shown_to_who_only_reads_figures(
    staff_client: StaffClient, unit: Unit, clock: Clock, path: str, role: Role, sees: bool
) -> None:
    with unit():
        draft = create_event(kind=EventKind.HUNDRED, on=clock.now.date() + timedelta(days=40), venue="未定")
        draft.title = "まだ内緒の集い"
    year = fiscal_year(local(draft.starts_at).date())

    page = staff_client(role).get(f"{path}?year={year}")

    assert ("まだ内緒の集い" in page) is sees


def left_out(page: Page) -> str:
    """The words below 「この年度に扱わないスキル」."""
    return page.all("main section")[-1].text
