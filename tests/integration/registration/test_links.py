"""「送り直し」: the same answer to everybody, the links only to whom they belong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from tests.support.at_once import PATIENCE, press
from tests.support.client import Client
from tests.support.guests import apply, published
from tests.support.hands import Clock, Outbox, QueryCount, Unit, link_in
from trainings.directory.actions import load_master_data
from trainings.registration.models import LinkRequest

SHARED = "misaki@houkan.example"
Work = Callable[[], object]


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def ask(client: Client, mail: str) -> str:
    """The words of the answer."""
    return client.get("/links").press("リンクを送ってもらう", mail=mail).text


def test_answer_is_the_same_for_a_known_and_an_unknown_address(
    client: Client, unit: Unit, outbox: Outbox, work: Work
) -> None:
    apply(client, unit, published(unit))
    before = len(outbox.all())

    assert ask(client, SHARED) == ask(client, "nobody@a.example")
    assert len(outbox.all()) == before
    work()
    assert {mail.to_address for mail in outbox.all()[before:]} == {SHARED}
    assert outbox.all(to="nobody@a.example") == []


def test_one_person_gets_the_application_link_and_once_confirmed_the_person_link(
    client: Client, unit: Unit, outbox: Outbox, work: Work, clock: Clock
) -> None:
    event = published(unit)
    apply(client, unit, event)

    ask(client, " MISAKI＠houkan.example ")
    work()

    link = outbox.link(to=SHARED, purpose="registration_links", containing="/a/")
    assert client.get(link).h1 == "わたしの申込"
    confirm = client.get(outbox.link(to=SHARED, purpose="registration_confirm_address", containing="/p/"))
    confirm.press("このアドレスは、わたし一人のものです")
    clock.forward(minutes=6)
    ask(client, SHARED)
    work()
    mails = outbox.all(to=SHARED, purpose="registration_person_link")
    assert len({mail.body for mail in mails}) == 1
    history = client.get(link_in(mails[-1].body or "", "/p/"))
    assert "高橋 美咲 さん" in history
    assert history.has_link(event.title)


@pytest.mark.parametrize("address", [SHARED, "nobody@a.example"])
def test_asking_costs_the_same_questions_for_every_address(
    client: Client,
    unit: Unit,
    count_queries: Callable[[], AbstractContextManager[QueryCount]],
    work: Work,
    address: str,
) -> None:
    """And leaves nothing behind once the worker has answered."""
    apply(client, unit, published(unit))
    page = client.get("/links")

    with count_queries() as count:
        page.press("リンクを送ってもらう", mail=address)
    assert len(count) == 2, count.statements

    work()
    with unit() as session:
        assert session.scalars(select(LinkRequest)).all() == []


def test_shared_address_gets_application_links_only(
    client: Client, unit: Unit, outbox: Outbox, work: Work
) -> None:
    event = published(unit)
    apply(client, unit, event)
    apply(client, unit, event, family="大沢", given="誠", family_kana="オオサワ", given_kana="マコト")

    ask(client, SHARED)
    work()

    mails = outbox.all(to=SHARED, purpose="registration_links")
    assert {client.get(link_in(mail.body or "", "/a/")).one(".letter__to").text[:5] for mail in mails} == {
        "高橋 美咲",
        "大沢 誠 ",
    }
    assert outbox.all(purpose="registration_person_link") == []
    assert outbox.all(purpose="registration_confirm_address") == []


def test_no_address_and_half_an_address_are_told(client: Client) -> None:
    page = client.get("/links").press("リンクを送ってもらう", status=422)
    assert page.errors == ["申込のときに書いたメールアドレスを入力してください"]
    page = page.press("リンクを送ってもらう", mail="misaki", status=422)
    assert page.errors == ["メールアドレスに「@」がありません。name@example.jp のような形で入力してください"]
    assert page.form(button="リンクを送ってもらう").values["mail"] == ["misaki"]


@pytest.mark.parametrize("path", ["", "/done", "/edit", "/cancel", "/substitute", "/calendar.ics"])
def test_wrong_secret_opens_nothing(client: Client, unit: Unit, path: str) -> None:
    receipt = apply(client, unit, published(unit))
    secret = receipt.path.split("/")[2]
    assert client.open("GET", f"/a/{secret}{path}").status_code == 200

    changed = secret[:-1] + ("0" if secret[-1] != "0" else "1")

    client.get(f"/a/{changed}{path}", status=404)
    client.get(f"/p/{secret}", status=404)
    client.get(f"/t/{secret}", status=404)


def test_pressed_three_times_it_sends_once(
    client: Client, unit: Unit, outbox: Outbox, clock: Clock, work: Work
) -> None:
    """Who waits for a mail presses again; the answer stays the same, and later it is sent anew."""
    apply(client, unit, published(unit))

    answers = {ask(client, SHARED) for _ in range(3)}
    work()

    assert len(answers) == 1
    assert len(outbox.all(to=SHARED, purpose="registration_links")) == 1
    assert len(outbox.all(to=SHARED, purpose="registration_confirm_address")) == 1
    clock.forward(minutes=6)
    ask(client, SHARED)
    work()
    assert len(outbox.all(to=SHARED, purpose="registration_links")) == 2


def test_pressed_three_times_at_once_it_sends_once(
    client: Client, new_client: Callable[[], Client], unit: Unit, outbox: Outbox, work: Work
) -> None:
    event = published(unit)
    apply(client, unit, event)

    presses = [press(new_client(), "/links", {"mail": SHARED}) for _ in range(3)]
    ready = threading.Barrier(len(presses))
    answers = []

    def run(act: Callable[[], int]) -> None:
        ready.wait(PATIENCE)
        answers.append(act())

    threads = [threading.Thread(target=run, args=(act,)) for act in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    work()

    assert answers == [302, 302, 302]
    assert len(outbox.all(to=SHARED, purpose="registration_links")) == 1


class TestWithLimits:
    """Only three mails an hour go to one address, whoever asks."""

    @pytest.fixture
    def overrides(self) -> dict[str, object]:
        return {"rate_limits": True}

    def test_fourth_request_within_the_hour_sends_nothing_and_says_the_same(
        self, client: Client, unit: Unit, outbox: Outbox, clock: Clock, work: Work
    ) -> None:
        apply(client, unit, published(unit))
        answers = set()

        for _ in range(4):
            answers.add(ask(client, SHARED))
            clock.forward(minutes=6)
            work()

        assert len(answers) == 1
        assert len(outbox.all(to=SHARED, purpose="registration_links")) == 3
