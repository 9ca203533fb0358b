"""The office found as you type: keys, mouse, screen reader, and a plain text field when there is no script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.support.applying import apply_for, make_event, make_office
from tests.support.site import Site
from tests.support.staff import add_staff, session_cookie
from tests.support.watching import Watch
from trainings.accounts.models import Role, Staff
from trainings.directory import actions
from trainings.registration.models import Application

PAGE = "/staff/directory/free-entries"
NewContext = Callable[..., tuple[BrowserContext, Watch]]


@pytest.fixture
def staff(site: Site) -> Staff:
    """A planner; けやき薬局 and 東けやき薬局 are in the directory, and somebody typed さくら整骨院."""
    with site.unit():
        actions.load_master_data()
        make_office("東けやき薬局", kana="ヒガシケヤキヤッキョク")
        make_office("けやき薬局", kana="ケヤキヤッキョク")
        apply_for(make_event(), organisation_name="さくら整骨院")
    return add_staff(site.unit, Role.PLANNER, name="欅田 まもる", mail="planner@city.keyaki.example")


def sign_in(context: BrowserContext, site: Site, staff: Staff) -> None:
    context.add_cookies([{"name": "tsudoi", "value": session_cookie(site.app, staff), "url": site.url}])


@pytest.fixture
def page(new_context: NewContext, site: Site, staff: Staff, screen: str) -> Page:
    context, _watch = new_context(screen)
    sign_in(context, site, staff)
    opened = context.new_page()
    opened.goto(PAGE)
    return opened


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="一覧にある名称")


def hidden_id(page: Page) -> str:
    return page.locator('input[name="organisation_id"]').input_value()


def matched(site: Site) -> str | None:
    with site.unit() as session:
        office = session.query(Application).one().organisation
        return office.name if office else None


def test_down_and_enter_choose_without_sending_the_form(
    page: Page, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    field(page).fill("けやき")
    expect(page.get_by_role("option")).to_have_text(["けやき薬局市内", "東けやき薬局市内"])
    expect(page.get_by_text("2件の候補があります。")).to_be_attached()
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    assert_accessible(page)

    field(page).press("ArrowDown")
    field(page).press("ArrowDown")
    expect(page.get_by_role("option", name="東けやき薬局")).to_have_attribute("aria-selected", "true")
    field(page).press("Enter")

    expect(field(page)).to_have_value("東けやき薬局")
    expect(page.get_by_role("listbox")).to_be_hidden()
    assert hidden_id(page) != ""
    assert matched(site) is None

    page.get_by_role("button", name="この事業所に結び付ける").click()
    expect(page.get_by_text("1件の申込を「東けやき薬局」に結び付けました")).to_be_visible()
    assert matched(site) == "東けやき薬局"


def test_a_tap_chooses_and_typing_on_forgets_the_choice(page: Page) -> None:
    field(page).press_sequentially("ひがし")
    page.get_by_role("option", name="東けやき薬局").click()
    expect(field(page)).to_have_value("東けやき薬局")
    expect(field(page)).to_be_focused()
    assert hidden_id(page) != ""

    field(page).press_sequentially("2")

    assert hidden_id(page) == ""


def test_escape_closes_and_what_was_typed_stays(page: Page) -> None:
    field(page).fill("けやき")
    expect(page.get_by_role("listbox")).to_be_visible()

    field(page).press("Escape")

    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field(page)).to_have_value("けやき")
    assert hidden_id(page) == ""


def test_going_round_with_the_keys_comes_back_to_the_text(page: Page) -> None:
    field(page).fill("けやき")
    expect(page.get_by_role("option")).to_have_count(2)

    field(page).press("ArrowUp")
    expect(page.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    field(page).press("ArrowDown")

    expect(page.locator('[aria-selected="true"]')).to_have_count(0)
    expect(field(page)).not_to_have_attribute("aria-activedescendant", "offices-1-1")


def test_enter_of_an_input_method_is_not_a_choice(page: Page) -> None:
    field(page).fill("けやき")
    expect(page.get_by_role("option")).to_have_count(2)
    field(page).press("ArrowDown")

    field(page).evaluate(
        "input => input.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )

    expect(page.get_by_role("listbox")).to_be_visible()
    assert hidden_id(page) == ""


def test_enter_in_the_open_list_sends_no_half_filled_form(page: Page) -> None:
    field(page).fill("けやき")
    expect(page.get_by_role("listbox")).to_be_visible()
    address = page.url

    field(page).press("Enter")

    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field(page)).to_have_value("けやき")
    assert page.url == address
    expect(page.locator(".error-summary")).to_have_count(0)


def test_an_unknown_name_is_said_to_be_unknown_and_stays(page: Page) -> None:
    field(page).fill("どこにもない")

    expect(page.get_by_text("一覧にありません。")).to_be_visible()
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field(page)).to_have_value("どこにもない")


def test_without_script_the_whole_name_is_enough(new_context: NewContext, site: Site, staff: Staff) -> None:
    context, _watch = new_context("phone", java_script_enabled=False)
    sign_in(context, site, staff)
    page = context.new_page()
    page.goto(PAGE)

    page.get_by_label("一覧にある名称").fill("けやき 薬局")
    page.get_by_role("button", name="この事業所に結び付ける").click()

    expect(page.get_by_text("1件の申込を「けやき薬局」に結び付けました")).to_be_visible()
    assert matched(site) == "けやき薬局"
