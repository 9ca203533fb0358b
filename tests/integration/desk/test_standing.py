"""An event that moves, is postponed or called off: who is told, what rests, and ways back from a mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.evening import NURSE, apply_as, device_of, evening
from tests.support.guests import published, submit
from tests.support.hands import Clock, Outbox, Unit
from tests.support.pages import Page
from trainings.accounts.models import Role
from trainings.allocation.draws.freezing import freeze_list
from trainings.allocation.queries import histories
from trainings.audit.models import AuditEntry
from trainings.checkin.actions import open_door
from trainings.core.refusal import Refused
from trainings.desk.closing import close_event
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind, EventNotice, EventState, Selection
from trainings.registration.models import Application
from trainings.registration.secrets import application_secret, ticket_code
from trainings.registration.states import State

SAVE = "この内容にする"
GO_ON = "この内容にして、お知らせの確認へ進む"
CALL_OFF = {"kind": "called_off", "reason": "大雪の予報のため"}
POSTPONE = {"kind": "postponed", "reason": "講師の都合のため"}


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


@pytest.fixture
def symposium(unit: Unit) -> tuple[Event, list[str], str]:
    """A first-come event with three seats and four people; the paths of the applications, and that of the first ticket."""
    with unit():
        event = announce(EventKind.SYMPOSIUM, quotas={}, organisation_cap=None, capacity=3)
        people = [apply_as(event, NURSE, n, pledged=True) for n in range(4)]
        paths = [f"/a/{application_secret(one)}" for one in people]
        ticket = f"/t/{ticket_code(people[0])}"
    return event, paths, ticket


def moved(planner: Client, event: Event, **differs: str) -> Page:
    day = {"sessions-0-day": (event.starts_at + timedelta(days=7)).date().isoformat()}
    form = planner.get(f"/staff/events/{event.slug}/edit").form(button=SAVE)
    return form.fill(day | differs).submit(SAVE)


def stand_still(planner: Client, event: Event, said: dict[str, str]) -> Page:
    return planner.get(f"/staff/events/{event.slug}/standing").press(GO_ON, **said)


def state_of(unit: Unit, event: Event) -> EventState:
    with unit() as session:
        return session.get_one(Event, event.id).state


# -- moving ----------------------------------------------------------------------------------------------------


def test_who_applied_is_told_of_another_day_and_place_everywhere(
    planner: Client, client: Client, unit: Unit, outbox: Outbox, symposium: tuple[Event, list[str], str]
) -> None:
    event, (mine, *_, last), ticket = symposium

    page = moved(planner, event, venue="中央公民館")

    assert page.h1 == "申し込んだ方に知らせる"
    for path in (f"/e/{event.slug}", mine, last, ticket):
        assert "日時・会場が変わりました" in client.get(path)
        assert "中央公民館" in client.get(path)
        assert "前は けやき市民ホール" in client.get(path)
    assert "中央公民館" in client.get(mine).one("ol.timeline").text
    assert "中央公民館" in page.one("details").text
    assert outbox.all(purpose="registration_event_moved") == []

    board = page.press("申し込んだ4人に知らせる")

    assert "4人にお知らせします" in board
    mails = outbox.all(purpose="registration_event_moved")
    assert {mail.to_address for mail in mails} == {f"guest{n}@example.jp" for n in range(4)}
    assert all("中央公民館" in (mail.body or "") and mine[:3] in (mail.body or "") for mail in mails)
    assert "お知らせすることは、ありません" in planner.get(f"/staff/events/{event.slug}/notice")


def test_who_cannot_come_on_the_new_day_gives_up_the_seat_with_one_button(
    planner: Client, client: Client, unit: Unit, symposium: tuple[Event, list[str], str]
) -> None:
    event, (mine, *_), _ = symposium
    assert not client.get(mine).all("form button")
    moved(planner, event)

    page = client.get(mine).press("参加できないので取り消す")

    assert "取り消しました" in page.one(".letter").text


def test_the_count_in_the_button_holds_when_it_is_pressed(
    planner: Client, client: Client, outbox: Outbox, symposium: tuple[Event, list[str], str]
) -> None:
    event, (mine, *_), _ = symposium
    page = moved(planner, event)
    client.get(mine).press("参加できないので取り消す")

    again = page.press("申し込んだ4人に知らせる", status=422)

    assert "人数が変わりました" in again
    assert outbox.all(purpose="registration_event_moved") == []
    again.press("申し込んだ3人に知らせる")
    assert len(outbox.all(purpose="registration_event_moved")) == 3


def test_telling_nobody_needs_a_reason(
    planner: Client, unit: Unit, outbox: Outbox, symposium: tuple[Event, list[str], str]
) -> None:
    event, _, _ = symposium
    page = moved(planner, event)

    refused = page.press("メールでは知らせない", status=422)
    assert "知らせない理由を入力してください" in refused
    refused.press("メールでは知らせない", reason="全員に電話で伝えたため")

    assert outbox.all(purpose="registration_event_moved") == []
    with unit() as session:
        notice = session.scalars(select(EventNotice)).one()
    assert (notice.told, notice.untold_reason) == (0, "全員に電話で伝えたため")


def test_moved_twice_is_told_once_and_moved_back_not_at_all(
    planner: Client, unit: Unit, symposium: tuple[Event, list[str], str]
) -> None:
    event, _, _ = symposium
    moved(planner, event)
    moved(planner, event, venue="中央公民館")
    with unit() as session:
        notice = session.scalars(select(EventNotice)).one()
        assert (notice.before["venue"], notice.after["venue"]) == ("けやき市民ホール", "中央公民館")

    back = moved(
        planner, event, **{"sessions-0-day": event.starts_at.date().isoformat(), "venue": "けやき市民ホール"}
    )

    assert back.h1 == "内容を直す"
    with unit() as session:
        assert session.scalars(select(EventNotice)).all() == []
        assert session.get_one(Event, event.id).revision == 3


def test_moved_back_is_told_to_those_who_applied_in_between_only(
    planner: Client, unit: Unit, symposium: tuple[Event, list[str], str], clock: Clock, outbox: Outbox
) -> None:
    """Whoever applied before believes what holds again; whoever applied in between has read of another place."""
    event, _, _ = symposium
    moved(planner, event, venue="中央公民館")
    clock.forward(minutes=5)
    with unit() as session:
        between = apply_as(session.get_one(Event, event.id), NURSE, 7, pledged=True)
    clock.forward(minutes=5)

    page = moved(
        planner, event, **{"sessions-0-day": event.starts_at.date().isoformat(), "venue": "けやき市民ホール"}
    )

    assert page.h1 == "申し込んだ方に知らせる"
    page.press("申し込んだ1人に知らせる")
    (mail,) = outbox.all(purpose="registration_event_moved")
    assert mail.to_address == between.mail
    assert "中央公民館" in mail.body
    assert "けやき市民ホール" in mail.body


def test_nobody_is_asked_about_when_nobody_has_applied_or_nothing_has_moved(
    planner: Client, unit: Unit, symposium: tuple[Event, list[str], str]
) -> None:
    empty = published(unit)
    assert moved(planner, empty).h1 == "内容を直す"
    event, _, _ = symposium
    form = planner.get(f"/staff/events/{event.slug}/edit").form(button=SAVE)
    assert form.fill({"title": "春のシンポジウム"}).submit(SAVE).h1 == "内容を直す"


# -- not held ---------------------------------------------------------------------------------------------------


def test_event_that_is_called_off_says_so_everywhere_and_rests(
    planner: Client,
    client: Client,
    unit: Unit,
    outbox: Outbox,
    clock: Clock,
    work: Callable[[], object],
    symposium: tuple[Event, list[str], str],
) -> None:
    event, (mine, *_, last), ticket = symposium

    page = stand_still(planner, event, CALL_OFF)
    page.press("申し込んだ4人に知らせる")

    assert state_of(unit, event) == EventState.CALLED_OFF
    assert "大雪の予報のため" in (outbox.all(purpose="registration_event_called_off")[0].body or "")
    for path in (f"/e/{event.slug}", mine, last, ticket):
        assert "中止になりました" in client.get(path)
        assert "大雪の予報のため" in client.get(path)
    assert "中止" in client.get("/")
    assert not client.get(f"/e/{event.slug}").has_link("申し込む")
    assert "中止になりました" in client.get(f"/e/{event.slug}/apply", status=410)
    assert not client.get(mine).has_link("チケットを表示する")
    assert not client.get(ticket).all("svg.ticket__qr")
    # The day passes: nobody is called not selected, and there is nothing to close.
    clock.set(event.ends_at + timedelta(hours=1))
    work()
    with unit() as session:
        states = [one.state for one in session.scalars(select(Application)).all()]
    assert sorted(states) == [State.CONFIRMED] * 3 + [State.WAITING]
    assert outbox.all(purpose="registration_not_selected") == []
    with unit(), pytest.raises(Refused, match="not_held"):
        close_event(event_id=event.id)


def test_door_of_an_event_that_is_called_off_lets_nobody_in(
    planner: Client, client: Client, unit: Unit, clock: Clock
) -> None:
    with unit():
        event, people = evening((NURSE,) * 2)
        _, token = device_of(event)
        code = ticket_code(people[0])
    stand_still(planner, event, CALL_OFF)
    assert "大雪の予報のため" in planner.get(f"/staff/events/{event.slug}/door")
    clock.set(event.doors_open_at + timedelta(minutes=5))

    facts = client.api("GET", "/api/v1/door/roster", bearer=token)
    scan = {
        "scan_id": "7d3c1c9e-8a53-4b7e-9d1c-1f0a4b7c2d11",
        "ticket": code,
        "direction": "in",
        "scanned_at": clock.now.isoformat(),
        "method": "camera",
    }
    answer = client.api("POST", "/api/v1/door/scans", {"scans": [scan], "unsent": 0}, bearer=token)

    assert "大雪の予報のため" in facts["event"]["news"]
    assert facts["event"]["held"] is False
    assert answer["answers"][0]["outcome"] == "refused"
    with unit(), pytest.raises(Refused, match="not_held"):
        open_door(event_id=event.id)


def test_event_that_is_called_off_turns_nobody_away(unit: Unit, planner: Client) -> None:
    with unit() as session:
        event = announce(EventKind.HUNDRED)
        one = submit(event, NURSE, 1)
        person = one.canonical_person_id
        session.get_one(Application, one.id).state = State.NOT_SELECTED
        later = announce(EventKind.HUNDRED)
        assert len(histories([person], later.id)[person]) == 1

    stand_still(planner, event, CALL_OFF)

    with unit():
        assert histories([person], later.id)[person] == []


def test_no_list_is_frozen_while_an_event_rests(unit: Unit, planner: Client, clock: Clock) -> None:
    with unit():
        event = announce(EventKind.HUNDRED, selection=Selection.LOTTERY)
        submit(event, NURSE, 1)
    stand_still(planner, event, POSTPONE)
    clock.set(event.application_closes_at)

    with unit(), pytest.raises(Refused, match="not_held"):
        freeze_list(event_id=event.id)


def test_postponed_event_has_no_day_even_when_the_old_one_has_passed(
    planner: Client, client: Client, clock: Clock, symposium: tuple[Event, list[str], str]
) -> None:
    event, (mine, *_), _ = symposium
    stand_still(planner, event, POSTPONE)

    clock.set(event.ends_at + timedelta(days=1))

    assert "日は未定" in client.get(mine)
    assert "延期" in client.get("/")
    page = client.get(mine).follow("取り消す").press("この申込を取り消す")
    assert "取り消しました" in page.one(".letter").text


def test_postponed_event_is_held_on_its_new_day_and_goes_on_where_it_rested(
    planner: Client,
    client: Client,
    unit: Unit,
    outbox: Outbox,
    work: Callable[[], object],
    symposium: tuple[Event, list[str], str],
) -> None:
    event, (mine, *_, last), _ = symposium
    stand_still(planner, event, POSTPONE).press("申し込んだ4人に知らせる")
    client.get(mine).follow("取り消す").press("この申込を取り消す")
    work()
    assert outbox.all(purpose="registration_offered") == []
    assert moved(planner, event).h1 == "内容を直す"

    page = planner.get(f"/staff/events/{event.slug}/standing").press("この日時で開催する")

    assert state_of(unit, event) == EventState.PUBLISHED
    page.press("申し込んだ3人に知らせる")
    assert len(outbox.all(purpose="registration_event_resumed")) == 3
    assert "開催することになりました" in client.get(last)
    work()
    assert len(outbox.all(purpose="registration_offered")) == 1


def test_postponing_needs_a_reason_and_keeps_what_was_chosen(planner: Client, unit: Unit) -> None:
    event = published(unit)

    page = planner.get(f"/staff/events/{event.slug}/standing").press(GO_ON, kind="postponed", status=422)

    assert any("理由を入力してください" in one for one in page.errors)
    assert page.form(button=GO_ON).values["kind"] == ["postponed"]
    assert state_of(unit, event) == EventState.PUBLISHED


# -- calendars and search engines ---------------------------------------------------------------------------------


def test_calendar_and_structured_data_follow_the_event(planner: Client, client: Client, unit: Unit) -> None:
    event = published(unit)

    def read() -> tuple[int, str, str, str]:
        (entry,) = Calendar.from_ical(client.download(f"/e/{event.slug}.ics").data).walk("VEVENT")
        data = json.loads(client.download(f"/e/{event.slug}.jsonld").data)
        uids.add(str(entry["uid"]))
        modified.append(entry["last-modified"].dt)
        previous.append(data.get("previousStartDate"))
        return entry["sequence"], str(entry["status"]), data["eventStatus"], data["startDate"]

    uids: set[str] = set()
    modified: list[datetime] = []
    previous: list[object] = []
    first = read()
    moved(planner, event)
    second = read()
    stand_still(planner, event, POSTPONE)
    third = read()
    planner.get(f"/staff/events/{event.slug}/standing").press("この日時で開催する")
    fourth = read()
    stand_still(planner, event, CALL_OFF)
    fifth = read()

    was, will_be = "2027-02-17T14:00:00+09:00", "2027-02-24T14:00:00+09:00"
    schema = "https://schema.org/Event"
    assert first == (0, "CONFIRMED", f"{schema}Scheduled", was)
    assert second == (1, "CONFIRMED", f"{schema}Rescheduled", will_be)
    assert third == (2, "CANCELLED", f"{schema}Postponed", will_be)
    assert fourth == (3, "CONFIRMED", f"{schema}Rescheduled", will_be)
    assert fifth == (4, "CANCELLED", f"{schema}Cancelled", will_be)
    assert previous == [None, [was], None, [was], None]
    assert len(uids) == 1
    assert modified == sorted(modified)


# -- mistakes ---------------------------------------------------------------------------------------------------


def test_event_that_was_published_too_early_is_withdrawn_while_nobody_has_applied(
    planner: Client, client: Client, unit: Unit, symposium: tuple[Event, list[str], str]
) -> None:
    event = published(unit)
    moved(planner, event)

    planner.get(f"/staff/events/{event.slug}/standing").press("公開を取り下げて、下書きにもどす")

    assert state_of(unit, event) == EventState.DRAFT
    client.get(f"/e/{event.slug}", status=404)
    planner.get(f"/staff/events/{event.slug}/edit").press("この内容にして公開する")
    assert "変わりました" not in client.get(f"/e/{event.slug}")
    taken, _, _ = symposium
    assert "公開を取り下げて" not in planner.get(f"/staff/events/{taken.slug}/standing")
    refused = planner.post(f"/staff/events/{taken.slug}/standing/withdraw", {}, status=422)
    assert "もう申込が届いています" in refused


def test_draft_is_deleted_and_what_was_public_is_not(
    planner: Client, unit: Unit, symposium: tuple[Event, list[str], str]
) -> None:
    draft = published(unit, published=False)

    page = planner.get(f"/staff/events/{draft.slug}").follow("下書きを消す").press("この下書きを消す")

    assert draft.title in page
    with unit() as session:
        assert session.get(Event, draft.id) is None
        verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.event_id == draft.id)).all()
    assert "event.deleted" in verbs
    event, _, _ = symposium
    refused = planner.post(f"/staff/events/{event.slug}/standing/delete", {"sure": "1"}, status=422)
    assert "公開している催しは消せません" in refused
