"""What comes in afterwards: the times of a printed roster, and the file of a desk that could not send."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.arrivals import Evening, enrol, make_evening, scan
from tests.support.client import Client
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.audit.models import AuditEntry
from trainings.checkin import queries
from trainings.checkin.actions import close_door
from trainings.checkin.models import Direction, Method, Outcome, Scan
from trainings.checkin.paper.keying import FILE_FORMAT
from trainings.core.clock import local
from trainings.core.jobs import Job
from trainings.events.models import CertificateRule, Event
from trainings.registration.secrets import ticket_code

SAVE, TAKE, ADD = "この時刻で記録する", "このファイルを入れる", "この方を加える"


@pytest.fixture
def evening(unit: Unit, clock: Clock) -> Evening:
    """The doors have been open for an hour."""
    with unit():
        made = make_evening()
    clock.set(made.doors_open_at)
    clock.forward(hours=1)
    return made


@pytest.fixture
def token(unit: Unit, evening: Evening) -> str:
    with unit():
        return enrol(evening.event)


@pytest.fixture
def planner(staff_client: Callable[..., Client], token: str) -> Client:
    """Signed in while the door is open."""
    return staff_client(Role.PLANNER)


def path(evening: Evening, rest: str) -> str:
    return f"/staff/events/{evening.event.slug}/{rest}"


def stored(unit: Unit) -> list[Scan]:
    with unit() as session:
        return list(session.scalars(select(Scan).order_by(Scan.cursor)))


def verbs(unit: Unit) -> list[str]:
    with unit() as session:
        return list(session.scalars(select(AuditEntry.verb)))


# -- the printed roster -------------------------------------------------------------------------------------


def test_times_of_the_printed_roster_become_scans_from_paper(
    planner: Client, evening: Evening, unit: Unit
) -> None:
    first, second = evening.guests[0].id, evening.guests[1].id
    page = planner.get(path(evening, "roster/times"))

    done = page.press(SAVE, **{f"in-{first}": "１３：３５", f"in-{second}": "1331"})

    assert "紙の名簿から、2件を記録しました。" in done
    scans = stored(unit)
    assert [(one.method, one.outcome, one.application_id, one.flagged) for one in scans] == [
        (Method.ROSTER, Outcome.ADMITTED, second, False),
        (Method.ROSTER, Outcome.ADMITTED, first, False),
    ]
    assert [(one.scanned_at - evening.doors_open_at).seconds // 60 for one in scans] == [1, 5]
    assert all(one.staff_id is not None and one.device_id is None for one in scans)
    assert verbs(unit).count("roster.keyed_in") == 1


def test_same_sheet_sent_twice_changes_nothing(planner: Client, evening: Evening, unit: Unit) -> None:
    form = planner.get(path(evening, "roster/times")).form(button=SAVE)
    form.fill({f"in-{evening.guests[0].id}": "13:35"})

    form.submit(SAVE)
    again = form.submit(SAVE)

    assert "新しい時刻はありませんでした。" in again
    assert len(stored(unit)) == 1
    other = form.fill({f"in-{evening.guests[0].id}": "13:40"}).submit(SAVE, status=422)
    assert "この画面から 13:35 で記録してあります" in other.text
    assert len(stored(unit)) == 1


def test_who_was_scanned_is_shown_with_the_time_and_not_asked_again(
    planner: Client, client: Client, evening: Evening, token: str
) -> None:
    guest = evening.guests[0]
    body = {"scans": [scan(application=str(guest.id), method="search")], "unsent": 0}
    client.api("POST", "/api/v1/door/scans", body, bearer=token)

    page = planner.get(path(evening, "roster/times"))

    row = next(row for row in page.rows("table.keying") if "大久保 千鶴" in row[0])
    assert row[1] == "14:30"
    assert len(page.all("input.keying__time")) == 4


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("ひる", "時刻は、13:05 か 1305 のように入力してください。"),
        ("25:00", "時刻は、13:05 か 1305 のように入力してください。"),
        ("1365", "時刻は、13:05 か 1305 のように入力してください。"),
        ("17:00", "まだ来ていない時刻です。名簿に書かれた時刻を、もう一度確かめてください。"),
    ],
)
def test_time_that_cannot_be_is_refused_and_everything_typed_stays(
    planner: Client, evening: Evening, unit: Unit, typed: str, sentence: str
) -> None:
    good, bad = f"in-{evening.guests[0].id}", f"in-{evening.guests[1].id}"

    page = planner.get(path(evening, "roster/times")).press(SAVE, **{good: "13:40", bad: typed}, status=422)

    assert page.errors == [sentence]
    assert page.one(f"[id='{good}']").get("value") == "13:40"
    assert page.one(f"[id='{bad}']").get("value") == typed
    assert page.one(f"[id='{bad}']").get("aria-invalid") == "true"
    assert stored(unit) == []


def test_exits_are_asked_where_they_count(
    planner: Client, evening: Evening, unit: Unit, clock: Clock
) -> None:
    guest = evening.guests[0].id
    with unit() as session:
        event = session.get_one(Event, evening.event.id)
        event.certificate_rule, event.certificate_minutes = CertificateRule.MINUTES, 60
    clock.forward(hours=3)
    page = planner.get(path(evening, "roster/times"))

    page.press(SAVE, **{f"in-{guest}": "13:40", f"out-{guest}": "16時5分"})

    assert [one.direction for one in stored(unit)] == [Direction.IN, Direction.OUT]
    with unit() as session:
        attended = queries.attendance_by_application(session.get_one(Event, evening.event.id))
    assert attended[guest][0].minutes == 125


def test_roster_keyed_in_after_closing_closes_the_event_again(
    planner: Client, evening: Evening, unit: Unit, clock: Clock
) -> None:
    clock.set(evening.event.ends_at)
    with unit():
        close_door(event_id=evening.event.id)

    planner.get(path(evening, "roster/times")).press(SAVE, **{f"in-{evening.guests[0].id}": "13:40"})

    with unit() as session:
        assert "event_reclosed" in session.scalars(select(Job.name)).all()
        assert len(queries.attended_applications(evening.event.id)) == 1


def walk_in_of(page: Any, **changes: str) -> dict[str, str]:
    group = page.all("#added-group option")[4].get("value")
    return {"name": "飛入　参", "kana": "とびいり さん", "group": group, "time": "13:50"} | changes


def test_somebody_from_the_margin_is_added_with_the_time(
    planner: Client, evening: Evening, unit: Unit
) -> None:
    page = planner.get(path(evening, "roster/times"))
    form = page.form(button=ADD).fill(walk_in_of(page))

    done = form.submit(ADD)
    form.submit(ADD)

    assert "飛入 参 さんを、当日参加の方として記録しました。" in done
    (scan,) = stored(unit)
    assert (scan.method, scan.outcome) == (Method.WALK_IN, Outcome.ADMITTED)
    assert (scan.scanned_at - evening.doors_open_at).seconds == 20 * 60
    row = next(row for row in done.rows("table.keying") if "飛入 参" in row[0])
    assert row[1] == "13:50"


@pytest.mark.parametrize("button", [SAVE, ADD])
def test_either_button_keeps_the_times_and_whoever_stands_in_the_margin(
    planner: Client, evening: Evening, unit: Unit, button: str
) -> None:
    page = planner.get(path(evening, "roster/times"))
    typed = {f"in-{evening.guests[0].id}": "13:40"}

    done = page.form(button=button).fill(typed | walk_in_of(page)).submit(button)

    assert "飛入 参 さんを、当日参加の方として記録しました。" in done
    assert sorted(one.method for one in stored(unit)) == [Method.ROSTER, Method.WALK_IN]
    page = planner.get(path(evening, "roster/times"))
    refused = page.form(button=button).fill(
        {f"in-{evening.guests[1].id}": "13:45"} | walk_in_of(page, kana="")
    )
    page = refused.submit(button, status=422)
    assert page.one(f"[id='in-{evening.guests[1].id}']").get("value") == "13:45"
    assert len(stored(unit)) == 2


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("name", "氏名を入力してください。"),
        ("kana", "フリガナを入力してください。"),
        ("group", "職種区分を選んでください。"),
        ("time", "時刻は、13:05 か 1305 のように入力してください。"),
    ],
)
def test_somebody_from_the_margin_needs_three_fields_and_a_time(
    planner: Client, evening: Evening, unit: Unit, field: str, sentence: str
) -> None:
    page = planner.get(path(evening, "roster/times"))
    said = walk_in_of(page, **{field: ""})

    refused = page.form(button=ADD).fill(said).submit(ADD, status=422)

    assert refused.errors == [sentence]
    assert refused.one(f"#added-{field}").get("aria-invalid") == "true"
    assert refused.form(button=ADD).values["name"] == [said["name"]]
    assert stored(unit) == []


def test_door_that_never_opened_takes_no_times(
    staff_client: Callable[..., Client], evening: Evening, unit: Unit
) -> None:
    staff = staff_client(Role.PLANNER)
    page = staff.get(path(evening, "roster/times"))

    assert SAVE not in page
    assert page.has_link("受付を開いて")
    with unit() as session:
        (first, *_) = session.get_one(Event, evening.event.id).sessions
    sheet = {"session": str(first.id), "sheet": str(uuid.uuid4())}
    sent = sheet | {f"in-{evening.guests[0].id}": "13:40"}
    refused = staff.post(path(evening, "roster/times"), sent, status=422)
    assert refused.errors == ["受付がまだ開いていません。"]


# -- the file of a desk -------------------------------------------------------------------------------------


def entry(kind: str = "scan", **body: Any) -> dict[str, Any]:
    return {"kind": kind, "body": body if kind != "scan" else scan(**body)}


def file(*entries: dict[str, Any], device: str | None = None, **changes: Any) -> tuple[bytes, str]:
    told = {"format": FILE_FORMAT, "device": {"id": device} if device else None, "entries": list(entries)}
    return json.dumps(told | changes).encode(), "tsudoi-door.json"


def take(planner: Client, evening: Evening, given: tuple[bytes, str], status: int = 200) -> Any:
    return planner.get(path(evening, "door/queue")).press(TAKE, file=given, status=status)


def test_file_of_a_desk_brings_its_scans_once(
    planner: Client, client: Client, evening: Evening, unit: Unit, token: str
) -> None:
    with unit():
        (device,) = queries.devices_of(evening.event.id)
        ticket = ticket_code(evening.guests[0])
    group = client.api("GET", "/api/v1/door/counts", bearer=token)["groups"][0]["id"]
    walk_in = {
        "scan_id": str(uuid.uuid4()),
        "scanned_at": evening.doors_open_at.isoformat(),
        "name": "飛入 参",
        "kana": "トビイリ サン",
        "group": group,
    }
    given = file(
        entry(ticket=ticket, offline=True),
        entry(ticket=ticket, offline=True),
        entry(ticket="NOBODY"),
        entry("walk_in", **walk_in),
        device=str(device.id),
    )

    first = take(planner, evening, given)
    second = take(planner, evening, given)

    assert "4件を新しく入れました（受付 2件、受付済み 1件、受付できなかった記録 1件）。" in first
    assert "4件は、もう届いていました。" in second
    scans = stored(unit)
    assert [one.outcome for one in scans] == ["admitted", "repeated", "refused", "admitted"]
    assert {one.device_id for one in scans} == {device.id}
    assert all(one.staff_id is not None for one in scans)
    assert verbs(unit).count("queue.imported") == 2


def test_desk_that_comes_back_after_its_file_was_imported_adds_nothing(
    planner: Client, client: Client, evening: Evening, unit: Unit, token: str
) -> None:
    sent = entry(application=str(evening.guests[0].id), offline=True)
    take(planner, evening, file(sent))

    answer = client.api("POST", "/api/v1/door/scans", {"scans": [sent["body"]], "unsent": 0}, bearer=token)

    assert [one["outcome"] for one in answer["answers"]] == ["admitted"]
    assert len(stored(unit)) == 1


def test_entry_that_cannot_be_recorded_does_not_stop_the_others(
    planner: Client, evening: Evening, unit: Unit
) -> None:
    nameless = {
        "scan_id": str(uuid.uuid4()),
        "scanned_at": evening.doors_open_at.isoformat(),
        "name": "無 職種",
        "kana": "ム ショクシュ",
        "group": str(uuid.uuid4()),
    }
    given = file(entry("walk_in", **nameless), entry(application=str(evening.guests[0].id)))

    page = take(planner, evening, given)

    assert "1件を新しく入れました" in page
    assert "入れられませんでした：無 職種　職種区分を選んでください。" in page
    assert len(stored(unit)) == 1


def test_entries_that_cannot_be_read_are_listed_and_the_others_taken(
    planner: Client, evening: Evening, unit: Unit
) -> None:
    at = evening.doors_open_at
    unreadable = [
        {"kind": "walk_in", "body": {"scan_id": str(uuid.uuid4()), "name": "あ" * 61, "kana": "ア"}},
        {"kind": "scan", "body": {"scan_id": "x", "scanned_at": at.isoformat(), "method": "usb"}},
        {"kind": "correction", "body": {"application": str(evening.guests[1].id)}},
    ]

    page = take(planner, evening, file(*unreadable, entry(application=str(evening.guests[0].id))))

    assert "1件を新しく入れました" in page
    unread = "　記録の中身が読み取れません。"
    assert f"入れられませんでした：{'あ' * 60}{unread}" in page
    assert f"入れられませんでした：{local(at):%H:%M}{unread}" in page
    assert page.html.count(unread) == 3
    assert len(stored(unit)) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"[1, 2]",
        b'{"format": "tsudoi-door-queue-1"}',
        b'{"format": "other", "entries": []}',
        b'{"format": "tsudoi-door-queue-1", "entries": [{"kind": "scan", "body": []}]}',
        b'{"format": "tsudoi-door-queue-1", "entries": [{"kind": "dance", "body": {}}]}',
        b'{"format": "tsudoi-door-queue-1", "entries": [[]]}',
    ],
)
def test_file_that_is_none_of_ours_is_refused(
    planner: Client, evening: Evening, unit: Unit, content: bytes
) -> None:
    page = take(planner, evening, (content, "queue.json"), status=422)

    assert page.errors[0].startswith("受付の端末で保存したファイルではないか、途中で切れています。")
    assert stored(unit) == []


def test_file_of_another_event_is_refused(planner: Client, evening: Evening, unit: Unit) -> None:
    with unit():
        other = make_evening()
        enrol(other.event)
        (device,) = queries.devices_of(other.event.id)

    page = take(planner, evening, file(entry(ticket="X"), device=str(device.id)), status=422)

    assert page.errors[0].startswith("ほかの催しの受付の記録です。")


def test_no_file_chosen_is_told(planner: Client, evening: Evening) -> None:
    page = planner.get(path(evening, "door/queue")).press(TAKE, status=422)

    assert page.errors == ["ファイルを選んでください。"]
