"""代理出席 on the desk: two taps and a name, online and offline."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from tests.browser.test_door import Night, enrol, everything_sent, night, type_ticket
from tests.support.evening import come_in, device_of
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.checkin import queries
from trainings.registration.models import Application
from trainings.registration.states import State

__all__ = ["night"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]


@pytest.fixture
def desk(new_context: NewContext, night: Night, screen: str) -> Page:
    context, watch = new_context(screen)
    watch.allow("ERR_INTERNET_DISCONNECTED|fetching the script|ERR_FAILED|status of 422")
    page = context.new_page()
    enrol(page, night)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return page


def ask(desk: Page, name: str = "代田 理子", kana: str = "シロタ リコ") -> None:
    desk.locator("#result").get_by_role("button", name="代理の方が来た").click()
    desk.locator("#deputy-name").fill(name)
    desk.locator("#deputy-kana").fill(kana)
    desk.locator("#result").get_by_role("button", name="代理の方を受け付ける").click()


def present(site: Site, night: Night) -> list[str]:
    with site.unit():
        return [one.full_name for one in queries.attended_applications(night.evening.event.id)]


def state_of(site: Site, night: Night, n: int = 0) -> State:
    with site.unit() as session:
        return session.get_one(Application, night.evening.guests[n].id).state


def test_deputy_is_let_in_from_the_answer_to_the_applicant(
    desk: Page, night: Night, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    type_ticket(desk, night.tickets[0])
    desk.locator("#result").get_by_role("button", name="代理の方が来た").click()
    assert_accessible(desk)
    desk.locator("#result").get_by_role("button", name="代理の方を受け付ける").click()
    expect(desk.locator("[data-deputy-problem]")).to_have_text("お名前とカナを入力してください。")
    desk.locator("#deputy-name").fill("代田 理子")
    desk.locator("#deputy-kana").fill("しろた りこ")
    # An Enter so soon after a scan would belong to the scanner; hands take longer.
    desk.wait_for_timeout(800)
    desk.keyboard.press("Enter")

    expect(desk.locator("#result [data-name]")).to_have_text("代田 理子")
    expect(desk.locator("#result [data-table]")).to_have_text("1")
    expect(desk.locator("#result [data-say]")).to_have_text("受付しました")
    everything_sent(desk)
    assert present(site, night) == ["代田 理子"]
    assert state_of(site, night) == State.SUBSTITUTED
    expect(desk.locator("[data-arrived]").first).to_have_text("1")
    expect(desk.locator("[data-expected]").first).to_have_text("5")
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-recent] [data-name]")).to_have_text(["代田 理子"])


def test_deputy_offline_is_kept_and_sent_with_what_it_takes_back(
    desk: Page, night: Night, site: Site
) -> None:
    desk.context.set_offline(True)
    type_ticket(desk, night.tickets[0])
    ask(desk)

    expect(desk.locator("#result [data-name]")).to_have_text("代田 理子", timeout=15_000)
    expect(desk.locator("#result [data-next]")).to_have_text("通信がつながりしだい登録します。")
    expect(desk.locator("[data-unsent]")).to_have_text("2")
    desk.keyboard.press("Escape")
    # The applicant is no arrival any more, and their ticket opens nothing at this desk.
    desk.wait_for_timeout(2600)
    type_ticket(desk, night.tickets[0])
    expect(desk.locator("#result [data-say]")).to_have_text("取り消された申込です")
    desk.keyboard.press("Escape")
    desk.reload()
    expect(desk.locator("[data-unsent]")).to_have_text("3")
    desk.context.set_offline(False)

    everything_sent(desk)
    assert present(site, night) == ["代田 理子"]
    assert state_of(site, night) == State.SUBSTITUTED


@pytest.mark.parametrize("screen", ["phone"])
def test_deputy_for_somebody_who_is_here_is_refused_in_words(desk: Page, night: Night, site: Site) -> None:
    type_ticket(desk, night.tickets[0])
    desk.keyboard.press("Escape")
    everything_sent(desk)
    with site.unit() as session:
        guest = session.get_one(Application, night.evening.guests[1].id)
        come_in(night.evening.event, device_of(night.evening.event)[0], [guest])
    type_ticket(desk, night.tickets[1])
    expect(desk.locator("#result [data-say]")).to_have_text("受付済みです", timeout=15_000)
    ask(desk)

    expect(desk.locator("[data-deputy-problem]")).to_contain_text("別の端末で受け付けています")
    assert state_of(site, night, 1) == State.CONFIRMED
    with site.unit() as session:
        assert len(session.scalars(select(Application)).all()) == 5


@pytest.mark.parametrize("screen", ["phone"])
def test_deputy_is_offered_for_whoever_has_a_seat_only(desk: Page, night: Night, site: Site) -> None:
    type_ticket(desk, "K99-00000")
    expect(desk.locator("[data-deputy-part]")).to_be_hidden()

    type_ticket(desk, night.tickets[2])

    expect(desk.locator("[data-deputy-part]")).to_be_visible()
    desk.locator("#result").get_by_role("button", name="取り消す").click()
    expect(desk.locator("#result [data-say]")).to_have_text("受付を取り消しました")
    expect(desk.locator("[data-deputy-part]")).to_be_hidden()
