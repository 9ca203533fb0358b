"""The desk in a browser: a real camera scan, a scanner that types, search, walk-in, undo, and an hour without network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from tests.support.arrivals import Evening, make_evening
from tests.support.camera import Camera
from tests.support.evening import come_in, device_of
from tests.support.hands import Clock
from tests.support.scanner import Scanner
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.checkin.actions import door_secret, open_door
from trainings.checkin.models import Method, Outcome, Scan, ScanKind
from trainings.checkin.queries import attended_ids
from trainings.registration.secrets import ticket_url

NewContext = Callable[..., tuple[BrowserContext, Watch]]


@dataclass
class Night:
    """An open door: the link that enrols, and the tickets of the five guests as addresses."""

    evening: Evening
    enrolment: str
    tickets: list[str]


@pytest.fixture
def night(site: Site, clock: Clock) -> Night:
    with site.unit():
        evening = make_evening()
        link = f"/door/enrol/{door_secret(open_door(event_id=evening.event.id))}"
        tickets = [ticket_url(guest) for guest in evening.guests]
    clock.set(evening.doors_open_at)
    return Night(evening, link, tickets)


def enrol(page: Page, night: Night, name: str = "受付1") -> None:
    """Open the link, name the device, and come to the desk with its roster loaded."""
    page.goto(night.enrolment)
    page.get_by_label("端末の名前").fill(name)
    page.get_by_role("button", name="この端末を登録する").click()
    page.wait_for_url("**/door")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{night.evening.event.title}　{name}")
    expect(page.get_by_text("接続中")).to_be_visible()
    expect(page.locator("[data-roster]")).to_be_visible()


def type_ticket(page: Page, text: str) -> None:
    """A scanner types: every sign as a key, and Enter; whatever it is, it fills the screen with an answer."""
    Scanner(page).read(text)
    expect(page.locator("#result")).to_be_visible()


def say(page: Page) -> str:
    return page.locator("#result [data-say]").inner_text()


def scans(site: Site) -> list[Scan]:
    with site.unit() as session:
        return list(session.scalars(select(Scan).order_by(Scan.cursor)))


def everything_sent(page: Page) -> None:
    # A round under way when the network returns ends first; on a busy machine that takes its three seconds.
    expect(page.locator("[data-unsent]")).to_have_text("0", timeout=15_000)


def test_camera_reads_a_ticket(watched_page: Page, night: Night, site: Site, camera: Camera) -> None:
    camera.show(night.tickets[0])
    enrol(watched_page, night)

    watched_page.get_by_role("button", name="受付をはじめる").click()

    expect(watched_page.locator("#result")).to_be_visible()
    assert say(watched_page) == "受付しました"
    expect(watched_page.locator("#result [data-name]")).to_have_text("大久保 千鶴")
    expect(watched_page.locator("#result [data-table]")).to_have_text("1")
    everything_sent(watched_page)
    # The ticket is still before the camera: that is one look, not a second scan.
    watched_page.wait_for_timeout(1500)
    assert [(one.method, one.outcome) for one in scans(site)] == [(Method.CAMERA, Outcome.ADMITTED)]
    camera.show_nothing()


def test_scanner_types_a_ticket_with_the_focus_anywhere(watched_page: Page, night: Night, site: Site) -> None:
    enrol(watched_page, night)
    watched_page.get_by_role("link", name="さがす").click()
    search = watched_page.get_by_label("名前・カナ・事業所・受付番号でさがす")
    search.fill("にわ")

    type_ticket(watched_page, night.tickets[1])

    expect(watched_page.locator("#result")).to_be_visible()
    assert say(watched_page) == "受付しました"
    expect(search).to_have_value("にわ")
    everything_sent(watched_page)
    assert [one.method for one in scans(site)] == [Method.USB]


def test_second_scan_is_amber_and_tells_since_when(phone_page: Page, night: Night) -> None:
    enrol(phone_page, night)
    type_ticket(phone_page, night.tickets[0])
    type_ticket(phone_page, night.tickets[1])
    expect(phone_page.locator("#result [data-name]")).to_have_text("丹羽 恵一")

    # The same ticket within 2.5 s is one look at it.
    phone_page.wait_for_timeout(2600)
    type_ticket(phone_page, night.tickets[0])

    expect(phone_page.locator("#result [data-say]")).to_have_text("受付済みです")
    expect(phone_page.locator("#result")).to_have_class("result result--again")
    expect(phone_page.locator("#result [data-since-part]")).to_contain_text("受け付けています")


def test_times_are_those_of_the_city_on_a_tablet_that_is_set_elsewhere(
    new_context: NewContext, night: Night
) -> None:
    context, _ = new_context("phone", timezone_id="Europe/London")
    page = context.new_page()
    enrol(page, night)

    type_ticket(page, night.tickets[0])
    page.keyboard.press("Escape")

    expect(page.locator("[data-recent] [data-time]")).to_have_text("13:30")


def test_search_by_kana_lets_in_with_one_tap(
    watched_page: Page, night: Night, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    enrol(watched_page, night)
    assert_accessible(watched_page)
    watched_page.get_by_role("link", name="さがす").click()

    watched_page.get_by_label("名前・カナ・事業所・受付番号でさがす").fill("おだ")
    row = watched_page.get_by_role("button", name="小田切 修")
    expect(row).to_be_visible()
    assert_accessible(watched_page)
    row.click()

    expect(watched_page.locator("#result [data-say]")).to_have_text("受付しました")
    assert_accessible(watched_page)
    everything_sent(watched_page)
    assert [one.method for one in scans(site)] == [Method.SEARCH]


def test_undo_takes_the_last_one_back(phone_page: Page, night: Night, site: Site) -> None:
    enrol(phone_page, night)
    type_ticket(phone_page, night.tickets[0])
    expect(phone_page.locator("[data-arrived]").first).to_have_text("1")

    phone_page.locator("#result").get_by_role("button", name="取り消す").click()

    expect(phone_page.locator("#result [data-say]")).to_have_text("受付を取り消しました")
    expect(phone_page.locator("[data-arrived]").first).to_have_text("0")
    everything_sent(phone_page)
    assert [one.kind for one in scans(site)] == [ScanKind.SCAN, ScanKind.UNDO]


def test_scan_that_another_desk_repeated_can_be_taken_back_at_both(
    phone_page: Page, night: Night, site: Site, clock: Clock
) -> None:
    """The person sits inside until both have taken back what they did."""
    guest = night.evening.guests[0].id
    with site.unit():
        device, _ = device_of(night.evening.event, "受付2")
        come_in(night.evening.event, device, night.evening.guests[:1])
    enrol(phone_page, night)
    result = phone_page.locator("#result")
    type_ticket(phone_page, night.tickets[0])
    expect(result).to_have_class("result result--again")

    result.get_by_role("button", name="取り消す").click()

    expect(result.locator("[data-say]")).to_have_text("受付を取り消しました")
    expect(result).to_contain_text("受付2で受け付けています")
    expect(result).to_contain_text("ほかの受付が残っているので、参加として数えています。")
    expect(phone_page.locator("[data-arrived]").first).to_have_text("1")
    everything_sent(phone_page)
    with site.unit():
        assert attended_ids({guest}) == {guest}


def test_unknown_ticket_is_red_with_a_next_step(phone_page: Page, night: Night) -> None:
    enrol(phone_page, night)

    type_ticket(phone_page, "K99-00000")

    expect(phone_page.locator("#result [data-say]")).to_have_text("見つかりません")
    expect(phone_page.locator("#result")).to_have_class("result result--no")
    phone_page.get_by_role("button", name="名前でさがす").click()
    expect(phone_page.get_by_label("名前・カナ・事業所・受付番号でさがす")).to_be_focused()


def test_walk_in_needs_three_fields(
    watched_page: Page, night: Night, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    enrol(watched_page, night)
    watched_page.get_by_role("link", name="当日参加").click()
    watched_page.get_by_role("button", name="この方を受け付ける").click()
    expect(watched_page.get_by_text("氏名・フリガナ・職種区分を入力してください。").first).to_be_visible()
    assert_accessible(watched_page)

    watched_page.get_by_label("氏名").fill("飛入 参")
    watched_page.get_by_label("フリガナ").fill("トビイリ サン")
    watched_page.get_by_label("職種区分").select_option(index=1)
    watched_page.get_by_role("button", name="この方を受け付ける").click()

    expect(watched_page.locator("#result [data-name]")).to_have_text("飛入 参")
    expect(watched_page.locator("[data-expected]").first).to_have_text("6")
    assert [one.method for one in scans(site)] == [Method.WALK_IN]


def test_scans_without_network_arrive_exactly_once(new_context: NewContext, night: Night, site: Site) -> None:
    context, watch = new_context("phone")
    watch.allow("ERR_INTERNET_DISCONNECTED")
    page = context.new_page()
    enrol(page, night)
    context.set_offline(True)

    for ticket in night.tickets[:3]:
        type_ticket(page, ticket)
        expect(page.locator("#result [data-say]")).to_have_text("受付しました")
    expect(page.get_by_text("オフライン", exact=True)).to_be_visible()
    expect(page.locator("[data-unsent]")).to_have_text("3")
    assert scans(site) == []
    context.set_offline(False)

    everything_sent(page)
    expect(page.get_by_text("接続中")).to_be_visible()
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED] * 3


def test_lost_answer_is_asked_again_and_counted_once(
    new_context: NewContext, night: Night, site: Site
) -> None:
    context, watch = new_context("phone")
    watch.allow("ERR_FAILED")
    page = context.new_page()
    enrol(page, night)
    lost = []

    def lose(route: object) -> None:
        if lost:
            route.continue_()  # type: ignore[attr-defined]
        else:
            lost.append(route.fetch())  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]

    page.route("**/api/v1/door/scans", lose)
    type_ticket(page, night.tickets[0])

    everything_sent(page)
    assert len(lost) == 1
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED]


def test_reload_keeps_what_was_not_sent(new_context: NewContext, night: Night, site: Site) -> None:
    context, watch = new_context("phone")
    watch.allow("ERR_FAILED")
    page = context.new_page()
    enrol(page, night)
    page.route("**/api/v1/door/**", lambda route: route.abort())
    type_ticket(page, night.tickets[0])
    expect(page.locator("[data-unsent]")).to_have_text("1")
    page.reload()
    expect(page.locator("[data-unsent]")).to_have_text("1")
    expect(page.locator("[data-arrived]").first).to_have_text("1")
    page.get_by_role("link", name="状況").click()
    page.get_by_role("button", name="この端末での受付を終える").click()
    expect(page.get_by_text("まだ終えられません").first).to_be_visible()

    page.unroute("**/api/v1/door/**")

    everything_sent(page)
    assert len(scans(site)) == 1


def test_two_desks_see_each_other(new_context: NewContext, night: Night) -> None:
    first, second = new_context("phone")[0].new_page(), new_context("desktop")[0].new_page()
    enrol(first, night, "受付1")
    enrol(second, night, "受付2")

    type_ticket(first, night.tickets[0])

    expect(second.locator("[data-arrived]").first).to_have_text("1", timeout=8000)
    type_ticket(second, night.tickets[0])
    expect(second.locator("#result [data-say]")).to_have_text("受付済みです")
