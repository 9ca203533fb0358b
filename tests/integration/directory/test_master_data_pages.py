"""Pages of people and of the small tables of master data."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.support.applying import MAKOTO, make_office, make_person
from tests.support.client import Client
from tests.support.hands import QueryCount, Unit
from trainings.accounts.models import Role
from trainings.directory import actions, queries


@pytest.fixture(autouse=True)
def master_data(unit: Unit) -> None:
    with unit():
        actions.load_master_data()


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


def test_people_are_found_by_variant_kana_and_office(planner: Client, unit: Unit) -> None:
    with unit():
        office = make_office("ひばり薬局")
        make_person(family="髙橋", organisation_id=office.id)
        make_person(**MAKOTO)

    def found(typed: str) -> list[str]:
        return planner.get(f"/staff/directory/people?q={typed}").texts("tbody th")

    assert found("高橋") == ["髙橋 美咲"]
    assert found("たかはし") == ["髙橋 美咲"]
    assert found("ひばり 美咲") == ["髙橋 美咲"]
    assert found("おおさわ ひばり") == []
    assert found("%") == []


def test_merged_people_are_shown_once(planner: Client, unit: Unit) -> None:
    with unit():
        kept, other = make_person(), make_person(**MAKOTO)
        other.merged_into_id = kept.id

    page = planner.get("/staff/directory/people?q=大沢")

    assert page.texts("tbody th") == ["高橋 美咲"]


@pytest.mark.parametrize("people", [1, 3])
def test_the_search_asks_the_same_number_of_questions_however_many_are_found(
    planner: Client, unit: Unit, count_queries: Callable[[], AbstractContextManager[QueryCount]], people: int
) -> None:
    with unit():
        for _ in range(people):
            make_person()

    with count_queries() as count:
        planner.get("/staff/directory/people?q=高橋")

    assert len(count) == 5  # who is signed in with their roles, how many people, people, open candidates


def test_an_administrator_without_other_roles_sees_offices_but_no_people(
    staff_client: Callable[..., Client], unit: Unit
) -> None:
    with unit():
        make_person()
    admin = staff_client(Role.ADMIN)

    page = admin.get("/staff/directory")

    assert page.h1 == "事業所"
    assert not page.has_link("同じ人の確認")
    assert admin.open("GET", "/staff/directory/people?q=高橋").status_code == 403


def test_planners_start_with_people(planner: Client) -> None:
    assert planner.get("/staff/directory").h1 == "人"


@pytest.mark.parametrize(
    ("kind", "values", "shown"),
    [
        ("sectors", {"name": "司法", "sort": "50"}, "司法"),
        ("professions", {"name": "音楽療法士", "sort": "１５５"}, "音楽療法士"),
        ("groups", {"name": "司法・法律", "mark": "法", "css": "g-ot"}, "司法・法律"),
        ("roles", {"name": "実行委員"}, "実行委員"),
        ("associations", {"name": "弁護士会"}, "弁護士会"),
        ("districts", {"name": "けやき北", "kind": "in_city"}, "けやき北"),
    ],
)
def test_a_row_is_added_and_then_changed(
    planner: Client, kind: str, values: dict[str, str], shown: str
) -> None:
    page = planner.get(f"/staff/directory/{kind}/new")
    for select in ("group", "sector"):
        if page.all(f"#{select}"):
            values = {**values, select: page.all(f'#{select} option:not([value=""])')[0]["value"]}

    page = page.form().fill(values).submit("保存する")
    assert f"「{shown}」を保存しました" in page

    page = page.follow(shown) if kind != "groups" else page.follow(f"区分を直す：{shown}")
    page = page.press("保存する", name=f"{shown}（新）")
    assert f"{shown}（新）" in page


def test_a_profession_out_of_use_is_no_longer_offered(planner: Client, unit: Unit) -> None:
    page = planner.get("/staff/directory/professions").follow("学生")

    page = page.press("保存する", active=False)

    assert "申込に出さない" in page
    with unit():
        assert "学生" not in [one.name for one in queries.professions()]


def test_a_role_can_be_renamed_and_the_participants_cannot_be_switched_off(
    planner: Client, unit: Unit
) -> None:
    page = planner.get("/staff/directory/roles").follow("参加者")

    page = page.press("保存する", active=False, status=422)
    assert "名前は変えられます" in page.errors[0]
    page.press("保存する", active=True, name="受講者")

    with unit():
        assert queries.role_names()["participant"] == "受講者"


def test_shipped_roles_come_once_and_keep_their_new_names(planner: Client, unit: Unit) -> None:
    planner.get("/staff/directory/roles").follow("講師").press("保存する", name="演者", active=False)

    with unit():
        actions.load_master_data()

    with unit():
        assert list(queries.role_names().values()) == [
            *("参加者", "演者", "ファシリテーター", "書記", "スタッフ", "オブザーバー", "事例提供者"),
        ]
        assert "演者" not in [one.name for one in queries.event_roles()]


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        ("associations", {"name": "医師会"}, "同じ名称がすでに登録されています"),
        ("associations", {"name": ""}, "団体・連絡会の名前を入力してください"),
        ("associations", {"name": "あ" * 81}, "80文字以内で"),
        ("associations", {"sort": "先頭"}, "並び順を数字で入力してください"),
        ("groups", {"mark": "二字"}, "記号は1文字で"),
        ("groups", {}, "色をどれか一つ選んでください"),
        ("districts", {}, "場所をどれか一つ選んでください"),
    ],
)
def test_a_mistake_is_said_beside_its_field(
    planner: Client, kind: str, values: dict[str, str], sentence: str
) -> None:
    page = planner.get(f"/staff/directory/{kind}/new")

    page = page.form().fill({"name": "新しい名前"} | values).submit("保存する", status=422)

    assert sentence in " ".join(page.errors)
    assert page.one("#name")["value"] == ({"name": "新しい名前"} | values)["name"]


def test_an_unknown_row_is_not_found(planner: Client) -> None:
    planner.get("/staff/directory/districts/00000000-0000-0000-0000-000000000000", status=404)
