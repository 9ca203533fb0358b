"""Tables in: files that ask for more than anybody typed are refused in time, others are read as ever. Out: nothing is cut."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime

import pytest
from openpyxl import Workbook, load_workbook

from trainings.core.paper import workbook_reader
from trainings.core.paper.sheets import (
    About,
    Sheet,
    TableTooLarge,
    UnreadableTable,
    read_numbered_table,
    read_table,
    workbook,
)

ABOUT = About("百人の集い", "けやき市")
SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
FOOT = b"</sheetData></worksheet>"


def book(*rows: list[object]) -> bytes:
    made = Workbook()
    for row in rows or [["名称", 1, 2.0, None, "0012"]]:
        made.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A workbook with one part exchanged."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book())) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for part in source.infolist():
            made.writestr(part.filename, content if part.filename == name else source.read(part))
    return out.getvalue()


def cell(place: str, text: bytes) -> bytes:
    return b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (place.encode(), text)


def doubling(times: int) -> bytes:
    """XML that says a few letters which mean ten to the power of `times`."""
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, times))
    return b'<!DOCTYPE d [<!ENTITY e0 "aaaaaaaaaa">' + entities + b"]>"


BOMBS = {
    "a row far down": HEAD + b'<row r="30000000">' + cell("A30000000", b"x") + b"</row>" + FOOT,
    "cells far to the right": HEAD
    + b"".join(b'<row r="%d">%s</row>' % (n, cell(f"XFD{n}", b"x")) for n in range(1, 500))
    + FOOT,
    "many rows": HEAD + b"<row></row>" * 30_000 + FOOT,
    "one text again and again": HEAD + (b"<row>" + cell("A1", b"x" * 30_000) + b"</row>") * 500 + FOOT,
    "a part of many megabytes": HEAD + b" " * (workbook_reader.UNPACKED + 1) + FOOT,
    "a cell longer than Excel's": HEAD + b"<row>" + cell("A1", b"x" * 40_000) + b"</row>" + FOOT,
}


@pytest.mark.parametrize("what", BOMBS)
def test_small_workbook_that_means_too_much_is_refused(what: str) -> None:
    content = with_part(SHEET, BOMBS[what])
    assert len(content) < 100_000

    with pytest.raises(TableTooLarge):
        read_table(content, "list.xlsx")


def test_workbook_of_very_many_parts_is_refused() -> None:
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as made:
        for n in range(workbook_reader.MOST_PARTS):
            made.writestr(f"xl/media/{n}", b"")

    with pytest.raises(TableTooLarge):
        read_table(out.getvalue(), "list.xlsx")


def test_entities_that_multiply_are_refused() -> None:
    content = with_part(SHEET, doubling(10) + HEAD + b"<row>" + cell("A1", b"&e9;") + b"</row>" + FOOT)

    with pytest.raises(UnreadableTable):
        read_table(content, "list.xlsx")


@pytest.mark.parametrize("content", [b"PK\x03\x04 junk", b"", book()[:-200]])
def test_damaged_workbook_is_unreadable_and_not_too_large(content: bytes) -> None:
    with pytest.raises(UnreadableTable) as why:
        read_table(content, "list.xlsx")

    assert not isinstance(why.value, TableTooLarge)


def test_workbook_is_read_with_its_row_numbers() -> None:
    content = book(["名称", 1, 2.0, None, "0012"], [], ["b", None, None])

    assert read_numbered_table(content, "list.xlsx") == [(1, ["名称", "1", "2", "", "0012"]), (3, ["b"])]


def test_five_thousand_rows_of_the_national_list_are_read() -> None:
    content = book(*([f"事業所{n:05}", *["中央三丁目12番地の5"] * 23] for n in range(5000)))

    assert len(read_table(content, "list.xlsx")) == 5000


@pytest.mark.parametrize("rows", [[["a"]] * 30_000, [["a"] * 1000] * 1000, [["a" * 100_000]]])
def test_too_large_a_csv_is_refused(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(rows)

    with pytest.raises(TableTooLarge):
        read_table(out.getvalue().encode(), "list.csv")


def test_workbook_is_printed_with_every_text_within_its_column() -> None:
    rows = [
        ["林 一", "K12-04785", datetime(2027, 2, 14, 4, 30, tzinfo=UTC), 3, ""],
        [
            "W" * 60,
            "長い受付番号のようなもの",
            datetime(2027, 2, 14, 4, 30, tzinfo=UTC),
            123_456_789,
            "一行目\n二行目",
        ],
    ]
    made = workbook(
        [Sheet("名簿", ("氏名", "受付番号", "到着", "数", "備考"), rows, (16, 12, 8, 4, 10))], ABOUT
    )

    page = load_workbook(io.BytesIO(made)).worksheets[0]
    assert (page.page_setup.orientation, page.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)
    assert page.print_title_rows == "$1:$1"
    widths = {letter: column.width for letter, column in page.column_dimensions.items()}
    assert widths["C"] >= len("2027-02-14 13:30") + 1
    assert widths["D"] >= len("123456789") + 1
    wrapped = {cell.coordinate for row in page["A3:E3"] for cell in row if cell.alignment.wrap_text}
    assert wrapped == {"A3", "B3", "C3", "D3", "E3"}
    assert not page["A2"].alignment.wrap_text
    assert page.row_dimensions[2].height is None
    assert page.row_dimensions[3].height >= 30


def test_workbook_says_what_it_is_about_and_is_filtered() -> None:
    about = About("衣&食の集い　2027年2月14日（日）", "けやき市")
    signed = Sheet("受付名簿", ("氏名", "署名"), [["林 一", ""], ["W" * 60, ""]], (16, 20), signed=True)

    book = load_workbook(io.BytesIO(workbook([signed], about)))

    page = book.worksheets[0]
    assert (book.properties.title, book.properties.creator) == (about.title, about.author)
    assert page.oddHeader.left.text == "衣&&食の集い　2027年2月14日（日）"
    assert page.oddHeader.right.text.endswith(" 作成")
    assert page.auto_filter.ref == "A1:B3"
    assert [page.row_dimensions[row].height for row in (2, 3)] == [30, 60]
    assert {cell.alignment.vertical for cell in page["A2:A3"][0]} == {"center"}
