"""The page that asks for work before a form is taken: the script does it, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.hands import Clock
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.core.requests.limits import Limit, attempts

NewContext = Callable[..., tuple[BrowserContext, Watch]]


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"rate_limits": True}


@pytest.fixture
def overrun(site: Site) -> None:
    """So many have asked for their links behind this address that the second step of work is asked for."""
    with site.app.app_context():
        for _ in range(20):
            attempts((Limit("links", 10, 15), "127.0.0.1"))


def ask(page: Page) -> None:
    page.goto("/links")
    page.get_by_label("メールアドレス").fill("misaki@houkan.example")
    page.get_by_role("button", name="リンクを送ってもらう").click()


def test_script_does_the_work_and_sends_the_form(
    watched_page: Page, watch: Watch, site: Site, overrun: None
) -> None:
    watch.allow("status of 429")

    ask(watched_page)

    expect(watched_page.get_by_role("heading", name="受け付けました")).to_be_visible(timeout=30_000)


def test_page_can_be_sent_by_hand_without_javascript(
    new_context: NewContext,
    site: Site,
    clock: Clock,
    overrun: None,
    screen: str,
) -> None:
    context, watch = new_context(screen, java_script_enabled=False)
    watch.allow("status of 429")
    page = context.new_page()
    ask(page)
    expect(page.get_by_role("heading", name="少しお待ちください")).to_be_visible()

    clock.forward(minutes=2)
    page.get_by_role("button", name="送る").click()

    expect(page.get_by_role("heading", name="受け付けました")).to_be_visible()
