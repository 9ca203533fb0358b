"""The list of mails for organisers, and the mailbox of the sample city."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.support.client import Client
from tests.support.hands import QueryCount, Unit
from tests.support.staff import add_staff
from trainings.accounts.models import Role
from trainings.core.jobs import Job, JobState, enqueue, failed_jobs
from trainings.core.paging import SIZE as PAGE
from trainings.messages.actions import queue_mail
from trainings.messages.models import Failure, Message, MessageState

MAILS = "/staff/mails"


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


def put(
    unit: Unit, to: str = "hanako@clinic.example", state: MessageState = MessageState.QUEUED, **given: Any
) -> Message:
    with unit() as session:
        message = queue_mail(to=to, subject=f"{to}への件名", body="本文の秘密", purpose="test")
        session.flush()
        message.state = state
        if state == MessageState.SENT:
            message.sent_at = message.created_at
        if state == MessageState.FAILED:
            message.failure, message.last_error, message.attempts = (
                Failure.ADDRESS_REFUSED,
                "550 no such user",
                1,
            )
        for name, value in given.items():
            setattr(message, name, value)
    return message


def test_list_shows_what_needs_a_hand_first_with_its_reason(planner: Client, unit: Unit) -> None:
    put(unit, "sent@x.example", MessageState.SENT)
    put(unit, "waits@x.example")
    put(unit, "failed@x.example", MessageState.FAILED)

    page = planner.get(MAILS)

    rows = [row.text for row in page.all("#mails .todo > li")]
    assert ["failed@x.example" in rows[0], "waits@x.example" in rows[1], "sent@x.example" in rows[2]] == [
        True
    ] * 3
    assert "このあて先は受け付けられませんでした" in page
    assert "550 no such user" in page
    assert "送れなかった 1通、送信待ち 1通、送信済み 1通です。" in page


def test_list_shows_no_text_of_a_mail(planner: Client, unit: Unit) -> None:
    """It holds the links of those who applied."""
    put(unit)

    assert "本文の秘密" not in planner.get(MAILS).html


def test_list_can_be_narrowed_to_a_state(planner: Client, unit: Unit) -> None:
    put(unit, "sent@x.example", MessageState.SENT)
    put(unit, "failed@x.example", MessageState.FAILED)

    page = planner.get(MAILS).follow("送れなかった（1）")

    assert "failed@x.example" in page
    assert "sent@x.example" not in page


@pytest.mark.parametrize("query", ["?state=nonsense", "?page=0", "?page=x", "?page=99999999999"])
def test_list_takes_a_strange_filter_for_none(planner: Client, unit: Unit, query: str) -> None:
    put(unit)

    assert "hanako@clinic.example" in planner.get(f"{MAILS}{query}")


def test_list_of_an_unknown_event_is_not_found(planner: Client) -> None:
    planner.get(f"{MAILS}?event=unknown", status=404)


def test_list_goes_on_to_the_next_page(planner: Client, unit: Unit) -> None:
    for n in range(PAGE + 1):
        put(unit, f"{n}@x.example")

    first = planner.get(MAILS)
    second = first.follow("次へ")

    assert (len(first.all("#mails .todo > li")), len(second.all("#mails .todo > li"))) == (PAGE, 1)
    assert not second.has_link("次へ")
    assert len(second.follow("前へ").all("#mails .todo > li")) == PAGE


def test_list_takes_the_same_queries_however_long(
    planner: Client, unit: Unit, count_queries: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    counts = []
    for n in (1, 2):
        for _ in range(n):
            put(unit, state=MessageState.FAILED)
        with count_queries() as count:
            planner.get(MAILS)
        counts.append(len(count))

    assert counts == [6, 6]


def test_failed_mail_that_nobody_wants_sent_waits_for_no_hand_and_may_be_sent_after_all(
    planner: Client, unit: Unit
) -> None:
    message = put(unit, state=MessageState.FAILED)
    assert "届かなかったメールが1通あります" in planner.get("/staff")

    page = planner.get(MAILS).press("送らない")

    assert "hanako@clinic.example へのメールは、送らないことにしました。" in page
    assert "送れなかった 0通" in page
    assert "届かなかったメール" not in planner.get("/staff")
    page.follow("送らない（1）").press("もう一度送る")
    with unit() as session:
        assert session.get_one(Message, message.id).state == MessageState.QUEUED


@pytest.mark.parametrize(
    ("button", "state"), [("止めていた2通を送る", "queued"), ("止めていた2通を送らない", "left")]
)
def test_mails_that_a_restore_held_are_settled_at_one_press(
    planner: Client, unit: Unit, button: str, state: str
) -> None:
    held = [put(unit, f"{n}@x.example", MessageState.FAILED, failure=Failure.RESTORED) for n in range(2)]
    other = put(unit, "failed@x.example", MessageState.FAILED)

    page = planner.get(MAILS)
    assert "送信待ちだったメールが、2通あります" in page
    page = page.press(button)

    with unit() as session:
        assert [session.get_one(Message, one.id).state for one in held] == [state] * 2
        assert session.get_one(Message, other.id).state == MessageState.FAILED
    assert not page.all(".notice form")
    assert "メール2通" in page


def test_failed_mail_is_queued_again_by_its_button(planner: Client, unit: Unit) -> None:
    message = put(unit, state=MessageState.FAILED, attempts=8)

    page = planner.get(MAILS).press("もう一度送る")

    assert "もう一度送ります" in page
    with unit() as session:
        kept = session.get_one(Message, message.id)
    assert (kept.state, kept.attempts, kept.failure) == (MessageState.QUEUED, 0, None)


def test_only_failed_mails_have_the_button(planner: Client, unit: Unit) -> None:
    put(unit, state=MessageState.SENT)
    put(unit)

    assert "もう一度送る" not in planner.get(MAILS)


def test_mail_that_is_under_way_again_is_not_queued_twice(planner: Client, unit: Unit) -> None:
    message = put(unit, state=MessageState.FAILED)
    page = planner.get(MAILS)
    with unit() as session:
        session.get_one(Message, message.id).state = MessageState.QUEUED

    page = page.press("もう一度送る", status=422)

    assert page.errors == [
        "このメールは、もう送り直しているか、送り終わっているか、送らないことになっています。"
    ]


def test_unknown_mail_is_refused_in_words(planner: Client) -> None:
    page = planner.post(f"{MAILS}/{uuid.uuid4()}/retry", status=422)

    assert page.errors == ["そのメールは見つかりません。"]


def test_failed_job_is_shown_and_made_due_again_by_its_button(planner: Client, unit: Unit) -> None:
    with unit():
        job = enqueue("seat_freed", key="x")
        job.state, job.last_error = JobState.FAILED, "RuntimeError: no luck"

    page = planner.get(MAILS)
    after = page.press("もう一度行う")

    assert "空いた席のご案内" in page
    assert "RuntimeError: no luck" in page
    assert "空いた席のご案内" not in after
    with unit() as session:
        assert failed_jobs() == []
        assert session.query(Job).one().state == JobState.DUE


def test_job_that_was_retried_meanwhile_is_refused_in_words(planner: Client, unit: Unit) -> None:
    with unit():
        job = enqueue("seat_freed", key="x")

    page = planner.post(f"{MAILS}/jobs/{job.id}/retry", status=422)

    assert page.errors == ["その処理は、もう行われています。"]


# -- the mailbox of the sample city ---------------------------------------------------------------------------


def test_mailbox_exists_only_in_the_sample_city(client: Client, unit: Unit) -> None:
    message = put(unit)

    client.get("/mailbox", status=404)
    client.get(f"/mailbox/{message.id}", status=404)


class TestSampleCity:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"environment": "demo"}

    def test_mailbox_shows_mails_and_makes_own_links_pressable(self, client: Client, unit: Unit) -> None:
        text = "次のページです。\nhttp://localhost/staff/sign-in?next=/x\nhttp://localhost.evil.example/ <b>太字</b>\n"
        put(unit, body=text)

        page = client.get("/mailbox").follow("hanako@clinic.exampleへの件名")

        links = [link["href"] for link in page.all("main a") if not link["href"].startswith("/mailbox")]
        assert links == ["/staff/sign-in?next=/x"]
        assert "http://localhost.evil.example/ <b>太字</b>" in page

    def test_mailbox_says_that_a_late_text_is_kept_nowhere_and_makes_it_once_more(
        self, client: Client, unit: Unit, work: Callable[[], object]
    ) -> None:
        add_staff(unit, Role.PLANNER, name="欅田 まもる", mail="mamoru@city.keyaki.example")
        client.get("/staff/sign-in").press("リンクを送る", mail="mamoru@city.keyaki.example")
        work()

        page = client.get("/staff/sign-in/sent").follow("メール箱を見る").follow("サインインのリンク")
        link = next(link["href"] for link in page.all("main a") if "/sign-in/" in link["href"])
        client.get(link).press("サインインする")

        assert "どこにも残りません" in page
        assert "としてサインインしています" in client.get("/staff/sign-in")
        used = client.get(page.path)
        assert "いまは、もう作れません" in used
        assert "/sign-in/" not in used.html

    def test_empty_mailbox_says_what_to_do(self, client: Client) -> None:
        assert "まだメールはありません" in client.get("/mailbox")

    def test_unknown_mail_is_not_found(self, client: Client) -> None:
        client.get(f"/mailbox/{uuid.uuid4()}", status=404)
