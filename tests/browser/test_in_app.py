"""Browsers inside other apps, on the pages that work better in the real one: the ticket, the venue's own check-in, enrolment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_door import Night, night
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.checkin import queries
from trainings.checkin.screens.venue import venue_code
from trainings.core import clock
from trainings.registration.secrets import ticket_url

__all__ = ["night"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
LINES = (
    f"{IPHONE} Mobile/15E148 Safari Line/14.9.0",
    f"{ANDROID} Chrome/126.0.0.0 Mobile Safari/537.36 Line/14.9.0/IAB",
)
OTHERS = (
    f"{IPHONE} Mobile/15E148 Instagram 334.0.0.0 (iPhone14,5; iOS 17_5; ja_JP)",
    f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/468.0.0.0;FBLC/ja_JP]",
    f"{IPHONE} Mobile/15E148 YJApp-IOS jp.co.yahoo.ipn.appli/4.150.1",
    f"{ANDROID} Chrome/126.0.0.0 Mobile Safari/537.36 YJApp-ANDROID jp.co.yahoo.android.yjtop/3.170.0",
)
SAFARI = f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1"
LEADS_OUT = "SafariやChromeで開く"


@pytest.fixture
def addresses(site: Site, night: Night) -> list[str]:
    with site.unit():
        door = queries.door_of(night.evening.event.id)
        assert door is not None
        key = site.app.config["TSUDOI"].link_key
        code = venue_code(key, door.event_id, door.link_version, clock.now())
        ticket = ticket_url(night.evening.guests[0])
    # The venue's page first: a browser that has shown the ticket needs no other one there.
    return [f"/v/{night.evening.event.slug}/{code}", ticket[ticket.lower().index("/t/") :], night.enrolment]


def open_as(new_context: NewContext, user_agent: str, **options: object) -> Page:
    context, _ = new_context("phone", user_agent=user_agent, **options)
    return context.new_page()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_pages_that_need_a_real_browser_lead_there_and_work_where_they_are(
    new_context: NewContext, addresses: list[str], scripts: bool
) -> None:
    for user_agent in (*LINES, *OTHERS):
        page = open_as(new_context, user_agent, java_script_enabled=scripts)
        for address in addresses:
            page.goto(address)
            notice = page.locator(".notice--wait")
            link = notice.get_by_role("link", name=LEADS_OUT)
            if user_agent in LINES:
                expect(notice).to_contain_text("LINEの中で開いています。")
                # The link is the same page, with the word that LINE obeys; in any other browser it changes nothing.
                link.click()
                assert page.url.endswith(f"{address}?openExternalBrowser=1")
            else:
                expect(notice).to_contain_text("「Safariで開く」または「Chromeで開く」")
                expect(link).to_have_count(0)
            expect(page.locator("h1")).to_have_count(1)
        # The last one is the form that enrols: it stays usable inside the app.
        expect(page.get_by_role("button", name="この端末を登録する")).to_be_visible()


def test_real_browsers_are_led_nowhere_and_take_the_address_that_line_opens(
    new_context: NewContext, addresses: list[str]
) -> None:
    page = open_as(new_context, SAFARI)
    for address in addresses:
        page.goto(f"{address}?openExternalBrowser=1")
        expect(page.locator("h1")).to_have_count(1)
        expect(page.get_by_text("の中で開いています。")).to_have_count(0)
