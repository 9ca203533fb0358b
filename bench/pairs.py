"""How long it takes to settle a hundred pairs of "the same person?" by keyboard: presses, and what the server takes of it."""

from __future__ import annotations

import shutil
import time
from statistics import median

from playwright.sync_api import expect, sync_playwright

from bench.evening import held_site
from bench.results import Row, report
from tests.support.pairs import pairs_of_people, press_until_settled
from tests.support.site import Site
from tests.support.staff import add_staff, session_cookie
from trainings.accounts.models import Role
from trainings.directory import actions

PAIRS = 100
MOST_PRESSES = 3
MINUTES = 10


def main() -> None:
    with held_site() as (site, _):
        address = _queue(site)
        presses, took = _settle(site, address)
    report(
        "pairs",
        [
            Row("presses for a pair", presses / PAIRS, "keys", None, MOST_PRESSES, "value", "less"),
            Row("from the key to the next pair, p50", median(took) * 1000, "ms"),
            Row("from the key to the next pair, slowest", max(took) * 1000, "ms"),
            Row(f"waiting in all, of {PAIRS} pairs", sum(took), "s"),
            Row("left to look at a pair within ten minutes", (MINUTES * 60 - sum(took)) / PAIRS, "s"),
        ],
    )


def _queue(site: Site) -> str:
    """Half of them applied twice under one name; half are alike to somebody with another family name."""
    with site.unit():
        actions.load_master_data()
        event = pairs_of_people(PAIRS, same_name_every=2)
    return f"/staff/people/candidates?event={event.id}"


def _settle(site: Site, address: str) -> tuple[int, list[float]]:
    """Presses in all, and seconds from each decision to the next pair with the focus on it."""
    staff = add_staff(site.unit, Role.PLANNER, name="欅田 まもる", mail="planner@city.keyaki.example")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": "tsudoi", "value": session_cookie(site.app, staff), "url": site.url}])
        page = context.new_page()
        page.goto(address)
        presses, took = 0, []
        left = page.locator(".say b").first
        for done in range(PAIRS):
            expect(left).to_have_text(f"{PAIRS - done}組")
            expect(page.locator("article").first).to_be_focused()
            begun = time.perf_counter()
            presses += press_until_settled(page, "12"[done % 2])
            if done + 1 < PAIRS:
                expect(left).to_have_text(f"{PAIRS - done - 1}組")
            else:
                expect(page.get_by_text("確かめる組はありません")).to_be_visible()
            took.append(time.perf_counter() - begun)
        browser.close()
    return presses, took
