"""A desk that is locked to scanning: what is left, how it opens, and that guessing gets slow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import select

from tests.browser.test_door import Night, enrol, everything_sent, night, scans, type_ticket
from tests.browser.test_door_ways import SEARCH, organiser
from tests.support.modules import of_the_page
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.checkin.models import Device, Outcome
from trainings.registration.actions import cancel_application

__all__ = ["night", "organiser"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]


@pytest.fixture
def desk(new_context: NewContext, night: Night, screen: str) -> Page:
    context, watch = new_context(screen)
    watch.allow("ERR_INTERNET_DISCONNECTED|fetching the script|ERR_FAILED")
    page = context.new_page()
    enrol(page, night)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return page


def set_pin(desk: Page, pin: str = "2468") -> None:
    desk.get_by_role("link", name="状況").click()
    desk.get_by_label("PIN（4桁から8桁の数字）").fill(pin)
    desk.get_by_role("button", name="このPINでロックする").click()
    expect(desk.get_by_role("button", name="ロック中")).to_be_visible()


def try_pin(desk: Page, pin: str) -> Locator:
    """Type a PIN into the open dialog; the dialog."""
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("PIN").fill(pin)
    dialog.get_by_role("button", name="ロックを外す").click()
    return dialog


def test_locked_desk_lets_people_in_and_does_nothing_else(
    desk: Page, night: Night, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    with site.unit():
        cancel_application(application_id=night.evening.guests[3].id)
    type_ticket(desk, night.tickets[1])
    desk.keyboard.press("Escape")
    set_pin(desk)
    expect(desk.get_by_role("link", name="読み取り")).to_be_visible()
    for name in ("当日参加", "状況"):
        expect(desk.get_by_role("link", name=name)).to_be_hidden()
    expect(desk.get_by_role("button", name="直前の受付を取り消す")).to_be_hidden()
    assert_accessible(desk)
    for panel in ("#state", "#walkin"):
        desk.evaluate("panel => { location.hash = panel; }", panel)
        expect(desk.locator(panel)).to_be_hidden()

    # One sign is browsing; two are a search, of five at most.
    desk.get_by_label(SEARCH).fill("お")
    expect(desk.locator("[data-found] button")).to_have_count(0)
    desk.get_by_label(SEARCH).fill("おお")
    desk.get_by_role("button", name="大久保 千鶴").click()
    expect(desk.locator("#result [data-say]")).to_have_text("受付しました")
    expect(desk.locator("#result").get_by_role("button", name="代理の方が来た")).to_be_hidden()
    expect(desk.locator("#result").get_by_role("button", name="取り消す", exact=True)).to_be_visible()
    type_ticket(desk, night.tickets[3])
    expect(desk.locator("#result")).to_have_class("result result--no")
    expect(desk.locator("#result").get_by_role("button", name="責任者の判断で入れる")).to_be_hidden()
    everything_sent(desk)
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED, Outcome.ADMITTED, Outcome.REFUSED]


def test_lock_survives_a_reload_and_opens_offline(desk: Page, night: Night) -> None:
    set_pin(desk)
    kept = desk.evaluate(
        of_the_page(
            "() => import('/static/js/door/store.js').then(store => store.fact('lock')).then(JSON.stringify)"
        )
    )
    assert "2468" not in kept
    desk.context.set_offline(True)
    desk.reload()
    desk.get_by_role("button", name="ロック中").click()

    expect(try_pin(desk, "1111").get_by_role("alert")).to_have_text("PINがちがいます。")
    try_pin(desk, "２４６８")

    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(desk.get_by_role("link", name="状況")).to_be_visible()
    desk.get_by_role("link", name="状況").click()
    desk.get_by_role("button", name="前と同じPINでロックする").click()
    expect(desk.get_by_role("link", name="状況")).to_be_hidden()


@pytest.mark.parametrize("screen", ["phone"])
def test_guessing_without_network_is_held_up_and_a_reload_does_not_help(desk: Page, night: Night) -> None:
    set_pin(desk)
    desk.context.set_offline(True)
    desk.get_by_role("button", name="ロック中").click()
    for guess in range(5):
        alert = try_pin(desk, f"000{guess}").get_by_role("alert")
        expect(alert).not_to_have_text("")
        desk.wait_for_timeout(300)
    expect(alert).to_have_text("続けてまちがえたので、あと1分は入れられません。")

    desk.reload()
    desk.get_by_role("button", name="ロック中").click()

    expect(try_pin(desk, "2468").get_by_role("alert")).to_contain_text("あと1分は")
    expect(desk.get_by_role("link", name="状況")).to_be_hidden()


@pytest.mark.parametrize("screen", ["phone"])
def test_guesses_are_counted_where_clearing_the_device_gains_nothing(
    desk: Page, organiser: Page, night: Night
) -> None:
    """The attack: four wrong PINs, the device's own count cleared, and again. Staff are told, and free the desk."""
    clear = of_the_page(
        "() => import('/static/js/door/store.js').then(store => store.forget('lock_tries')).then(() => '')"
    )
    set_pin(desk)
    for guess in range(5):
        desk.get_by_role("button", name="ロック中").click()
        expect(try_pin(desk, f"000{guess}").get_by_role("alert")).not_to_have_text("")
        desk.evaluate(clear)
        desk.reload()
    desk.get_by_role("button", name="ロック中").click()
    expect(desk.get_by_role("dialog").get_by_role("alert")).to_contain_text("このPINでは外せません")
    expect(try_pin(desk, "2468").get_by_role("alert")).to_contain_text("このPINでは外せません")
    desk.keyboard.press("Escape")
    desk.context.set_offline(True)
    desk.reload()
    desk.get_by_role("button", name="ロック中").click()
    expect(try_pin(desk, "2468").get_by_role("alert")).to_contain_text("このPINでは外せません")
    desk.context.set_offline(False)

    organiser.goto("/staff")
    organiser.get_by_text("受付1で、PINを5回まちがえました").first.click()
    organiser.goto(f"/staff/events/{night.evening.event.slug}/door")
    expect(organiser.get_by_text("端末はロックしたままです")).to_be_visible()
    organiser.get_by_text("端末のロック（PIN）").last.click()
    organiser.get_by_role("button", name="受付1のPINをなくす").click()
    expect(desk.get_by_role("button", name="ロック中")).to_be_hidden(timeout=30_000)


@pytest.mark.parametrize("screen", ["phone"])
def test_guesses_without_network_are_told_when_it_is_back(desk: Page, site: Site, night: Night) -> None:
    set_pin(desk)
    desk.context.set_offline(True)
    desk.get_by_role("button", name="ロック中").click()
    for guess in range(3):
        expect(try_pin(desk, f"000{guess}").get_by_role("alert")).to_have_text("PINがちがいます。")
    desk.context.set_offline(False)

    desk.wait_for_function("() => document.querySelector('[data-locked]') !== null")
    for _ in range(60):
        with site.unit() as session:
            wrong = session.scalars(select(Device.lock_wrong)).one()
        if wrong == 3:
            break
        desk.wait_for_timeout(500)
    assert wrong == 3


@pytest.mark.parametrize("screen", ["phone"])
def test_a_scan_wins_over_the_dialog_and_leaves_the_desk_locked(desk: Page, night: Night) -> None:
    set_pin(desk)
    for code, shown in ((night.tickets[0], "大久保 千鶴"), ("4901234567894", "")):
        desk.get_by_role("button", name="ロック中").click()
        desk.get_by_role("dialog").get_by_label("PIN").fill("24")

        type_ticket(desk, code)

        expect(desk.get_by_role("dialog")).to_be_hidden()
        expect(desk.locator("#result [data-name]")).to_have_text(shown)
        desk.keyboard.press("Escape")
        expect(desk.get_by_role("button", name="ロック中")).to_be_visible()
        expect(desk.get_by_role("link", name="状況")).to_be_hidden()
    desk.reload()
    expect(desk.get_by_role("button", name="ロック中")).to_be_visible()

    # Hands that type the PIN are no scanner.
    desk.get_by_role("button", name="ロック中").click()
    desk.keyboard.type("2468", delay=150)
    desk.keyboard.press("Enter", delay=150)
    expect(desk.get_by_role("link", name="状況")).to_be_visible()


@pytest.mark.parametrize("screen", ["desktop"])
def test_staff_lock_a_desk_and_take_a_forgotten_pin_away(desk: Page, organiser: Page, night: Night) -> None:
    organiser.goto(f"/staff/events/{night.evening.event.slug}/door")
    organiser.get_by_text("端末のロック（PIN）").click()
    organiser.get_by_label("受付1").fill("975310")
    organiser.get_by_role("button", name="受付1のPINを決める").click()
    expect(organiser.get_by_text("受付1にPINを付けました。")).to_be_visible()
    expect(desk.get_by_role("button", name="ロック中")).to_be_visible(timeout=30_000)

    organiser.get_by_text("端末のロック（PIN）").click()
    organiser.get_by_role("button", name="受付1のPINをなくす").click()

    expect(desk.get_by_role("button", name="ロック中")).to_be_hidden(timeout=30_000)
    expect(desk.get_by_role("link", name="状況")).to_be_visible()
