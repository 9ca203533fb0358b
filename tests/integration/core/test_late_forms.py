"""Forms whose token does not fit any more: nothing is stored, nothing typed is lost, and pressing once more works."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support.client import Client
from tests.support.guests import apply, confirm_page, my_link, published, said, stored
from tests.support.hands import Unit
from tests.support.pages import Page
from tests.support.staff import signed_in
from trainings.accounts.models import Role
from trainings.core import clock
from trainings.core.db import Base
from trainings.core.requests.limits import RateCount
from trainings.directory.actions import load_master_data
from trainings.registration.models import Application
from trainings.registration.states import State

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
PRESS_AGAIN = "もう一度、ボタンを押してください"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"rate_limits": False}


@pytest.fixture(autouse=True)
def master_data(unit: Unit) -> None:
    with unit():
        load_master_data()


def forget_cookies(client: Client) -> None:
    client.raw.delete_cookie("tsudoi")


def counted(unit: Unit) -> dict[str, int]:
    """Rows of every table."""
    with unit() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table is not RateCount.__table__
        }


def test_typed_application_stays_when_the_cookie_is_gone(unit: Unit, client: Client) -> None:
    event = published(unit)
    form = client.get(f"/e/{event.slug}/apply").form(button="確認へ進む").fill(said(unit, event, "NSV"))
    before = counted(unit)
    forget_cookies(client)

    page = form.submit("確認へ進む", status=422)

    assert PRESS_AGAIN in page
    assert counted(unit) == before
    page.press("確認へ進む").press("この内容で申し込む")
    assert [one.family for one in stored(unit, event)] == [said(unit, event, "NSV")["family"]]


def test_confirm_page_stays_when_the_cookie_is_gone(unit: Unit, client: Client) -> None:
    event = published(unit)
    confirm = confirm_page(client, unit, event)
    forget_cookies(client)

    page = confirm.press("この内容で申し込む", status=422)

    assert PRESS_AGAIN in page
    assert "証明書にはこう印字されます" in page
    assert stored(unit, event) == []
    page.press("この内容で申し込む")
    assert len(stored(unit, event)) == 1


def test_changing_something_needs_no_cookie(unit: Unit, client: Client) -> None:
    event = published(unit)
    confirm = confirm_page(client, unit, event)
    forget_cookies(client)

    page = confirm.press("修正する（氏名）")

    assert PRESS_AGAIN not in page
    page.press("確認へ進む").press("この内容で申し込む")
    assert len(stored(unit, event)) == 1


def test_wrong_fields_are_told_beside_the_lost_cookie(unit: Unit, client: Client) -> None:
    event = published(unit)
    form = client.get(f"/e/{event.slug}/apply").form(button="確認へ進む")
    form = form.fill(said(unit, event, "NSV") | {"mail": ""})
    forget_cookies(client)

    page = form.submit("確認へ進む", status=422)

    assert PRESS_AGAIN in page
    assert "入力内容に問題があります（1件）" in page


def test_browser_without_cookies_is_told_so_the_second_time(unit: Unit, client: Client) -> None:
    event = published(unit)
    form = client.get(f"/e/{event.slug}/apply").form(button="確認へ進む").fill(said(unit, event, "NSV"))
    forget_cookies(client)
    again = form.submit("確認へ進む", status=422)
    forget_cookies(client)

    page = again.press("確認へ進む", status=422)

    assert "このブラウザーからは送信できません" in page
    assert stored(unit, event) == []


def test_every_form_of_an_applicant_keeps_what_was_typed(unit: Unit, client: Client) -> None:
    event = published(unit)
    link = my_link(apply(client, unit, event))
    asked = [
        (f"{link}/edit", "この内容に直す", {"family": "髙橋"}, "髙橋"),
        (f"{link}/substitute", "この方にゆずる", {}, ""),
        (f"{link}/cancel", "この申込を取り消す", {}, "取り消しました"),
        ("/links", "リンクを送ってもらう", {"mail": "misaki@houkan.example"}, ""),
    ]
    for path, button, typed, said_then in asked:
        page = client.get(path)
        before = counted(unit)
        forget_cookies(client)

        refused = page.form(button=button).fill(typed).submit(button, status=422)

        assert PRESS_AGAIN in refused
        assert counted(unit) == before, path
        assert all(value in refused.html for value in typed.values()), path
        if said_then:
            assert said_then in refused.press(button)


def test_form_of_another_site_is_not_shown_again(unit: Unit, client: Client) -> None:
    event = published(unit)
    before = counted(unit)

    answer = client.open(
        "POST",
        f"/e/{event.slug}/apply/send",
        data=said(unit, event, "NSV"),
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 400
    assert "pressed_again" not in answer.get_data(as_text=True)
    assert counted(unit) == before


def test_button_without_a_form_of_its_own_is_pressed_again_on_a_page_that_holds_it(
    unit: Unit, client: Client
) -> None:
    event = published(unit)
    link = my_link(apply(client, unit, event))
    with unit() as session:
        one = session.scalars(select(Application)).one()
        one.state, one.offer_expires_at = State.OFFERED, clock.now() + timedelta(days=1)
    forget_cookies(client)

    answer = client.open("POST", f"{link}/offer", data={"answer": "accept", "sure": "1"}, headers=OWN_PAGE)

    assert answer.status_code == 400
    page = Page(client, f"{link}/offer", 400, answer.get_data(as_text=True))
    assert "もう一度、送信してください" in page
    assert [one.state for one in stored(unit, event)] == [State.OFFERED]
    assert "参加が決まりました" in page.press("もう一度送る")


OFFICES = "名称,カナ,種別,圏域,事業所番号\n山田医院,,診療所,市内,\n".encode()
UPLOAD = "/staff/directory/offices/import"


def send_offices(client: Client, **typed: str) -> tuple[int, Page]:
    """The upload as a browser sends it from our own page."""
    data = {"file": (io.BytesIO(OFFICES), "事業所.csv"), **typed}
    answer = client.open("POST", UPLOAD, data=data, headers=OWN_PAGE)
    return answer.status_code, Page(client, UPLOAD, answer.status_code, answer.get_data(as_text=True))


def test_file_whose_token_is_late_is_chosen_once_more_and_what_was_typed_is_kept(
    unit: Unit, client: Client
) -> None:
    signed_in(client, unit, Role.PLANNER, name="欅田 まもる", mail="mamoru@city.keyaki.example")
    before = counted(unit)

    status, held = send_offices(client, csrf_token="old", note="四月の分")

    assert status == 400
    assert "ファイルをもう一度選んでから、下のボタンを押してください" in held
    assert "さきほど選んだファイル：事業所.csv" in held
    assert held.one("input[name=note]")["value"] == "四月の分"
    assert counted(unit) == before
    checked = held.form().fill(file=(OFFICES, "事業所.csv")).submit("もう一度送る")
    assert "山田医院" in checked


def test_file_of_staff_whose_session_is_over_is_chosen_once_more(unit: Unit, client: Client) -> None:
    status, held = send_offices(client)

    assert status == 403
    assert "もう一度サインインしてください" in held
    assert "ここにもどってファイルを選び、下のボタンを押してください" in held
    assert held.one("input[type=file]")["name"] == "file"


def test_staff_whose_session_is_over_sign_in_and_send_the_same_words(unit: Unit, client: Client) -> None:
    """Her second window signs her in; a token of the old session does not fit the new one."""
    event = published(unit)
    signed_in(client, unit, Role.PLANNER, name="欅田 まもる", mail="mamoru@city.keyaki.example")
    path = f"/staff/events/{event.slug}/applications/new"
    form = client.get(path).form(button="この申込を入れて、次へ")
    typed = dict(form.fill(said(unit, event, "NSV") | {"channel": "fax"}).values)
    forget_cookies(client)

    answer = client.open("POST", path, data=typed, headers=OWN_PAGE)

    assert answer.status_code == 403
    held = Page(client, path, 403, answer.get_data(as_text=True))
    assert "もう一度サインインしてください" in held
    assert stored(unit, event) == []
    forget_cookies(client)
    signed_in(client, unit, Role.PLANNER, name="欅田 あかり", mail="akari@city.keyaki.example")
    refused = held.press("もう一度送る", status=422)
    assert PRESS_AGAIN in refused
    refused.press("この申込を入れて、次へ")
    assert len(stored(unit, event)) == 1
