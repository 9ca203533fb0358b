"""The small things of an evening at a desk: two tickets at once, a call in between, a long list, the end of the work."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import qrcode
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.test_door import Night, enrol, everything_sent, night, scans, type_ticket
from tests.browser.test_door_ways import SEARCH, organiser
from tests.support.crowd import widen_roster
from tests.support.modules import of_the_page
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.checkin import queries
from trainings.checkin.actions import revoke_device
from trainings.checkin.models import Outcome

__all__ = ["night", "organiser"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]
SIGHTINGS = of_the_page(
    """() => import('/static/js/door/sightings.js').then(({ Sightings }) => {
    const seen = new Sightings();
    const told = [];
    for (let at = 0; at < 9000; at += 110) {
        const code = at / 110 % 2 ? 'B' : 'A';
        if (!seen.see(code, 'camera', at).goesOn) told.push(code);
    }
    const other = seen.see('A', 'usb', 9000).goesOn;
    const later = seen.see('A', 'camera', 12000).goesOn;
    return { told, other, later };
})"""
)


@pytest.fixture
def screen() -> str:
    return "phone"


def test_two_tickets_before_one_camera_are_two_looks(phone_page: Page, night: Night) -> None:
    enrol(phone_page, night)

    assert phone_page.evaluate(SIGHTINGS) == {"told": ["A", "B"], "other": False, "later": False}


def test_two_tickets_in_one_picture_are_let_in_once_each(
    phone_page: Page, night: Night, site: Site, tmp_path: Path
) -> None:
    """The same by the page: a picture of each ticket, in turn, as the camera finds them, while no time passes."""
    phone_page.add_init_script("performance.now = () => 5000;")
    enrol(phone_page, night)
    pictures = []
    for ticket in night.tickets[:2]:
        written = io.BytesIO()
        qrcode.make(ticket).save(written, "PNG")
        pictures.append({"name": "ticket.png", "mimeType": "image/png", "buffer": written.getvalue()})

    for number in range(8):
        phone_page.locator("#photo").set_input_files(pictures[number % 2])
        expect(phone_page.locator("#result")).to_be_visible()
        phone_page.wait_for_timeout(300)

    everything_sent(phone_page)
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED] * 2


WATCH_SOUND = """
const made = window.AudioContext;
window.sounds = [];
window.tones = 0;
window.AudioContext = class extends made {
  constructor() { super(); window.sounds.push(this); }
  createOscillator() { window.tones += 1; return super.createOscillator(); }
};
"""


def test_sound_comes_back_after_an_interruption(phone_page: Page, night: Night) -> None:
    phone_page.add_init_script(WATCH_SOUND)
    enrol(phone_page, night)
    phone_page.get_by_role("heading", level=1).click()
    phone_page.wait_for_function("() => window.sounds[0]?.state === 'running'")

    # What a telephone call does to it.
    phone_page.evaluate("() => window.sounds[0].suspend()")
    phone_page.get_by_role("heading", level=1).click()
    phone_page.wait_for_function("() => window.sounds[0].state === 'running'")

    phone_page.evaluate("() => window.sounds[0].suspend()")
    type_ticket(phone_page, night.tickets[0])
    phone_page.wait_for_function("() => window.tones > 0")
    phone_page.evaluate("() => window.sounds[0].suspend()")
    phone_page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    phone_page.wait_for_function("() => window.sounds[0].state === 'running'")


WATCH_LOCK = """
window.locks = [];
Object.defineProperty(navigator, 'wakeLock', { value: { request: async (kind) => {
  const lock = { kind, released: false };
  window.locks.push(lock);
  return lock;
} } });
"""


def test_screen_stays_awake_with_a_scanner_only(phone_page: Page, night: Night) -> None:
    phone_page.add_init_script(WATCH_LOCK)
    enrol(phone_page, night)
    phone_page.wait_for_function("() => window.locks.length === 1")
    phone_page.evaluate("() => { window.locks[0].released = true; }")

    type_ticket(phone_page, night.tickets[0])
    phone_page.wait_for_function("() => window.locks.length === 2")
    phone_page.evaluate("() => { window.locks[1].released = true; }")
    phone_page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")

    phone_page.wait_for_function("() => window.locks.length === 3")
    assert phone_page.evaluate("() => window.locks.map((lock) => lock.kind)") == ["screen"] * 3


def test_state_line_stays_in_sight_in_a_long_search(
    phone_page: Page, night: Night, assert_accessible: Callable[[Page], None]
) -> None:
    widen_roster(phone_page, 300)
    enrol(phone_page, night)
    phone_page.get_by_role("link", name="さがす").click()
    phone_page.get_by_label(SEARCH).fill("あ")
    expect(phone_page.locator("[data-found] button")).to_have_count(16)

    phone_page.locator("[data-found] button").last.focus()
    phone_page.mouse.wheel(0, 4000)
    phone_page.wait_for_timeout(300)

    assert phone_page.evaluate("() => scrollY") > 100
    expect(phone_page.locator("[data-online]")).to_be_in_viewport(ratio=1)
    expect(phone_page.locator("[data-unsent]")).to_be_in_viewport(ratio=1)
    expect(phone_page.get_by_role("link", name="状況")).to_be_in_viewport(ratio=1)
    assert_accessible(phone_page)


def test_focus_is_never_behind_the_state_line(phone_page: Page, night: Night) -> None:
    widen_roster(phone_page, 300)
    enrol(phone_page, night)
    phone_page.get_by_role("link", name="さがす").click()
    phone_page.get_by_label(SEARCH).fill("あ")
    expect(phone_page.locator("[data-found] button")).to_have_count(16)
    rows = phone_page.locator("[data-found] button")
    top, bottom = phone_page.locator(".door__top"), phone_page.locator(".tabs")

    for row in (*range(16), *reversed(range(16))):
        rows.nth(row).focus()
        (_, end), (begin, foot), (tabs, _) = (edges(one) for one in (top, rows.nth(row), bottom))
        assert (end - 1 <= begin, foot <= tabs + 1) == (True, True)


def edges(element: Locator) -> tuple[float, float]:
    """Upper and lower edge in pixels of the window."""
    box = element.bounding_box()
    assert box
    return box["y"], box["y"] + box["height"]


def test_ending_at_a_device_asks_first(
    phone_page: Page, night: Night, assert_accessible: Callable[[Page], None]
) -> None:
    enrol(phone_page, night)
    phone_page.get_by_role("link", name="状況").click()
    end = phone_page.get_by_role("button", name="この端末での受付を終える")
    end.click()
    question = phone_page.get_by_role("dialog", name="この端末での受付を終えますか")
    expect(question).to_be_visible()
    expect(question).to_contain_text("登録が、この端末から消えます")
    expect(question.get_by_role("button", name="やめる")).to_be_focused()
    assert_accessible(phone_page)

    phone_page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(end).to_be_focused()
    end.click()
    expect(question.get_by_role("button", name="やめる")).to_be_focused()
    phone_page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    end.click()
    expect(question.get_by_role("button", name="やめる")).to_be_focused()
    phone_page.keyboard.press("Tab")
    phone_page.keyboard.press("Enter")

    expect(phone_page.get_by_text("まだ登録されていません")).to_be_visible()


def test_scan_wins_over_the_question(phone_page: Page, night: Night) -> None:
    enrol(phone_page, night)
    phone_page.get_by_role("link", name="状況").click()
    phone_page.get_by_role("button", name="この端末での受付を終える").click()

    type_ticket(phone_page, night.tickets[0])

    expect(phone_page.locator("#result [data-name]")).to_have_text("大久保 千鶴")
    expect(phone_page.get_by_role("dialog")).to_be_hidden()


def test_revoked_device_tells_what_it_holds(
    new_context: NewContext, organiser: Page, night: Night, site: Site
) -> None:
    context, watch = new_context("phone")
    watch.allow("ERR_INTERNET_DISCONNECTED|fetching the script|status of 401")
    desk = context.new_page()
    enrol(desk, night)
    context.set_offline(True)
    for ticket in night.tickets[:2]:
        type_ticket(desk, ticket)
        expect(desk.locator("#result [data-say]")).to_have_text("受付しました")
    with site.unit():
        (device,) = queries.devices_of(night.evening.event.id)
        revoke_device(event_id=device.event_id, device_id=device.id)

    context.set_offline(False)

    expect(desk.locator("[data-notice=revoked]")).to_contain_text(
        "未送信の記録が 2件、この端末に残っています", timeout=15_000
    )
    organiser.goto(f"/staff/events/{night.evening.event.slug}/door")
    expect(organiser.get_by_role("row", name="受付1")).to_contain_text(
        "端末に2件残っています", timeout=20_000
    )


def test_desk_inside_another_app_is_led_to_the_real_browser(
    new_context: NewContext, night: Night, assert_accessible: Callable[[Page], None]
) -> None:
    line = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari Line/14.9.0"
    context, _watch = new_context("phone", user_agent=line)
    page = context.new_page()

    page.goto(night.enrolment)
    way_out = page.get_by_role("link", name="SafariやChromeで開く")
    expect(way_out).to_have_attribute("href", f"{night.enrolment}?openExternalBrowser=1")
    assert_accessible(page)
    way_out.click()
    enrol(page, night)

    expect(page.get_by_text("ほかのアプリ（LINEなど）の中で開いています。")).to_be_visible()
    assert_accessible(page)


def test_desk_in_a_browser_of_its_own_is_not_warned(phone_page: Page, night: Night) -> None:
    enrol(phone_page, night)

    expect(phone_page.locator("[data-in-app]")).to_be_hidden()


LINES = """() => [...document.querySelectorAll('.roster tbody :is(b, .roster__code)')].map(
    (part) => Math.round(part.getBoundingClientRect().height / parseFloat(getComputedStyle(part).lineHeight))
)"""


def test_roster_on_a_phone_keeps_names_and_numbers_whole(
    organiser: Page, night: Night, assert_accessible: Callable[[Page], None]
) -> None:
    organiser.goto(f"/staff/events/{night.evening.event.slug}/roster")
    expect(organiser.get_by_text("大久保 千鶴")).to_be_visible()

    assert set(organiser.evaluate(LINES)) == {1}
    expect(organiser.locator(".roster__at").first).to_be_hidden()
    assert_accessible(organiser)
