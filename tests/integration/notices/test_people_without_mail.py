"""Whatever ends with a mail has a second leg for those whom no mail reaches: the list, the tick, the clock of an offer, the need,
the papers."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from tests.support.announcing import announce, statement
from tests.support.client import Client
from tests.support.evening import NURSE, come_in, device_of
from tests.support.hands import Clock, Unit
from tests.support.numbered import kana_of
from tests.support.staff import add_staff
from trainings.accounts.models import Role, Staff
from trainings.allocation.offers import expire_offer, offer_expiry, offer_free_seats
from trainings.certificates.queries import certificates_of_event
from trainings.core import clock as clocks
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.desk.closing import close_event
from trainings.desk.needs import tasks
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind, NoticeKind
from trainings.events.notices import stand_still
from trainings.events.queries import open_notice
from trainings.messages.models import Failure, Message, MessageState
from trainings.notices.actions import note_told, take_back
from trainings.notices.models import How, Kind, Told
from trainings.notices.queries import Telling, due_of
from trainings.notices.refusals import NoticeRefusal
from trainings.registration.actions import cancel_application, renew_secrets, submit_application
from trainings.registration.models import Application, Channel
from trainings.registration.states import State
from trainings.registration.telling import tell_applicants
from trainings.skills.actions import load_framework
from trainings.worker.rounds import run_round


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()
        load_framework("skills")


def gathering(**changes: object) -> Event:
    return announce(EventKind.SYMPOSIUM, quotas={}, organisation_cap=None, **changes)


def apply(event: Event, number: int, *, mail: str = "", channel: Channel = Channel.FAX) -> Application:
    """A nurse of her own, by FAX and without an address unless said otherwise."""
    return submit_application(
        event_id=event.id,
        statement=statement(
            NURSE,
            given=f"美咲{number}",
            given_kana="ミサキ" + kana_of(number),
            mail=mail,
            phone=f"090{number:08d}",
            fax="000-555-0199",
            organisation_name="",
        ),
        channel=channel,
        idempotency_key=f"paper-{number}",
    )


def give_up(address: str, event: Event, failure: Failure = Failure.ADDRESS_REFUSED) -> None:
    """All mails to an address are given up."""
    for message in db.session.scalars(select(Message).where(Message.to_address == address)):
        message.state, message.failure = MessageState.FAILED, failure


def deliver(address: str) -> None:
    for message in db.session.scalars(select(Message).where(Message.to_address == address)):
        message.state, message.sent_at = MessageState.SENT, clocks.now()


def kinds_of(application: Application) -> list[Kind]:
    return [one.kind for one in due_of(application.event_id, [application.id]).get(application.id, [])]


def tell(application: Application, staff: Staff, *, how: How = How.PHONE, at: object = None) -> list[Told]:
    dues = due_of(application.event_id, [application.id])[application.id]
    return note_told(
        event_id=application.event_id,
        tellings=[Telling(application.id, one) for one in dues],
        how=how,
        told_at=at,  # type: ignore[arg-type]
        staff=staff,
    )


@pytest.fixture
def planner(unit: Unit) -> Staff:
    return add_staff(unit, Role.PLANNER, name="計画 係", mail="plan@city.example")


def untold_of(event: Event) -> list[str]:
    return [task.need.says for task in tasks(event) if task.need.code == "untold_people"]


# -- who, and what ----------------------------------------------------------------------------------------------


def test_everything_that_a_mail_would_say_is_due_to_whoever_has_none(
    app: Flask, unit: Unit, clock: Clock, planner: Staff
) -> None:
    with unit():
        event = gathering(capacity=1)
        seated, waiting = apply(event, 1), apply(event, 2)
        mailed = apply(event, 3, mail="m3@example.jp")
        assert (kinds_of(seated), kinds_of(waiting), kinds_of(mailed)) == ([Kind.RESULT], [Kind.RESULT], [])
        tell(seated, planner)
        tell(waiting, planner)
        assert (kinds_of(seated), kinds_of(waiting)) == ([], [])

        clock.forward(minutes=1)
        renew_secrets(application_id=seated.id)
        assert kinds_of(seated) == [Kind.TICKET]

        cancel_application(application_id=seated.id, by_staff=True, reason="ご連絡のため")
        offer_free_seats(event_id=event.id)
        assert (kinds_of(seated), kinds_of(waiting)) == ([Kind.RESULT], [Kind.OFFER])

        clock.forward(minutes=1)
        stand_still(event_id=event.id, kind=NoticeKind.CALLED_OFF, reason="大雪の予報のため")
        assert (kinds_of(seated), kinds_of(waiting)) == ([], []), (
            "nobody is told before staff have settled it"
        )
        notice = open_notice(event.id)
        assert notice is not None
        tell_applicants(notice_id=notice.id, revision=notice.revision, mails=1)
        assert (kinds_of(seated), kinds_of(waiting)) == ([], [Kind.CALLED_OFF])


def test_certificate_and_survey_are_due_to_whoever_came(unit: Unit, clock: Clock, planner: Staff) -> None:
    with unit():
        event = gathering(capacity=9)
        came, absent = apply(event, 1), apply(event, 2)
        device, _ = device_of(event)
    clock.set(event.starts_at)
    with unit():
        come_in(event, device, [came])
    clock.set(event.ends_at + timedelta(minutes=10))
    with unit():
        close_event(event_id=event.id)
        assert len(certificates_of_event(event.id)) == 1
        assert kinds_of(came) == [Kind.CERTIFICATE, Kind.SURVEY]
        assert kinds_of(absent) == []
        assert untold_of(event) == ["メールで届かない方で、まだ知らせていない方が1人います"]


def test_lottery_applicant_on_paper_gets_a_receipt_that_presses_nobody(unit: Unit) -> None:
    with unit():
        event = announce(EventKind.HUNDRED)
        one = apply(event, 1)
        assert kinds_of(one) == [Kind.RECEIPT]
        assert untold_of(event) == []


@pytest.mark.parametrize(
    ("failure", "is_dead"),
    [
        (Failure.ADDRESS_REFUSED, True),
        (Failure.MAIL_REFUSED, True),
        (Failure.UNUSABLE, True),
        (Failure.LATER, True),
        (Failure.UNREACHABLE, False),
        (Failure.NOT_LET_IN, False),
        (Failure.SENDER_REFUSED, False),
    ],
)
def test_address_that_refuses_mails_is_no_address(unit: Unit, failure: Failure, is_dead: bool) -> None:
    with unit():
        event = gathering(capacity=9)
        one = apply(event, 1, mail="gone@example.jp", channel=Channel.WEB)
        assert kinds_of(one) == []
        give_up("gone@example.jp", event, failure)
        db.session.flush()
        assert kinds_of(one) == ([Kind.RESULT] if is_dead else []), failure


def test_what_reached_an_address_before_it_died_need_not_be_told(unit: Unit, clock: Clock) -> None:
    with unit():
        event = gathering(capacity=9)
        one = apply(event, 1, mail="dying@example.jp", channel=Channel.WEB)
        deliver("dying@example.jp")
        clock.forward(days=1)
        renew_secrets(application_id=one.id)
        for message in db.session.scalars(select(Message).where(Message.state == MessageState.QUEUED)):
            message.state, message.failure = MessageState.FAILED, Failure.ADDRESS_REFUSED
        db.session.flush()
        assert kinds_of(one) == [Kind.TICKET], "the result had arrived"


def test_address_that_takes_mails_again_is_told_by_mail(unit: Unit, clock: Clock) -> None:
    with unit():
        event = gathering(capacity=9)
        one = apply(event, 1, mail="back@example.jp", channel=Channel.WEB)
        give_up("back@example.jp", event)
        db.session.flush()
        assert kinds_of(one) == [Kind.RESULT]
        clock.forward(hours=1)
        renew_secrets(application_id=one.id)
        for message in db.session.scalars(select(Message).where(Message.state == MessageState.QUEUED)):
            message.state, message.sent_at = MessageState.SENT, clocks.now()
        db.session.flush()
        assert kinds_of(one) == []


# -- ticking off ------------------------------------------------------------------------------------------------


def test_tick_says_who_told_it_when_and_can_be_taken_back(
    staff_client: Callable[..., Client], unit: Unit, clock: Clock
) -> None:
    with unit():
        event = gathering(capacity=9)
        one = apply(event, 1)
    client = staff_client(Role.PLANNER)
    clock.forward(hours=1)
    address = f"/staff/events/{event.slug}/notices"

    page = client.get(address)
    assert "000-555-0199" in page
    box = page.one('input[name="matter"]')["value"]
    refused = client.post(f"{address}/told", {"matter": box}, status=422)
    assert refused.errors == ["知らせた方法を選んでください"]
    assert refused.one(f'input[value="{box}"][checked]'), "what was ticked stays ticked"
    later = client.post(
        f"{address}/told", {"matter": box, "how": "fax", "day": "2027-01-20", "hour": "9:00"}, status=422
    )
    assert "これから先の日時は入れられません" in later
    early = client.post(
        f"{address}/told", {"matter": box, "how": "fax", "day": "2027-01-17", "hour": "9:00"}, status=422
    )
    assert "入れた日時には、まだこの用件がありませんでした" in early
    nobody = client.post(f"{address}/told", {"how": "fax"}, status=422)
    assert "知らせた方に、しるしを付けてください" in nobody

    done = client.post(f"{address}/told", {"matter": box, "how": "fax", "hour": "10:30"})
    assert "1件を、知らせたことにしました" in done
    assert "知らせていない方はいません" in done
    with unit():
        row = db.session.scalars(select(Told)).one()
        assert (row.application_id, row.kind, row.how) == (one.id, Kind.RESULT, How.FAX)
        assert clocks.local(row.told_at).strftime("%m-%d %H:%M") == "01-18 10:30"
        assert untold_of(event) == []
    again = client.post(f"{address}/told", {"matter": box, "how": "phone"})
    assert "0件を" in again, "told twice is told once"

    told = client.get(f"{address}?show=told")
    assert "FAX" in told
    assert row.staff.name in told
    back = told.press("取り消す（まだ知らせていない）")
    assert "まだ知らせていないことにもどしました" in back
    with unit():
        assert kinds_of(one) == [Kind.RESULT]
        assert db.session.scalars(select(Told)).all() == []


def test_tick_of_something_that_changed_meanwhile_is_refused(
    unit: Unit, clock: Clock, planner: Staff
) -> None:
    with unit():
        event = gathering(capacity=9)
        one = apply(event, 1)
        seen = due_of(event.id)[one.id][0]
    clock.forward(hours=1)
    with unit():
        cancel_application(application_id=one.id, by_staff=True, reason="ご連絡のため")
    with pytest.raises(Refused) as refused, unit():
        note_told(
            event_id=event.id, tellings=[Telling(one.id, seen)], how=How.FAX, told_at=None, staff=planner
        )
    assert refused.value.code == NoticeRefusal.NOT_DUE


# -- the clock of an offer -----------------------------------------------------------------------------------------


def offered(clock: Clock, unit: Unit, *, mail: str = "") -> tuple[Event, Application]:
    with unit():
        event = gathering(capacity=1, offer_hours=48)
        first, second = apply(event, 1), apply(event, 2, mail=mail, channel=Channel.FAX)
    clock.forward(days=1)
    with unit():
        cancel_application(application_id=first.id, by_staff=True, reason="ご連絡のため")
        offer_free_seats(event_id=event.id)
    return event, second


def now_of(unit: Unit, one: Application) -> Application:
    with unit() as session:
        return session.get_one(Application, one.id, populate_existing=True)


@pytest.mark.parametrize(("how", "travels"), [(How.PHONE, 0), (How.FAX, 0), (How.HAND, 0), (How.POST, 2)])
def test_offer_without_mail_runs_from_when_it_was_told(
    unit: Unit, clock: Clock, planner: Staff, how: How, travels: int
) -> None:
    event, one = offered(clock, unit)
    assert now_of(unit, one).offer_expires_at == event.doors_open_at - timedelta(hours=6)

    clock.forward(days=5)
    with unit():
        assert expire_offer(application_id=one.id) is False
        (row,) = tell(one, planner, how=how)
    told_at = clocks.now()
    assert now_of(unit, one).offer_expires_at == told_at + timedelta(days=travels, hours=48)

    with unit():
        take_back(told_id=row.id)
    assert now_of(unit, one).offer_expires_at == event.doors_open_at - timedelta(hours=6)
    with unit():
        tell(one, planner, how=how)
    clock.forward(days=travels, hours=48)
    with unit():
        assert expire_offer(application_id=one.id) is True
    assert now_of(unit, one).state == State.EXPIRED


def test_offer_by_mail_keeps_the_clock_of_the_mail(unit: Unit, clock: Clock) -> None:
    event, one = offered(clock, unit, mail="m@example.jp")

    assert now_of(unit, one).offer_expires_at == offer_expiry(event, clocks.now())


def test_offer_whose_mail_came_back_rests_until_it_is_told(
    app: Flask, unit: Unit, clock: Clock, planner: Staff
) -> None:
    event, one = offered(clock, unit, mail="dead@example.jp")
    with unit():
        give_up("dead@example.jp", event)
    clock.forward(hours=1)
    run_round(app)
    run_round(app)
    assert now_of(unit, one).offer_expires_at == event.doors_open_at - timedelta(hours=6)

    clock.forward(days=4)
    run_round(app)
    assert now_of(unit, one).state == State.OFFERED, "its 48 hours never began"
    with unit():
        tell(one, planner)
    assert now_of(unit, one).offer_expires_at == clocks.now() + timedelta(hours=48)


def test_answer_by_telephone_is_taken_by_staff_who_are_asked_first(
    staff_client: Callable[..., Client], unit: Unit, clock: Clock
) -> None:
    event, one = offered(clock, unit)
    client = staff_client(Role.PLANNER)
    page = client.get(f"/staff/events/{event.slug}/notices?show=all")

    asked = page.press("「参加します」とお返事があった")
    assert now_of(unit, one).state == State.OFFERED
    done = asked.press("「参加します」とお返事があった")

    assert "参加が決まりました" in done
    assert now_of(unit, one).state == State.CONFIRMED
    with unit():
        assert kinds_of(one) == [Kind.RESULT], "the ticket has to be brought now"


# -- the list, 名簿, and papers ---------------------------------------------------------------------------------------


def test_roster_filters_by_no_mail_and_not_told(
    staff_client: Callable[..., Client], unit: Unit, planner: Staff
) -> None:
    with unit():
        event = gathering(capacity=9)
        told, untold = apply(event, 1), apply(event, 2)
        mailed = apply(event, 3, mail="m3@example.jp", channel=Channel.WEB)
        tell(told, planner)
    client = staff_client(Role.PLANNER)
    address = f"/staff/events/{event.slug}/applications"

    def shown(query: str) -> set[str]:
        page = client.get(address + query)
        return {one.full_name for one in (told, untold, mailed) if one.full_name in page}

    assert shown("?without_mail=1") == {told.full_name, untold.full_name}
    assert shown("?untold=1") == {untold.full_name}
    assert shown("") == {told.full_name, untold.full_name, mailed.full_name}
    book = client.get(f"{address}?untold=1").one('form[action$="applications.xlsx"] input[name="untold"]')
    assert book["value"] == "1"


def test_papers_are_a_sheet_for_each_with_the_ticket_of_who_comes(
    app: Flask, staff_client: Callable[..., Client], unit: Unit, clock: Clock
) -> None:
    with unit():
        event = gathering(capacity=1, offer_hours=48)
        seated, waiting = apply(event, 1), apply(event, 2)
    client = staff_client(Role.PLANNER)
    page = client.get(f"/staff/events/{event.slug}/notices").press("お知らせの紙をまとめて作る（PDF）")
    run_round(app)
    page = client.get(page.path)
    assert "2人分のPDFができました" in page

    taken = client.open("POST", f"{page.path}.pdf", data={"csrf_token": client.csrf_token()})
    pages = PdfReader(io.BytesIO(taken.data)).pages
    words = ["".join(one.extract_text().split()) for one in pages]
    assert len(words) == 2
    mine = next(text for text in words if seated.full_name.replace(" ", "") in text)
    other = next(text for text in words if waiting.full_name.replace(" ", "") in text)
    assert "参加が決まりました" in mine
    assert "チケットのQRコード" in mine
    assert seated.code in mine
    assert "キャンセル待ちとなりました" in other
    assert "チケットのQRコード" not in other
    with unit():
        assert kinds_of(seated) == [Kind.RESULT], "printing is not telling"


def test_nobody_is_told_for_another_event(unit: Unit, staff_client: Callable[..., Client]) -> None:
    with unit():
        event, other = gathering(capacity=9), gathering(capacity=9, title="別の会")
        one = apply(event, 1)
        box = f"{one.id} result {due_of(event.id)[one.id][0].edition.isoformat()}"
    client = staff_client(Role.PLANNER)

    for value in ("nonsense", f"{uuid.uuid4()} result 2027-01-01T00:00:00", box + " x"):
        sent = {"matter": value, "how": "fax"}
        client.post(f"/staff/events/{other.slug}/notices/told", sent, status=422)
    client.post(f"/staff/events/{other.slug}/notices/told", {"matter": box, "how": "fax"})

    with unit():
        assert db.session.scalars(select(Told)).all() == []
