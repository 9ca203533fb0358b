"""参加費 on the desk: one tap on the answer, another amount, giving back; offline too; known at every desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.test_door import Night, enrol, everything_sent, night, type_ticket
from tests.browser.test_door_ways import organiser
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.checkin.counter.fees import standing_fees
from trainings.events.models import Event

__all__ = ["night", "organiser"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]
TAKE = "参加費 1,000円をいただいた"


@pytest.fixture
def paying(night: Night, site: Site) -> Night:
    with site.unit() as session:
        session.get_one(Event, night.evening.event.id).fee_amount = 1000
    return night


@pytest.fixture
def desk(new_context: NewContext, paying: Night, screen: str) -> Page:
    context, watch = new_context(screen)
    watch.allow("ERR_INTERNET_DISCONNECTED|fetching the script|ERR_FAILED")
    page = context.new_page()
    enrol(page, paying)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return page


def taken(site: Site, night: Night) -> list[int]:
    with site.unit():
        return [fee.amount for fee in standing_fees(night.evening.event.id)]


def result(page: Page) -> Locator:
    return page.locator("#result")


def sums(page: Page) -> Locator:
    page.keyboard.press("Escape")
    page.get_by_role("link", name="状況").click()
    return page.locator("[data-fee-sums] dd")


def test_fee_is_taken_with_one_tap_and_the_answer_waits_for_it(
    desk: Page, paying: Night, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    type_ticket(desk, paying.tickets[0])
    assert_accessible(desk)
    desk.wait_for_timeout(5500)  # an answer without a fee would be gone by now
    result(desk).get_by_role("button", name=TAKE).click()

    expect(result(desk).locator("[data-fee-paid]")).to_contain_text("参加費 1,000円　いただきました（受付1")
    assert_accessible(desk)
    expect(result(desk)).to_be_hidden(timeout=8000)
    everything_sent(desk)
    assert taken(site, paying) == [1000]
    expect(sums(desk)).to_have_text(["1,000円（1件）", "1,000円（1件）"])
    assert_accessible(desk)


@pytest.mark.parametrize("screen", ["phone"])
def test_two_quick_taps_take_one_fee(desk: Page, paying: Night, site: Site) -> None:
    type_ticket(desk, paying.tickets[0])

    desk.locator("[data-fee-take]").evaluate("button => { button.click(); button.click(); }")

    expect(result(desk).locator("[data-fee-paid]")).to_contain_text("参加費 1,000円")
    everything_sent(desk)
    assert taken(site, paying) == [1000]


def test_another_amount_and_giving_back(desk: Page, paying: Night, site: Site) -> None:
    type_ticket(desk, paying.tickets[0])
    result(desk).get_by_role("button", name="ちがう金額").click()
    result(desk).get_by_label("いただいた金額（円）").fill("千円")
    result(desk).get_by_role("button", name="この金額をいただいた").click()
    expect(result(desk).get_by_role("alert")).to_have_text(
        "金額は、1,000,000円までの数字で入力してください。"
    )
    result(desk).get_by_label("いただいた金額（円）").fill("５００")
    result(desk).get_by_role("button", name="この金額をいただいた").click()
    expect(result(desk).locator("[data-fee-paid]")).to_contain_text("参加費 500円")

    result(desk).get_by_role("button", name="参加費を取り消す").click()

    expect(result(desk).get_by_role("button", name=TAKE)).to_be_visible()
    everything_sent(desk)
    assert taken(site, paying) == []
    expect(sums(desk)).to_have_text(["0円（0件）", "0円（0件）"])


def test_fees_taken_offline_survive_a_reload_and_are_sent_once(desk: Page, paying: Night, site: Site) -> None:
    desk.context.set_offline(True)
    type_ticket(desk, paying.tickets[0])
    result(desk).get_by_role("button", name=TAKE).click()
    desk.keyboard.press("Escape")
    desk.get_by_role("link", name="当日参加").click()
    desk.get_by_label("氏名").fill("新田 太郎")
    desk.get_by_label("フリガナ").fill("ニッタ タロウ")
    desk.get_by_label("職種区分").select_option(index=1)
    desk.get_by_role("button", name="この方を受け付ける").click()
    result(desk).get_by_role("button", name=TAKE).click()
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-unsent]")).to_have_text("4")

    desk.reload()
    type_ticket(desk, paying.tickets[0])
    expect(result(desk).locator("[data-fee-paid]")).to_contain_text("いただきました")
    desk.keyboard.press("Escape")
    expect(sums(desk)).to_have_text(["2,000円（2件）", "2,000円（2件）"])
    desk.context.set_offline(False)

    everything_sent(desk)
    assert taken(site, paying) == [1000, 1000]
    expect(sums(desk)).to_have_text(["2,000円（2件）", "2,000円（2件）"])


def test_other_desk_knows_who_has_paid(desk: Page, new_context: NewContext, paying: Night) -> None:
    other = new_context("desktop")[0].new_page()
    enrol(other, paying, "受付2")
    type_ticket(desk, paying.tickets[0])
    result(desk).get_by_role("button", name=TAKE).click()
    everything_sent(desk)
    expect(sums(other)).to_have_text(["0円（0件）", "1,000円（1件）"], timeout=20_000)

    type_ticket(other, paying.tickets[0])

    expect(result(other).locator("[data-fee-paid]")).to_contain_text("いただきました（受付1")
    expect(result(other).get_by_role("button", name=TAKE)).to_be_hidden()


@pytest.mark.parametrize("screen", ["desktop"])
def test_organiser_sees_the_sum_grow(
    desk: Page, organiser: Page, paying: Night, assert_accessible: Callable[[Page], None]
) -> None:
    organiser.goto(f"/staff/events/{paying.evening.event.slug}/door")
    type_ticket(desk, paying.tickets[0])
    result(desk).get_by_role("button", name=TAKE).click()

    expect(organiser.locator("#fees")).to_contain_text("1,000円（1人）", timeout=20_000)
    assert_accessible(organiser)


@pytest.mark.parametrize("screen", ["phone"])
def test_desk_of_an_event_without_a_fee_asks_for_none(
    new_context: NewContext, night: Night, screen: str
) -> None:
    page = new_context(screen)[0].new_page()
    enrol(page, night)

    type_ticket(page, night.tickets[0])

    expect(result(page).locator("[data-fee-part]")).to_be_hidden()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="状況").click()
    expect(page.locator("[data-fee-sums]")).to_be_hidden()
