"""Anybody can type anybody's address: no mail in bulk goes there, and none that says what a stranger typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.support.addresses import own_link
from tests.support.announcing import statement
from tests.support.client import Client
from tests.support.guests import apply, published, stored
from tests.support.hands import Clock, Outbox, Unit
from trainings.core.actor import Actor, ActorKind, acting_as
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.registration.actions import submit_application
from trainings.registration.mails import MOST_AN_HOUR
from trainings.registration.models import Application, Channel, LinkRequest

VICTIM = "hanako@victim.example"
GUEST = Actor(ActorKind.GUEST)
WORDS = "おめでとう 至急お返事を"
WAYS: dict[str, tuple[str, str, dict[str, str]]] = {
    "cancel": ("cancel", "この申込を取り消す", {}),
    "change": ("edit", "この内容に直す", {"mail": VICTIM}),
    "substitute": (
        "substitute",
        "この方にゆずる",
        {"family": WORDS, "given": "代", "family_kana": "カワリ", "given_kana": "ダイ", "mail": VICTIM},
    ),
}
"""Page, button, and what is typed there."""


@pytest.fixture
def overrides() -> dict[str, object]:
    return {"rate_limits": True}


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def flood(unit: Unit, event: Event, posts: int, mail: str = VICTIM, begin: int = 0) -> None:
    """Invented people of one address, who look alike."""
    for n in range(begin, begin + posts):
        with unit(), acting_as(GUEST):
            sent(event, n, mail.format(n=n))


def sent(event: Event, n: int, mail: str) -> None:
    submit_application(
        event_id=event.id,
        statement=statement("NSV", family=f"人{n}", family_kana="ヒト", mail=mail),
        channel=Channel.WEB,
        idempotency_key=f"key-{n}",
    )


def to_victim(outbox: Outbox) -> int:
    return len([mail for mail in outbox.all() if mail.to_address.lower().endswith("@victim.example")])


@pytest.mark.parametrize("address", [VICTIM, "hanako+{n}@victim.example", "ha.na.ko@victim.example"])
def test_one_mailbox_is_not_filled(unit: Unit, outbox: Outbox, clock: Clock, address: str) -> None:
    """The attack: 237 mails to one address in 17 seconds."""
    event = published(unit)
    flood(unit, event, MOST_AN_HOUR + 20, address)
    at_once = to_victim(outbox)
    clock.forward(minutes=59)
    flood(unit, event, 3, address, begin=100)
    within_the_hour = to_victim(outbox)
    clock.forward(minutes=2)
    flood(unit, event, 1, address, begin=200)

    assert at_once == within_the_hour == MOST_AN_HOUR
    assert to_victim(outbox) == MOST_AN_HOUR + 1


def test_receipt_stands_alone_and_says_so(client: Client, unit: Unit, outbox: Outbox, clock: Clock) -> None:
    event = published(unit)
    usual = apply(client, unit, event, mail=VICTIM)
    flood(unit, event, MOST_AN_HOUR)

    receipt = apply(client, unit, event, mail=VICTIM, family="大沢", family_kana="オオサワ")

    assert f"{VICTIM} に、このページのリンクをお送りしました" in usual
    assert f"{VICTIM} には、短い間に何通もお送りしたため" in receipt
    assert "大沢" in receipt
    assert receipt.follow("わたしの申込を開く").h1 == "わたしの申込"
    assert client.get(usual.path).text == usual.text
    assert to_victim(outbox) == MOST_AN_HOUR


def test_applying_and_cancelling_by_turns_fills_nothing(client: Client, unit: Unit, outbox: Outbox) -> None:
    event = published(unit)

    for n in range(10):
        receipt = apply(client, unit, event, mail=VICTIM, family=("高橋", "大沢")[n % 2])
        receipt.follow("申込を取り消す").press("この申込を取り消す")

    assert len(outbox.all(to=VICTIM)) == MOST_AN_HOUR


def test_organisers_always_reach_everybody(unit: Unit, outbox: Outbox) -> None:
    event = published(unit)
    flood(unit, event, MOST_AN_HOUR + 5)

    with unit():
        sent(event, 900, VICTIM)

    told = [mail.subject for mail in outbox.all(to=VICTIM)]
    assert len(told) == MOST_AN_HOUR + 1
    assert told.count(f"お申し込みについてのお知らせ（{event.title}）") == MOST_AN_HOUR


@pytest.mark.parametrize("what", ["apply", "cancel", "change", "substitute"])
def test_mail_that_a_guest_causes_says_nothing_that_a_guest_typed(
    client: Client, unit: Unit, outbox: Outbox, what: str
) -> None:
    event = published(unit)
    first = apply(client, unit, event, family=WORDS, given=WORDS, organisation_name=WORDS)
    way = client.get(first.path.replace("/done", f"/{WAYS[what][0]}")) if what != "apply" else first
    if what == "substitute":
        way = way.press("この方にゆずる", profession=str(stored(unit, event)[0].profession_id), status=422)
    if what != "apply":
        way = way.press(WAYS[what][1], **WAYS[what][2])
    if what == "substitute":
        way.press("この方にゆずる")

    mails = outbox.all()

    assert len(mails) == {"apply": 1, "change": 3}.get(what, 2)
    for mail in mails:
        words = mail.subject + (mail.body or "")
        assert "おめでとう" not in words
        assert event.title in mail.subject
        # The address that was left gets no link any more.
        assert ("/a/" in words) == (mail.purpose != "registration_mail_left")


def test_confirmed_address_is_told_all_at_once(client: Client, unit: Unit, outbox: Outbox) -> None:
    event, other = published(unit), published(unit)
    apply(client, unit, event, mail=VICTIM)
    before = outbox.one(to=VICTIM)
    (known,) = stored(unit, event)
    with unit() as session:
        own_link(session.get_one(Application, known.id))

    apply(client, unit, other, mail=VICTIM, family=WORDS)

    (after,) = [mail for mail in outbox.all(to=VICTIM) if mail.id != before.id]
    assert before.subject == f"お申し込みについてのお知らせ（{event.title}）"
    assert after.subject == f"参加が決まりました（{other.title}）"
    assert "おめでとう" not in (after.body or "")


def test_news_of_a_second_application_is_of_guests_too(
    client: Client, unit: Unit, outbox: Outbox, work: Callable[[], object]
) -> None:
    """The attack: each invented person applies twice, and the worker writes to the first address."""
    event = published(unit, EventKind.HUNDRED)
    for mail in (VICTIM, "second@else.example"):
        apply(client, unit, event, family=WORDS, mail=mail)
    work()
    told = outbox.one(to=VICTIM, purpose="registration_second_application")
    assert "おめでとう" not in told.subject + (told.body or "")

    flood(unit, event, MOST_AN_HOUR)

    assert to_victim(outbox) == MOST_AN_HOUR


def test_links_are_of_guests_too_and_wait_for_room(
    client: Client, unit: Unit, outbox: Outbox, clock: Clock, work: Callable[[], object]
) -> None:
    """The attack: one request for links after a dozen applications mailed a dozen more, three times an hour."""
    flood(unit, published(unit), MOST_AN_HOUR - 2)
    sent_after = []

    client.get("/links").press("リンクを送ってもらう", mail=VICTIM)
    for minutes in (1, 30, 31, 61):
        clock.forward(minutes=minutes)
        work()
        sent_after.append(to_victim(outbox))

    links = [mail.reference for mail in outbox.all(purpose="registration_links")]
    assert sent_after == [MOST_AN_HOUR, MOST_AN_HOUR, 2 * (MOST_AN_HOUR - 2), 2 * (MOST_AN_HOUR - 2)]
    assert len(set(links)) == len(links) == MOST_AN_HOUR - 2
    with unit() as session:
        assert session.scalars(select(LinkRequest)).all() == []


def test_link_to_the_history_waits_for_room_too(
    client: Client, unit: Unit, outbox: Outbox, clock: Clock, work: Callable[[], object]
) -> None:
    apply(client, unit, published(unit), mail=VICTIM)
    client.get("/links").press("リンクを送ってもらう", mail=VICTIM)
    work()
    confirm = outbox.link(to=VICTIM, purpose="registration_confirm_address", containing="/p/")
    flood(unit, published(unit), MOST_AN_HOUR, "ha.nako@victim.example")

    client.get(confirm).press("このアドレスは、わたし一人のものです")
    work()
    at_once = to_victim(outbox)
    clock.forward(minutes=61)
    work()

    assert at_once == MOST_AN_HOUR
    assert (
        client.get(outbox.link(to=VICTIM, purpose="registration_person_link", containing="/p/")).status == 200
    )


def test_all_that_guests_cause_counts_for_its_mailbox(
    client: Client, unit: Unit, outbox: Outbox, work: Callable[[], object], clock: Clock
) -> None:
    event = published(unit, EventKind.HUNDRED)
    receipt = apply(client, unit, event, mail=VICTIM)
    apply(client, unit, event, mail="second@else.example")
    for mail in (VICTIM, "second@else.example"):
        client.get("/links").press("リンクを送ってもらう", mail=mail)
    work()
    for mail in (VICTIM, "second@else.example"):
        link = outbox.link(to=mail, purpose="registration_confirm_address", containing="/p/")
        client.get(link).press("このアドレスは、わたし一人のものです")
        work()
        clock.forward(minutes=1)  # who was first is told by the clock
    receipt.follow("申込を取り消す").press("この申込を取り消す")
    work()

    mails = outbox.all()
    assert {mail.purpose.removeprefix("registration_") for mail in mails} == {
        *("received", "second_application", "links", "confirm_address"),
        *("person_link", "second_address", "cancelled"),
    }
    assert [mail.purpose for mail in mails if not mail.mailbox] == []


def test_second_application_that_stands_when_the_first_is_given_up_says_nothing_typed(
    client: Client, unit: Unit, outbox: Outbox, work: Callable[[], object]
) -> None:
    """The attack: the worker, not the guest, wrote to the second address, with all the guest's words."""
    event = published(unit, EventKind.HUNDRED)
    first = apply(client, unit, event, family=WORDS, mail="own@else.example")
    apply(client, unit, event, family=WORDS, mail=VICTIM)
    first.follow("申込を取り消す").press("この申込を取り消す")

    work()

    assert len(outbox.all(to=VICTIM)) == 1
    assert not any("おめでとう" in mail.subject + (mail.body or "") for mail in outbox.all(to=VICTIM))
