"""Applying in a browser, on a phone and on a desktop, with and without JavaScript; axe on every kind of page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from tests.support.announcing import announce
from tests.support.applying import make_office
from tests.support.guests import submit
from tests.support.hands import Clock
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.core import clock
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.registration.models import Application
from trainings.registration.secrets import application_secret
from trainings.registration.states import State

NewContext = Callable[..., tuple[BrowserContext, Watch]]
Accessible = Callable[[Page], None]


@pytest.fixture
def event(site: Site) -> Event:
    """A first-come symposium; けやき訪問看護ステーション is in the directory."""
    with site.unit():
        load_master_data()
        make_office("けやき訪問看護ステーション", kana="ケヤキホウモンカンゴステーション")
        return announce(EventKind.SYMPOSIUM)


def stored(site: Site) -> list[Application]:
    with site.unit() as session:
        return list(session.scalars(select(Application)))


def fill_in(page: Page, *, office: str) -> None:
    """Everything but the mail address, as 高橋 美咲 of けやき訪問看護ステーション."""
    page.get_by_role("radio", name="看護", exact=False).first.check(force=True)
    page.get_by_role("radio", name="看護師（訪問看護）").check(force=True)
    page.locator("#organisation_name").fill(office)
    page.get_by_label("氏", exact=True).fill("高橋")
    page.get_by_label("名", exact=True).fill("美咲")
    page.get_by_label("セイ", exact=True).fill("たかはし")
    page.get_by_label("メイ", exact=True).fill("みさき")
    page.get_by_label("電話番号").fill("000-555-0100")
    page.locator("select[name=heard_via]").select_option(index=1)


def test_journey_from_the_list_to_the_ticket_and_the_cancellation(
    watched_page: Page, watch: Watch, site: Site, event: Event, assert_accessible: Accessible
) -> None:
    page = watched_page
    page.goto("/")
    assert_accessible(page)
    page.get_by_role("link", name=event.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(event.title)
    assert_accessible(page)

    page.get_by_role("link", name="申し込む").click()
    expect(page.get_by_role("radio", name="看護師（訪問看護）")).to_be_hidden()
    assert_accessible(page)
    fill_in(page, office="")
    page.locator("#organisation_name").fill("けやき")
    page.get_by_role("option", name="けやき訪問看護ステーション").click()
    expect(page.locator("#organisation_name")).to_have_value("けやき訪問看護ステーション")

    watch.allow("status of 422")
    page.get_by_role("button", name="確認へ進む").click()
    expect(page.get_by_role("alert")).to_contain_text("メールアドレスを入力してください")
    expect(page.get_by_label("メイ", exact=True)).to_have_value("みさき")
    assert_accessible(page)
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("メールアドレス")).to_be_focused()
    page.keyboard.type("misaki@houkan.example")
    page.get_by_role("button", name="確認へ進む").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("内容の確認")
    expect(page.locator(".certificate-name__name")).to_have_text("高橋 美咲")
    assert_accessible(page)
    page.get_by_role("button", name="この内容で申し込む").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("申込を受け付けました")
    assert_accessible(page)
    (one,) = stored(site)
    assert (one.organisation_name, one.organisation_id is None) == ("けやき訪問看護ステーション", False)

    page.get_by_role("link", name="わたしの申込を開く").click()
    expect(page.locator(".letter")).to_contain_text("参加が決まりました")
    assert_accessible(page)
    page.get_by_role("link", name="内容を直す").click()
    assert_accessible(page)
    page.go_back()
    page.get_by_role("link", name="代わりの方にゆずる").click()
    assert_accessible(page)
    page.go_back()
    page.get_by_role("link", name="チケットを表示する").click()
    expect(page.get_by_role("img", name="受付用のQRコード")).to_be_visible()
    assert_accessible(page)
    page.go_back()
    page.get_by_role("link", name="取り消す").click()
    assert_accessible(page)
    page.get_by_role("button", name="この申込を取り消す").click()
    expect(page.locator(".letter")).to_contain_text("取り消しました")
    assert_accessible(page)
    assert [one.state for one in stored(site)] == [State.CANCELLED]


def test_way_is_the_same_without_javascript(
    new_context: NewContext, site: Site, event: Event, screen: str
) -> None:
    context, _watch = new_context(screen, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/e/{event.slug}/apply")

    fill_in(page, office="別の事業所")
    page.get_by_label("メールアドレス").fill("misaki@houkan.example")
    page.get_by_role("button", name="確認へ進む").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("内容の確認")
    page.get_by_role("button", name=re.compile("修正する.*電話番号")).click()
    expect(page.locator("#organisation_name")).to_have_value("別の事業所")
    page.get_by_label("電話番号").fill("000-555-0111")
    page.get_by_role("button", name="確認へ進む").click()
    page.get_by_role("button", name="この内容で申し込む").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("申込を受け付けました")
    (one,) = stored(site)
    assert (one.phone, one.organisation_name) == ("000-555-0111", "別の事業所")


def test_lost_cookies_lose_nothing_typed(
    watched_page: Page, watch: Watch, site: Site, event: Event, assert_accessible: Accessible
) -> None:
    page = watched_page
    watch.allow("status of 422")
    page.goto(f"/e/{event.slug}/apply")
    fill_in(page, office="なし")
    page.get_by_label("メールアドレス").fill("misaki@houkan.example")
    page.context.clear_cookies()
    page.get_by_role("button", name="確認へ進む").click()

    expect(page.get_by_role("alert")).to_contain_text("もう一度、ボタンを押してください")
    expect(page.locator(".late")).to_be_focused()
    assert_accessible(page)
    for label, typed in (("氏", "高橋"), ("メイ", "みさき"), ("電話番号", "000-555-0100")):
        expect(page.get_by_label(label, exact=label != "電話番号")).to_have_value(typed)
    page.get_by_role("button", name="確認へ進む").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("内容の確認")
    page.context.clear_cookies()
    page.get_by_role("button", name="この内容で申し込む").click()

    expect(page.get_by_role("alert")).to_contain_text("もう一度、ボタンを押してください")
    assert_accessible(page)
    assert stored(site) == []
    page.get_by_role("button", name="この内容で申し込む").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("申込を受け付けました")
    assert [one.full_name for one in stored(site)] == ["高橋 美咲"]


def test_offer_is_answered_although_the_cookies_are_lost(
    watched_page: Page, watch: Watch, site: Site, event: Event, assert_accessible: Accessible
) -> None:
    """A button without a form of its own: the page between says what happened and holds the answer."""
    page = watched_page
    watch.allow("status of 400")
    with site.unit() as session:
        one = submit(session.get_one(Event, event.id), "NSV", 1)
        one.state, one.offer_expires_at = State.OFFERED, clock.now() + timedelta(days=1)
        secret = application_secret(one)
    page.goto(f"/a/{secret}")
    page.context.clear_cookies()
    page.get_by_role("button", name="参加します").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("もう一度、送信してください")
    assert_accessible(page)
    page.get_by_role("button", name="もう一度送る").click()
    expect(page.locator(".letter")).to_contain_text("参加が決まりました")


def test_two_quick_taps_make_one_application(watched_page: Page, site: Site, event: Event) -> None:
    page = watched_page
    page.goto(f"/e/{event.slug}/apply")
    fill_in(page, office="なし")
    page.get_by_label("メールアドレス").fill("misaki@houkan.example")
    page.get_by_role("button", name="確認へ進む").click()

    page.get_by_role("button", name="この内容で申し込む").dblclick()

    expect(page.get_by_role("heading", level=1)).to_have_text("申込を受け付けました")
    assert len(stored(site)) == 1


def test_field_for_another_profession_appears_with_its_choice(watched_page: Page, event: Event) -> None:
    page = watched_page
    page.goto(f"/e/{event.slug}/apply")
    note = page.get_by_label("その他の職種", exact=False).and_(page.locator("#profession_note"))

    expect(note).to_be_hidden()
    page.get_by_role("radio", name="市民・学生・その他").check(force=True)
    page.get_by_role("radio", name="その他（自由記述）").check(force=True)
    expect(note).to_be_visible()
    page.get_by_role("radio", name="市民（一般）").check(force=True)
    expect(note).to_be_hidden()


@pytest.mark.parametrize(
    "path", ["/links", "/links/sent", "/about/draw", "/about/privacy", "/about/accessibility"]
)
def test_small_pages_of_guests_are_accessible(
    watched_page: Page, event: Event, path: str, assert_accessible: Accessible
) -> None:
    watched_page.goto(path)

    assert_accessible(watched_page)


def test_closed_form_says_so_accessibly(
    watched_page: Page, watch: Watch, clock: Clock, event: Event, assert_accessible: Accessible
) -> None:
    clock.set(event.application_closes_at)
    watch.allow("status of 410")

    watched_page.goto(f"/e/{event.slug}/apply")

    expect(watched_page.get_by_role("heading", level=1)).to_have_text("いまは申し込めません")
    assert_accessible(watched_page)
