"""Ways in that need a browser to be seen: an input method in between, a photo, exits, likely doubles; the organiser's view."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import qrcode
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_door import Night, enrol, everything_sent, night, scans, type_ticket
from tests.support.arrivals import take_seat
from tests.support.evening import come_in, device_of
from tests.support.site import Site
from tests.support.staff import add_staff, session_cookie
from tests.support.watching import Watch
from trainings.accounts.models import Role
from trainings.checkin.models import Direction, Method, Outcome
from trainings.events.models import CertificateRule, Event
from trainings.registration.models import Channel

__all__ = ["night"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]
SEARCH = "名前・カナ・事業所・受付番号でさがす"


def type_through_input_method(page: Page, text: str) -> None:
    """Keys as a Japanese input method lets them through: every sign is "Process", only the place is true; what it makes of
    them stands underlined in the field until Enter."""
    session = page.context.new_cdp_session(page)
    places = {":": "Quote", "/": "Slash", ".": "Period", "-": "Minus"}
    for number, sign in enumerate(text, 1):
        code = places.get(sign) or (f"Digit{sign}" if sign.isdigit() else f"Key{sign}")
        session.send(
            "Input.dispatchKeyEvent",
            {"type": "rawKeyDown", "key": "Process", "code": code, "windowsVirtualKeyCode": 229},
        )
        made = {"text": "あ" * number, "selectionStart": number, "selectionEnd": number}
        session.send("Input.imeSetComposition", made)
        session.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": sign.lower(), "code": code})
    page.keyboard.press("Enter")
    session.detach()


def test_scanner_works_with_the_japanese_input_method_on(phone_page: Page, night: Night, site: Site) -> None:
    enrol(phone_page, night)
    phone_page.get_by_label(SEARCH).fill("にわ")

    type_through_input_method(phone_page, night.tickets[2])

    expect(phone_page.locator("#result [data-name]")).to_have_text("小田切 修")
    phone_page.keyboard.press("Escape")
    # What the input method had begun to make of the scanner's keys is not left behind in the field.
    expect(phone_page.get_by_label(SEARCH)).to_have_value("にわ")
    everything_sent(phone_page)
    assert [(one.method, one.outcome) for one in scans(site)] == [(Method.USB, Outcome.ADMITTED)]


def test_photo_of_a_ticket_is_read(phone_page: Page, night: Night, site: Site) -> None:
    enrol(phone_page, night)
    picture = io.BytesIO()
    qrcode.make(night.tickets[3]).save(picture, "PNG")

    phone_page.locator("#photo").set_input_files(
        {"name": "ticket.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )

    expect(phone_page.locator("#result [data-name]")).to_have_text("髙橋 美咲")
    everything_sent(phone_page)
    assert [one.method for one in scans(site)] == [Method.CAMERA]


def test_one_match_is_let_in_by_enter(desktop_page: Page, night: Night) -> None:
    enrol(desktop_page, night)

    desktop_page.get_by_label(SEARCH).fill("やまべ")
    desktop_page.keyboard.press("Enter")

    expect(desktop_page.locator("#result [data-say]")).to_have_text("受付しました")
    expect(desktop_page.locator("#result [data-name]")).to_have_text("山辺 あかり")


def test_recent_entries_are_there_after_a_reload(phone_page: Page, night: Night) -> None:
    enrol(phone_page, night)
    type_ticket(phone_page, night.tickets[0])
    everything_sent(phone_page)

    phone_page.reload()

    expect(phone_page.locator("[data-recent] [data-name]")).to_have_text(["大久保 千鶴"])
    phone_page.get_by_role("button", name="直前の受付を取り消す").click()
    expect(phone_page.locator("#result [data-say]")).to_have_text("受付を取り消しました")
    expect(phone_page.locator("[data-recent] [data-name]")).to_have_count(0)


def test_walk_in_who_has_applied_is_offered_first(phone_page: Page, night: Night, site: Site) -> None:
    enrol(phone_page, night)
    phone_page.get_by_role("link", name="当日参加").click()
    expect(phone_page.get_by_text("空席 45席")).to_be_visible()
    phone_page.get_by_label("氏名").fill("丹羽　恵一")
    phone_page.get_by_label("フリガナ").fill("にわ けいいち")
    phone_page.get_by_label("職種区分").select_option(index=1)
    phone_page.get_by_role("button", name="この方を受け付ける").click()

    phone_page.get_by_role("button", name="丹羽 恵一").click()

    expect(phone_page.locator("#result [data-say]")).to_have_text("受付しました")
    everything_sent(phone_page)
    assert [one.method for one in scans(site)] == [Method.SEARCH]


def test_exits_are_scanned_where_they_count(phone_page: Page, night: Night, site: Site) -> None:
    with site.unit() as session:
        event = session.get_one(Event, night.evening.event.id)
        event.certificate_rule, event.certificate_minutes = CertificateRule.MINUTES, 60
    enrol(phone_page, night)
    type_ticket(phone_page, night.tickets[0])
    phone_page.keyboard.press("Escape")

    phone_page.get_by_text("退室", exact=True).first.click()
    phone_page.wait_for_timeout(2600)  # the same ticket is one look for 2.5 s
    type_ticket(phone_page, night.tickets[0])

    expect(phone_page.locator("#result [data-say]")).to_have_text("退室を記録しました")
    everything_sent(phone_page)
    assert [one.direction for one in scans(site)] == [Direction.IN, Direction.OUT]


def test_ticket_newer_than_the_roster_is_let_in_by_the_server(
    phone_page: Page, night: Night, site: Site
) -> None:
    enrol(phone_page, night)
    with site.unit() as session:
        # Applications on the web are closed by now; a colleague telephoned.
        event = session.get_one(Event, night.evening.event.id)
        late = take_seat(event, "遅着", "花", "チチャク", "ハナ", "CM", "", Channel.PHONE)

    type_ticket(phone_page, late.code)

    expect(phone_page.locator("#result [data-name]")).to_have_text("遅着 花")
    expect(phone_page.locator("#result [data-say]")).to_have_text("受付しました")
    expect(phone_page.locator("[data-arrived]").first).to_have_text("1")


@pytest.fixture
def organiser(new_context: NewContext, site: Site, night: Night, screen: str) -> Page:
    """A signed-in planner's browser."""
    staff = add_staff(site.unit, Role.PLANNER, name="欅田 まもる", mail="planner@city.keyaki.example")
    context, _watch = new_context(screen)
    context.add_cookies([{"name": "tsudoi", "value": session_cookie(site.app, staff), "url": site.url}])
    return context.new_page()


def test_organiser_sees_arrivals_as_they_come(
    organiser: Page, phone_page: Page, night: Night, assert_accessible: Callable[[Page], None]
) -> None:
    organiser.goto(f"/staff/events/{night.evening.event.slug}/door")
    expect(organiser.locator(".arrivals__total")).to_have_text("到着 0 ／ 5人")
    assert_accessible(organiser)
    enrol(phone_page, night)

    type_ticket(phone_page, night.tickets[0])

    expect(organiser.locator(".arrivals__total")).to_have_text("到着 1 ／ 5人", timeout=20_000)
    expect(organiser.get_by_role("row", name="受付1")).to_be_visible(timeout=20_000)
    assert_accessible(organiser)


def test_big_screen_follows_the_door(
    organiser: Page, night: Night, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    organiser.goto(f"/staff/events/{night.evening.event.slug}/arrivals")
    expect(organiser.locator(".big__number")).to_have_text("0／ 5人")

    with site.unit():
        come_in(night.evening.event, device_of(night.evening.event)[0], night.evening.guests[:4])

    expect(organiser.locator(".big__number")).to_have_text("4／ 5人", timeout=20_000)
    assert_accessible(organiser)


@pytest.mark.parametrize("path", ["tables", "roster"])
def test_tables_and_roster_are_accessible(
    organiser: Page, night: Night, path: str, assert_accessible: Callable[[Page], None]
) -> None:
    organiser.goto(f"/staff/events/{night.evening.event.slug}/{path}")

    expect(organiser.get_by_text("大久保 千鶴")).to_be_visible()
    assert_accessible(organiser)
