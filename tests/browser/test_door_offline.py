"""The desk without a network: it opens, reloads and works from its own files and its own disk, and nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.browser.test_door import Night, enrol, everything_sent, night, scans, type_ticket
from tests.support.hands import Clock
from tests.support.modules import of_the_page
from tests.support.reviewing import open_matters
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.checkin import queries
from trainings.checkin.actions import close_door, revoke_device
from trainings.checkin.models import Matter, Outcome
from trainings.core import static_files
from trainings.registration.actions import cancel_application

__all__ = ["night"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]


@pytest.fixture
def desk(new_context: NewContext, night: Night) -> Page:
    """An enrolled desk whose service worker has taken over; trouble of a missing network or a closed door is wanted here."""
    context, watch = new_context("phone")
    watch.allow("ERR_INTERNET_DISCONNECTED|fetching the script|ERR_FAILED|status of 40.|status of 410")
    page = context.new_page()
    enrol(page, night)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return page


def test_desk_opens_without_network_and_keeps_what_it_scanned(desk: Page, night: Night, site: Site) -> None:
    desk.context.set_offline(True)

    desk.reload()
    type_ticket(desk, night.tickets[0])
    expect(desk.locator("#result [data-name]")).to_have_text("大久保 千鶴")
    desk.reload()
    expect(desk.locator("[data-unsent]")).to_have_text("1")
    type_ticket(desk, night.tickets[0])
    expect(desk.locator("#result [data-say]")).to_have_text("受付済みです")
    desk.context.set_offline(False)

    everything_sent(desk)
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED, Outcome.REPEATED]
    expect(desk.locator("[data-arrived]").first).to_have_text("1")


def test_ticket_that_is_not_in_the_roster_is_kept_and_amber(desk: Page, night: Night, site: Site) -> None:
    desk.context.set_offline(True)

    type_ticket(desk, "K99-00000")

    expect(desk.locator("#result [data-say]")).to_have_text("名簿にありません")
    expect(desk.locator("#result")).to_have_class("result result--again")
    desk.context.set_offline(False)
    everything_sent(desk)
    assert [one.why for one in scans(site)] == ["unknown"]


def test_two_desks_offline_with_one_ticket_give_one_attendance_and_a_flag(
    desk: Page, new_context: NewContext, night: Night, site: Site
) -> None:
    context, watch = new_context("desktop")
    watch.allow("ERR_INTERNET_DISCONNECTED|fetching the script")
    other = context.new_page()
    enrol(other, night, "受付2")
    for page in (desk, other):
        page.context.set_offline(True)
        type_ticket(page, night.tickets[0])
        expect(page.locator("#result [data-say]")).to_have_text("受付しました")

    for page in (desk, other):
        expect(page.get_by_text("オフライン", exact=True)).to_be_visible()
        page.context.set_offline(False)
        everything_sent(page)

    assert [(one.outcome, one.flagged) for one in scans(site)] == [
        (Outcome.ADMITTED, False),
        (Outcome.REPEATED, True),
    ]
    with site.unit():
        assert len(queries.attended_applications(night.evening.event.id)) == 1


def enter_walk_in(page: Page, name: str, kana: str) -> None:
    page.get_by_role("link", name="当日参加").click()
    page.locator("#w-name").fill(name)
    page.locator("#w-kana").fill(kana)
    page.locator("#w-group").select_option(index=1)
    page.get_by_role("button", name="この方を受け付ける").click()
    expect(page.locator("#result")).to_be_visible()


def let_in_offline(page: Page, ticket: str) -> None:
    type_ticket(page, ticket)
    expect(page.locator("#result [data-say]")).to_have_text("受付しました")
    expect(page.get_by_text("オフライン", exact=True)).to_be_visible()


@pytest.mark.parametrize("before", ["a walk-in", "a hundred scans"])
def test_whoever_was_let_in_offline_is_a_fact_wherever_they_stand_in_the_queue(
    desk: Page, night: Night, site: Site, before: str
) -> None:
    desk.context.set_offline(True)
    if before == "a walk-in":
        enter_walk_in(desk, "新田 太郎", "ニッタ タロウ")
        desk.keyboard.press("Escape")
    else:
        desk.evaluate(QUEUE_A_HUNDRED)
    let_in_offline(desk, night.tickets[0])
    # The round after the scan has to find out that it is not answered either.
    desk.wait_for_function(MARKED)
    with site.unit():
        cancel_application(application_id=night.evening.guests[0].id)

    desk.context.set_offline(False)
    everything_sent(desk)

    guest = night.evening.guests[0].id
    (stored,) = [one for one in scans(site) if one.application_id == guest]
    assert (stored.outcome, stored.flagged) == (Outcome.ADMITTED, True)


QUEUE_A_HUNDRED = of_the_page(
    """async () => {
    const store = await import('/static/js/door/store.js');
    for (let n = 0; n < 100; n += 1) {
        const body = { scan_id: crypto.randomUUID(), scanned_at: new Date().toISOString(), method: 'usb', ticket: `X${n}` };
        await store.write({ seq: store.nextKey(), kind: 'scan', body });
    }
}"""
)
MARKED = of_the_page(
    """() => import('/static/js/door/store.js').then(async (store) =>
    (await store.queued()).filter(store.letsIn).every((entry) => entry.body.offline))"""
)


def test_two_desks_offline_with_walk_ins_before_one_ticket_are_flagged_too(
    desk: Page, new_context: NewContext, night: Night, site: Site
) -> None:
    context, watch = new_context("desktop")
    watch.allow("ERR_INTERNET_DISCONNECTED|fetching the script")
    other = context.new_page()
    enrol(other, night, "受付2")
    for page, name, kana in ((desk, "新田 太郎", "ニッタ タロウ"), (other, "古田 花", "フルタ ハナ")):
        page.context.set_offline(True)
        enter_walk_in(page, name, kana)
        page.keyboard.press("Escape")
        let_in_offline(page, night.tickets[0])
        page.wait_for_function(MARKED)

    for page in (desk, other):
        page.context.set_offline(False)
        everything_sent(page)

    with site.unit():
        matters = open_matters(night.evening.event.id)
        assert [one.matter for one in matters] == [Matter.TWICE]
        assert len(queries.attended_applications(night.evening.event.id)) == 3


def test_what_an_earlier_page_left_in_the_queue_is_sent_as_a_fact(
    desk: Page, night: Night, site: Site
) -> None:
    """The battery dies in the moment of the scan, before any answer could fail to come; whether the scan has arrived by
    then, and was refused, is left to chance."""
    desk.route("**/api/v1/door/**", lambda route: None)
    type_ticket(desk, night.tickets[0])
    expect(desk.locator("[data-unsent]")).to_have_text("1")
    with site.unit():
        cancel_application(application_id=night.evening.guests[0].id)
    desk.close()

    page = desk.context.new_page()
    page.goto(f"{site.url}/door")
    expect(page.get_by_text("接続中")).to_be_visible()
    everything_sent(page)

    stored = scans(site)[-1]
    assert (stored.outcome, stored.flagged) == (Outcome.ADMITTED, True)


def test_walk_in_at_a_revoked_device_is_kept_and_goes_by_file(desk: Page, night: Night, site: Site) -> None:
    with site.unit():
        (device,) = queries.devices_of(night.evening.event.id)
        revoke_device(event_id=device.event_id, device_id=device.id)

    enter_walk_in(desk, "新田 太郎", "ニッタ タロウ")

    expect(desk.locator("#result [data-say]")).to_have_text("記録しました")
    expect(desk.locator("#result [data-next]")).to_contain_text("ファイルに保存し")
    expect(desk.locator("#result")).to_have_class("result result--again")
    expect(desk.locator("[data-unsent]")).to_have_text("1")


def test_walk_in_that_the_server_cannot_take_is_refused_in_words(desk: Page, night: Night) -> None:
    desk.get_by_role("link", name="当日参加").click()
    assert [desk.locator(f"#w-{name}").get_attribute("maxlength") for name in ("name", "kana", "reason")] == [
        "60",
        "80",
        "200",
    ]
    desk.locator("#w-name").evaluate("(field) => { field.removeAttribute('maxlength'); }")
    desk.locator("#w-name").fill("あ" * 61)
    desk.locator("#w-kana").fill("ア")
    desk.locator("#w-group").select_option(index=1)

    desk.get_by_role("button", name="この方を受け付ける").click()

    expect(desk.locator("[data-walkin-problem]")).to_have_text("氏名は60文字までで入力してください。")
    expect(desk.locator("#w-name")).to_have_value("あ" * 61)


def test_record_that_the_server_cannot_take_is_shown_in_words_and_holds_nothing_up(
    desk: Page, night: Night, site: Site
) -> None:
    desk.evaluate(
        of_the_page(
            """async () => {
            const store = await import('/static/js/door/store.js');
            const body = { scan_id: crypto.randomUUID(), scanned_at: new Date().toISOString(), method: 'usb', ticket: 'あ'.repeat(101) };
            await store.write({ seq: store.nextKey(), kind: 'scan', body });
        }"""
        )
    )
    type_ticket(desk, night.tickets[0])
    desk.keyboard.press("Escape")

    expect(desk.locator("[data-unsent]")).to_have_text("1", timeout=15_000)
    desk.get_by_role("link", name="状況").click()
    expect(desk.locator("[data-stuck]")).to_contain_text("サーバーが受け取れない記録です。")
    assert [one.outcome for one in scans(site)] == [Outcome.ADMITTED]


def test_revoked_device_loses_the_names_and_keeps_its_queue(desk: Page, night: Night, site: Site) -> None:
    desk.context.set_offline(True)
    type_ticket(desk, night.tickets[0])
    with site.unit():
        (device,) = queries.devices_of(night.evening.event.id)
        revoke_device(event_id=device.event_id, device_id=device.id)

    desk.context.set_offline(False)

    expect(desk.get_by_text("この端末は使えなくなりました。")).to_be_visible()
    expect(desk.locator("[data-unsent]")).to_have_text("1")
    desk.keyboard.press("Escape")
    desk.get_by_label("名前・カナ・事業所・受付番号でさがす").fill("おおくぼ")
    expect(desk.get_by_text("あてはまる方がいません。")).to_be_visible()
    assert scans(site) == []


def test_new_version_waits_until_nothing_is_left_to_send(
    desk: Page, night: Night, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.evaluate("() => caches.keys()")
    desk.route("**/api/v1/door/**", lambda route: route.abort())
    type_ticket(desk, night.tickets[0])
    desk.keyboard.press("Escape")
    monkeypatch.setattr("trainings.checkin.desk.shell.LENGTH_OF_VERSION", 20)

    desk.evaluate("() => navigator.serviceWorker.getRegistration('/door').then(one => one.update())")
    desk.wait_for_function(
        "() => navigator.serviceWorker.getRegistration('/door').then(one => one.waiting !== null)"
    )
    desk.wait_for_timeout(7000)
    assert len(desk.evaluate("() => caches.keys()")) == 2
    expect(desk.locator("[data-unsent]")).to_have_text("1")
    desk.unroute("**/api/v1/door/**")

    everything_sent(desk)
    desk.wait_for_function("() => caches.keys().then(names => names.length === 1)")
    assert desk.evaluate("() => caches.keys()") != first
    assert len(scans(site)) == 1


def test_closed_door_takes_the_names_from_the_device(
    desk: Page, night: Night, site: Site, clock: Clock
) -> None:
    clock.set(night.evening.event.ends_at)
    with site.unit():
        close_door(event_id=night.evening.event.id)

    expect(desk.get_by_text("受付は終わりました。")).to_be_visible()
    kept = desk.evaluate(
        """() => new Promise(done => {
          const open = indexedDB.open('tsudoi-door');
          open.onsuccess = () => {
            const read = open.result.transaction('facts').objectStore('facts').getAll();
            read.onsuccess = () => done(JSON.stringify(read.result));
          };
        })"""
    )
    assert "大久保" not in kept


KEPT = """async () => Object.fromEntries(await Promise.all((await caches.keys()).map(async (name) => {
    const shell = await caches.open(name);
    const files = (await shell.keys()).map(({ url }) => new URL(url).pathname);
    const page = await (await shell.match('/door'))?.text();
    return [name, { files, page }];
})))"""
STYLE_OF_THE_PAGE = "() => document.querySelector('link[href$=\"/css/door.css\"]').getAttribute('href')"


def next_version(site: Site, tmp_path: Path, number: int) -> str:
    """Goes over to a version with another style of the door; its front of addresses."""
    folder = Path(site.app.static_folder or "")
    changed = tmp_path / f"version {number}"
    shutil.copytree(folder, changed)
    with (changed / "css/door.css").open("a") as style:
        style.write(f"\n/* version {number} */\n")
    files = static_files.read(changed)
    site.app.extensions["static_files"] = files
    return f"/static/{files.version}/"


def test_upgrade_in_the_midst_of_an_evening_never_mixes_two_versions(
    desk: Page, night: Night, site: Site, tmp_path: Path
) -> None:
    """A desk without network goes on with the old one; an upgrade that overtakes the fetching leaves no half of a version."""
    (first,) = desk.evaluate(KEPT).values()
    old = desk.evaluate(STYLE_OF_THE_PAGE).removesuffix("css/door.css")
    # The worker of version 1 is read; when it fetches its files, the server is at version 2.
    worker, present = site.app.view_functions["checkin.worker"], ""
    passed_by = next_version(site, tmp_path, 1)

    def overtaken(**values: Any) -> Any:
        nonlocal present
        script = worker(**values)
        present = present or next_version(site, tmp_path, 2)
        return script

    site.app.view_functions["checkin.worker"] = overtaken
    with pytest.raises(Error):
        update(desk)
    assert [one["files"] for one in desk.evaluate(KEPT).values() if passed_by in str(one)] == []

    desk.context.set_offline(True)
    desk.reload()
    type_ticket(desk, night.tickets[0])
    expect(desk.locator("#result [data-say]")).to_have_text("受付しました")
    desk.keyboard.press("Escape")
    assert desk.evaluate(STYLE_OF_THE_PAGE) == f"{old}css/door.css"
    assert first in desk.evaluate(KEPT).values()
    desk.context.set_offline(False)
    everything_sent(desk)

    update(desk)
    desk.wait_for_function("(front) => document.querySelector(`link[href^='${front}']`)", arg=present)
    (kept,) = desk.evaluate(KEPT).values()
    assert {file for file in kept["files"] if file.startswith("/static/")} == {
        file.replace(old, present) for file in first["files"] if file.startswith("/static/")
    }
    assert present in kept["page"]
    assert old not in kept["page"]
    assert "/* version 2 */" in desk.evaluate(
        "(file) => fetch(file).then((one) => one.text())", f"{present}css/door.css"
    )
    assert len(scans(site)) == 1


def update(desk: Page) -> None:
    """Looks for a new version, and waits until all of its files are there; raises if they cannot be had."""
    desk.evaluate(
        """async () => {
            const registration = await navigator.serviceWorker.getRegistration('/door');
            await registration.update();
            const coming = registration.installing;
            if (!coming && !registration.waiting) throw new Error('redundant already');
            if (coming) await new Promise((done, failed) => coming.addEventListener('statechange', () =>
                coming.state === 'redundant' ? failed(new Error('redundant')) : done()));
        }"""
    )
