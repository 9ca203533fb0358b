"""A badge printed from a desk, and the screen in the lobby."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_door import Night, enrol, night, type_ticket
from tests.browser.test_door_ways import organiser
from tests.support.hands import Clock
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.checkin.actions import close_door
from trainings.checkin.screens.links import link_screen, screen_secret
from trainings.events.models import Event

__all__ = ["night", "organiser"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]


def test_badge_of_a_walk_in_is_printed_from_the_desk(
    watched_page: Page, night: Night, assert_accessible: Callable[[Page], None]
) -> None:
    enrol(watched_page, night)
    watched_page.get_by_role("link", name="当日参加").click()
    watched_page.get_by_label("氏名").fill("新田 太郎")
    watched_page.get_by_label("フリガナ").fill("ニッタ タロウ")
    watched_page.get_by_label("職種区分").select_option(index=1)
    watched_page.get_by_role("button", name="この方を受け付ける").click()

    # The answer goes by itself after five seconds, which are over soon on a busy machine.
    link = watched_page.locator("[data-badge-part]:not([hidden]) [data-badge-link]")
    expect(link).to_have_attribute("href", re.compile("^/door/badge/"))
    watched_page.goto(link.get_attribute("href") or "")

    badge = watched_page.locator(".badge")
    expect(badge.locator("[data-name]")).to_have_text("新田 太郎")
    assert_accessible(watched_page)
    watched_page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    watched_page.get_by_label("用紙のどこから印刷しますか").select_option("4")
    watched_page.get_by_role("button", name="印刷する", exact=True).click()
    assert watched_page.evaluate("() => window.printed") is True
    assert badge.get_attribute("class") == "badge badge--right badge--2"
    watched_page.get_by_role("link", name="受付の画面に戻る").click()
    expect(watched_page.get_by_text("接続中")).to_be_visible()


@pytest.mark.parametrize("screen", ["desktop"])
def test_printed_badge_is_a_ticket(
    watched_page: Page, night: Night, tmp_path_factory: pytest.TempPathFactory
) -> None:
    enrol(watched_page, night)
    watched_page.goto(f"/door/badge/{night.evening.guests[0].id}")
    expect(watched_page.locator(".badge [data-name]")).to_have_text("大久保 千鶴")
    file = tmp_path_factory.mktemp("badge") / "badge.png"

    watched_page.emulate_media(media="print")
    watched_page.screenshot(path=file, full_page=True)

    (code,) = zxingcpp.read_barcodes(Image.open(file))
    assert code.text == night.tickets[0]


def test_badge_without_a_network_or_an_enrolment_says_so(new_context: NewContext, night: Night) -> None:
    context, watch = new_context("phone")
    watch.allow("ERR_FAILED|status of 400")
    page = context.new_page()
    page.goto(f"/door/badge/{night.evening.guests[0].id}")
    expect(page.get_by_text("この端末は、受付に登録されていません。")).to_be_visible()
    enrol(page, night)
    page.route("**/api/v1/door/badges", lambda route: route.abort())
    page.goto(f"/door/badge/{night.evening.guests[0].id}")
    expect(page.get_by_text("通信がつながっているときに印刷できます。")).to_be_visible()
    page.unroute("**/api/v1/door/badges")
    page.goto("/door/badge/00000000-0000-0000-0000-000000000001")
    expect(page.get_by_text("この方の名札は、いま印刷できません。")).to_be_visible()


@pytest.mark.parametrize("screen", ["desktop"])
def test_organiser_sees_the_list_of_late_badges(
    organiser: Page, phone_page: Page, night: Night, assert_accessible: Callable[[Page], None]
) -> None:
    enrol(phone_page, night)
    type_ticket(phone_page, night.tickets[0])
    phone_page.locator("#result").get_by_role("button", name="代理の方が来た").click()
    phone_page.locator("#deputy-name").fill("代田 理子")
    phone_page.locator("#deputy-kana").fill("シロタ リコ")
    phone_page.locator("#result").get_by_role("button", name="代理の方を受け付ける").click()
    expect(phone_page.locator("#result [data-name]")).to_have_text("代田 理子")

    organiser.goto(f"/staff/events/{night.evening.event.slug}/door")

    expect(organiser.get_by_role("checkbox", name="代田 理子")).to_be_checked()
    assert_accessible(organiser)


def test_screen_in_the_lobby_needs_nobody_signed_in_and_ends_with_the_door(
    new_context: NewContext, night: Night, site: Site, clock: Clock, assert_accessible: Callable[[Page], None]
) -> None:
    with site.unit():
        secret = screen_secret(link_screen(event_id=night.evening.event.id))
    context, watch = new_context("desktop")
    watch.allow("status of 410")
    page = context.new_page()
    page.goto(f"/door/screen/{secret}")
    expect(page.locator(".big__number")).to_have_text("0／ 5人")
    assert_accessible(page)
    clock.set(night.evening.event.ends_at)

    with site.unit():
        close_door(event_id=night.evening.event.id)

    expect(page.get_by_role("heading", name="受付は終わりました")).to_be_visible(timeout=20_000)
    assert_accessible(page)


@pytest.mark.parametrize("screen", ["desktop"])
def test_code_of_the_venue_is_on_the_screen_whatever_the_title(
    organiser: Page, night: Night, site: Site
) -> None:
    with site.unit() as session:
        session.get_one(Event, night.evening.event.id).title = "多" * 120

    organiser.goto(f"/staff/events/{night.evening.event.slug}/venue-code")

    expect(organiser.locator(".big__qr")).to_be_in_viewport(ratio=1)
    expect(organiser.locator(".big__how")).to_be_in_viewport(ratio=1)
