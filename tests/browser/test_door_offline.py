"""The desk without a network: it opens, reloads and works from its own files and its own disk, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_door import Night, enrol, everything_sent, night, scans, type_ticket
from tests.support.hands import Clock
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.checkin import queries
from trainings.checkin.actions import close_door, revoke_device
from trainings.checkin.models import Outcome

__all__ = ["night"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]


@pytest.fixture
def desk(new_context: NewContext, night: Night) -> Page:
    """An enrolled desk whose service worker has taken over; trouble of a missing network or a closed door is wanted here."""
    context, watch = new_context("phone")
    watch.allow("ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of 401|status of 410")
    page = context.new_page()
    enrol(page, night)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return page


def test_desk_opens_without_network_and_keeps_what_it_scanned(desk: Page, night: Night, site: Site) -> None:
    desk.context.set_offline(True)

    desk.reload()
    type_ticket(desk, night.tickets[0])
    expect(desk.locator("#result [data-name]")).to_have_text("大久保 千鶴")
    desk.reload()
    expect(desk.locator("[data-unsent]")).to_have_text("1")
    type_ticket(desk, night.tickets[0])
    expect(desk.locator("#result [data-say]")).to_have_text("受付済みです")
    desk.context.set_offline(False)

    everything_sent(desk)
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED, Outcome.REPEATED]
    expect(desk.locator("[data-arrived]").first).to_have_text("1")


def test_ticket_that_is_not_in_the_roster_is_kept_and_amber(desk: Page, night: Night, site: Site) -> None:
    desk.context.set_offline(True)

    type_ticket(desk, "K99-00000")

    expect(desk.locator("#result [data-say]")).to_have_text("名簿にありません")
    expect(desk.locator("#result")).to_have_class("result result--again")
    desk.context.set_offline(False)
    everything_sent(desk)
    assert [one.why for one in scans(site)] == ["unknown"]


def test_two_desks_offline_with_one_ticket_give_one_attendance_and_a_flag(
    desk: Page, new_context: NewContext, night: Night, site: Site
) -> None:
    context, watch = new_context("desktop")
    watch.allow("ERR_INTERNET_DISCONNECTED")
    other = context.new_page()
    enrol(other, night, "受付2")
    for page in (desk, other):
        page.context.set_offline(True)
        type_ticket(page, night.tickets[0])
        expect(page.locator("#result [data-say]")).to_have_text("受付しました")

    for page in (desk, other):
        expect(page.get_by_text("オフライン", exact=True)).to_be_visible()
        page.context.set_offline(False)
        everything_sent(page)

    assert [(one.outcome, one.flagged) for one in scans(site)] == [
        (Outcome.ADMITTED, False),
        (Outcome.REPEATED, True),
    ]
    with site.unit():
        assert len(queries.attended_applications(night.evening.event.id)) == 1


def test_revoked_device_loses_the_names_and_keeps_its_queue(desk: Page, night: Night, site: Site) -> None:
    desk.context.set_offline(True)
    type_ticket(desk, night.tickets[0])
    with site.unit():
        (device,) = queries.devices_of(night.evening.event.id)
        revoke_device(event_id=device.event_id, device_id=device.id)

    desk.context.set_offline(False)

    expect(desk.get_by_text("この端末は使えなくなりました。")).to_be_visible()
    expect(desk.locator("[data-unsent]")).to_have_text("1")
    desk.keyboard.press("Escape")
    desk.get_by_label("名前・カナ・事業所・受付番号でさがす").fill("おおくぼ")
    expect(desk.get_by_text("あてはまる方がいません。")).to_be_visible()
    assert scans(site) == []


def test_new_version_waits_until_nothing_is_left_to_send(
    desk: Page, night: Night, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.evaluate("() => caches.keys()")
    desk.route("**/api/v1/door/**", lambda route: route.abort())
    type_ticket(desk, night.tickets[0])
    desk.keyboard.press("Escape")
    monkeypatch.setattr("trainings.checkin.shell.LENGTH_OF_VERSION", 20)

    desk.evaluate("() => navigator.serviceWorker.getRegistration('/door').then(one => one.update())")
    desk.wait_for_function(
        "() => navigator.serviceWorker.getRegistration('/door').then(one => one.waiting !== null)"
    )
    desk.wait_for_timeout(7000)
    assert len(desk.evaluate("() => caches.keys()")) == 2
    expect(desk.locator("[data-unsent]")).to_have_text("1")
    desk.unroute("**/api/v1/door/**")

    everything_sent(desk)
    desk.wait_for_function("() => caches.keys().then(names => names.length === 1)")
    assert desk.evaluate("() => caches.keys()") != first
    assert len(scans(site)) == 1


def test_closed_door_takes_the_names_from_the_device(
    desk: Page, night: Night, site: Site, clock: Clock
) -> None:
    clock.set(night.evening.event.ends_at)
    with site.unit():
        close_door(event_id=night.evening.event.id)

    expect(desk.get_by_text("受付は終わりました。")).to_be_visible()
    kept = desk.evaluate(
        """() => new Promise(done => {
          const open = indexedDB.open('tsudoi-door');
          open.onsuccess = () => {
            const read = open.result.transaction('facts').objectStore('facts').getAll();
            read.onsuccess = () => done(JSON.stringify(read.result));
          };
        })"""
    )
    assert "大久保" not in kept
