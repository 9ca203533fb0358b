"""A scanner that types: whatever it reads is answered and stored, and nothing of it reaches a button; hands still do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_door import Night, enrol, everything_sent, night, scans, type_ticket
from tests.browser.test_door_ways import SEARCH
from tests.support.scanner import Scanner
from tests.support.site import Site
from trainings.checkin.models import Method, Outcome, ScanKind, Why
from trainings.events.models import CertificateRule, Event
from trainings.registration.models import Application
from trainings.registration.states import Reason, State

__all__ = ["night"]

STRANGE = {
    "JAN": "4901234567894",
    "LINE": "https://line.me/ti/p/Ab3dE-fGh1",
    "Wi-Fi": "WIFI:T:WPA;S:keyaki hall;P:himitsu 123;;",
    "kana": "ケヤキシ シミンカイカン",
    "symbols": "!?=@+_;:/",
    "short": "7",
    "long": "https://shop.example/item?" + "id=4901234567894&" * 20,
}
IN_FIELDS = [read for name, read in STRANGE.items() if name != "short"]
"""One sign is somebody's hand."""
UNKNOWN = (Method.USB, Outcome.REFUSED, Why.UNKNOWN)


@pytest.fixture
def screen() -> str:
    return "desktop"


@pytest.fixture
def scanner(desktop_page: Page) -> Scanner:
    """At the page that is no desk yet."""
    return Scanner(desktop_page)


@pytest.fixture
def desk(desktop_page: Page, scanner: Scanner, night: Night) -> Page:
    enrol(desktop_page, night)
    return desktop_page


def half(ticket: str) -> str:
    return ticket[:-9]


def wrong_check(ticket: str) -> str:
    return ticket[:-1] + ("A" if ticket[-1] != "A" else "B")


def answered(page: Page, say: str) -> Locator:
    """The answer on the whole screen, with a next step."""
    result = page.locator("#result")
    expect(result).to_be_visible()
    expect(result.locator("[data-say]")).to_have_text(say)
    expect(result.locator("[data-next]")).not_to_be_empty()
    return result


def stored(site: Site) -> list[tuple[Method, Outcome, Why]]:
    return [(one.method, one.outcome, one.why) for one in scans(site)]


def test_whatever_is_no_ticket_is_answered_and_stored(desk: Page, scanner: Scanner, site: Site) -> None:
    for read in STRANGE.values():
        scanner.read(read)
        answered(desk, "チケットではありません")
        desk.keyboard.press("Escape")

    everything_sent(desk)
    assert stored(site) == [UNKNOWN] * len(STRANGE)


def test_whatever_is_read_into_a_field_is_answered_and_leaves_it(
    desk: Page, scanner: Scanner, site: Site
) -> None:
    field = desk.get_by_label(SEARCH)
    field.fill("にわ")
    field.focus()
    for read in IN_FIELDS:
        scanner.read(read)
        answered(desk, "チケットではありません")
        desk.keyboard.press("Escape")
        expect(field).to_have_value("にわ")
        expect(field).to_be_focused()

    everything_sent(desk)
    assert stored(site) == [UNKNOWN] * len(IN_FIELDS)


@pytest.mark.parametrize("end", ["Tab", ""], ids=["Tab", "nothing"])
def test_scanner_may_end_with_tab_or_with_nothing(
    desk: Page, scanner: Scanner, night: Night, site: Site, end: str
) -> None:
    scanner.end = end
    places = (desk.get_by_role("button", name="受付をはじめる"), desk.get_by_label(SEARCH))
    for number, (place, ticket) in enumerate(zip(places, night.tickets, strict=False)):
        place.focus()
        scanner.read(f"{STRANGE['JAN']}{number}")
        answered(desk, "チケットではありません")
        desk.keyboard.press("Escape")
        scanner.read(ticket)
        expect(desk.locator("#result [data-say]")).to_have_text("受付しました")
        desk.keyboard.press("Escape")

    everything_sent(desk)
    assert [one.outcome for one in scans(site)] == [Outcome.REFUSED, Outcome.ADMITTED] * 2
    expect(desk.get_by_label(SEARCH)).to_have_value("")


@pytest.mark.parametrize("spoilt", [half, wrong_check], ids=["half", "wrong check sign"])
def test_ticket_that_is_not_read_to_its_end_is_to_be_read_again(
    desk: Page, scanner: Scanner, night: Night, site: Site, spoilt: Callable[[str], str]
) -> None:
    scanner.read(spoilt(night.tickets[0]))

    answered(desk, "チケットを読み切れませんでした")
    everything_sent(desk)
    assert stored(site) == [UNKNOWN]


def test_link_that_registers_devices_is_named_for_what_it_is(
    desk: Page, scanner: Scanner, night: Night, site: Site
) -> None:
    scanner.read(site.at(night.enrolment))

    expect(answered(desk, "チケットではありません").locator("[data-next]")).to_contain_text("端末を登録する")
    everything_sent(desk)
    assert stored(site) == [UNKNOWN]


def test_code_of_many_lines_is_one_attempt(desk: Page, scanner: Scanner, site: Site) -> None:
    scanner.read("BEGIN:VCARD\rFN:欅田 花子\rEND:VCARD")

    answered(desk, "チケットではありません")
    everything_sent(desk)
    assert stored(site) == [UNKNOWN]


def test_scans_that_a_scanner_had_kept_are_all_answered(
    desk: Page, scanner: Scanner, night: Night, site: Site
) -> None:
    """It was out of reach, and hands over what it has without a pause."""
    scanner.read(f"{night.tickets[0]}\r{STRANGE['JAN']}\r{night.tickets[1]}")

    expect(desk.locator("#result [data-name]")).to_have_text("丹羽 恵一")
    everything_sent(desk)
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED, Outcome.REFUSED, Outcome.ADMITTED]


def test_slow_scanner_is_answered_where_nobody_types(desk: Page, night: Night) -> None:
    desk.keyboard.type(STRANGE["JAN"], delay=170)
    desk.keyboard.press("Enter")
    answered(desk, "チケットではありません")
    desk.keyboard.type(night.tickets[0][-23:], delay=170)
    desk.keyboard.press("Enter")
    expect(desk.locator("#result [data-name]")).to_have_text("大久保 千鶴")


def test_device_that_is_not_enrolled_says_so(desktop_page: Page, scanner: Scanner, night: Night) -> None:
    desktop_page.goto("/door")
    expect(desktop_page.get_by_text("まだ登録されていません")).to_be_visible()

    scanner.read(night.tickets[0])

    answered(desktop_page, "この端末は登録されていません")


# -- buttons ---------------------------------------------------------------------------------------------------------

BLANKS = {"none": "4901234567894", "inside": "49012 34567 894", "first": " 4901234567894", "two": "  49 01"}


def cancel_all(night: Night, site: Site) -> None:
    with site.unit() as session:
        for one in night.evening.guests:
            guest = session.get_one(Application, one.id)
            guest.state, guest.reason = State.CANCELLED, Reason.CANCELLED_BY_STAFF


def count_exits(night: Night, site: Site) -> None:
    with site.unit() as session:
        event = session.get_one(Event, night.evening.event.id)
        event.certificate_rule, event.certificate_minutes = CertificateRule.MINUTES, 60


@pytest.mark.parametrize("button", ["取り消す", "責任者の判断で入れる", "職種がちがう"])
def test_scanner_presses_no_button_of_an_answer(
    desktop_page: Page, scanner: Scanner, night: Night, site: Site, button: str
) -> None:
    if button == "責任者の判断で入れる":
        cancel_all(night, site)
    enrol(desktop_page, night)
    for ticket, read in zip(night.tickets, (*BLANKS.values(), STRANGE["Wi-Fi"]), strict=True):
        type_ticket(desktop_page, ticket)
        desktop_page.locator("#result").get_by_role("button", name=button).focus()
        scanner.every = 90 if read is STRANGE["Wi-Fi"] else 8
        scanner.read(read)
        answered(desktop_page, "チケットではありません")
        expect(desktop_page.locator("[data-correct-form]")).to_be_hidden()

    everything_sent(desktop_page)
    kept = scans(site)
    assert [(one.kind, one.forced) for one in kept] == [(ScanKind.SCAN, False)] * 10
    assert [one.why for one in kept][1::2] == [Why.UNKNOWN] * 5


def test_scanner_chooses_nothing_and_goes_nowhere(
    desk: Page, scanner: Scanner, night: Night, site: Site
) -> None:
    count_exits(night, site)
    desk.reload()
    out = desk.get_by_role("radio", name="退室")
    expect(out).to_be_visible()
    camera = desk.get_by_label("カメラ", exact=True)
    camera.evaluate(
        """(choice) => {
          choice.closest("[data-cameras]").hidden = false;
          choice.replaceChildren(new Option("1"), new Option("4 front"), new Option("back"));
        }"""
    )
    for number, control in enumerate((out, desk.get_by_role("link", name="状況"), camera)):
        for read in BLANKS.values():
            control.focus()
            scanner.read(read + str(number))
            answered(desk, "チケットではありません")
            desk.keyboard.press("Escape")
            expect(out).not_to_be_checked()
            expect(camera).to_have_value("1")
            expect(desk.locator("#state")).to_be_hidden()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_hands_still_press_buttons(desk: Page, night: Night, site: Site, key: str) -> None:
    type_ticket(desk, night.tickets[0])
    desk.locator("#result").get_by_role("button", name="取り消す").focus()
    desk.wait_for_timeout(800)  # nobody's hand is quicker after a scan

    desk.keyboard.press(key)

    expect(desk.locator("#result [data-say]")).to_have_text("受付を取り消しました")
    desk.keyboard.press(key)
    expect(desk.locator("#result")).to_be_hidden()
    everything_sent(desk)
    assert [one.kind for one in scans(site)] == [ScanKind.SCAN, ScanKind.UNDO]


def test_hands_still_follow_links_and_choose(desk: Page, night: Night, site: Site) -> None:
    count_exits(night, site)
    desk.reload()
    out = desk.get_by_role("radio", name="退室")
    out.focus()
    desk.keyboard.press("Space")
    expect(out).to_be_checked()
    desk.get_by_role("link", name="当日参加").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_label("氏名")).to_be_visible()
    group = desk.get_by_label("職種区分")
    group.focus()
    desk.keyboard.press("ArrowDown")
    expect(group).not_to_have_value("")


def test_hands_still_type(desk: Page, site: Site) -> None:
    """Blanks, Tab and Enter; nothing of it is a scan."""
    desk.get_by_role("link", name="当日参加").click()
    desk.get_by_label("氏名").focus()
    desk.keyboard.type("Tobiiri San", delay=130)
    desk.keyboard.press("Tab")
    expect(desk.get_by_label("フリガナ")).to_be_focused()
    desk.keyboard.type("tobiiri san", delay=130)
    expect(desk.get_by_label("氏名")).to_have_value("Tobiiri San")
    expect(desk.get_by_label("フリガナ")).to_have_value("tobiiri san")
    desk.get_by_role("link", name="さがす").click()
    desk.keyboard.type("nobody", delay=130)
    desk.keyboard.press("Enter")
    expect(desk.get_by_label(SEARCH)).to_have_value("nobody")
    expect(desk.locator("#result")).to_be_hidden()
    assert scans(site) == []


# -- keyboards of all sorts --------------------------------------------------------------------------------------------


def test_keys_without_a_place_are_read(desk: Page, scanner: Scanner, night: Night, site: Site) -> None:
    scanner.placeless = True
    places = (desk.get_by_role("button", name="受付をはじめる"), desk.get_by_label(SEARCH))
    for number, (place, ticket) in enumerate(zip(places, night.tickets, strict=False)):
        place.focus()
        scanner.read(ticket)
        expect(desk.locator("#result [data-say]")).to_have_text("受付しました")
        scanner.read(f"{STRANGE['JAN']}{number}")
        answered(desk, "チケットではありません")
        desk.keyboard.press("Escape")

    everything_sent(desk)
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED, Outcome.REFUSED] * 2


@pytest.mark.parametrize("end", ["Enter", ""], ids=["Enter", "nothing"])
def test_input_method_that_hides_its_keys_is_read_from_the_field(
    desk: Page, night: Night, site: Site, end: str
) -> None:
    """Android: every key is "Unidentified" without a place; only the field tells what was typed."""
    desk.get_by_label(SEARCH).fill("にわ")
    session = desk.context.new_cdp_session(desk)
    for sign in night.tickets[0]:
        hidden = {"key": "Unidentified", "code": "", "windowsVirtualKeyCode": 229}
        session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **hidden})
        session.send("Input.insertText", {"text": sign})
        session.send("Input.dispatchKeyEvent", {"type": "keyUp", **hidden})
    if end:
        desk.keyboard.press(end)

    expect(desk.locator("#result [data-name]")).to_have_text("大久保 千鶴")
    desk.keyboard.press("Escape")
    expect(desk.get_by_label(SEARCH)).to_have_value("にわ")
    everything_sent(desk)
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED]


# -- the search field --------------------------------------------------------------------------------------------------


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


@pytest.mark.parametrize("wide", [False, True], ids=["as it is", "full width"])
@pytest.mark.parametrize("press", [False, True], ids=["alone", "with Enter"])
def test_ticket_pasted_into_the_search_field_is_a_ticket(
    desk: Page, night: Night, site: Site, wide: bool, press: bool
) -> None:
    desk.get_by_label(SEARCH).focus()
    desk.keyboard.insert_text(full_width(night.tickets[0]) if wide else night.tickets[0])
    if press:
        desk.keyboard.press("Enter")

    expect(desk.locator("#result [data-name]")).to_have_text("大久保 千鶴")
    desk.keyboard.press("Escape")
    expect(desk.get_by_label(SEARCH)).to_have_value("")
    everything_sent(desk)
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED]


@pytest.mark.parametrize("pasted", ["4901234567894", "https://line.me/ti/p/Ab3dE", "ＴＳ０１２３ＡＢＣＤ"])
def test_other_code_in_the_search_field_is_answered_at_enter(desk: Page, site: Site, pasted: str) -> None:
    desk.get_by_label(SEARCH).fill(pasted)
    desk.keyboard.press("Enter")

    expect(desk.locator("#result")).to_have_class("result result--no")
    everything_sent(desk)
    assert [(one.method, one.why) for one in scans(site)] == [(Method.SEARCH, Why.UNKNOWN)]


@pytest.mark.parametrize("wide", [False, True], ids=["as it is", "full width"])
def test_part_of_a_number_is_a_search(desk: Page, night: Night, site: Site, wide: bool) -> None:
    code = night.evening.guests[0].code
    part = code[:-2].replace("-", "ー") if wide else code[:-2]
    desk.get_by_label(SEARCH).fill(full_width(part) if wide else part)
    expect(desk.locator("[data-found] [data-name]")).to_have_text(["大久保 千鶴"])

    desk.keyboard.press("Enter")

    expect(desk.locator("[data-found] button").first).to_be_focused()
    expect(desk.locator("#result")).to_be_hidden()
    assert scans(site) == []


@pytest.mark.parametrize("wide", [False, True], ids=["as it is", "full width"])
def test_whole_number_lets_in(desk: Page, night: Night, site: Site, wide: bool) -> None:
    code = night.evening.guests[0].code
    desk.get_by_label(SEARCH).fill(full_width(code.replace("-", "ー")) if wide else code)
    desk.keyboard.press("Enter")

    expect(desk.locator("#result [data-name]")).to_have_text("大久保 千鶴")
    expect(desk.locator("#result [data-say]")).to_have_text("受付しました")


def test_number_that_nobody_has_is_answered(desk: Page, site: Site) -> None:
    desk.get_by_label(SEARCH).fill("K99-00000")
    desk.keyboard.press("Enter")

    answered(desk, "見つかりません")
    everything_sent(desk)
    assert [one.why for one in scans(site)] == [Why.UNKNOWN]
