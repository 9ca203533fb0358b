"""Signing in, managing staff and the list of mails in a browser: axe, reflow, target sizes, no complaint."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from tests.support.hands import jobs_done, link_in
from tests.support.site import Site
from tests.support.staff import add_staff, session_cookie
from tests.support.watching import Watch
from trainings.accounts.actions import sign_in_body
from trainings.accounts.models import Role
from trainings.core.jobs import JobState, enqueue
from trainings.core.web import beside_requests
from trainings.messages.actions import queue_mail
from trainings.messages.models import Failure, Message, MessageState

NewContext = Callable[..., tuple[BrowserContext, Watch]]
MAIL = "planner@city.keyaki.example"


def sign_in_link(site: Site) -> str:
    """The path in the only sign-in mail, after a round of the worker; its text made as the worker makes it."""
    jobs_done(site.app)
    with site.unit() as session:
        message = session.scalars(select(Message).where(Message.purpose == "sign_in")).one()
    with beside_requests(site.app):
        return link_in(sign_in_body(message), "/staff/sign-in/")


def test_signing_in_and_out(
    new_context: NewContext, site: Site, screen: str, assert_accessible: Callable[[Page], None]
) -> None:
    add_staff(site.unit, Role.PLANNER, name="欅田 まもる", mail=MAIL)
    page = new_context(screen)[0].new_page()

    page.goto("/staff/sign-in")
    assert_accessible(page)
    page.get_by_label("メールアドレス").fill("planner")
    page.get_by_role("button", name="リンクを送る").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert_accessible(page)
    page.get_by_label("メールアドレス").fill(MAIL)
    page.get_by_role("button", name="リンクを送る").click()
    assert_accessible(page)

    link = sign_in_link(site)
    page.goto(link)
    assert_accessible(page)
    page.get_by_role("button", name="サインインする").click()
    page.wait_for_url("**/staff")
    page.goto("/staff/sign-in")
    expect(page.get_by_text("欅田 まもるさんとしてサインインしています")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="サインアウト").click()
    expect(page.get_by_text("サインアウトしました")).to_be_visible()


def test_dead_link_is_accessible(
    new_context: NewContext, screen: str, assert_accessible: Callable[[Page], None]
) -> None:
    context, watch = new_context(screen)
    watch.allow("status of 410")
    page = context.new_page()

    page.goto("/staff/sign-in/nothing")

    assert_accessible(page)


@pytest.fixture
def office(new_context: NewContext, site: Site, screen: str) -> Page:
    staff = add_staff(site.unit, Role.ADMIN, Role.PLANNER, name="欅田 まもる", mail=MAIL)
    add_staff(site.unit, Role.VIEWER, name="元職員", mail="former@city.keyaki.example", active=False)
    context, _watch = new_context(screen)
    context.add_cookies([{"name": "tsudoi", "value": session_cookie(site.app, staff), "url": site.url}])
    return context.new_page()


def test_settings_are_accessible(office: Page, assert_accessible: Callable[[Page], None]) -> None:
    office.goto("/staff/settings")
    assert_accessible(office)
    office.get_by_role("link", name="変更する").first.click()
    assert_accessible(office)
    office.goto("/staff/settings/staff/new")
    office.get_by_role("button", name="この職員を加える").click()
    expect(office.get_by_role("alert")).to_be_focused()
    assert_accessible(office)


def test_list_of_mails_is_accessible(
    office: Page, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    with site.unit() as session:
        failed = queue_mail(
            to="hanako@clinic.example", subject="参加が決まりました", body="x", purpose="test"
        )
        session.flush()
        failed.state, failed.failure = MessageState.FAILED, Failure.ADDRESS_REFUSED
        failed.last_error = "550 5.1.1 <hanako@clinic.example>: Recipient address rejected: User unknown"
        queue_mail(to="jiro@clinic.example", subject="参加が決まりました", body="x", purpose="test")
        job = enqueue("seat_freed", key="x")
        job.state, job.last_error = JobState.FAILED, "LookupError: no event"

    office.goto("/staff/mails")
    assert_accessible(office)
    office.get_by_role("button", name="もう一度送る").click()
    expect(office.get_by_role("status")).to_contain_text("もう一度送ります")
    assert_accessible(office)


def test_every_entry_of_the_menus_is_in_sight_on_a_phone(new_context: NewContext, site: Site) -> None:
    planner = add_staff(site.unit, *Role, name="欅田 まもる", mail=MAIL)
    context, _ = new_context("phone")
    context.add_cookies([{"name": "tsudoi", "value": session_cookie(site.app, planner), "url": site.url}])
    page = context.new_page()
    page.goto("/staff/directory/people")

    for menu in (".nav__list", ".subnav__list"):
        entries = page.locator(f"{menu} a")
        assert entries.count() > 3
        for entry in entries.all():
            box = entry.bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
