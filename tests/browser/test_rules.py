"""枠のルール in a browser: a trial that loses nothing typed, readable on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.announcing import announce
from tests.support.evening import apply_as
from tests.support.site import Site
from tests.support.staff import add_staff, session_cookie
from trainings.accounts.models import Role
from trainings.directory.actions import load_master_data
from trainings.events.models import EventKind

QUOTAS = {"看護": (3, 6), "医科": (2, 3), "歯科": (1, 2), "薬局": (1, 3)}
CODES = ("NSV",) * 12 + ("MD",) * 4 + ("PH",) * 6


def test_rules_are_tried_beside_the_present_ones_and_then_kept(
    watched_page: Page, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    with site.unit():
        load_master_data()
        event = announce(
            EventKind.HUNDRED, quotas=QUOTAS, capacity=10, organisation_cap=2, public_number_name=""
        )
        for number, code in enumerate(CODES):
            application = apply_as(event, code, number)
            application.organisation_name = (
                "けやき中央訪問看護ステーション" if number < 7 else f"薬局{number % 4}"
            )
    staff = add_staff(site.unit, Role.PLANNER, name="欅田 まもる", mail="planner@city.keyaki.example")
    watched_page.context.add_cookies(
        [{"name": "tsudoi", "value": session_cookie(site.app, staff), "url": site.url}]
    )
    watched_page.goto(f"/staff/events/{event.slug}/rules")
    expect(watched_page.get_by_text("確率がいちばん低い方")).to_be_visible()
    assert_accessible(watched_page)

    hidden = "box => box.scrollWidth - box.clientWidth"
    assert watched_page.locator(".scroll:has(.table--quota)").first.evaluate(hidden) == 0

    cap = watched_page.get_by_label("一つの事業所の上限")
    cap.fill("4")
    watched_page.get_by_role("button", name="試算する", exact=True).click()

    expect(watched_page.get_by_role("table", name="いまのルールと変えたルール")).to_be_visible()
    expect(cap).to_have_value("4")
    assert_accessible(watched_page)
    watched_page.get_by_text("ほかの枠を足したいとき").click()
    watched_page.get_by_label("はじめての方", exact=True).check()
    watched_page.get_by_role("button", name="足せるか確かめる").click()
    expect(watched_page.get_by_text("ほんとうの確率は3分の1です")).to_be_visible()
    expect(cap).to_have_value("4")
    assert_accessible(watched_page)
    watched_page.get_by_label("看護の確保する席").fill("9")
    watched_page.get_by_role("button", name="この内容にする").click()
    expect(watched_page.locator(".error-summary")).to_be_focused()
    expect(watched_page.get_by_label("看護の確保する席")).to_have_value("9")
    assert_accessible(watched_page)
    watched_page.get_by_label("看護の確保する席").fill("3")
    watched_page.get_by_role("button", name="この内容にする").click()
    expect(watched_page.get_by_text("枠のルールを保存しました。")).to_be_visible()
