"""Every need made true, and looked for on きょう, on its event's board and in the organiser's post."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.support.addresses import own_link
from tests.support.announcing import announce, statement
from tests.support.applying import MAKOTO, apply_for, make_event
from tests.support.client import Client
from tests.support.evening import NURSE, apply_as, device_of
from tests.support.hands import Clock, Outbox, Unit
from tests.support.markup import squeezed
from tests.support.staff import add_staff
from trainings.accounts.models import Role
from trainings.allocation import texts as allocation
from trainings.audit.actions import record
from trainings.checkin import texts as checkin
from trainings.checkin.desk.devices import acknowledge_devices
from trainings.checkin.models import Device, Fee, Method
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.core import clock as clocks
from trainings.core.db import db
from trainings.core.jobs import Job, JobState, Pulse
from trainings.core.restoration import Restoration
from trainings.desk.backups import nightly
from trainings.desk.backups import texts as backups
from trainings.desk.closing import close_event
from trainings.desk.needs import tasks
from trainings.directory.actions import load_master_data
from trainings.events import texts as events
from trainings.events.models import Event, EventKind, EventState, NoticeKind
from trainings.events.notices import settle, stand_still
from trainings.messages import texts as messages
from trainings.messages.models import Failure, Message, MessageState
from trainings.notices import texts as notices
from trainings.registration import texts as registration
from trainings.registration.actions import cancel_application, submit_application
from trainings.registration.models import Application, Channel
from trainings.registration.states import State
from trainings.skills.actions import load_framework
from trainings.surveys import texts as surveys
from trainings.surveys.models import FreeText, SurveyInvitation
from trainings.surveys.queries import runs_of_event

BEGINS = datetime.fromisoformat("2027-01-18T07:30+09:00")
Made = Event | None
"""The event that a need is about; None for the house."""


@pytest.fixture
def overrides() -> dict[str, Any]:
    """Backups are asked for every night, at an hour that has not come."""
    return {
        "backup_dir": "/nowhere",
        "backup_recipients": "age1" + "q" * 58,
        "backup_hour": 23,
    }


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    clock.set(BEGINS)
    with unit():
        load_master_data()
        load_framework("skills")


def move(event: Event, by: timedelta) -> None:
    """The event, its sessions and its doors at other times, behind the back of everybody."""
    for one in (event, *event.sessions):
        one.starts_at, one.ends_at = one.starts_at + by, one.ends_at + by
    event.doors_open_at += by
    db.session.flush()


def open_event(title: str, **changes: Any) -> Event:
    """A first-come event without quotas that teaches nothing."""
    return announce(EventKind.SYMPOSIUM, quotas={}, organisation_cap=None, title=title, **changes)


def over(event: Event, *, since: timedelta = timedelta(hours=1)) -> None:
    move(event, clocks.now() - since - event.ends_at)


def known_device(event: Event) -> Device:
    device, _ = device_of(event)
    acknowledge_devices(event_id=event.id, until=clocks.now())
    return device


# -- each need, made true --------------------------------------------------------------------------------------


def untold() -> Made:
    event = open_event("知らせる会")
    apply_as(event, NURSE, 100, pledged=True)
    stand_still(event_id=event.id, kind=NoticeKind.CALLED_OFF, reason="大雪の予報のため")
    return event


def postponed_without_day() -> Made:
    event = open_event("日のない会")
    notice = stand_still(event_id=event.id, kind=NoticeKind.POSTPONED, reason="講師の都合のため")
    settle(notice, told=0)
    move(event, -timedelta(days=40))
    return event


def draft_late() -> Made:
    return open_event("遅れた下書き", published=False)


def draft_past() -> Made:
    event = open_event("過ぎた下書き", published=False)
    move(event, -timedelta(days=60))
    return event


def draw_due() -> Made:
    event = make_event("抽選の会")
    apply_for(event, family="藤", given="光", family_kana="フジ", given_kana="ヒカル", mail="a@draw.example")
    event.application_closes_at = clocks.now() - timedelta(hours=1)
    return event


def results_late() -> Made:
    event = make_event("遅れた抽選の会")
    apply_for(event, **MAKOTO)
    event.application_closes_at = clocks.now() - timedelta(hours=1)
    event.results_on = clocks.today() - timedelta(days=1)
    return event


def seats_to_call_for() -> Made:
    event = open_event("電話の会", capacity=1)
    first = apply_as(event, NURSE, 110, pledged=True)
    apply_as(event, NURSE, 111, pledged=True)
    move(event, clocks.now() + timedelta(hours=4) - event.starts_at)
    cancel_application(application_id=first.id, by_staff=True, reason="ご連絡のため")
    return event


def offers_ending() -> Made:
    event = open_event("ご案内の会", capacity=1)
    one = apply_as(event, NURSE, 120, pledged=True)
    one.state, one.offer_expires_at = State.OFFERED, clocks.now() + timedelta(hours=5)
    return event


def reserves_unfilled() -> Made:
    event = announce(
        EventKind.SYMPOSIUM, quotas={"医科": (3, None)}, organisation_cap=None, title="枠の余る会", capacity=9
    )
    apply_as(event, NURSE, 130, pledged=True)
    event.application_closes_at = clocks.now() + timedelta(days=5)
    return event


def stranger(event: Event, n: int) -> Application:
    """高橋 美咲 again, of whom nothing else is as before."""
    return submit_application(
        event_id=event.id,
        statement=statement(mail=f"m{n}@x{n}.example", phone=f"080{n:08}", organisation_name=""),
        channel=Channel.WEB,
        idempotency_key=f"stranger-{n}",
    )


def candidates() -> Made:
    event = open_event("同じ人の会", capacity=1)
    stranger(event, 1)
    stranger(event, 2)
    return event


def second_seats() -> Made:
    event = open_event("二つの席の会")
    for n in (5, 6):
        said = statement(family="柏", family_kana="カシワ", mail=f"s{n}@x{n}.example", phone=f"080{n:08}")
        submit_application(
            event_id=event.id, statement=said, channel=Channel.WEB, idempotency_key=f"second-{n}"
        )
    return event


def lock_held() -> Made:
    event = open_event("ロックの会")
    known_device(event).lock_wrong = 5
    return event


def candidates_elsewhere() -> Made:
    event = open_event("終わった同じ人の会")
    for n in (3, 4):
        said = {"family": "欅田", "given": "守", "family_kana": "ケヤキダ", "given_kana": "マモル"}
        apply_for(event, state=State.CANCELLED, mail=f"k{n}@y{n}.example", phone=f"070{n:08}", **said)
    return None


def addresses() -> Made:
    event = open_event("終わったアドレスの会", capacity=2)
    for n, mail in enumerate(("first@z.example", "second@z.example")):
        said = {"family": "槻木", "given": "薫", "family_kana": "ツキノキ", "given_kana": "カオル"}
        state = State.CANCELLED if n else State.CONFIRMED
        own_link(apply_for(event, state=state, mail=mail, phone="09099990000", **said))
    return None


def free_entries() -> Made:
    event = open_event("事業所の会")
    one = apply_as(event, NURSE, 140, pledged=True)
    one.organisation_name = "けやきのどこか"
    return event


def unprintable() -> Made:
    event = open_event("字のない会")
    apply_as(
        event, NURSE, 145, pledged=True
    ).family = "\U000f0000橋"  # a letter of private use, which no font has
    return event


def unprintable_event() -> Made:
    event = open_event("字のない会場の会")
    event.room = "\U000f0000の間"
    return event


def new_devices() -> Made:
    event = open_event("端末の会")
    device_of(event)
    return event


def door_due() -> Made:
    event = open_event("閉じていない会")
    apply_as(event, NURSE, 150, pledged=True)
    over(event)
    return event


def untold_people() -> Made:
    event = open_event("紙の会")
    apply_as(event, NURSE, 147, pledged=True).mail = ""
    return event


def matters() -> Made:
    event = open_event("受付の会")
    device = known_device(event)
    move(event, clocks.now() - event.doors_open_at)
    unknown = Attempt(
        scan_id=uuid.uuid4(), scanned_at=clocks.now(), method=Method.CAMERA, ticket="NOBODY-KNOWS-THIS"
    )
    record_attempts(event_id=event.id, attempts=[unknown], device=device)
    return event


def paid_twice() -> Made:
    event = open_event("参加費の会", fee_amount=500)
    one = apply_as(event, NURSE, 160, pledged=True)
    device = known_device(event)
    for _ in range(2):
        db.session.add(
            Fee(
                id=uuid.uuid4(),
                event_id=event.id,
                application_id=one.id,
                amount=500,
                taken_at=clocks.now(),
                device_id=device.id,
            )
        )
    return event


def unsent() -> Made:
    event = open_event("届かない会")
    known_device(event).unsent = 3
    event.state, event.closed_at = EventState.CLOSED, clocks.now()
    over(event)
    return event


def failed_mails() -> Made:
    event = open_event("メールの会")
    db.session.add(
        Message(
            to_address="nobody@nowhere.example",
            subject="届かない",
            body="…",
            purpose="registration_received",
            event_id=event.id,
            message_id=f"<{uuid.uuid4()}@x.example>",
            state=MessageState.FAILED,
            failure=Failure.ADDRESS_REFUSED,
        )
    )
    return event


def failed_jobs() -> Made:
    db.session.add(Job(name="seat_freed", key="x", run_after=clocks.now(), state=JobState.FAILED))
    return None


def unread() -> Made:
    event = open_event("アンケートの会")
    apply_as(event, NURSE, 170, pledged=True)
    over(event)
    close_event(event_id=event.id)
    run = runs_of_event(event.id)[0]
    db.session.add(FreeText(run_id=run.id, item_key="good", body="よかったです"))
    return event


def few_answers() -> Made:
    event = open_event("回答の会", capacity=20)
    guests = [apply_as(event, NURSE, 180 + n, pledged=True) for n in range(10)]
    over(event)
    close_event(event_id=event.id)
    run = runs_of_event(event.id)[0]
    for guest in guests:
        db.session.add(
            SurveyInvitation(event_id=event.id, application_id=guest.id, stratum=guest.event_group_id)
        )
    run.closes_at = clocks.now() + timedelta(days=2)
    db.session.flush()
    return event


def backup_failed() -> Made:
    nightly.note(nightly.FAILED)
    return None


def backup_old() -> Made:
    db.session.add(Pulse(name=nightly.WHOLE, at=clocks.now() - timedelta(hours=50)))
    return None


def backup_never() -> Made:
    """A worker has known for more than a day that backups are wanted."""
    db.session.add(Pulse(name=nightly.ASKED, at=clocks.now() - timedelta(hours=25)))
    return None


def restored() -> Made:
    db.session.add(Restoration(taken_at=clocks.now() - timedelta(days=1), cursors_above=0))
    return None


MAKERS: dict[str, tuple[Callable[[], Made], str]] = {
    "untold": (untold, "中止になりました。申し込んだ方に、まだ知らせていません"),
    "postponed_without_day": (postponed_without_day, "延期したままです。新しい日がまだ決まっていません"),
    "draft_late": (draft_late, "下書きのまま、申込を始める日を過ぎました"),
    "draft_past": (draft_past, "下書きのまま、催しの日を過ぎました"),
    "draw_due": (draw_due, "申込が締め切られました。抽選がまだです"),
    "results_late": (results_late, "結果をお知らせする日（1月17日（日））を過ぎました。抽選がまだです"),
    "seats_to_call_for": (seats_to_call_for, "席が空いています。キャンセル待ちの次の方に、電話してください"),
    "offers_ending": (offers_ending, "あすまでに期限の来るご案内が1件あります"),
    "reserves_unfilled": (reserves_unfilled, "確保した席のうち3席は、申込が足りず埋まりません"),
    "candidates": (candidates, "同じ人かもしれない申込が1組あります"),
    "second_seats": (second_seats, "同じ人かもしれない申込1組が、二つ目の席をふさいでいます"),
    "lock_held": (lock_held, "受付1で、PINを5回まちがえました。ロックしたままです"),
    "candidates_elsewhere": (candidates_elsewhere, "同じ人かもしれない方が、ほかに1組あります"),
    "addresses": (addresses, "記録を見てよいか、決めていないメールアドレスが1件あります"),
    "free_entries": (free_entries, "事業所が一覧に結び付いていない申込が1件あります"),
    "unprintable": (unprintable, "証明書や名札に印刷できない字のある方が1人います"),
    "unprintable_event": (unprintable_event, "催しの名前・会場・講師などに、印刷できない字があります"),
    "untold_people": (untold_people, "メールで届かない方で、まだ知らせていない方が1人います"),
    "new_devices": (new_devices, "受付の端末が1台、新しく登録されました"),
    "door_due": (door_due, "催しが終わりました。受付がまだ開いています"),
    "matters": (matters, "受付で確かめることが1件あります"),
    "paid_twice": (paid_twice, "参加費を二度いただいた方が1人います"),
    "unsent": (unsent, "受付の端末1台に、まだ届いていない受付が残っています"),
    "failed_mails": (failed_mails, "届かなかったメールが1通あります"),
    "failed_jobs": (failed_jobs, "うまく終わらなかった裏側の仕事が1件あります"),
    "backup_failed": (backup_failed, "ゆうべの控え（バックアップ）がとれませんでした（1月18日（月）7:30）"),
    "backup_old": (backup_old, "控え（バックアップ）が50時間とれていません"),
    "backup_never": (backup_never, "控え（バックアップ）が、まだ一度もとれていません"),
    "restored": (restored, "データを控えから戻しました。メールと自動処理を止めています"),
    "unread": (unread, "まだ読んでいないアンケートの文が1件あります"),
    "few_answers": (few_answers, "アンケートの回答が、まだ半分に届いていません"),
}


def test_every_need_has_a_maker() -> None:
    tables = (events, allocation, registration, checkin, messages, notices, surveys, backups)

    assert set(MAKERS) == {code for table in tables for code in table.NEEDS}


def test_every_need_is_said_today_on_its_board_and_in_the_morning_mail(
    staff_client: Callable[..., Client], unit: Unit, outbox: Outbox, work: Callable[[], object]
) -> None:
    with unit():
        made = {
            code: maker() for code, (maker, _) in MAKERS.items() if code not in ("restored", "backup_never")
        }
    planner = staff_client(Role.PLANNER)

    today = planner.get("/staff")
    work()

    mail = squeezed(outbox.all(purpose="morning_mail")[0].body or "")
    lines = [squeezed(line.text) for line in today.all("ul.todo li")]
    for code, event in made.items():
        _, says = MAKERS[code]
        wanted = squeezed(f"{event.title if event else ''}{says}")
        assert any(line.startswith(wanted) for line in lines), f"{code} is not on the start page: {lines}"
        assert squeezed(says) in mail, f"{code} is not in the mail"
        if event is not None:
            board = planner.get(f"/staff/events/{event.slug}")
            assert squeezed(says) in squeezed(board.one("ul.todo").text), f"{code} is not on the board"
            assert event.title in mail
    for task in today.all("ul.todo li a.textlink"):
        planner.get(task["href"])


def test_restored_database_is_said_today_though_no_mail_goes_out(
    staff_client: Callable[..., Client], unit: Unit, outbox: Outbox, work: Callable[[], object]
) -> None:
    with unit():
        made, says = MAKERS["restored"][0](), MAKERS["restored"][1]
    planner = staff_client(Role.PLANNER)
    work()

    assert made is None
    assert squeezed(says) in squeezed(planner.get("/staff").one("ul.todo").text)
    assert "のあいだの申込や受付は" in planner.get("/staff/backups")
    assert outbox.all(purpose="morning_mail") == []


def noted_at(unit: Unit, name: str, **ago: int) -> None:
    with unit() as session:
        session.merge(Pulse(name=name, at=clocks.now() - timedelta(**ago)))


def test_backup_that_was_never_made_is_said_after_a_day(
    staff_client: Callable[..., Client], unit: Unit
) -> None:
    _, says = MAKERS["backup_never"]
    planner, admin = staff_client(Role.PLANNER), staff_client(Role.ADMIN)
    noted_at(unit, nightly.ASKED, hours=23)
    assert squeezed(says) not in squeezed(planner.get("/staff").text)

    noted_at(unit, nightly.ASKED, hours=25)

    for client in (planner, admin):
        assert squeezed(says) in squeezed(client.get("/staff").one("ul.todo").text)
    assert "backup" in admin.raw.get("/health/ready").get_json()["troubles"]
    assert "控えは、まだ一度もとっていません" in admin.get("/staff/settings")
    noted_at(unit, nightly.WHOLE, hours=3)
    assert squeezed(says) not in squeezed(planner.get("/staff").text)
    assert "（3時間前）" in admin.get("/staff/settings").follow("控えのようすを見る")
    noted_at(unit, nightly.WHOLE, days=2)
    assert "（2日前）" in admin.get("/staff/settings")


def test_backup_is_missing_by_the_age_of_the_database_where_no_worker_ever_ran(
    app: Flask, unit: Unit, clock: Clock
) -> None:
    with unit():
        record(verb="x", subject=("x", "x"))
    with app.app_context():
        assert not nightly.is_missing()
        clock.forward(hours=25)
        assert nightly.is_missing()


def test_administrator_who_plans_nothing_hears_of_backups_only(
    staff_client: Callable[..., Client], unit: Unit
) -> None:
    with unit():
        for maker in (failed_mails, backup_old, backup_failed):
            maker()
    admin = staff_client(Role.ADMIN)

    page = admin.get("/staff")

    assert len(page.all("ul.todo li a.textlink")) == 2
    assert "最後の控えは、" in admin.get(page.all("ul.todo li a.textlink")[0]["href"])


def test_morning_mail_comes_once_a_day_to_who_wants_it(
    staff_client: Callable[..., Client],
    unit: Unit,
    outbox: Outbox,
    clock: Clock,
    work: Callable[[], object],
) -> None:
    add_staff(unit, Role.TRAINER, name="研修 係", mail="trainer@city.example")
    add_staff(unit, Role.PLANNER, name="前の 係", mail="former@city.example", active=False)
    add_staff(unit, Role.PLANNER, name="企画 係", mail="planner@city.example")
    own = staff_client(Role.PLANNER)
    work()
    assert outbox.all(purpose="morning_mail") == []  # nothing waits for a hand
    clock.set(BEGINS + timedelta(days=1, hours=3))
    with unit():
        failed_jobs()
    work()
    assert outbox.all(purpose="morning_mail") == []  # too late for a morning mail
    clock.set(BEGINS + timedelta(days=2))
    own = staff_client(Role.PLANNER)

    page = own.get("/staff").press("毎朝のメールを止める")
    work()
    clock.forward(minutes=30)
    work()

    assert "毎朝のお知らせメールを止めました" in page
    sent = {mail.to_address for mail in outbox.all(purpose="morning_mail")}
    assert "planner@city.example" in sent
    assert not sent & {"trainer@city.example", "former@city.example"}
    assert len(outbox.all(purpose="morning_mail", to="planner@city.example")) == 1
    assert len(sent) == 2  # the planner's own first account still wants it
    page.press("毎朝のメールを受け取る")
    clock.set(BEGINS + timedelta(days=3))
    work()
    assert len({mail.to_address for mail in outbox.all(purpose="morning_mail")}) == 3


def test_what_was_done_is_no_need_any_more(unit: Unit) -> None:
    with unit():
        event = open_event("静かな会")
        device_of(event)
        assert [one.need.code for one in tasks(event)] == ["new_devices"]
        acknowledge_devices(event_id=event.id, until=clocks.now())
        assert tasks(event) == tasks() == []
