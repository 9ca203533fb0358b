"""A queue of who is whom, settled by keyboard alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from tests.support.announcing import announce, statement
from tests.support.applying import make_office
from tests.support.site import Site
from tests.support.staff import add_staff, session_cookie
from tests.support.watching import Watch
from trainings.accounts.models import Role
from trainings.directory import actions
from trainings.events.models import EventKind
from trainings.registration.actions import submit_application
from trainings.registration.models import Application, Channel
from trainings.registration.states import State

NewContext = Callable[..., tuple[BrowserContext, Watch]]
PEOPLE = 24
"""More than stand on one page."""


@pytest.fixture
def queue(site: Site) -> str:
    """Each applied twice; one more is alike to somebody under another name."""
    with site.unit():
        actions.load_master_data()
        office = make_office("けやき訪問看護")
        event = announce(EventKind.HUNDRED)
        for n in range(PEOPLE):
            for mail in ("one", "two"):
                submit_application(
                    event_id=event.id,
                    statement=statement(
                        family=f"森{n}",
                        family_kana=f"モリ{n}",
                        mail=f"{mail}{n}@a.example",
                        phone=f"000-555-{n:04}",
                        organisation_id=office.id,
                    ),
                    channel=Channel.WEB,
                    idempotency_key=uuid.uuid4().hex,
                )
        for n, family in enumerate(("高橋", "高梁")):
            submit_application(
                event_id=event.id,
                statement=statement(
                    family=family, mail=f"{n}@a.example", phone="000-555-0999", organisation_id=office.id
                ),
                channel=Channel.WEB,
                idempotency_key=uuid.uuid4().hex,
            )
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


def test_keys_do_nothing_outside_of_a_question(page: Page, queue: str) -> None:
    page.goto(queue)
    page.locator("main h1").click()
    page.evaluate("() => document.activeElement.blur()")

    page.keyboard.press("1")

    expect(page.locator(".say b").first).to_have_text(f"{PEOPLE + 1}組")
