"""Who is still missing at which table, on the desk, with and without a network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.test_door import Night, enrol, everything_sent, night, type_ticket
from tests.support.arrivals import take_seat
from tests.support.evening import come_in, device_of
from tests.support.modules import of_the_page
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.events.models import Event
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application, Channel

__all__ = ["night"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]


def tables_of(page: Page) -> Locator:
    page.get_by_role("link", name="状況").click()
    return page.locator("[data-missing] > li")


@pytest.fixture
def offline_page(new_context: NewContext, screen: str) -> Page:
    context, watch = new_context(screen)
    watch.allow("ERR_INTERNET_DISCONNECTED|fetching the script|ERR_FAILED")
    return context.new_page()


def test_missing_by_table_follows_this_desk_and_others(
    watched_page: Page, night: Night, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    with site.unit() as session:
        event = session.get_one(Event, night.evening.event.id)
        session.get_one(Application, night.evening.guests[1].id).table_number = 1
        take_seat(event, "遅着", "花", "チチャク", "ハナ", "CM", "", Channel.PHONE)
    enrol(watched_page, night)
    rows = tables_of(watched_page)
    expect(rows).to_have_text(
        [
            "卓 10 ／ 2人ケ 大久保 千鶴薬 丹羽 恵一",
            "卓 30 ／ 1人医 小田切 修",
            "卓 40 ／ 1人看 髙橋 美咲",
            "卓 50 ／ 1人看 山辺 あかり",
            "卓なし0 ／ 1人ケ 遅着 花",
        ]
    )
    assert_accessible(watched_page)

    type_ticket(watched_page, night.tickets[0])
    watched_page.keyboard.press("Escape")
    expect(rows.first).to_have_text("卓 11 ／ 2人薬 丹羽 恵一")
    # Another desk admits one, and staff cancel one: this desk hears of both.
    with site.unit():
        come_in(night.evening.event, device_of(night.evening.event)[0], [night.evening.guests[2]])
        cancel_application(application_id=night.evening.guests[3].id, by_staff=True, reason="欠席の連絡")
    expect(rows).to_have_text(
        [
            "卓 11 ／ 2人薬 丹羽 恵一",
            "卓 50 ／ 1人看 山辺 あかり",
            "卓なし0 ／ 1人ケ 遅着 花",
        ],
        timeout=20_000,
    )


def test_missing_by_table_works_offline_and_after_a_reload(offline_page: Page, night: Night) -> None:
    enrol(offline_page, night)
    offline_page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    offline_page.context.set_offline(True)
    offline_page.reload()

    rows = tables_of(offline_page)
    expect(rows).to_have_count(5)
    for ticket in night.tickets:
        type_ticket(offline_page, ticket)
        offline_page.keyboard.press("Escape")

    expect(rows).to_have_count(0)
    expect(offline_page.get_by_text("全員そろいました。")).to_be_visible()
    # Taken back, somebody is missing again.
    offline_page.get_by_role("link", name="読み取り").click()
    offline_page.get_by_role("button", name="直前の受付を取り消す").click()
    offline_page.keyboard.press("Escape")
    expect(tables_of(offline_page)).to_have_text(["卓 50 ／ 1人看 山辺 あかり"])
    offline_page.context.set_offline(False)
    everything_sent(offline_page)


def test_names_of_the_missing_go_with_the_roster(offline_page: Page, night: Night, site: Site) -> None:
    enrol(offline_page, night)
    expect(tables_of(offline_page)).to_have_count(5)

    offline_page.evaluate(
        of_the_page(
            """async () => {
            const store = await import('/static/js/door/store.js');
            await store.forgetAll();
        }"""
        )
    )
    offline_page.reload()

    assert "大久保" not in offline_page.content()
