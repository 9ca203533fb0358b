"""名簿: the list, its filters, one application, and the workbook that reads back."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.support.client import Client
from tests.support.crowd import crowd
from tests.support.guests import published, stored, submit
from tests.support.hands import Clock, Outbox, Unit
from trainings.accounts.models import Role
from trainings.audit.models import AuditEntry
from trainings.core.clock import local
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.exports import HEADER
from trainings.registration.states import State


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


@pytest.fixture
def event(unit: Unit) -> Event:
    """Three applications: two seats and one who waits."""
    event = published(unit, capacity=2, quotas={}, organisation_cap=None)
    with unit():
        submit(event, "NSV", 1, organisation_name="けやき訪問看護")
        submit(event, "MD", 2, organisation_name="欅クリニック", family_kana="ヒト")
        submit(event, "MD", 3, organisation_name="欅クリニック")
    return event


def shown(planner: Client, event: Event, query: str = "") -> list[str]:
    page = planner.get(f"/staff/events/{event.slug}/applications{query}")
    return [row[0].split("\n")[0].split(" ")[0] for row in page.rows()[1:]] if page.all("table") else []


def test_endless_search_finds_nothing_and_breaks_nothing(planner: Client, event: Event) -> None:
    """SQLite takes no pattern of more than 50 000 bytes; a form brings up to 200 kB, in which a kana takes nine."""
    answer = planner.raw.post(
        f"/staff/events/{event.slug}/applications.xlsx",
        data={"csrf_token": planner.csrf_token(), "q": "ぁ" * 20_000},
    )

    assert answer.status_code == 200


def test_list_shows_all_and_narrows(planner: Client, unit: Unit, event: Event) -> None:
    assert set(shown(planner, event)) == {"人1", "人2", "人3"}
    assert shown(planner, event, "?state=waiting") == ["人3"]
    assert shown(planner, event, "?q=欅クリニック&state=confirmed") == ["人2"]
    assert shown(planner, event, "?q=ケヤキ") == ["人1"]
    assert shown(planner, event, "?q=山田") == []
    code = next(one.code for one in stored(unit, event) if one.family == "人1")
    assert shown(planner, event, f"?q={code.lower()}") == ["人1"]
    assert shown(planner, event, "?channel=fax") == []
    assert len(shown(planner, event, "?state=nonsense&group=x&channel=y")) == 3


def test_list_takes_the_same_queries_however_long(
    planner: Client, unit: Unit, event: Event, count_queries: Callable[..., Any]
) -> None:
    path = f"/staff/events/{event.slug}/applications"
    planner.get(path)
    with count_queries() as few:
        planner.get(path)
    with unit():
        for n in range(4, 14):
            submit(event, "PH", n, organisation_name=f"薬局{n}")

    with count_queries() as many:
        planner.get(path)

    assert len(many) == len(few)


def test_workbook_holds_exactly_what_is_shown_and_reads_back(
    planner: Client, unit: Unit, clock: Clock
) -> None:
    event = published(unit)
    with unit():
        one = submit(
            event,
            "NSV",
            1,
            given="\ufa19\uf9dc髙﨑𠮷",
            licence_number="007",
            care_note="=1+1",
            pre_answer="一行目\n二行目",
            organisation_name="+81 薬局",
        )
        submit(event, "MD", 2)
    form = planner.get(f"/staff/events/{event.slug}/applications?q=薬局").form(button="Excel")

    answer = planner.open("POST", form.node.get("action"), data=form.values)

    page = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    header, *rows = [list(row) for row in page.iter_rows(values_only=True)]
    assert tuple(header) == HEADER
    (row,) = [dict(zip(header, values, strict=True)) for values in rows]
    assert row["受付番号"] == one.code
    assert row["名"] == "\ufa19\uf9dc髙﨑𠮷"
    assert row["登録番号"] == "007"
    assert row["配慮"] == "=1+1"
    assert row["事前の質問"] == "一行目\n二行目"
    assert row["事業所"] == "+81 薬局"
    assert row["電話"] == "000-555-0001"
    assert row["申込日時"] == local(one.submitted_at).replace(tzinfo=None)
    assert all(cell.data_type != "f" for cells in page.iter_rows() for cell in cells)
    with unit() as session:
        entry = session.query(AuditEntry).filter_by(verb="applications.exported").one()
        assert entry.detail == {"rows": 1}


def test_application_page_shows_its_trail_and_cancels_with_a_reason(
    planner: Client, unit: Unit, event: Event, outbox: Outbox
) -> None:
    page = planner.get(f"/staff/events/{event.slug}/applications").follow("人1 美咲")
    assert "先着順で席が決まりました" in page

    button = "人1 美咲 さんの申込を取り消す"
    refused = page.press(button, reason="  ", status=422)
    assert refused.errors == ["取り消す理由を入力してください。"]
    asked = refused.press(button, reason="電話で連絡あり")
    assert {one.family: one.state for one in stored(unit, event)}["人1"] == State.CONFIRMED
    assert "ご本人" in asked
    assert "空いた席は、キャンセル待ちの次の方に" in asked
    done = asked.press(button)

    assert "理由：電話で連絡あり" in done
    assert "担当者が取り消しました" in done
    mail = outbox.one(purpose="registration_cancelled")
    assert "電話で連絡あり" not in (mail.body or "")
    assert {one.family: one.state for one in stored(unit, event)}["人1"] == State.CANCELLED


def test_cancelling_after_the_event_promises_the_seat_to_nobody(
    staff_client: Callable[..., Client], unit: Unit, event: Event, clock: Clock
) -> None:
    clock.set(event.ends_at)
    planner = staff_client(Role.PLANNER)
    page = planner.get(f"/staff/events/{event.slug}/applications").follow("人1 美咲")

    asked = page.press("人1 美咲 さんの申込を取り消す", reason="来られなかった")

    assert "もとに戻せません" in asked
    assert "次の方に" not in asked


def test_application_page_of_one_who_waits_says_the_place(planner: Client, event: Event) -> None:
    page = planner.get(f"/staff/events/{event.slug}/applications?state=waiting").follow("人3 美咲")

    assert "キャンセル待ち（医科 1番目、全体 1番目）" in page


def test_letters_that_no_font_draws_are_listed(planner: Client, unit: Unit, event: Event) -> None:
    """A letter from a private table (外字) and one of a late extension of Unicode; 髙 and \U00020bb7 are drawn."""
    address = f"/staff/events/{event.slug}/applications"
    assert not planner.get(address).all(".notice")
    with unit():
        submit(event, "NSV", 5, given="髙\U00020bb7\U000f0001")
        submit(event, "NSV", 6, organisation_name="欅\U000323af医院")

    page = planner.get(address)

    told = page.one(".notice").text
    assert "印刷できない字があります" in told
    assert "「\U000f0001」U+F0001" in told
    assert "「\U000323af」U+323AF" in told
    assert "「髙」" not in told
    assert "「\U00020bb7」" not in told
    assert "人5 髙\U00020bb7\U000f0001" in [link.text for link in page.all(".notice a")]


def test_pages_of_a_long_list_hold_everybody_once_and_search_and_chips_reach_all(
    planner: Client, event: Event, unit: Unit
) -> None:
    like = stored(unit, event)[0]
    with unit() as session:
        crowd(session, like, 247)
    address = f"/staff/events/{event.slug}/applications"

    first, second, last = (planner.get(f"{address}?page={n}") for n in (1, 2, 3))
    behind = planner.get(f"{address}?page=99")

    codes = [row[-1] for page in (first, second, last) for row in page.rows()[1:]]
    assert len(codes) == len(set(codes)) == 250
    assert "101〜200件目／全250件" in second
    assert behind.rows() == last.rows()
    wanted = codes[-1]
    assert [row[-1] for row in planner.get(f"{address}?q={wanted}&page=3").rows()[1:]] == [wanted]
    assert "この250件をExcelで受け取る" in first
