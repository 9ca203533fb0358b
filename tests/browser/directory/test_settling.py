"""A queue of who is whom, settled by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from tests.support.pairs import pairs_of_people, press_until_settled
from tests.support.site import Site
from tests.support.staff import add_staff, session_cookie
from tests.support.watching import Watch
from trainings.accounts.models import Role
from trainings.directory import actions
from trainings.registration.models import Application
from trainings.registration.states import State

NewContext = Callable[..., tuple[BrowserContext, Watch]]
PEOPLE = 24
"""More than stand on one page."""


@pytest.fixture
def queue(site: Site) -> str:
    """Each applied twice; one more is alike to somebody under another name."""
    with site.unit():
        actions.load_master_data()
        event = pairs_of_people(PEOPLE, same_name_every=1)
        pairs_of_people(1, same_name_every=0, event=event)
    return f"/staff/people/candidates?event={event.id}"


@pytest.fixture
def pair(site: Site) -> str:
    """Two who are alike, and both apply."""
    with site.unit():
        actions.load_master_data()
        event = pairs_of_people(1, same_name_every=0)
    return f"/staff/people/candidates?event={event.id}"


@pytest.fixture
def page(new_context: NewContext, site: Site, screen: str) -> Page:
    staff = add_staff(site.unit, Role.PLANNER, name="欅田 まもる", mail="planner@city.keyaki.example")
    context, _watch = new_context(screen)
    context.add_cookies([{"name": "tsudoi", "value": session_cookie(site.app, staff), "url": site.url}])
    return context.new_page()


def test_whole_queue_is_settled_without_the_mouse(
    page: Page, queue: str, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    page.goto(queue)
    assert_accessible(page)
    left = page.locator(".say b").first
    expect(left).to_have_text(f"{PEOPLE + 1}組")
    expect(page.locator("article").first).to_be_focused()

    page.keyboard.press("j")
    expect(page.locator("article").nth(1)).to_be_focused()
    page.keyboard.press("k")
    for n in range(PEOPLE):
        page.keyboard.press("123"[n % 3])
        expect(left).to_have_text(f"{PEOPLE - n}組")
        expect(page.locator("article").first).to_be_focused()

    page.keyboard.press("1")
    expect(page.locator("[data-usual]")).to_be_checked()
    page.keyboard.press("1")

    expect(page.get_by_text("確かめる組はありません")).to_be_visible()
    with site.unit() as session:
        states = [one.state for one in session.scalars(select(Application))]
    assert states.count(State.DUPLICATE) == 0
    assert states.count(State.APPLIED) == PEOPLE + PEOPLE // 3 + 1


def test_decision_is_taken_back_by_key_also_where_no_question_is_left(page: Page, pair: str) -> None:
    page.goto(pair)
    left = page.locator(".say b").first
    expect(page.locator("article")).to_be_focused()
    page.keyboard.press("2")
    expect(page.get_by_text("確かめる組はありません")).to_be_visible()

    page.keyboard.press("z")

    expect(left).to_have_text("1組")
    expect(page.locator("article")).to_be_focused()
    page.keyboard.press("z")
    expect(left).to_have_text("1組")


def test_keys_that_settle_a_pair_are_few(page: Page, pair: str) -> None:
    """One for what is asked, one more where an application has to be chosen, and one to take it back."""
    page.goto(pair)
    expect(page.locator("article")).to_be_focused()
    assert press_until_settled(page, "1") == 2
    expect(page.get_by_text("確かめる組はありません")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator(".say b").first).to_have_text("1組")
    expect(page.locator("article")).to_be_focused()
    assert press_until_settled(page, "2") == 1


def test_keys_do_nothing_outside_of_a_question(page: Page, queue: str) -> None:
    page.goto(queue)
    page.locator("main h1").click()
    page.evaluate("() => document.activeElement.blur()")

    page.keyboard.press("1")

    expect(page.locator(".say b").first).to_have_text(f"{PEOPLE + 1}組")
