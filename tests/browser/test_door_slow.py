"""A slow line: what is long comes in parts that are kept, is asked for in smaller parts after a time-out, and is never begun anew.

How many seconds it takes is measured by `python -m bench slow`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from tests.browser.test_door import Night, night, scans, type_ticket
from tests.browser.test_door_offline import QUEUE_A_HUNDRED
from tests.browser.test_door_ways import SEARCH
from tests.support.crowd import crowd, queue_up
from tests.support.hands import Clock
from tests.support.modules import of_the_page
from tests.support.site import Site
from tests.support.slow_line import Fate, SlowLine, slow_line
from tests.support.watching import Watch
from trainings.checkin.models import Outcome
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application
from trainings.registration.secrets import ticket_url

__all__ = ["night"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]

KBIT_S = 128
PEOPLE, LATE, QUEUE = 500, 3, 300
LONGEST = 8_000
"""Bytes of a message that still comes through, in the test of batches."""
ROSTER_KEPT = of_the_page(
    "async () => (await (await import('/static/js/door/store.js')).fact('roster')).roster.map(({ id, state }) => [id, state])"
)
HURRY = """
const wait = window.setTimeout;
window.setTimeout = (act, ms, ...said) => wait(act, ms > 3500 ? ms / 5 : ms, ...said);
"""
"""The page's patience with what is long, five times shorter."""
SAID = """
window.said = new Set();
addEventListener("DOMContentLoaded", () => {
  const top = document.querySelector(".door__top");
  if (top) new MutationObserver(() => window.said.add(top.innerText.replace(/\\s+/g, " "))).observe(
    top, { subtree: true, childList: true, characterData: true, attributes: true });
});
"""
"""Whatever the header has said."""


@pytest.fixture
def line(site: Site) -> Iterator[SlowLine]:
    port = urlsplit(site.url).port
    assert port
    with slow_line(port) as line:
        yield line


@pytest.fixture
def crowded(site: Site, night: Night) -> Night:
    with site.unit() as session:
        crowd(session, night.evening.guests[0], PEOPLE - len(night.evening.guests))
    return night


@pytest.fixture
def page(new_context: NewContext, line: SlowLine) -> Page:
    """A page at the far end of the line, whose files are there already."""
    context, watch = new_context("phone")
    watch.allow("ERR_|status of 40.|no answer")
    context.add_init_script(SAID)
    page = context.new_page()
    page.goto(f"{line.url}/door")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return page


def enrol_over(line: SlowLine, page: Page, night: Night) -> None:
    page.goto(line.url + night.enrolment)
    page.get_by_label("端末の名前").fill("受付1")
    page.get_by_role("button", name="この端末を登録する").click()
    page.wait_for_url("**/door")


def header_says(page: Page, words: str) -> None:
    """Now or at some moment before."""
    page.wait_for_function(
        "(words) => [...window.said].some((text) => text.includes(words))", arg=words, timeout=60_000
    )


def asked(line: SlowLine, path: str) -> list[str]:
    return [one for one in line.asked if f"/api/v1/door/{path}" in one]


def test_roster_and_queue_come_through_a_slow_line_that_breaks(
    page: Page, line: SlowLine, crowded: Night, site: Site, clock: Clock
) -> None:
    """The line breaks in the second part of the roster; until it is back, people cancel and come. Nothing that came is
    asked for again, nobody is missing, and three hundred scans go up once each."""
    line.fate = lambda head, answered: (
        "breaks" if "/guests?after" in head and answered > 3000 and not line.broken else "passes"
    )
    line.at(KBIT_S)
    before = line.down.bytes
    enrol_over(line, page, crowded)
    header_says(page, f"受付名簿 200 ／ {PEOPLE}人")
    clock.forward(minutes=2)
    with site.unit() as session:
        for guest in crowded.evening.guests[1:3]:
            cancel_application(application_id=guest.id)
        crowd(session, crowded.evening.guests[0], LATE, first=PEOPLE)

    expect(page.locator("[data-roster-count]")).to_have_text(str(PEOPLE + LATE), timeout=60_000)
    expect(page.locator("[data-loading]")).to_be_hidden()
    assert line.broken == 1
    assert len([one for one in asked(line, "guests") if "after" not in one]) == 1, "begun anew"
    assert line.down.bytes - before < 300 * PEOPLE, "bytes on the wire, everything included"
    kept = page.evaluate(ROSTER_KEPT)
    with site.unit() as session:
        there = {
            str(id): state.value for id, state in session.execute(select(Application.id, Application.state))
        }
    assert (dict(kept), len(kept)) == (there, PEOPLE + LATE)

    page.context.set_offline(True)
    expect(page.get_by_text("オフライン", exact=True)).to_be_visible(timeout=30_000)
    ids = queue_up(page, QUEUE)
    page.context.set_offline(False)
    header_says(page, f"送信中 100 ／ {QUEUE}件")
    expect(page.locator("[data-unsent]")).to_have_text("0", timeout=60_000)
    stored = scans(site)
    assert len(stored) == len(ids) == QUEUE
    assert {str(one.application_id) for one in stored} == set(ids)
    assert {one.outcome for one in stored} == {Outcome.ADMITTED}


def test_people_who_have_come_so_far_are_let_in_and_nobody_is_called_unknown(
    page: Page, line: SlowLine, crowded: Night, site: Site
) -> None:
    """The line hangs after the first part."""
    line.fate = lambda head, _answered: "hangs" if "/guests?after" in head else "passes"
    enrol_over(line, page, crowded)
    header_says(page, f"受付名簿 200 ／ {PEOPLE}人")
    with site.unit() as session:
        first = session.scalars(select(Application).order_by(Application.id).limit(1)).one()
        last = session.scalars(select(Application).order_by(Application.id.desc()).limit(1)).one()
        ticket = ticket_url(last)

    page.get_by_label(SEARCH).fill(first.code)
    page.locator("[data-found] button").first.click()
    expect(page.locator("#result [data-say]")).to_have_text("受付しました")
    page.keyboard.press("Escape")
    page.get_by_label(SEARCH).fill("だれでもない")
    expect(page.get_by_text("これまでに届いた名簿には、あてはまる方がいません。")).to_be_visible()
    page.get_by_label(SEARCH).fill("")
    type_ticket(page, ticket)

    expect(page.locator("#result")).not_to_have_class("result result--no")


def test_batch_that_does_not_come_through_is_halved(
    page: Page, line: SlowLine, night: Night, site: Site
) -> None:
    """What is long never arrives on this line; what is short does."""
    page.add_init_script(HURRY)
    enrol_over(line, page, night)
    expect(page.locator("[data-roster-count]")).to_have_text("5")
    expect(page.get_by_text("接続中")).to_be_visible()
    page.context.set_offline(True)
    page.evaluate(QUEUE_A_HUNDRED)
    expect(page.locator("[data-unsent]")).to_have_text("100", timeout=15_000)
    sizes: list[int] = []

    def fate(head: str, _answered: int) -> Fate:
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        if not head.startswith("POST /api/v1/door/scans") or not length:
            return "passes"
        sizes.append(int(length[1]))
        return "hangs" if sizes[-1] > LONGEST else "passes"

    line.fate = fate
    page.context.set_offline(False)

    expect(page.locator("[data-unsent]")).to_have_text("0", timeout=90_000)
    stored = scans(site)
    assert len(stored) == len({one.id for one in stored}) == 100
    assert max(sizes) > LONGEST
    expect(page.get_by_text("接続中")).to_be_visible()


def test_files_of_the_desk_that_have_come_are_not_fetched_again(
    new_context: NewContext, line: SlowLine, night: Night
) -> None:
    """The line breaks while the service worker fetches what it keeps: it goes on after the last file that came."""
    context, watch = new_context("phone")
    watch.allow("ERR_|error|Failed")
    page = context.new_page()
    line.fate = lambda head, answered: (
        "breaks"
        if "zxing_reader.wasm" in head and "no-cache" in head and answered > 100_000 and not line.broken
        else "passes"
    )

    page.goto(f"{line.url}/door")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=60_000)

    assert line.broken == 1
    fetched = [one for one in line.asked if "/css/door.css" in one]
    assert len(fetched) == 2, "once by the page, once by its worker"


def test_reader_of_codes_that_did_not_come_is_asked_for_again(
    new_context: NewContext, line: SlowLine, night: Night
) -> None:
    """Once as a stream and once as a whole, the browser asks for it by itself; then only if somebody wants to read."""
    context, watch = new_context("phone")
    watch.allow("ERR_|wasm|WebAssembly|[Aa]bort|falling back|fetching the script")
    page = context.new_page()
    line.fate = lambda head, answered: (
        "breaks"
        if "zxing_reader.wasm" in head and "no-cache" not in head and answered > 100_000 and line.broken < 2
        else "passes"
    )
    enrol_over(line, page, night)
    start = page.get_by_role("button", name="受付をはじめる")

    start.click()
    page.wait_for_function(
        """() => document.querySelector("[data-camera-problem]").textContent
          || !document.querySelector("[data-camera-words]").hidden"""
    )
    if start.is_visible():
        start.click()

    expect(page.locator("[data-camera-words]")).to_be_visible()
    assert line.broken == 2
