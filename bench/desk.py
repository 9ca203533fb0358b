"""How fast the desk answers by itself: 5 000 people on it, and a processor six times slower (a phone of the middle class)."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from statistics import median

from playwright.sync_api import Page, sync_playwright

from bench.evening import held_site
from bench.results import Row, report
from tests.support.arrivals import make_evening, take_seat
from tests.support.crowd import widen_roster
from tests.support.site import Site
from trainings.checkin.actions import door_secret, open_door
from trainings.registration.secrets import ticket_url

PEOPLE, SLOWER, AIM_MS = 5_000, 6, 100
GUESTS = 25
TYPED = ("お", "おお", "おおくぼ", "けやき", "けやき訪問", "にわ", "高橋", "S1-", "該当なし") * 4
SEARCH = """(words) => words.map((typed) => {
  const field = document.querySelector("#s");
  field.value = typed;
  const begun = performance.now();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.querySelector("[data-found]").getBoundingClientRect();
  return performance.now() - begun;
})"""
"""From the key to the rows laid out on the page."""
WATCH = """() => {
  const result = document.querySelector("#result");
  let begun;
  window.took = [];
  addEventListener("keydown", ({ key }) => key === "Enter" && (begun = performance.now()), { capture: true });
  new MutationObserver(() => result.hidden || window.took.push(performance.now() - begun))
    .observe(result, { attributeFilter: ["hidden"] });
}"""
"""From the scanner's Enter to the full screen, the write to the disk (strict durability) included."""


def main() -> None:
    with held_site() as (site, clock):
        with site.unit():
            evening = make_evening()
            guests = [
                *evening.guests,
                *(
                    take_seat(evening.event, "欅田", f"花{n}", "ケヤキダ", "ハナ", "OT", "")
                    for n in range(GUESTS - len(evening.guests))
                ),
            ]
            link = f"/door/enrol/{door_secret(open_door(event_id=evening.event.id))}"
            tickets = [ticket_url(guest) for guest in guests]
        clock.set(evening.doors_open_at)
        searches, answers = _measure(site, link, tickets)
    rows = [*_rows("search", searches), *_rows("answer to a scan", answers)]
    report("desk", rows)


def _measure(site: Site, link: str, tickets: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of every search and of every answer."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(base_url=site.url, viewport={"width": 390, "height": 844})
        widen_roster(page, PEOPLE)
        page.goto(link)
        page.get_by_label("端末の名前").fill("受付1")
        page.get_by_role("button", name="この端末を登録する").click()
        page.wait_for_url("**/door")
        page.get_by_text("接続中").wait_for()
        page.locator("[data-roster]").wait_for()
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        searches: list[float] = page.evaluate(SEARCH, list(TYPED))
        answers = _scan(page, tickets)
        browser.close()
    return searches, answers


def _scan(page: Page, tickets: Sequence[str]) -> list[float]:
    page.evaluate(WATCH)
    for ticket in tickets:
        page.keyboard.type(ticket)
        page.keyboard.press("Enter")
        page.locator("#result").wait_for()
        page.keyboard.press("Escape")
    took: list[float] = page.evaluate("() => window.took")
    return took


def _rows(what: str, took: Sequence[float]) -> list[Row]:
    named = f"{what} among {PEOPLE} people, processor {SLOWER}× slower"
    return [
        Row(f"{named}, {which}", value, "ms", aim=AIM_MS, of="value", better="less")
        for which, value in (("p50", median(took)), ("p95", sorted(took)[int(0.95 * len(took))]))
    ]


if __name__ == "__main__":
    main()
