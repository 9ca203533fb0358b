"""Organisations: the list, one by hand, a file with its dry run, and the search for applicants."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager

import openpyxl
import pytest
from sqlalchemy import select

from tests.support.applying import make_office
from tests.support.client import Client
from tests.support.hands import QueryCount, Unit
from tests.support.numbered import kana_of
from tests.support.pages import Page
from trainings.accounts.models import Role
from trainings.audit.models import AuditEntry
from trainings.core.paper import sheets
from trainings.directory import actions
from trainings.directory.models import Organisation, OrganisationKind
from trainings.directory.offices import set_organisation_active

HEADER = ["名称", "カナ", "種別", "圏域", "事業所番号"]
Counting = Callable[[], AbstractContextManager[QueryCount]]


@pytest.fixture(autouse=True)
def master_data(unit: Unit) -> None:
    with unit():
        actions.load_master_data()


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


def stored(unit: Unit) -> dict[str, tuple[str, str, str, str | None, bool]]:
    with unit() as session:
        return {
            one.name: (one.kana, one.kind.value, one.district.name, one.number, one.active)
            for one in session.scalars(select(Organisation))
        }


# -- by hand ---------------------------------------------------------------------------------------------


def test_an_office_is_added_by_hand_with_its_kana_and_number_folded(planner: Client, unit: Unit) -> None:
    page = planner.get("/staff/directory/offices").follow("事業所を加える")
    district = page.all('#district option:not([value=""])')[0]["value"]

    page = page.press(
        "保存する",
        name="けやき中央薬局",
        kana="けやき ちゅうおう",
        kind="pharmacy",
        district=district,
        number="０１３−４５６７８９０",
    )

    assert "「けやき中央薬局」を保存しました" in page
    assert stored(unit) == {"けやき中央薬局": ("ケヤキ チュウオウ", "pharmacy", "市内", "0134567890", True)}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": " 　"}, "名称を入力してください"),
        ({"kind": ""}, "種別を選んでください"),
        ({"number": "134567890"}, "先頭の0が抜けていないか"),
        ({"number": "12345"}, "10桁で入力してください"),
        ({"name": "山田医院"}, "同じ名称がすでに登録されています"),
        ({"number": "1310000001"}, "この事業所番号は「山田医院」で登録されています"),
    ],
)
def test_a_mistake_keeps_everything_typed_and_says_what_to_do(
    planner: Client, unit: Unit, values: dict[str, str], sentence: str
) -> None:
    with unit():
        make_office("山田医院", number="1310000001")
    page = planner.get("/staff/directory/offices/new")
    district = page.all('#district option:not([value=""])')[0]["value"]
    typed = {"name": "新しい薬局", "kana": "アタラシイ", "kind": "pharmacy", "district": district} | values

    page = page.form().fill(typed).submit("保存する", status=422)

    assert sentence in " ".join(page.errors)
    assert page.one("#kana")["value"] == "アタラシイ"
    assert len(stored(unit)) == 1


def test_an_office_is_changed_and_its_audit_line_names_fields_not_values(planner: Client, unit: Unit) -> None:
    with unit():
        office = make_office("山田医院", kind=OrganisationKind.CLINIC)

    planner.get(f"/staff/directory/offices/{office.id}").press("保存する", name="山田内科医院")

    assert list(stored(unit)) == ["山田内科医院"]
    with unit() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.verb == "organisation.changed")).one()
        assert line.detail == {"fields": ["name"]}
    assert planner.api("GET", "/api/offices?q=山田内科")["offices"] != []


def test_an_office_out_of_use_is_no_longer_offered_and_can_come_back(planner: Client, unit: Unit) -> None:
    with unit():
        office = make_office("山田医院")

    page = planner.get(f"/staff/directory/offices/{office.id}").press("使用を停止する")
    assert "申込フォームの候補に出なくなります" in page
    assert planner.api("GET", "/api/offices?q=山田") == {"offices": [], "total": 0}
    page = planner.get("/staff/directory/offices?use=stopped")
    assert "使用停止" in page

    page.follow("山田医院").press("使用を再開する")
    assert [one["name"] for one in planner.api("GET", "/api/offices?q=山田")["offices"]] == ["山田医院"]


def test_the_list_is_searched_and_filtered(planner: Client, unit: Unit) -> None:
    with unit():
        make_office("けやき中央薬局", kana="ケヤキチュウオウヤッキョク", number="0130000001")
        make_office("けやき医院", kind=OrganisationKind.CLINIC)
        make_office("ひばり薬局")

    def shown(query: str) -> list[str]:
        page = planner.get(f"/staff/directory/offices?{query}")
        return page.texts("tbody th a")

    assert shown("q=けやき") == ["けやき医院", "けやき中央薬局"]
    assert shown("q=けやき&kind=pharmacy") == ["けやき中央薬局"]
    assert shown("q=0130") == ["けやき中央薬局"]
    assert shown("q=ちゅうおう 薬局") == ["けやき中央薬局"]
    assert shown("q=%25") == []
    assert shown("kind=nonsense&district=x&use=y&page=0") == ["けやき医院", "ひばり薬局", "けやき中央薬局"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions_however_long(
    planner: Client, unit: Unit, count_queries: Counting, rows: int
) -> None:
    with unit():
        for number in range(rows):
            make_office(f"薬局{number}")

    with count_queries() as count:
        planner.get("/staff/directory/offices")

    assert len(count) == 5  # who is signed in with their roles, districts, the page, how many in all


def test_the_list_leaves_as_a_workbook_that_can_be_taken_in_again(planner: Client, unit: Unit) -> None:
    with unit():
        make_office("=けやき薬局", kana="ケヤキ", number="0130000001")
        make_office("\ufa19田医院", kind=OrganisationKind.CLINIC)

    answer = planner.download("/staff/directory/offices.xlsx")

    page = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert [[cell or "" for cell in row] for row in page.iter_rows(values_only=True)] == [
        HEADER,
        ["\ufa19田医院", "", "診療所", "市内", ""],
        ["=けやき薬局", "ケヤキ", "薬局", "市内", "0130000001"],
    ]
    checked = upload(planner, answer.data, "一覧.xlsx")
    assert "いまの一覧と同じです" in checked


# -- a file ----------------------------------------------------------------------------------------------------


def workbook(*rows: list[object], header: list[str] | None = None) -> bytes:
    return sheets.workbook(
        [sheets.Sheet("事業所", header or HEADER, rows)], sheets.About("事業所一覧", "けやき市")
    )


def upload(client: Client, content: bytes, name: str = "一覧.xlsx", *, status: int = 200) -> Page:
    page = client.get("/staff/directory/offices/import")
    return page.form().fill(file=(content, name)).submit("内容を確認する", status=status)


def test_the_template_is_a_file_with_the_five_columns(planner: Client) -> None:
    answer = planner.download("/staff/directory/offices/template.xlsx")

    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()] == [HEADER]
    assert "%E4%BA%8B%E6%A5%AD%E6%89%80" in answer.headers["Content-Disposition"]


def test_a_file_is_checked_first_and_taken_over_after_the_button(planner: Client, unit: Unit) -> None:
    with unit():
        make_office("けやき中央薬局", number="1310000001")
        make_office("ひばり薬局")

    page = upload(
        planner,
        workbook(
            ["けやき中央薬局 本店", "", "調剤薬局", "市内", "1310000001"],
            ["\ufa19田医院", "カンダイイン", "クリニック", "近隣市", "0130000002"],
            ["ひばり薬局", "", "薬局", "市内", ""],
        ),
    )

    assert page.texts(".tally b") == ["1", "1", "1"]
    assert "名称：けやき中央薬局 → けやき中央薬局 本店" in page
    assert set(stored(unit)) == {"けやき中央薬局", "ひばり薬局"}

    page = page.press("1か所を追加し、1か所を変更する")
    assert "1件を追加し、1件を変更しました" in page
    assert stored(unit) == {
        "けやき中央薬局 本店": ("", "pharmacy", "市内", "1310000001", True),
        "\ufa19田医院": ("カンダイイン", "clinic", "近隣市", "0130000002", True),
        "ひばり薬局": ("", "pharmacy", "市内", None, True),
    }


def test_one_wrong_row_stops_the_whole_file_and_every_row_says_why(planner: Client, unit: Unit) -> None:
    page = upload(
        planner,
        workbook(
            ["けやき中央薬局", "", "薬局", "市内", 134567890],
            [None, None, None, None, None],
            ["山田医院", "", "床屋", "隣町", ""],
            ["ひばり薬局", "", "薬局", "市内", ""],
        ),
        status=422,
    )

    assert page.rows("#flaws table")[1:] == [
        [
            "2行目",
            "事業所番号「134567890」は9桁です。表計算ソフトで先頭の0が消えたようです。列を「文字列」にして「0134567890」と入れ直してください。",
        ],
        [
            "4行目",
            (
                "種別「床屋」は使えません。「診療所、病院、歯科診療所、薬局、訪問看護ステーション、居宅介護支援事業所、地域包括支援センター、"
                "訪問介護事業所、通所介護・通所リハビリ、入所・居住系施設、福祉用具事業所、相談支援事業所、行政・公的機関、その他」のどれかにしてください。"
            ),
        ],
        [
            "4行目",
            "圏域「隣町」は登録されていません。「市内、近隣市、その他」のどれかにするか、先に「圏域」の画面で追加してください。",
        ],
    ]
    assert stored(unit) == {}


def test_csv_in_the_encoding_of_office_programs_is_read(planner: Client, unit: Unit) -> None:
    content = '事業所番号,名称,種別,圏域\r\n0130000001,"けやき,薬局",薬局,市内\r\n'.encode("cp932")

    upload(planner, content, "一覧.csv").press("1か所を追加する")

    assert stored(unit) == {"けやき,薬局": ("", "pharmacy", "市内", "0130000001", True)}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.xlsx"),
        (b"PK\x03\x04 broken", "broken.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "old.xls"),
    ],
)
def test_an_unreadable_file_is_told_how_to_be_saved(planner: Client, content: bytes, name: str) -> None:
    page = upload(planner, content, name, status=422)

    assert "保存し直してください" in page.errors[0]


def test_no_file_is_asked_for(planner: Client) -> None:
    page = planner.get("/staff/directory/offices/import").press("内容を確認する", status=422)

    assert page.errors == ["ファイルを選んでください"]


def test_what_changed_between_check_and_button_is_not_overwritten(planner: Client, unit: Unit) -> None:
    checked = upload(planner, workbook(["けやき薬局", "", "薬局", "市内", "0130000001"]))
    with unit():
        make_office("けやき薬局", number="0130000009")

    page = checked.press("1か所を追加する", status=422)

    assert "確認しているあいだに内容が変わりました" in page.errors[0]
    assert stored(unit) == {"けやき薬局": ("", "pharmacy", "市内", "0130000009", True)}


def test_checked_rows_cannot_be_forged(planner: Client, unit: Unit) -> None:
    checked = upload(planner, workbook(["けやき薬局", "", "薬局", "市内", ""]))
    sealed = checked.one('input[name="checked"]')["value"]
    body, _, signature = sealed.rpartition(".")

    # Its first letter: the last one carries bits that mean nothing.
    other = ("B" if signature[0] == "A" else "A") + signature[1:]
    for forged in ("", "x", f"{body}x.{signature}", f"{body}.{other}"):
        planner.post("/staff/directory/offices/import/apply", {"checked": forged}, status=400)

    assert stored(unit) == {}


def test_pressing_twice_adds_once(planner: Client, unit: Unit) -> None:
    checked = upload(planner, workbook(["けやき薬局", "", "薬局", "市内", ""]))
    sealed = checked.one('input[name="checked"]')["value"]
    checked.press("1か所を追加する")

    planner.post("/staff/directory/offices/import/apply", {"checked": sealed}, status=422)

    assert len(stored(unit)) == 1


def test_five_thousand_rows_travel_through_the_page(planner: Client, unit: Unit) -> None:
    rows = [
        [
            f"けやき訪問看護ステーション第{n}事業所",
            f"ケヤキホウモンカンゴ{kana_of(n)}",
            "訪問看護",
            "市内",
            f"01{n:08d}",
        ]
        for n in range(5000)
    ]

    checked = upload(planner, workbook(*rows))

    assert "5000か所を追加する" in checked
    assert len(checked.one('input[name="checked"]')["value"]) < 400_000


def test_office_out_of_use_in_a_file_is_named_and_comes_back_only_with_a_tick(
    planner: Client, unit: Unit
) -> None:
    with unit():
        gone = make_office("けやき薬局", number="0130000001")
        set_organisation_active(organisation_id=gone.id, active=False)
        make_office("ひばり薬局")
    same = ["けやき薬局", "", "薬局", "市内", "0130000001"]

    page = upload(
        planner, workbook([*same[:1], "ケヤキヤッキョク", *same[2:]], ["ひばり薬局", "", "薬局", "市内", ""])
    )
    assert "使用停止中の事業所が、ファイルに1か所あります" in page
    page.press("1か所を変更する")
    assert stored(unit)["けやき薬局"] == ("ケヤキヤッキョク", "pharmacy", "市内", "0130000001", False)

    page = upload(planner, workbook(same))
    page = page.press("印を付けた事業所の使用を再開する", revived=[str(gone.id)])
    assert "「けやき薬局」の使用を再開しました" in page
    assert stored(unit)["けやき薬局"][-1] is True


def test_office_retired_between_check_and_button_is_not_taken_over_unseen(
    planner: Client, unit: Unit
) -> None:
    with unit():
        office = make_office("けやき薬局")
    checked = upload(planner, workbook(["けやき薬局", "ケヤキヤッキョク", "薬局", "市内", ""]))
    with unit():
        set_organisation_active(organisation_id=office.id, active=False)

    page = checked.press("1か所を変更する", status=422)

    assert "確認しているあいだに内容が変わりました" in page.errors[0]
    assert stored(unit)["けやき薬局"] == ("", "pharmacy", "市内", None, False)


# -- for applicants -----------------------------------------------------------------------------------------------


def test_applicants_find_offices_by_name_kana_and_width(client: Client, unit: Unit) -> None:
    with unit():
        make_office("東けやき薬局", kana="ヒガシケヤキヤッキョク")
        make_office("けやき薬局", kana="ケヤキヤッキョク")
        make_office("髙﨑医院", kana="タカサキイイン", kind=OrganisationKind.CLINIC)

    def found(typed: str) -> list[str]:
        return [one["name"] for one in client.api("GET", f"/api/offices?q={typed}")["offices"]]

    assert found("けやき") == ["けやき薬局", "東けやき薬局"]
    assert found("ｹﾔｷ") == ["けやき薬局", "東けやき薬局"]
    assert found("高崎") == ["髙﨑医院"]
    assert found("たかさき") == ["髙﨑医院"]
    assert found("") == []
    assert found("%") == []
    assert found("薬局ケヤキ") == []


def test_applicants_get_eight_offices_and_nothing_but_their_public_facts(client: Client, unit: Unit) -> None:
    with unit():
        for number in range(9):
            make_office(f"さくら薬局{number}号店", number=f"131000000{number}")

    offices = client.api("GET", "/api/offices?q=さくら")["offices"]

    assert len(offices) == 8
    assert {tuple(one) for one in offices} == {("district", "id", "kana", "name")}


def test_applicants_learn_how_many_offices_match_and_see_those_of_their_group_first(
    client: Client, unit: Unit
) -> None:
    with unit():
        for number in range(12):
            make_office(f"さくら薬局{number:02}", kana=f"サクラヤッキョク{number:02}")
        for number in range(4):
            kind = OrganisationKind.HOME_NURSING
            make_office(f"訪問看護さくら{number}", kana=f"ホウモンカンゴサクラ{number}", kind=kind)

    everybody = client.api("GET", "/api/offices?q=さくら")
    nurses = client.api("GET", "/api/offices?q=さくら&group=g-ns")

    assert (len(everybody["offices"]), everybody["total"]) == (8, 16)
    assert everybody["offices"][0]["name"] == "さくら薬局00"
    assert [one["name"] for one in nurses["offices"]][:5] == [
        *(f"訪問看護さくら{number}" for number in range(4)),
        "さくら薬局00",
    ]
    assert client.api("GET", "/api/offices?q=さくら&group=x")["offices"] == everybody["offices"]


def test_page_that_no_list_reaches_is_empty(staff_client: Callable[..., Client]) -> None:
    client = staff_client(Role.PLANNER)

    page = client.get("/staff/directory/offices?page=99999999999999999999")

    assert page.h1 == client.get("/staff/directory/offices").h1
