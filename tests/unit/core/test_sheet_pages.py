"""Sheets of any width are printed so that they can be read, every column once, whose row it is on every page."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import column_index_from_string, get_column_letter

from tests.support.printed_sheets import printed_sheets, printing_problems
from trainings.core.paper.sheets import About, Sheet, workbook
from trainings.registration.exports import HEADER, NAMED, WIDTHS

ABOUT = About("百人の集い　2027年2月14日（日）", "けやき市")


def printed(widths: list[int], keys: int = 1) -> bytes:
    header = [f"見出し{n}" for n in range(len(widths))]
    return workbook([Sheet("表", header, [["値"] * len(widths)], widths, keys=keys)], ABOUT)


@settings(max_examples=30)
@given(st.lists(st.integers(4, 90), min_size=1, max_size=60), st.integers(1, 6))
def test_sheet_of_any_width_is_read_on_paper(widths: list[int], keys: int) -> None:
    content = printed(widths, keys)

    assert printing_problems(content) == []
    (sheet,) = printed_sheets(content)
    assert all(page[0][0] == "A" for page in sheet.pages)


def test_list_of_applications_is_read_on_paper_with_the_name_on_every_page() -> None:
    content = workbook([Sheet("申込一覧", HEADER, [["あ"] * len(HEADER)], WIDTHS, keys=NAMED)], ABOUT)

    (sheet,) = printed_sheets(content)

    assert printing_problems(content) == []
    assert len(sheet.pages) == 3
    assert all([name for name, _ in page][:6] == ["A", "B", "C", "D", "E", "F"] for page in sheet.pages)
    others = [name for page in sheet.pages for name, _ in page if column_index_from_string(name) > NAMED]
    assert others == [get_column_letter(n) for n in range(NAMED + 1, len(HEADER) + 1)]


def test_matrix_of_many_groups_is_read_on_paper() -> None:
    content = printed([26, 8, 32, *[11] * 30], keys=3)

    assert printing_problems(content) == []
    assert len(printed_sheets(content)[0].pages) > 1


def test_narrow_sheet_stays_on_one_page() -> None:
    (sheet,) = printed_sheets(printed([16, 20, 18, 34, 6, 12, 8, 20]))

    assert len(sheet.pages) == 1
    assert sheet.points > 9
