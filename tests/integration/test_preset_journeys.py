"""Each preset from the empty form to the certificate, through pages, forms, mails and the door, as people use them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.support.client import Client
from tests.support.hands import Clock, Unit, link_in
from tests.support.journeys import Guest, Journey, at, choice, first_choice, sheet_rows
from tests.support.smtp import MailServer
from tests.support.staff import add_staff
from trainings.accounts.models import Role
from trainings.directory.actions import load_master_data
from trainings.skills.actions import load_framework

NURSE = ("看護", "看護師（訪問看護）")
DOCTOR = ("医科", "医師")


@pytest.fixture
def overrides(mail_server: MailServer, tmp_path: Any) -> dict[str, Any]:
    return {"smtp_port": mail_server.port, "survey_key_dir": str(tmp_path / "keys")}


@pytest.fixture
def journey(
    app: Flask,
    unit: Unit,
    clock: Clock,
    mail_server: MailServer,
    client: Client,
    new_client: Callable[[], Client],
) -> Journey:
    with unit():
        load_master_data()
        load_framework("skills")
    staff = add_staff(unit, Role.PLANNER, Role.TRAINER, name="欅田 まもる", mail="mamoru@city.keyaki.example")
    journey = Journey(app, client, new_client, mail_server, clock, staff.mail)
    journey.on(at(2027, 1, 18))
    return journey


def finish(journey: Journey, present: list[Guest], *, walk_ins: int = 0) -> None:
    """What every kind ends with: close, evaluation, workbook, skills, certificates. Those present answer, six at least."""
    board = journey.close()
    assert f"参加は{len(present) + walk_ins}人" in board
    journey.work()
    for place, guest in enumerate(present):
        thanks = journey.answer(guest, satisfied="54"[place % 2], new_contacts="3", good="=1+1 顔が見えた")
        assert thanks.h1 == "ご協力ありがとうございました"
    overview = board.follow("アンケートの状況と結果")
    results = overview.press("アンケートを締め切って結果を見る").press("締め切って結果を見る")
    assert f"{len(present)}／{len(present) + walk_ins}人" in results
    assert not any(guest.name in results.html for guest in journey.guests)

    book = journey.workbook(results, "結果をExcelで受け取る")
    answered = [row["satisfied"] for row in sheet_rows(book, "回答（記号）")]
    assert sorted(answered) == sorted(int("54"[place % 2]) for place in range(len(present)))
    assert not any(guest.name in str(list(book["回答（記号）"].values)) for guest in journey.guests)

    matrix = journey.staff.get("/staff").follow("スキル表")
    people = {
        row["職種のまとまり"]: row["対象の人"]
        for row in sheet_rows(journey.workbook(matrix, "スキル表をExcelで受け取る"), "一覧")
    }
    assert sum(people.values()) == len(present)
    skills = journey.skills_of(present[0])
    assert "知っている" in skills
    assert journey.title in skills

    pdf, address = journey.certificate(present[0])
    assert present[0].name in pdf
    page = journey.new_client().get(address)
    assert "有効な証明書です" in page
    assert journey.certificate_number(present[0]) in page
    assert present[0].name not in page


def test_hundred_from_preset_to_certificate(journey: Journey) -> None:
    page = journey.create("hundred", "2027-03-20")
    assert page.form(button="この内容にする").values["capacity"] == ["100"]
    quotas = {"看護": (2, 3), "医科": (2, 3)}
    board = journey.edit(page, quotas, capacity="5", title="第12回 百人の集い")
    assert "公開しました" in board
    journey.work()
    journey.on(at(2027, 2, 1, 22))

    for group, profession in [NURSE] * 5 + [DOCTOR] * 3:
        journey.apply(group, profession)
    guest = journey.guests[0]
    assert "証明書にはこう印字されます" in guest.told[0]
    assert "タカハシ" in guest.told[0]
    assert "090-0000-0000" in guest.told[0]
    journey.work()
    assert link_in(journey.mail_to(guest, "お申し込みについてのお知らせ").text) == guest.link

    journey.on(at(2027, 2, 19, 9))
    draw = journey.staff.get("/staff").follow("抽選へ進む")
    frozen = draw.press("8人の名簿を固める")
    drawn = frozen.press("抽選へ進む", public_number="0478").press("抽選して、8通のメールを送る")
    assert "抽選しました" in drawn
    journey.work()
    seated, waiting = journey.guests_by("参加が決まりました", "キャンセル待ち")
    assert (len(seated), len(waiting)) == (5, 3)
    assert all(journey.mail_to(one, "参加が決まりました") for one in seated)
    assert all(journey.mail_to(one, "キャンセル待ち") for one in waiting)

    leaver = seated.pop()
    leaver.page().follow("取り消す").press("申込を取り消す")
    journey.work()
    (offered,) = [one for one in waiting if "お席をご案内しています" in one.page()]
    assert link_in(journey.mail_to(offered, "お席のご案内").text) == offered.link
    assert "参加が決まりました" in offered.page().press("参加します")
    seated.append(offered)

    tables = journey.staff.get(journey.path("/door")).follow("卓の番号を入れる")
    fields = [name for name in tables.form(button="この番号にする").values if name.startswith("table-")]
    tables.press("この番号にする", **{name: str(1 + n // 6) for n, name in enumerate(fields)})
    assert any(one.page().follow("チケットを表示する").all(".ticket__table") for one in seated)
    journey.open_door()
    journey.on(at(2027, 3, 20, 13, 10))
    assert [journey.arrive(one)["outcome"] for one in seated] == ["admitted"] * 5
    assert journey.arrive(seated[0])["outcome"] == "repeated"

    journey.on(at(2027, 3, 20, 16, 40))
    finish(journey, seated)
    assert not leaver.page().has_link("受講証明書を受け取る")


def test_symposium_from_preset_to_certificate(journey: Journey) -> None:
    page = journey.create("symposium", "2027-03-06")
    speakers = {"programme-1-speaker": "小田切 修", "programme-1-speaker_affiliation": "小田切内科クリニック"}
    board = journey.edit(page, {"医科": (2, None)}, capacity="6", **speakers)
    assert "公開しました" in board
    journey.on(at(2027, 2, 1, 22))
    public = journey.new_client().get(f"/e/{journey.slug}")
    assert "小田切 修" in public
    assert "講演1「外来から始める話し合い」" in public

    nurses = [journey.apply(*NURSE, pre_answer="夜の連絡は？") for _ in range(5)]
    assert ["参加が決まりました" in one.told[1] for one in nurses] == [True] * 4 + [False]
    assert "キャンセル待ち" in nurses[4].told[1]
    doctor = journey.apply(*DOCTOR)
    assert "参加が決まりました" in doctor.told[1]
    journey.work()
    assert link_in(journey.mail_to(doctor, "お申し込みについてのお知らせ").text) == doctor.link

    entry = journey.staff.get(journey.path()).follow("電話・FAXの申込を入れる")
    by_fax = entry.press(
        "この申込を入れて、次へ",
        channel="fax",
        group=choice(entry, "group", DOCTOR[0]),
        profession=choice(entry, "profession", DOCTOR[1]),
        organisation_name="なし",
        family="丹羽",
        given="恵一",
        family_kana="ニワ",
        given_kana="ケイイチ",
        phone="000-555-0199",
        heard_via=first_choice(entry, "heard_via"),
    )
    assert "丹羽 恵一 さん" in by_fax
    assert by_fax.form(button="この申込を入れて、次へ").values["channel"] == ["fax"]
    roster = journey.staff.get(journey.path()).follow("名簿を開く")
    rows = {
        row["氏"]: row for row in sheet_rows(journey.workbook(roster, "この7件をExcelで受け取る"), "申込一覧")
    }
    assert (rows["丹羽"]["届いた方法"], rows["丹羽"]["状態"]) == ("FAX", "参加決定")
    assert rows["高橋0"]["事前の質問"] == "夜の連絡は？"

    journey.open_door()
    journey.on(at(2027, 3, 6, 13, 40))
    present = [*nurses[:4], doctor]
    assert [journey.arrive(one)["outcome"] for one in present] == ["admitted"] * 5
    assert journey.walk_in("山辺 あかり", "やまべ あかり", "看護")["outcome"] == "admitted"

    journey.on(at(2027, 3, 6, 16, 45))
    finish(journey, present, walk_ins=1)
    assert "お席をご用意できませんでした" in nurses[4].page()


def test_case_conference_from_preset_to_certificate(journey: Journey) -> None:
    page = journey.create("case_conference", "2027-03-10")
    board = journey.edit(page, {"看護": (3, 4), "医科": (2, 3)}, capacity="6", organisation_cap="2")
    assert "公開しました" in board
    journey.work()
    journey.on(at(2027, 2, 1, 22))

    form = journey.new_client().get(f"/e/{journey.slug}").follow("申し込む")
    assert "写真・録音・録画はしません" in form
    refused = form.press("確認へ進む", status=422)
    assert "守秘の約束を読んで、しるしを付けてください" in refused.errors
    for group, profession in [NURSE] * 3 + [DOCTOR] * 3:
        office = {"organisation_name": "けやき訪問看護"} if group == "看護" else {}
        journey.apply(group, profession, pledged=True, **office)
    assert "守ります" in journey.guests[0].told[0]

    journey.on(at(2027, 2, 18, 9))
    draw = journey.staff.get(journey.path()).follow("抽選へ進む")
    draw = journey.add_office(draw, "けやき訪問看護")
    drawn = (
        draw.press("6人の名簿を固める")
        .press("抽選へ進む", public_number="0478")
        .press("抽選して、6通のメールを送る")
    )
    assert "抽選しました" in drawn
    journey.work()
    seated, waiting = journey.guests_by("参加が決まりました", "キャンセル待ち")
    # Three nurses of one office that may send two.
    assert len(seated) == 5
    assert sum("けやき訪問看護" in one.page() for one in seated) == 2

    doctor = seated[-1]
    page = doctor.page().follow("代わりの方にゆずる")
    instead = page.press(
        "この方にゆずる",
        family="山辺",
        given="あかり",
        family_kana="ヤマベ",
        given_kana="アカリ",
        profession=choice(page, "profession", DOCTOR[1]),
        mail="akari@guest.example",
        pledged=True,
    ).press("この方にゆずる")
    assert "参加が決まりました" in instead
    assert "代わりの方に交代しました" in doctor.page()
    journey.guests.append(
        Guest("山辺 あかり", "akari@guest.example", instead.link("わたしの申込を開く"), doctor.client)
    )
    (by_hand,) = waiting
    row = journey.staff.get(journey.path("/applications")).follow(by_hand.name)
    placed = row.follow("手で決める").press("この内容で決める", decision="place", reason="事例の担当者のため")
    assert "参加決定" in placed
    assert "事例の担当者のため" in placed

    journey.open_door()
    printed = journey.staff.get(journey.path("/roster"))
    numbers = [row[6] for row in printed.rows("table.roster")]
    assert numbers == ["資料番号", *map(str, range(1, 7))]
    book = journey.workbook(journey.staff.get(journey.path("/door")), "受付名簿をExcelで受け取る")
    assert [row["資料番号"] for row in sheet_rows(book, "受付名簿")] == list(range(1, 7))
    journey.on(at(2027, 3, 10, 18, 40))
    present = [*seated[:-1], journey.guests[-1], by_hand]
    assert [journey.arrive(one)["outcome"] for one in present] == ["admitted"] * 6

    journey.on(at(2027, 3, 10, 21, 10))
    journey.work()
    finish(journey, present)
