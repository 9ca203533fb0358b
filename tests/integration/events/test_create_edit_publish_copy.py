"""An event from its preset to the copy of next year, through the pages of organisers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.guests import published, submit
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.audit.models import AuditEntry
from trainings.core.clock import local
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind, EventState
from trainings.events.presets import PRESETS, PUBLIC_NUMBER
from trainings.events.refusals import EventRefusal
from trainings.events.texts import REFUSALS

SAVE = "この内容にする"


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


def only_event(unit: Unit) -> Event:
    with unit() as session:
        event = session.scalars(select(Event)).one()
        assert len(event.groups) + len(event.programme) + len(event.sessions) > 0
    return event


def log(unit: Unit, event: Event) -> dict[str, tuple[str | None, str | None]]:
    """Field → (before, after) of every logged change; None where the log must not hold them."""
    with unit() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.verb == "event.changed", AuditEntry.event_id == event.id)
        ).all()
    return {one.detail["field"]: (one.detail.get("from"), one.detail.get("to")) for one in entries}


# -- creating ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(PRESETS))
def test_preset_is_a_draft_that_can_be_published_as_it_is(
    planner: Client, client: Client, unit: Unit, kind: EventKind
) -> None:
    page = planner.get("/staff/events").follow("新しい催し").form(button="下書きを作る")
    page = page.fill(kind=kind.value, on="2027-03-20", venue="けやき市民ホール").submit("下書きを作る")

    event = only_event(unit)
    preset = PRESETS[kind]
    assert page.h1 == "内容を直す"
    assert (event.state, event.title, event.capacity) == (EventState.DRAFT, preset.title, preset.capacity)
    quotas = {group.name: (group.reserved, group.cap) for group in event.groups}
    assert all(quotas[name] == (quota.reserved, quota.cap) for name, quota in preset.quotas.items())
    assert [item.title for item in event.programme] == [item.title for item in preset.programme]
    client.get(f"/e/{event.slug}", status=404)

    board = page.press("この内容にして公開する")

    assert "公開しました" in board
    assert client.get(f"/e/{event.slug}").h1 == preset.title


def test_new_event_needs_kind_day_and_venue_and_keeps_the_rest(planner: Client) -> None:
    page = planner.get("/staff/events/new").press("下書きを作る", title="春の集い", status=422)

    assert page.errors == [
        "催しの種類を選んでください",
        "開催日を入力してください",
        "会場を入力してください",
    ]
    assert page.form(button="下書きを作る").values["title"] == ["春の集い"]


def test_event_without_a_venue_is_not_published(planner: Client, client: Client, unit: Unit) -> None:
    event = published(unit, published=False)
    with unit() as session:
        session.get_one(Event, event.id).venue = ""

    page = planner.get(f"/staff/events/{event.slug}/edit").press("この内容にして公開する", status=422)

    assert page.errors == [REFUSALS[EventRefusal.NO_VENUE]]
    client.get(f"/e/{event.slug}", status=404)


# -- editing -----------------------------------------------------------------------------------------------


def test_saving_the_page_as_it_is_changes_and_logs_nothing(planner: Client, unit: Unit) -> None:
    for kind in PRESETS:
        event = published(unit, kind)

        planner.get(f"/staff/events/{event.slug}/edit").press(SAVE)

        assert log(unit, event) == {}


def test_edit_after_publishing_is_logged_field_by_field(planner: Client, unit: Unit) -> None:
    event = published(unit)
    page = planner.get(f"/staff/events/{event.slug}/edit")

    page = (
        page.form(button=SAVE)
        .fill(
            {
                "title": "春のシンポジウム",
                "capacity": "７０",
                "sessions-0-begins": "14:30",
                "groups-0-reserved": "5",
            }
        )
        # The programme now ends half an hour after the event: asked about, then stored.
        .submit(SAVE, status=422)
        .press(SAVE)
    )

    assert "催しの内容を直しました" in page
    changes = log(unit, event)
    assert changes["title"] == ("在宅医療・介護連携シンポジウム", "春のシンポジウム")
    assert changes["capacity"] == ("72", "70")
    assert {"starts_at", "sessions", "programme", "groups"} <= set(changes)
    assert {"venue", "pledge", "description"} & set(changes) == set()
    with unit() as session:
        stored = session.get_one(Event, event.id)
        assert local(stored.sessions[0].starts_at).strftime("%H:%M") == "14:30"
        assert stored.groups[0].reserved == 5


def test_mistakes_on_the_page_keep_everything(planner: Client, unit: Unit) -> None:
    event = published(unit)
    form = planner.get(f"/staff/events/{event.slug}/edit").form(button=SAVE)

    page = form.fill(
        {
            "title": "",
            "sessions-0-ends": "13:00",
            "capacity": "たくさん",
            "groups-0-cap": "1",
            "programme-0-minutes": "",
            "description": "新しい紹介",
        }
    ).submit(SAVE, status=422)

    assert "催しの名前を入力してください" in page.errors
    assert "「シンポジウム」の終わりは、始まりより後の時刻にしてください" in page.errors
    assert "数字で入力してください" in page.errors
    assert "「医科」の上限を、確保する席（6席）以上にしてください" in page.errors
    assert any("時間（分）を入力してください" in one for one in page.errors)
    values = page.form(button=SAVE).values
    assert values["description"] == ["新しい紹介"]
    assert values["capacity"] == ["たくさん"]
    assert log(unit, event) == {}


def test_a_draw_without_a_public_number_has_to_be_asked_for(planner: Client, unit: Unit) -> None:
    event = published(unit, EventKind.HUNDRED)
    form = planner.get(f"/staff/events/{event.slug}/edit").form(button=SAVE)
    assert form.values["public_number_name"] == [PUBLIC_NUMBER]

    refused = form.fill({"public_number_name": ""}).submit(SAVE, status=422)
    both = form.fill({"public_number_name": "宝くじ", "without_public_number": True}).submit(SAVE, status=422)
    saved = form.fill({"public_number_name": "", "without_public_number": True}).submit(SAVE)

    assert refused.errors == [
        "公の番号の名前を入力してください。加えないときは、「公の番号を加えずに抽選する」に印を入れてください"
    ]
    assert both.errors == ["公の番号を加えないときは、番号の名前を消してください"]
    assert "催しの内容を直しました" in saved
    assert log(unit, event) == {"public_number_name": (PUBLIC_NUMBER, "")}
    again = planner.get(f"/staff/events/{event.slug}/edit").press(SAVE)
    assert "催しの内容を直しました" not in again
    with unit() as session:
        assert session.get_one(Event, event.id).public_number_name == ""


def test_copy_names_a_public_number_that_is_still_to_come(planner: Client, unit: Unit) -> None:
    with unit():
        source = announce(EventKind.HUNDRED, public_number_name="1月20日の宝くじ")

    planner.get(f"/staff/events/{source.slug}/copy").press("下書きを作る", title="次の集い", on="2027-05-16")

    with unit() as session:
        made = session.scalars(select(Event).where(Event.id != source.id)).one()
        assert made.public_number_name == PUBLIC_NUMBER


def test_capacity_below_the_confirmed_is_refused(planner: Client, unit: Unit) -> None:
    event = published(unit, quotas={}, organisation_cap=None)
    with unit():
        for n in range(3):
            submit(event, "PH", n)
    form = planner.get(f"/staff/events/{event.slug}/edit").form(button=SAVE)

    page = form.fill({"capacity": "2", "subtitle": "新しい副題"}).submit(SAVE, status=422)

    assert page.errors == [REFUSALS[EventRefusal.CAPACITY_BELOW_CONFIRMED].format(confirmed=3)]
    assert page.form(button=SAVE).values["subtitle"] == ["新しい副題"]
    form.fill({"capacity": "3"}).submit(SAVE)


def test_selection_is_fixed_after_the_first_application(planner: Client, unit: Unit) -> None:
    event = published(unit, quotas={})
    edit = f"/staff/events/{event.slug}/edit"
    planner.get(edit).form(button=SAVE).fill({"selection": "lottery"}).submit(SAVE)
    planner.get(edit).form(button=SAVE).fill({"selection": "first_come"}).submit(SAVE)
    with unit():
        submit(event, "PH", 1)

    page = planner.get(edit).form(button=SAVE).fill({"selection": "lottery"}).submit(SAVE, status=422)

    assert page.errors == [REFUSALS[EventRefusal.SELECTION_FIXED]]


def test_reserves_above_the_capacity_are_refused_for_a_public_event(planner: Client, unit: Unit) -> None:
    event = published(unit)
    form = planner.get(f"/staff/events/{event.slug}/edit").form(button=SAVE)

    page = form.fill({"capacity": "10"}).submit(SAVE, status=422)

    assert page.errors == [REFUSALS[EventRefusal.RESERVES_EXCEED_CAPACITY].format(reserved=44, capacity=10)]


def professions_of(event: Event, group: str) -> dict[str, str]:
    """The selects of all professions that count to a group, each set to 対象外."""
    return {
        f"profession-{row.profession_id}": ""
        for row in event.professions
        if row.profession.group.name == group
    }


def test_group_with_professions_is_not_removed_by_mistake(planner: Client, unit: Unit) -> None:
    event = published(unit)
    place = next(n for n, group in enumerate(event.groups) if group.name == "歯科")
    form = planner.get(f"/staff/events/{event.slug}/edit").form(button=SAVE)

    page = form.fill({f"groups-{place}-name": ""}).submit(SAVE, status=422)

    assert len(page.errors) == 1
    assert "割りあてられた職種があります" in page.errors[0]


def test_group_is_removed_once_its_professions_have_left_it(planner: Client, unit: Unit) -> None:
    event = published(unit)
    with unit() as session:
        leave = professions_of(session.get_one(Event, event.id), "歯科")
    place = next(n for n, group in enumerate(event.groups) if group.name == "歯科")
    form = planner.get(f"/staff/events/{event.slug}/edit").form(button=SAVE)

    form.fill({f"groups-{place}-name": "", **leave}).submit(SAVE)

    with unit() as session:
        stored = session.get_one(Event, event.id)
        assert "歯科" not in {group.name for group in stored.groups}
        assert "DT" not in {row.profession.code for row in stored.professions}


def test_group_and_profession_of_an_applicant_stay(planner: Client, unit: Unit) -> None:
    event = published(unit)
    with unit() as session:
        submit(event, "DT", 1)
        leave = professions_of(session.get_one(Event, event.id), "歯科")
    place = next(n for n, group in enumerate(event.groups) if group.name == "歯科")
    edit = planner.get(f"/staff/events/{event.slug}/edit")

    page = edit.form(button=SAVE).fill({f"groups-{place}-name": "", **leave}).submit(SAVE, status=422)
    assert page.errors == [REFUSALS[EventRefusal.GROUP_IN_USE].format(name="歯科")]
    page = edit.form(button=SAVE).fill(leave).submit(SAVE, status=422)
    assert page.errors == [REFUSALS[EventRefusal.PROFESSION_IN_USE].format(name="歯科医師")]


# -- copying -----------------------------------------------------------------------------------------------


def test_copy_moves_every_date_and_takes_no_application(planner: Client, unit: Unit) -> None:
    with unit():
        source = announce(EventKind.CASE_CONFERENCE, on=date(2027, 2, 17))
        submit(source, "NSV", 1)

    page = planner.get(f"/staff/events/{source.slug}/copy")
    page = page.press("下書きを作る", title="春の事例検討会", on="2027-05-12")

    with unit() as session:
        source = session.get_one(Event, source.id)
        made = session.scalars(select(Event).where(Event.id != source.id)).one()
        shift = timedelta(days=84)
        assert page.path == f"/staff/events/{made.slug}/edit"
        assert (made.state, made.title, made.copied_from_id) == (
            EventState.DRAFT,
            "春の事例検討会",
            source.id,
        )
        for name in ("starts_at", "ends_at", "doors_open_at", "application_opens_at", "results_on"):
            assert getattr(made, name) - getattr(source, name) == shift, name
        assert made.code_prefix != source.code_prefix
        assert made.pledge == source.pledge
        for old, new in zip(source.groups, made.groups, strict=True):
            assert (old.name, old.reserved, old.cap) == (new.name, new.reserved, new.cap)
            assert new.release_on == old.release_on + shift
        assert [item.starts_at + shift for item in source.programme] == [
            item.starts_at for item in made.programme
        ]
        assert len(made.professions) == len(source.professions)
    assert "0件" in planner.get(f"/staff/events/{made.slug}/applications")


def test_copy_needs_a_day(planner: Client, unit: Unit) -> None:
    event = published(unit)

    page = planner.get(f"/staff/events/{event.slug}/copy").press("下書きを作る", status=422)

    assert page.errors == ["開催日を入力してください"]
    assert page.form(button="下書きを作る").values["title"] == [event.title]


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("doors", "受付を始める時刻を入力してください"),
        ("opens_day", "申込を始める日を入力してください"),
        ("closes_time", "締切の時刻を入力してください"),
        ("capacity", "定員を入力してください"),
        ("offer_hours", "ご案内を待つ時間を入力してください"),
    ],
)
def test_blanks_in_a_field_that_is_needed_are_no_input(
    planner: Client, unit: Unit, field: str, sentence: str
) -> None:
    event = published(unit)

    page = planner.get(f"/staff/events/{event.slug}/edit").form(button=SAVE)

    assert sentence in page.fill(**{field: "\u3000"}).submit(SAVE, status=422).errors


def test_blanks_are_no_day_for_a_copy(planner: Client, unit: Unit) -> None:
    event = published(unit)

    planner.post(f"/staff/events/{event.slug}/copy", {"on": " "}, status=422)
