"""How long a desk takes on a slow line: the roster of 500 people, and then 300 scans that have waited, at 128 kbit/s each way
with 50 ms of delay. A phone at the edge of its network, or a hall whose visitors share one line."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from bench.evening import held_site
from bench.results import Row, report
from tests.support.arrivals import make_evening
from tests.support.crowd import crowd, queue_up
from tests.support.slow_line import SlowLine, slow_line
from trainings.checkin.actions import door_secret, open_door

KBIT_S, PEOPLE, SCANS, AIM_S = 128, 500, 300, 60
PATIENCE_MS = 180_000


def main() -> None:
    with held_site() as (site, clock), slow_line(urlsplit(site.url).port or 80) as line:
        with site.unit() as session:
            evening = make_evening()
            crowd(session, evening.guests[0], PEOPLE - len(evening.guests))
            link = f"/door/enrol/{door_secret(open_door(event_id=evening.event.id))}"
        clock.set(evening.doors_open_at)
        report("slow", _measure(line, link))


def _measure(line: SlowLine, link: str) -> list[Row]:
    """From the moment at which the device is enrolled to the last line of the roster; from the moment at which the network is
    back to the last scan."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(base_url=line.url, viewport={"width": 390, "height": 844})
        page.set_default_timeout(PATIENCE_MS)
        page.goto("/door")
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        page.goto(link)
        page.get_by_label("端末の名前").fill("受付1")
        line.at(KBIT_S)
        rows = _timed(line, f"roster of {PEOPLE} people", lambda: _load(page), AIM_S)
        page.context.set_offline(True)
        page.get_by_text("オフライン", exact=True).wait_for()
        queue_up(page, SCANS)
        page.wait_for_function(f"() => document.querySelector('[data-unsent]').textContent === '{SCANS}'")
        rows += _timed(line, f"queue of {SCANS} scans", lambda: _send(page))
        browser.close()
    return rows


def _load(page: Page) -> None:
    page.get_by_role("button", name="この端末を登録する").click()
    page.locator("[data-roster-count]", has_text=str(PEOPLE)).wait_for()


def _send(page: Page) -> None:
    page.context.set_offline(False)
    page.wait_for_function("() => document.querySelector('[data-unsent]').textContent === '0'")


def _timed(line: SlowLine, what: str, act: Callable[[], None], aim: float | None = None) -> list[Row]:
    begun, before = time.perf_counter(), line.up.bytes + line.down.bytes
    act()
    took = time.perf_counter() - begun
    named = f"{what} at {KBIT_S} kbit/s"
    return [
        Row(named, took, "s", aim=aim, of="value", better="less"),
        Row(f"{named}, on the wire", (line.up.bytes + line.down.bytes - before) / 1000, "kB"),
    ]


if __name__ == "__main__":
    main()
