"""Waiting for a paper of many pages: the page says how far it is by itself, and then holds the button that fetches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Page, expect

from tests.support.arrivals import make_evening
from tests.support.site import Site
from tests.support.staff import add_staff, session_cookie
from trainings.accounts.models import Role
from trainings.checkin.paper.exports import KIND, MANY
from trainings.printing.actions import order_paper
from trainings.worker.press import make_papers


def test_page_follows_the_paper_until_it_can_be_fetched(
    watched_page: Page, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    staff = add_staff(site.unit, Role.PLANNER, name="欅田 まもる", mail="planner@city.keyaki.example")
    with site.unit():
        event = make_evening().event
        order = order_paper(event_id=event.id, kind=KIND, staff=staff)
    cookie = {"name": "tsudoi", "value": session_cookie(site.app, staff), "url": site.url}
    watched_page.context.add_cookies([cookie])  # type: ignore[list-item]
    watched_page.clock.install()
    watched_page.goto(f"/staff/events/{event.slug}/papers/{order.id}")
    said = watched_page.locator("#paper .say")
    expect(said).to_have_text("順番を待っています。")
    assert_accessible(watched_page)

    def look() -> None:
        watched_page.clock.fast_forward(5_000)
        expect(said).to_contain_text("人分")
        if "のうち" in said.inner_text():
            assert_accessible(watched_page)

    assert make_papers(site.app, {KIND: replace(MANY, part=3)}, stop=lambda: False, between=look) == 1

    watched_page.clock.fast_forward(5_000)
    expect(said).to_contain_text("PDFができました")
    assert_accessible(watched_page)
    with watched_page.expect_download() as download:
        watched_page.get_by_role("button", name="PDFを受け取る").click()
    assert download.value.suggested_filename.endswith("名札.pdf")
