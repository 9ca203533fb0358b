"""The desk line by line: what its header says, hard tickets, professions, seats by group, the queue as a file, keyboard only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from tests.browser.test_door import Night, enrol, everything_sent, night, scans, type_ticket
from tests.browser.test_door_ways import SEARCH, organiser
from tests.support.camera import Camera
from tests.support.crowd import widen_roster
from tests.support.hands import Clock
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.checkin.actions import close_door
from trainings.checkin.counter.correcting import correct_profession
from trainings.checkin.models import Method, Outcome
from trainings.directory.models import Profession
from trainings.registration.models import Application
from trainings.registration.states import Reason, State

__all__ = ["night", "organiser"]

NewContext = Callable[..., tuple[BrowserContext, Watch]]


@pytest.fixture
def screen() -> str:
    return "desktop"


@pytest.fixture
def offline_page(new_context: NewContext) -> Page:
    """A phone on which trouble of a missing network or a closed door is wanted."""
    context, watch = new_context("phone")
    watch.allow("ERR_INTERNET_DISCONNECTED|fetching the script|ERR_FAILED|status of 410")
    return context.new_page()


def test_header_tells_network_queue_and_age_of_the_roster(offline_page: Page, night: Night) -> None:
    enrol(offline_page, night)

    header = offline_page.locator(".door__top")
    expect(header).to_contain_text("未送信 0件")
    expect(header).to_contain_text("名簿 5人（13:30）")
    offline_page.context.set_offline(True)
    type_ticket(offline_page, night.tickets[0])
    expect(header).to_contain_text("オフライン")
    expect(header).to_contain_text("未送信 1件")


@pytest.mark.parametrize(
    "held", [{"tilt": 33.0}, {"blur": 2.2}, {"tilt": 12.0, "blur": 1.6, "width": 240}], ids=str
)
def test_camera_reads_tilted_and_blurred_tickets(
    phone_page: Page, night: Night, camera: Camera, held: dict[str, float]
) -> None:
    camera.show(night.tickets[1], **held)  # type: ignore[arg-type]
    enrol(phone_page, night)

    phone_page.get_by_role("button", name="受付をはじめる").click()

    expect(phone_page.locator("#result [data-name]")).to_have_text("丹羽 恵一")
    camera.show_nothing()


def test_profession_is_corrected_with_two_taps_even_offline(
    offline_page: Page, night: Night, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    enrol(offline_page, night)
    offline_page.context.set_offline(True)
    type_ticket(offline_page, night.tickets[3])
    result = offline_page.locator("#result")
    expect(result.locator("[data-profession]")).to_have_text("看護師（訪問看護）")

    result.get_by_role("button", name="職種がちがう").click()
    assert_accessible(offline_page)
    result.get_by_label("正しい職種").select_option(label="保健師")
    result.get_by_role("button", name="この職種に直す").click()

    expect(result.locator("[data-profession]")).to_have_text("保健師")
    expect(offline_page.locator("#spoken")).to_have_text("職種を直しました。 保健師")
    expect(offline_page.locator("[data-unsent]")).to_have_text("2")
    offline_page.context.set_offline(False)
    everything_sent(offline_page)
    with site.unit() as session:
        stored = session.get_one(Application, night.evening.guests[3].id)
        assert stored.profession is not None
        assert stored.profession.name == "保健師"


def test_profession_out_of_use_is_offered_to_whom_it_has_and_to_nobody_else_even_offline(
    offline_page: Page, night: Night, site: Site
) -> None:
    with site.unit() as session:
        session.scalars(select(Profession).where(Profession.code == "NSV")).one().active = False
    enrol(offline_page, night)
    offline_page.context.set_offline(True)
    result, choice = offline_page.locator("#result"), offline_page.get_by_label("正しい職種")
    gone = choice.locator("option", has_text="看護師（訪問看護）")

    type_ticket(offline_page, night.tickets[1])
    result.get_by_role("button", name="職種がちがう").click()
    expect(choice.locator("option", has_text="薬剤師")).to_have_count(1)
    expect(gone).to_have_count(0)
    offline_page.keyboard.press("Escape")

    type_ticket(offline_page, night.tickets[3])
    expect(result.locator("[data-profession]")).to_have_text("看護師（訪問看護）")
    result.get_by_role("button", name="職種がちがう").click()
    expect(gone).to_have_count(1)
    choice.select_option(label="保健師")
    result.get_by_role("button", name="この職種に直す").click()
    expect(result.locator("[data-profession]")).to_have_text("保健師")
    result.get_by_role("button", name="職種がちがう").click()
    choice.select_option(label="看護師（訪問看護）")
    result.get_by_role("button", name="この職種に直す").click()

    expect(result.locator("[data-profession]")).to_have_text("看護師（訪問看護）")
    offline_page.context.set_offline(False)
    everything_sent(offline_page)
    with site.unit() as session:
        stored = session.get_one(Application, night.evening.guests[3].id)
        assert stored.profession is not None
        assert stored.profession.code == "NSV"


def test_correction_that_meets_another_one_is_told_with_both(
    offline_page: Page, night: Night, site: Site
) -> None:
    enrol(offline_page, night)
    offline_page.context.set_offline(True)
    type_ticket(offline_page, night.tickets[3])
    result = offline_page.locator("#result")
    result.get_by_role("button", name="職種がちがう").click()
    result.get_by_label("正しい職種").select_option(label="保健師")
    result.get_by_role("button", name="この職種に直す").click()
    expect(offline_page.locator("[data-unsent]")).to_have_text("2")
    offline_page.keyboard.press("Escape")
    with site.unit() as session:
        doctor = session.scalars(select(Profession.id).where(Profession.code == "MD")).one()
        guest = night.evening.guests[3].id
        correct_profession(event_id=night.evening.event.id, application_id=guest, profession_id=doctor)

    offline_page.context.set_offline(False)
    everything_sent(offline_page)
    offline_page.reload()

    told = offline_page.locator("[data-clash]")
    for words in ("髙橋 美咲 さん", "「医師」に直して", "「保健師」には変えていません"):
        expect(told).to_contain_text(words)
    told.get_by_role("button", name="読みました").click()
    expect(told).to_be_hidden()
    type_ticket(offline_page, night.tickets[3])
    expect(result.locator("[data-profession]")).to_have_text("医師")


def test_walk_in_with_an_address_for_a_name_is_refused_without_network(
    offline_page: Page, night: Night
) -> None:
    enrol(offline_page, night)
    offline_page.context.set_offline(True)
    offline_page.get_by_role("link", name="当日参加").click()
    form = offline_page.locator("[data-walkin]")
    form.get_by_label("氏名").fill("飛入 ｗｗｗ．ｅｖｉｌ．ｅｘａｍｐｌｅ")
    form.get_by_label("フリガナ").fill("トビイリ サン")
    form.get_by_label("職種区分").select_option(index=1)
    form.get_by_role("button", name="この方を受け付ける").click()

    expect(form.get_by_role("alert")).to_have_text(
        "氏名とフリガナには、電話番号やホームページなどのアドレスを書けません。"
    )
    expect(form.get_by_label("氏名")).to_be_focused()
    expect(offline_page.locator("[data-unsent]")).to_have_text("0")


def test_care_is_told_without_its_words(phone_page: Page, night: Night, site: Site) -> None:
    with site.unit() as session:
        session.get_one(Application, night.evening.guests[0].id).care_note = "車いすで来ます"
    enrol(phone_page, night)

    type_ticket(phone_page, night.tickets[0])

    expect(phone_page.locator("#result [data-care]")).to_contain_text("配慮事項あり")
    expect(phone_page.locator("#spoken")).to_contain_text("配慮事項あり")
    assert "車いす" not in phone_page.content()


def test_walk_in_sees_the_seats_of_each_group(phone_page: Page, night: Night, site: Site) -> None:
    with site.unit() as session:
        nurses = session.get_one(Application, night.evening.guests[3].id).group
        nurses.reserved, nurses.cap = 0, 3
        doctors = session.get_one(Application, night.evening.guests[2].id).group
        doctors.reserved, doctors.cap = 0, 1
    enrol(phone_page, night)

    phone_page.get_by_role("link", name="当日参加").click()

    groups = phone_page.get_by_label("職種区分").locator("option")
    expect(groups.filter(has_text="看護　空席 1席")).to_have_count(1)
    expect(groups.filter(has_text="医科　空席なし")).to_have_count(1)


def test_queue_is_saved_as_a_file_and_taken_in_by_staff(
    offline_page: Page, organiser: Page, night: Night, site: Site, tmp_path: Path
) -> None:
    enrol(offline_page, night)
    offline_page.route("**/api/v1/door/**", lambda route: route.abort())
    for ticket in night.tickets[:2]:
        type_ticket(offline_page, ticket)
        expect(offline_page.locator("#result [data-say]")).to_have_text("受付しました")
        offline_page.keyboard.press("Escape")
    offline_page.get_by_role("link", name="状況").click()
    with offline_page.expect_download() as saving:
        offline_page.get_by_role("button", name="未送信の記録をファイルに保存する").click()
    file = tmp_path / saving.value.suggested_filename
    saving.value.save_as(file)
    expect(offline_page.get_by_text("2件をファイルに保存しました。")).to_be_visible()
    assert "大久保" not in file.read_text("utf-8")
    assert json.loads(file.read_text("utf-8"))["device"]["name"] == "受付1"

    organiser.goto(f"/staff/events/{night.evening.event.slug}/door/queue")
    organiser.get_by_label("ファイル").set_input_files(file)
    organiser.get_by_role("button", name="このファイルを入れる").click()
    expect(organiser.get_by_text("2件を新しく入れました（受付 2件")).to_be_visible()

    # The desk comes back after all: nothing is counted twice.
    offline_page.unroute("**/api/v1/door/**")
    everything_sent(offline_page)
    assert [(one.method, one.outcome) for one in scans(site)] == [(Method.USB, Outcome.ADMITTED)] * 2


def test_names_on_the_screen_go_when_the_door_closes(
    offline_page: Page, night: Night, site: Site, clock: Clock
) -> None:
    enrol(offline_page, night)
    offline_page.get_by_label(SEARCH).fill("おおくぼ")
    expect(offline_page.get_by_role("button", name="大久保 千鶴")).to_be_visible()
    clock.set(night.evening.event.ends_at)

    with site.unit():
        close_door(event_id=night.evening.event.id)

    expect(offline_page.get_by_text("受付は終わりました。")).to_be_visible()
    assert "大久保" not in offline_page.content()


def test_desk_works_by_keyboard_alone(desktop_page: Page, night: Night, site: Site) -> None:
    enrol(desktop_page, night)
    search = desktop_page.get_by_label(SEARCH)
    for _ in range(12):
        if search.evaluate("element => element === document.activeElement"):
            break
        desktop_page.keyboard.press("Tab")
    desktop_page.keyboard.type("けやき")
    expect(desktop_page.locator("[data-found] button")).to_have_count(3)
    desktop_page.keyboard.press("Enter")
    expect(desktop_page.locator("[data-found] button").first).to_be_focused()
    desktop_page.keyboard.press("Tab")
    chosen = desktop_page.locator("[data-found] button").nth(1).locator("[data-name]").inner_text()
    desktop_page.keyboard.press("Enter")

    expect(desktop_page.locator("#result [data-name]")).to_have_text(chosen)
    expect(desktop_page.locator("#spoken")).to_contain_text(f"受付しました {chosen} さん")
    expect(desktop_page.locator("#result").get_by_role("button", name="閉じる")).to_be_focused()
    desktop_page.keyboard.press("Escape")
    expect(desktop_page.locator("#result")).to_be_hidden()
    everything_sent(desktop_page)
    assert len(scans(site)) == 1


def test_green_screen_waits_for_the_disk(desktop_page: Page, night: Night) -> None:
    """Whatever is shown as let in stands in the store already, written with strict durability."""
    desktop_page.add_init_script(
        """
        const begin = IDBDatabase.prototype.transaction;
        window.written = [];
        IDBDatabase.prototype.transaction = function (names, mode, options) {
          const transaction = begin.call(this, names, mode, options);
          if (names === "queue" && mode === "readwrite") {
            transaction.addEventListener("complete", () => {
              window.written.push([options?.durability, document.querySelector("#result").hidden]);
            });
          }
          return transaction;
        };
        """
    )
    enrol(desktop_page, night)

    type_ticket(desktop_page, night.tickets[0])

    expect(desktop_page.locator("#result")).to_be_visible()
    assert desktop_page.evaluate("() => window.written[0]") == ["strict", True]


def test_desk_that_cannot_keep_a_scan_says_so_in_red(phone_page: Page, night: Night, site: Site) -> None:
    enrol(phone_page, night)
    phone_page.evaluate(
        """() => {
          const { put } = IDBObjectStore.prototype;
          IDBObjectStore.prototype.put = function (...said) {
            if (this.name === "queue") throw new DOMException("full", "QuotaExceededError");
            return put.apply(this, said);
          };
          addEventListener("error", (event) => event.preventDefault());
        }"""
    )

    type_ticket(phone_page, night.tickets[0])

    expect(phone_page.locator("#result [data-say]")).to_have_text("記録できません")
    expect(phone_page.locator("#result")).to_have_class("result result--no")
    expect(phone_page.locator("[data-arrived]").first).to_have_text("0")
    assert scans(site) == []


def test_camera_is_chosen_from_a_list_and_remembered(phone_page: Page, night: Night) -> None:
    phone_page.add_init_script(
        """
        const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
        navigator.mediaDevices.enumerateDevices = async () => {
          const [one] = (await list()).filter((device) => device.kind === "videoinput");
          return [one, { kind: "videoinput", deviceId: "front", label: "前のカメラ" }];
        };
        """
    )
    enrol(phone_page, night)

    phone_page.get_by_role("button", name="受付をはじめる").click()
    chooser = phone_page.get_by_label("カメラ", exact=True)
    expect(chooser.locator("option")).to_have_count(2)
    chooser.select_option(label="前のカメラ")

    assert phone_page.evaluate("() => localStorage.getItem('door-camera')") == "front"


def test_desk_with_five_thousand_people_searches_and_answers(phone_page: Page, night: Night) -> None:
    """How fast is measured by `python -m bench desk`."""
    widen_roster(phone_page, 5000)
    enrol(phone_page, night)
    expect(phone_page.locator("[data-roster-count]")).to_have_text("5000")

    phone_page.get_by_label(SEARCH).fill("おおく")
    expect(phone_page.locator("[data-found] [data-name]").first).to_have_text("大久保 千鶴")
    type_ticket(phone_page, night.tickets[2])

    expect(phone_page.locator("#result [data-name]")).to_have_text("小田切 修")


def test_walk_in_without_network_takes_a_seat_and_arrives_once(
    offline_page: Page, night: Night, site: Site
) -> None:
    enrol(offline_page, night)
    offline_page.get_by_role("link", name="当日参加").click()
    offline_page.context.set_offline(True)

    offline_page.get_by_label("氏名").fill("飛入 参")
    offline_page.get_by_label("フリガナ").fill("トビイリ サン")
    offline_page.get_by_label("職種区分").select_option(index=1)
    offline_page.get_by_role("button", name="この方を受け付ける").click()

    expect(offline_page.locator("#result [data-say]")).to_have_text("受付しました")
    expect(offline_page.locator("#result [data-next]")).to_contain_text("つながりしだい登録します")
    expect(offline_page.locator("[data-seats]")).to_have_text("空席 44席")
    expect(offline_page.locator("[data-unsent]")).to_have_text("1")
    offline_page.context.set_offline(False)
    everything_sent(offline_page)
    assert [(one.method, one.outcome) for one in scans(site)] == [(Method.WALK_IN, Outcome.ADMITTED)]


def test_desk_that_was_away_loads_only_what_changed(offline_page: Page, night: Night, site: Site) -> None:
    asked: list[str] = []
    offline_page.on("request", lambda request: asked.append(request.url.partition("/api/v1/door/")[2]))
    enrol(offline_page, night)
    offline_page.context.set_offline(True)
    expect(offline_page.get_by_text("オフライン", exact=True)).to_be_visible(timeout=10_000)
    with site.unit() as session:
        session.get_one(Application, night.evening.guests[0].id).table_number = 8
        guest = session.get_one(Application, night.evening.guests[1].id)
        guest.state, guest.reason = State.CANCELLED, Reason.CANCELLED_BY_STAFF

    offline_page.context.set_offline(False)
    expect(offline_page.get_by_text("接続中")).to_be_visible(timeout=10_000)
    offline_page.context.set_offline(True)

    type_ticket(offline_page, night.tickets[0])
    expect(offline_page.locator("#result [data-table]")).to_have_text("8")
    offline_page.keyboard.press("Escape")
    type_ticket(offline_page, night.tickets[1])
    expect(offline_page.locator("#result [data-say]")).to_have_text("取り消された申込です")
    assert len([path for path in asked if path.startswith("guests")]) == 1
