"""わたしの申込: what every state says, and what it offers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from tests.support.addresses import own_link
from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.evening import NURSE, apply_as
from tests.support.guests import apply, my_link, published
from tests.support.hands import Clock, QueryCount, Unit
from trainings.directory.actions import load_master_data
from trainings.events.models import EventKind
from trainings.registration.models import Application
from trainings.registration.states import State

SAYS = {
    State.APPLIED: "申込を受け付けました",
    State.CONFIRMED: "参加が決まりました",
    State.WAITING: "看護 1番目です",
    State.OFFERED: "お席をご案内しています",
    State.NOT_SELECTED: "今回は見送りとなりました",
    State.DECLINED: "ご案内を辞退されました",
    State.EXPIRED: "ご案内の期限が過ぎました",
    State.SUBSTITUTED: "代わりの方に交代しました",
    State.CANCELLED: "取り消しました",
    State.DUPLICATE: "申込を受け付けました",
}
OPEN = {State.APPLIED, State.CONFIRMED, State.WAITING, State.OFFERED, State.DUPLICATE}


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


@pytest.mark.parametrize("state", list(State))
def test_state_is_told_in_plain_words_with_what_may_be_done(
    client: Client, unit: Unit, clock: Clock, state: State
) -> None:
    path = my_link(apply(client, unit, published(unit, EventKind.HUNDRED)))
    with unit() as session:
        one = session.scalars(select(Application)).one()
        one.state = state
        one.waiting_rank = 1 if state == State.WAITING else None
        one.offer_expires_at = clock.now + timedelta(days=2) if state == State.OFFERED else None

    page = client.get(path)

    assert SAYS[state] in page.one(".letter").text.replace("\n", " ")
    assert page.has_link("チケットを表示する") is (state == State.CONFIRMED)
    assert page.has_link("代わりの方にゆずる") is (state == State.CONFIRMED)
    assert page.has_link("内容を直す") is (state in OPEN)
    assert page.has_link("取り消す") is (state in OPEN)
    assert bool(page.all('button[name="answer"], input[name="answer"]')) is (state == State.OFFERED)


def test_calendar_entry_is_that_of_the_event(client: Client, unit: Unit) -> None:
    event = published(unit)
    page = client.get(my_link(apply(client, unit, event)))

    answer = client.download(page.link("カレンダーに入れる"))

    (entry,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert entry["summary"] == event.title
    assert "高橋" not in answer.get_data(as_text=True)


def test_receipt_can_be_loaded_again(client: Client, unit: Unit) -> None:
    receipt = apply(client, unit, published(unit))

    assert client.get(receipt.path).text == receipt.text


def test_my_history_lists_all_events_of_the_address(client: Client, unit: Unit) -> None:
    first = published(unit, EventKind.HUNDRED)
    second = published(unit)
    apply(client, unit, first)
    apply(client, unit, second)
    with unit() as session:
        path = f"/p/{own_link(session.scalars(select(Application)).all()[-1])}"

    page = client.get(path)

    assert page.has_link(first.title)
    assert page.has_link(second.title)
    client.get(path[:-1] + ("0" if path[-1] != "0" else "1"), status=404)


@pytest.mark.parametrize("events", [1, 3])
def test_my_history_asks_the_database_as_often_for_many_events(
    client: Client,
    unit: Unit,
    count_queries: Callable[[], AbstractContextManager[QueryCount]],
    events: int,
) -> None:
    with unit():
        for _ in range(events):
            one = apply_as(announce(quotas={}), NURSE, 1, pledged=True)
        path = f"/p/{own_link(one)}"

    with count_queries() as count:
        page = client.get(path)

    assert len(count) == 16, count.statements
    assert page.h1
