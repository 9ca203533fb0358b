"""Reading a file of organisations and comparing it with the directory."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainings.core import names, spellings
from trainings.directory import texts
from trainings.directory.imports import (
    MOST_ROWS,
    Deed,
    Flaw,
    Hint,
    Office,
    OfficeRow,
    clean_number,
    number_flaw,
    plan_import,
    read_rows,
)

HEADINGS = {names.search_key(word): column for column, words in texts.HEADINGS.items() for word in words}
KINDS = {"薬局": "pharmacy", "診療所": "clinic"}
CITY, NEIGHBOUR = uuid.UUID(int=1), uuid.UUID(int=2)
DISTRICTS = {"市内": CITY, "近隣市": NEIGHBOUR}
HEADER = ["名称", "カナ", "種別", "圏域", "事業所番号"]


def read(*rows: list[str], header: list[str] | None = None):
    table = [(line, row) for line, row in enumerate([header or HEADER, *rows], start=1)]
    return read_rows(table, headings=HEADINGS, kinds=KINDS, districts=DISTRICTS)


def row(line: int = 2, **changes: object) -> OfficeRow:
    values: dict = {"name": "けやき薬局", "kana": "", "kind": "pharmacy", "district_id": CITY, "number": ""}
    return OfficeRow(line=line, **(values | changes))


def office(number_of_id: int = 7, **changes: object) -> Office:
    values: dict = {
        "name": "けやき薬局",
        "kana": "ケヤキヤッキョク",
        "kind": "pharmacy",
        "district_id": CITY,
        "number": "",
        "active": True,
    }
    return Office(id=uuid.UUID(int=number_of_id), **(values | changes))


def test_a_row_is_cleaned_and_keeps_its_leading_zero() -> None:
    read_back = read(["　けやき薬局 ", "ｹﾔｷやっきょく", "薬　局", "市内", "０１−３４５６７８９０"])

    assert read_back.flaws == ()
    assert read_back.rows == (row(kana="ケヤキヤッキョク", number="0134567890"),)


def test_columns_may_stand_in_any_order_and_others_are_ignored() -> None:
    read_back = read(
        ["", "市内", "03-0000-0000", "薬局", "けやき薬局"],
        header=["フリガナ", "日常生活圏域", "電話", "サービス種別", "事業所名"],
    )

    assert read_back.rows == (row(),)
    assert [(hint.what, hint.facts) for hint in read_back.hints] == [
        (Hint.COLUMN_IGNORED, {"words": ("電話",)})
    ]


def test_a_title_above_the_header_is_passed_over_and_lines_count_as_in_the_file() -> None:
    table = [(1, ["令和8年度 事業所一覧"]), (3, HEADER), (5, ["", "", "薬局", "市内", ""])]

    read_back = read_rows(table, headings=HEADINGS, kinds=KINDS, districts=DISTRICTS)

    assert [(flaw.line, flaw.what) for flaw in read_back.flaws] == [(5, Flaw.NAME_MISSING)]


@pytest.mark.parametrize(
    ("cells", "flaw"),
    [
        (["", "", "薬局", "市内", ""], Flaw.NAME_MISSING),
        (["あ" * 121, "", "薬局", "市内", ""], Flaw.NAME_TOO_LONG),
        (["けやき薬局", "ア" * 121, "薬局", "市内", ""], Flaw.KANA_TOO_LONG),
        (["けやき薬局", "", "", "市内", ""], Flaw.KIND_MISSING),
        (["けやき薬局", "", "床屋", "市内", ""], Flaw.KIND_UNKNOWN),
        (["けやき薬局", "", "薬局", " ", ""], Flaw.DISTRICT_MISSING),
        (["けやき薬局", "", "薬局", "隣県", ""], Flaw.DISTRICT_UNKNOWN),
        (["けやき薬局", "", "薬局", "市内", "134567890"], Flaw.NUMBER_LOST_ZERO),
        (["けやき薬局", "", "薬局", "市内", "1234567"], Flaw.NUMBER_WRONG),
        (["けやき薬局", "", "薬局", "市内", "1.31E+09"], Flaw.NUMBER_WRONG),
        (["けやき薬局"], Flaw.KIND_MISSING),
    ],
)
def test_each_flaw_is_named_with_its_line(cells: list[str], flaw: Flaw) -> None:
    read_back = read(["ひばり薬局", "", "薬局", "市内", ""], cells)

    assert [remark.line for remark in read_back.flaws][:1] == [3]
    assert flaw in {remark.what for remark in read_back.flaws}
    assert [one.name for one in read_back.rows] == ["ひばり薬局"]


def test_all_flaws_of_a_row_are_named_at_once() -> None:
    assert {flaw.what for flaw in read(["", "", "床屋", "", "12"]).flaws} == {
        Flaw.NAME_MISSING,
        Flaw.KIND_UNKNOWN,
        Flaw.DISTRICT_MISSING,
        Flaw.NUMBER_WRONG,
    }


@pytest.mark.parametrize(
    ("header", "flaw"),
    [
        (["会社", "住所"], Flaw.NO_HEADER),
        (["名称", "カナ"], Flaw.COLUMN_MISSING),
        (["名称", "事業所名", "種別", "圏域"], Flaw.COLUMN_TWICE),
    ],
)
def test_a_header_that_cannot_be_used_is_named(header: list[str], flaw: Flaw) -> None:
    assert flaw in {remark.what for remark in read(["けやき薬局"], header=header).flaws}


def test_a_file_without_rows_is_named() -> None:
    assert [flaw.what for flaw in read().flaws] == [Flaw.NO_ROWS]
    assert [
        flaw.what for flaw in read_rows([], headings=HEADINGS, kinds=KINDS, districts=DISTRICTS).flaws
    ] == [Flaw.NO_ROWS]


def test_too_many_rows_are_refused_before_they_are_read() -> None:
    read_back = read(*[["けやき薬局", "", "薬局", "市内", ""]] * (MOST_ROWS + 1))

    assert [flaw.what for flaw in read_back.flaws] == [Flaw.TOO_MANY_ROWS]


def test_a_letter_in_the_third_place_of_a_number_is_accepted() -> None:
    assert number_flaw(clean_number("13a0100012")) is None


def test_a_new_office_is_added_and_a_known_one_kept() -> None:
    plan = plan_import([row(2), row(3, name="ひばり薬局")], [office()])

    assert [(step.row.line, step.deed) for step in plan.steps] == [(2, Deed.KEEP), (3, Deed.ADD)]


def test_an_empty_cell_leaves_what_the_directory_has() -> None:
    (step,) = plan_import([row(kana="", number="")], [office(number="1310000001")]).steps

    assert (step.deed, step.changes) == (Deed.KEEP, ())


def test_the_number_decides_whom_a_row_means() -> None:
    moved = row(name="けやき薬局 本店", district_id=NEIGHBOUR, number="1310000001")

    (step,) = plan_import([moved], [office(number="1310000001")]).steps

    assert (step.deed, step.office and step.office.id.int, step.changes) == (
        Deed.CHANGE,
        7,
        ("name", "district_id"),
    )


def test_an_office_without_number_gets_the_one_of_the_file() -> None:
    (step,) = plan_import([row(number="1310000001")], [office()]).steps

    assert step.changes == ("number",)


def test_a_name_in_another_width_is_the_same_office() -> None:
    (step,) = plan_import([row(name="ケヤキ 薬局")], [office()]).steps

    assert (step.deed, step.changes) == (Deed.CHANGE, ("name",))


def test_an_office_out_of_use_is_named_and_stays_out_of_use() -> None:
    plan = plan_import([row()], [office(active=False)])

    assert [(step.deed, step.changes) for step in plan.retired] == [(Deed.KEEP, ())]
    assert plan.fingerprint != plan_import([row()], [office()]).fingerprint


def test_a_name_in_another_width_is_rather_the_office_in_use() -> None:
    gone, stands = office(8, name="ケヤキ 薬局", active=False), office(name="けやき　薬局")
    (step,) = plan_import([row(name="けやき薬局")], [gone, stands]).steps

    assert step.office == stands


@pytest.mark.parametrize("kana", ["欅ヤッキョク", "keyaki", "ケヤキ!"])
def test_kana_are_asked_about_as_in_forms_unless_they_stand(kana: str) -> None:
    (flaw,) = plan_import([row(kana=kana)], []).flaws
    assert (flaw.what, flaw.facts["asked"]) == (Flaw.KANA_STRANGE, spellings.about_kana("", kana))

    assert plan_import([row(kana=kana)], [office(kana=kana)]).flaws == ()


def test_the_same_name_in_another_district_is_added_with_a_hint() -> None:
    plan = plan_import([row(district_id=NEIGHBOUR)], [office()])

    assert [step.deed for step in plan.steps] == [Deed.ADD]
    assert [hint.what for hint in plan.hints] == [Hint.SAME_NAME_ELSEWHERE]


@pytest.mark.parametrize(
    ("rows", "known", "flaw"),
    [
        ([row(2, number="1310000001"), row(3, name="別", number="1310000001")], [], Flaw.NUMBER_TWICE),
        ([row(2), row(3)], [], Flaw.OFFICE_TWICE),
        ([row(2), row(3, name="ケヤキ薬局")], [office()], Flaw.OFFICE_TWICE),
        ([row(3, number="1310000002")], [office(number="1310000001")], Flaw.NAME_HAS_OTHER_NUMBER),
        (
            [row(3, number="1310000001")],
            [office(), office(8, name="別", number="1310000001")],
            Flaw.NUMBER_HAS_OTHER_NAME,
        ),
    ],
)
def test_what_contradicts_itself_or_the_directory_is_named(rows: list, known: list, flaw: Flaw) -> None:
    plan = plan_import(rows, known)

    assert [(remark.line, remark.what) for remark in plan.flaws] == [(3, flaw)]


def test_the_fingerprint_tells_plans_apart() -> None:
    same = plan_import([row()], [office()]).fingerprint

    assert plan_import([row()], [office()]).fingerprint == same
    assert plan_import([row()], []).fingerprint != same
    assert plan_import([row(kana="ケヤキ")], [office()]).fingerprint != same


@given(
    rows=st.lists(
        st.builds(
            row,
            name=st.sampled_from(["けやき薬局", "ケヤキ薬局", "ひばり薬局"]),
            district_id=st.sampled_from([CITY, NEIGHBOUR]),
            number=st.sampled_from(["", "1310000001", "1310000002"]),
        ),
        max_size=5,
    ),
    known=st.lists(
        st.builds(
            office,
            name=st.sampled_from(["けやき薬局", "ひばり薬局"]),
            district_id=st.sampled_from([CITY, NEIGHBOUR]),
            number=st.sampled_from(["", "1310000001", "1310000002"]),
        ),
        max_size=3,
        unique_by=(lambda one: (one.name, one.district_id), lambda one: one.number or object()),
    ),
)
def test_a_plan_without_flaws_never_breaks_what_the_database_holds_unique(
    rows: list[OfficeRow], known: list[Office]
) -> None:
    offices = {n: Office(**{**one.__dict__, "id": uuid.UUID(int=n)}) for n, one in enumerate(known, start=1)}
    plan = plan_import(rows, offices.values())
    if plan.flaws:
        return

    after = {one.id: [one.name, one.district_id, one.number] for one in offices.values()}
    for place, step in enumerate(plan.steps):
        key = step.office.id if step.office else uuid.UUID(int=100 + place)
        stored = after.setdefault(key, ["", None, ""])
        after[key] = [step.row.name, step.row.district_id, step.row.number or stored[2]]
        names_now = [(name, district) for name, district, _ in after.values()]
        numbers_now = [number for *_, number in after.values() if number]
        assert len(set(names_now)) == len(names_now)
        assert len(set(numbers_now)) == len(numbers_now)


CARE_OFFICES = [
    "都道府県コード又は市区町村コード",
    "NO",
    "都道府県名",
    "市区町村名",
    "介護サービス事業所名称",
    "介護サービス事業所名称_カナ",
    "実施サービス",
    "住所",
    "方書",
    "緯度",
    "経度",
    "電話番号",
    "内線番号",
    "FAX番号",
    "法人番号",
    "法人の名称",
    "事業所番号",
    "利用可能曜日",
    "利用開始時間",
    "利用終了時間",
    "利用可能日時特記事項",
    "定員",
    "URL",
    "備考",
]
MEDICAL = [
    "都道府県コード又は市区町村コード",
    "NO",
    "都道府県名",
    "市区町村名",
    "名称",
    "名称_カナ",
    "医療機関の種類",
    "住所",
    "方書",
    "緯度",
    "経度",
    "電話番号",
    "内線番号",
    "FAX番号",
    "法人番号",
    "法人の名称",
    "医療機関コード",
    "診療曜日",
    "診療開始時間",
    "診療終了時間",
    "診療日時特記事項",
    "時間外における対応",
    "診療科目",
    "病床数",
    "URL",
    "備考",
]
"""Headings of the open data lists that municipalities publish (推奨データセット: 介護サービス事業所一覧, 医療機関一覧)."""
ALL_KINDS = {
    names.search_key(word): kind.value
    for kind in texts.KINDS
    for word in (texts.KINDS[kind], *texts.KIND_SYNONYMS[kind])
}
TOWNS = {"市内": CITY, names.search_key("けやき市"): CITY}


def national(header: list[str], *rows: dict[str, str]):
    table = [header, *([said.get(heading, "") for heading in header] for said in rows)]
    return read_rows(list(enumerate(table, start=1)), headings=HEADINGS, kinds=ALL_KINDS, districts=TOWNS)


def test_national_list_of_care_offices_is_read_by_its_own_headings() -> None:
    said = {
        "市区町村名": "けやき市",
        "介護サービス事業所名称": "検証訪問看護髙﨑",
        "介護サービス事業所名称_カナ": "ケンショウホウモンカンゴ",
        "実施サービス": "訪問看護",
        "法人番号": "1000000000001",
        "法人の名称": "検証会",
        "事業所番号": "1390000003",
    }

    read_back = national(CARE_OFFICES, said, said | {"実施サービス": "居宅介護支援"})

    assert read_back.flaws == ()
    assert [(one.name, one.kana, one.kind, one.district_id, one.number) for one in read_back.rows] == [
        ("検証訪問看護髙﨑", "ケンショウホウモンカンゴ", kind, CITY, "1390000003")
        for kind in ("home_nursing", "care_management")
    ]
    plan = plan_import(read_back.rows, [])
    assert [step.row.line for step in plan.steps] == [2]
    assert plan.flaws == ()
    assert [(hint.line, hint.what) for hint in plan.hints] == [(3, Hint.ANOTHER_SERVICE)]


def test_national_list_of_medical_institutions_is_read_by_its_own_headings() -> None:
    read_back = national(
        MEDICAL,
        {
            "市区町村名": "けやき市",
            "名称": "けやき医院",
            "名称_カナ": "ケヤキイイン",
            "医療機関の種類": "診療所",
            "医療機関コード": "1310000001",
        },
    )

    assert read_back.flaws == ()
    assert [(one.name, one.kana, one.kind, one.number) for one in read_back.rows] == [
        ("けやき医院", "ケヤキイイン", "clinic", "1310000001")
    ]


def test_column_for_districts_goes_before_the_municipality() -> None:
    read_back = national(
        ["市区町村名", *HEADER], dict(zip(HEADER, ["けやき薬局", "", "薬局", "市内", ""], strict=True))
    )

    assert [(one.name, one.district_id) for one in read_back.rows] == [("けやき薬局", CITY)]


def test_of_several_services_in_one_cell_the_first_known_is_the_kind() -> None:
    said = {
        "市区町村名": "けやき市",
        "介護サービス事業所名称": "検証",
        "実施サービス": "何か;訪問看護；居宅介護支援",
    }

    assert [one.kind for one in national(CARE_OFFICES, said).rows] == ["home_nursing"]


def test_same_row_twice_is_still_a_mistake() -> None:
    plan = plan_import([row(2, number="1310000001"), row(3, number="1310000001")], [])

    assert [flaw.what for flaw in plan.flaws] == [Flaw.NUMBER_TWICE]
