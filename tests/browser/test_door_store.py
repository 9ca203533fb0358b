"""A desk whose store throws, hangs, vanishes or fills up: it heals by itself, says what to do, and is never called offline."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.test_door import Night, enrol, everything_sent, night, scans, type_ticket
from tests.browser.test_door_lock import set_pin
from tests.support.modules import of_the_page
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.checkin.models import Outcome

__all__ = ["night"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]

FAULTS = """
(() => {
  const faults = (window.faults = { every: "", at: 0, deaf: false, full: false, dead: new WeakSet(), opened: [], offline: 0 });
  const lost = (name) => new DOMException("Connection to Indexed Database server lost. Refresh the page to try again", name);
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (...said) {
    if (!faults.opened.includes(this)) faults.opened.push(this);
    if (faults.every) throw lost(faults.every);
    if (faults.dead.has(this)) throw lost("InvalidStateError");
    if (faults.at && !--faults.at) throw lost("UnknownError");
    const begun = transaction.apply(this, said);
    if (faults.full && said[1] === "readwrite") {
      // All is well until it is written down.
      Object.defineProperty(begun, "error", { value: new DOMException("no space", "QuotaExceededError") });
      queueMicrotask(() => begun.abort());
    }
    return begun;
  };
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...said) {
    return faults.deaf ? {} : open.apply(this, said);
  };
  const wait = window.setTimeout;
  // The page's patience with a silent store, twenty times shorter.
  window.setTimeout = (act, ms, ...said) => wait(act, faults.deaf && ms === 8000 ? ms / 20 : ms, ...said);
  addEventListener("DOMContentLoaded", () => {
    const state = document.querySelector("[data-offline]");
    if (!state) return;
    new MutationObserver(() => (faults.offline += state.hidden ? 0 : 1)).observe(state, { attributes: true });
  });
})();
"""
"""What browsers do: transactions that throw now and then, always, on connections that were opened before; no word at all; a
transaction that is given up at its end because the disk is full."""


@pytest.fixture
def desk(new_context: NewContext, night: Night) -> Page:
    """An enrolled desk that is online, with a hand in its store."""
    context, watch = new_context("phone")
    watch.allow(
        "ERR_INTERNET_DISCONNECTED|fetching the script|api/v1/door/.*ERR_(FAILED|ABORTED)|ERR_FAILED.*api/v1/door|database server lost|no answer in time|[Qq]uota|uncaught: "
    )
    context.add_init_script(FAULTS)
    page = context.new_page()
    enrol(page, night)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.evaluate("() => { window.faults.offline = 0; }")
    return page


def fault(page: Page, **said: object) -> None:
    page.evaluate("(said) => { Object.assign(window.faults, said); }", said)


def was_never_called_offline(page: Page) -> None:
    assert page.evaluate("() => window.faults.offline") == 0
    expect(page.get_by_text("オフライン", exact=True)).to_be_hidden()


def throw_away(page: Page) -> None:
    """The browser throws the store of this page away, as it does with sites that were not used for long."""
    session = page.context.new_cdp_session(page)
    origin = page.evaluate("() => location.origin")
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "indexeddb"})
    session.detach()


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for something that this side of the browser hears of."""
    for _ in range(150):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("waited in vain")


def send_now(page: Page) -> None:
    page.get_by_role("link", name="状況").click()
    page.get_by_role("button", name="いま送る").click()
    page.get_by_role("link", name="読み取り").click()


def lets_in(page: Page, ticket: str) -> None:
    type_ticket(page, ticket)
    expect(page.locator("#result [data-say]")).to_have_text("受付しました")
    page.keyboard.press("Escape")


def test_one_transaction_that_throws_stops_nothing(desk: Page, night: Night, site: Site) -> None:
    for nth in range(1, 9):
        fault(desk, at=nth)
        send_now(desk)
        desk.wait_for_function("() => window.faults.at === 0")

    lets_in(desk, night.tickets[0])

    everything_sent(desk)
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED]
    was_never_called_offline(desk)


def test_connection_that_was_lost_is_opened_again_for_the_scan_itself(
    desk: Page, night: Night, site: Site
) -> None:
    desk.evaluate("() => { for (const one of window.faults.opened) window.faults.dead.add(one); }")

    lets_in(desk, night.tickets[0])

    everything_sent(desk)
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED]
    was_never_called_offline(desk)


@pytest.mark.parametrize("how", ["throws", "is silent"])
def test_broken_store_is_said_and_heals_by_itself(desk: Page, night: Night, site: Site, how: str) -> None:
    if how == "throws":
        fault(desk, every="InvalidStateError")
    else:
        fault(desk, deaf=True)
        desk.evaluate("() => { for (const one of window.faults.opened) window.faults.dead.add(one); }")

    expect(desk.get_by_text("保存できません", exact=True)).to_be_visible(timeout=15_000)
    expect(desk.locator("[data-notice=broken]")).to_be_visible()
    type_ticket(desk, night.tickets[0])
    expect(desk.locator("#result [data-say]")).to_have_text("記録できません")
    expect(desk.locator("#result [data-next]")).to_contain_text("もう一度読み取ってください")
    expect(desk.locator("#result")).to_have_class("result result--no")
    desk.keyboard.press("Escape")
    desk.get_by_role("link", name="状況").click()
    desk.get_by_role("button", name="この端末での受付を終える").click()
    expect(desk.locator("[data-notice=broken]")).to_be_visible()
    fault(desk, every="", deaf=False)
    send_now(desk)

    expect(desk.get_by_text("接続中")).to_be_visible(timeout=15_000)
    expect(desk.locator("[data-notice=broken]")).to_be_hidden()
    lets_in(desk, night.tickets[1])
    everything_sent(desk)
    assert [one.application_id for one in scans(site)] == [night.evening.guests[1].id]
    was_never_called_offline(desk)


def test_page_that_opens_with_a_broken_store_wakes_when_it_heals(
    desk: Page, night: Night, site: Site
) -> None:
    desk.context.add_init_script("window.faults.every = 'UnknownError';")
    desk.reload()

    expect(desk.get_by_text("保存できません", exact=True)).to_be_visible()
    expect(desk.locator("[data-notice=unknown_device]")).to_be_hidden()
    fault(desk, every="")

    expect(desk.get_by_text("接続中")).to_be_visible(timeout=15_000)
    lets_in(desk, night.tickets[0])
    everything_sent(desk)


def test_store_that_vanishes_under_the_page_is_written_again(desk: Page, night: Night, site: Site) -> None:
    desk.context.set_offline(True)
    for ticket in night.tickets[:2]:
        lets_in(desk, ticket)

    throw_away(desk)
    lets_in(desk, night.tickets[2])

    expect(desk.locator("[data-notice=rewritten]")).to_be_visible(timeout=15_000)
    expect(desk.locator("[data-unsent]")).to_have_text("3")
    desk.reload()
    expect(desk.locator("[data-unsent]")).to_have_text("3")
    expect(desk.locator("[data-roster-count]")).to_have_text("5")
    desk.context.set_offline(False)
    everything_sent(desk)
    assert {one.application_id for one in scans(site)} == {one.id for one in night.evening.guests[:3]}
    assert len(scans(site)) == 3


def test_lock_is_written_again_with_a_store_that_vanished(desk: Page, night: Night) -> None:
    set_pin(desk)
    desk.context.set_offline(True)
    throw_away(desk)
    lets_in(desk, night.tickets[0])
    expect(desk.locator("[data-notice=rewritten]")).to_be_visible(timeout=15_000)

    # Without network nobody tells the page again that it is locked.
    desk.reload()

    expect(desk.locator("[data-unsent]")).to_have_text("1")
    expect(desk.get_by_role("button", name="ロック中")).to_be_visible()
    expect(desk.get_by_role("link", name="状況")).to_be_hidden()


def test_store_that_vanishes_during_a_round_takes_no_scan_with_it(
    desk: Page, night: Night, site: Site
) -> None:
    """The round has found the store whole, waits for the server, and then reads what is left of the queue."""
    waiting: list[Route] = []
    desk.route("**/api/v1/door/scans", lambda route: waiting.append(route))
    lets_in(desk, night.tickets[0])
    desk.wait_for_function("() => document.querySelector('[data-unsent]').textContent === '1'")
    until(desk, lambda: bool(waiting))

    throw_away(desk)
    lets_in(desk, night.tickets[1])
    # The page gives up waiting.
    expect(desk.locator("[data-notice=rewritten]")).to_be_visible()
    expect(desk.locator("[data-unsent]")).to_have_text("2")
    desk.unroute("**/api/v1/door/scans")

    everything_sent(desk)
    assert {one.application_id for one in scans(site)} == {one.id for one in night.evening.guests[:2]}


def test_answer_to_what_the_store_has_lost_takes_nothing_else_away(
    desk: Page, night: Night, site: Site
) -> None:
    waiting: list[Route] = []
    desk.route("**/api/v1/door/scans", lambda route: waiting.append(route), times=1)
    lets_in(desk, night.tickets[0])
    until(desk, lambda: bool(waiting))
    throw_away(desk)
    desk.route("**/api/v1/door/**", lambda route: route.abort())
    lets_in(desk, night.tickets[1])

    waiting[0].continue_()

    expect(desk.locator("[data-notice=rewritten]")).to_be_visible()
    expect(desk.locator("[data-unsent]")).to_have_text("1")
    desk.reload()
    expect(desk.locator("[data-unsent]")).to_have_text("1")
    desk.unroute("**/api/v1/door/**")
    everything_sent(desk)
    assert {one.application_id for one in scans(site)} == {one.id for one in night.evening.guests[:2]}


QUEUED_BY_A_CLOCK_AHEAD = of_the_page(
    """async () => {
  const store = await import("/static/js/door/store.js");
  const body = { scan_id: crypto.randomUUID(), scanned_at: new Date().toISOString(), method: "usb", ticket: "X" };
  await store.write({ seq: `${Date.now() + 10_800_000} first`, kind: "scan", body });
}"""
)
KEYS = of_the_page(
    "() => import('/static/js/door/store.js').then((store) => store.queued()).then((all) => all.map(({ seq }) => seq))"
)


def test_queue_keeps_its_order_when_the_clock_is_put_back(desk: Page, night: Night) -> None:
    """What was scanned first goes up first, whatever the tablet's clock said then."""
    desk.context.set_offline(True)
    desk.evaluate(QUEUED_BY_A_CLOCK_AHEAD)
    desk.reload()

    lets_in(desk, night.tickets[0])

    first, second = desk.evaluate(KEYS)
    assert first.endswith(" first")
    assert second > first


def test_store_deleted_by_another_page_is_let_go_and_written_again(desk: Page, night: Night) -> None:
    other = desk.context.new_page()
    other.goto("/about/draw")

    other.evaluate(
        """() => new Promise((done, fail) => {
          const asked = indexedDB.deleteDatabase("tsudoi-door");
          asked.onsuccess = done;
          asked.onblocked = () => fail(new Error("the desk holds it"));
        }).then(() => undefined)"""
    )

    expect(desk.locator("[data-notice=rewritten]")).to_be_visible(timeout=15_000)
    desk.reload()
    expect(desk.get_by_text("接続中")).to_be_visible()


def test_store_that_vanished_with_an_earlier_page_is_told_in_words(desk: Page, night: Night) -> None:
    # The living page would write it again.
    fault(desk, every="UnknownError")
    throw_away(desk)
    desk.reload()

    expect(desk.locator("[data-notice=forgotten]")).to_be_visible()
    expect(desk.locator("[data-notice=unknown_device]")).to_be_hidden()
    enrol(desk, night, "受付2")
    expect(desk.locator("[data-notice=forgotten]")).to_be_hidden()


def test_full_store_is_told_in_words_until_there_is_space(desk: Page, night: Night, site: Site) -> None:
    fault(desk, full=True)

    type_ticket(desk, night.tickets[0])

    expect(desk.locator("#result [data-say]")).to_have_text("記録できません")
    expect(desk.locator("#result [data-next]")).to_contain_text("空きがありません")
    desk.keyboard.press("Escape")
    expect(desk.get_by_text("保存できません", exact=True)).to_be_visible()
    expect(desk.locator("[data-notice=full]")).to_be_visible()
    fault(desk, full=False)
    expect(desk.get_by_text("接続中")).to_be_visible(timeout=15_000)
    lets_in(desk, night.tickets[0])
    everything_sent(desk)
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED]
    was_never_called_offline(desk)


def test_roster_that_does_not_fit_is_used_from_memory(desk: Page, night: Night, site: Site) -> None:
    """Only what is long does not fit; scans still do."""
    desk.add_init_script(
        """
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (value, key) {
          if (window.small && key === "roster") throw new DOMException("no space", "QuotaExceededError");
          return put.call(this, value, key);
        };
        """
    )
    desk.add_init_script("window.small = true;")
    desk.goto(night.enrolment)
    desk.get_by_label("端末の名前").fill("受付2")
    desk.get_by_role("button", name="この端末を登録する").click()

    expect(desk.locator("[data-notice=full]")).to_be_visible(timeout=15_000)
    lets_in(desk, night.tickets[0])
    everything_sent(desk)
    was_never_called_offline(desk)


def test_queue_is_saved_as_a_file_from_memory_while_the_store_is_broken(desk: Page, night: Night) -> None:
    desk.context.set_offline(True)
    lets_in(desk, night.tickets[0])
    fault(desk, every="UnknownError")
    desk.get_by_role("link", name="状況").click()

    with desk.expect_download():
        desk.get_by_role("button", name="未送信の記録をファイルに保存する").click()

    expect(desk.get_by_text("1件をファイルに保存しました。")).to_be_visible()


def test_enrolment_that_cannot_be_kept_says_so(new_context: NewContext, night: Night) -> None:
    context, watch = new_context("phone")
    watch.allow("database server lost|uncaught: ")
    context.add_init_script(FAULTS + "window.faults.every = 'UnknownError';")
    page = context.new_page()
    page.goto(night.enrolment)
    page.get_by_label("端末の名前").fill("受付1")

    page.get_by_role("button", name="この端末を登録する").click()

    expect(page.get_by_text("この端末に登録を保存できませんでした。")).to_be_visible()
