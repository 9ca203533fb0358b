"""The one door to openpyxl: workbooks out, tables in.

Out: one header row, no merged cells, numbers with leading zeros and anything that looks like a formula as text.
In: .xlsx or .csv (UTF-8 with or without BOM, or CP932).
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from urllib.parse import quote

from trainings.core import clock, texts
from trainings.core.paper import workbook_reader
from trainings.core.paper.sheet_pages import FULL_SIZE, SIDE_MARGIN, Pages, pages_of
from trainings.core.paper.workbook_reader import LONGEST_CELL, Counted, TooLarge

Cell = str | int | float | bool | date | datetime | time | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINE_HEIGHT, HIGHEST = 15.0, 409.0
"""Points: of one line, and of the highest row that a workbook may have."""
SIGNED_HEIGHT = 30.0
"""Points: of a row that a hand writes into, 10.5 mm."""
INCH = 25.4
"""Millimetres."""
LONGEST_HEAD = 150
"""Letters; programs take 255 for all that stands over a page, and cut what is longer somewhere."""
MOMENT, MOMENT_WIDTH = "yyyy-mm-dd hh:mm", 17
"""How a date with its time is written, and the characters it takes; in a narrower column it would be printed as ####."""
ROUNDED = 6
"""Characters that a number with decimals takes at least; a spreadsheet rounds what it shows."""
SHARE = "0%"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_UNSAFE_IN_NAME = re.compile(r'[\\/:*?"<>|\s]+')


PATIENCE = 20
"""Seconds that a page waits for a workbook to be read, on a machine that has other things to do."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "LANG": "C.UTF-8"}
"""Threads of a library that nothing here uses would reserve the memory."""


class UnreadableTable(Exception):
    """The uploaded file is neither a readable .xlsx nor a readable .csv."""


class TableTooLarge(UnreadableTable):
    """It holds, or unpacks to, more than anybody typed."""


@dataclass(frozen=True)
class Sheet:
    """title: at most 31 characters. header: one row. rows: cells as plain values; aware datetimes are written in
    Tokyo time. widths: column widths in characters (default by the header). formats: heading → how the numbers under it
    are shown; the values stay whole. keys: how many of the first columns say whose row it is; they are printed again where
    the columns need several pages. signed: somebody writes into its rows by hand, so they are printed high enough."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    keys: int = 1
    signed: bool = False


@dataclass(frozen=True)
class About:
    """What a workbook says of itself, in its properties and over each printed page. title: what it is about, with the
    day of an event. author: the city. The first row of a sheet stays its header, so that programs can read it."""

    title: str
    author: str


def workbook(sheets: Sequence[Sheet], about: About) -> bytes:
    """An .xlsx with the given sheets, header row frozen, bold and with filters; no macros, no external links."""
    from openpyxl import Workbook  # lazy door: 30 MiB that most workers never need
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = about.title, about.author
    bold, top = Font(bold=True, size=FULL_SIZE), Alignment(vertical="top", wrap_text=True)
    middle = Alignment(vertical="center", wrap_text=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:31])
        page.freeze_panes = "A2"
        rows = [list(row) for row in sheet.rows]
        widths = _widths(sheet, rows)
        _print_readably(page, pages_of(widths, sheet.keys))
        _head_pages(page, about)
        page.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{len(rows) + 1}"
        for place, width in enumerate(widths, start=1):
            page.column_dimensions[get_column_letter(place)].width = width
        head = []
        for heading in sheet.header:
            cell = WriteOnlyCell(page, value=heading)
            cell.font, cell.alignment = bold, top
            head.append(cell)
        page.append(head)
        formats = [sheet.formats.get(heading, "") for heading in sheet.header]
        for number, row in enumerate(rows, start=2):
            written = [_written(WriteOnlyCell, page, value) for value in row]
            lines = max((_lines(value, width) for value, width in zip(row, widths, strict=False)), default=1)
            if lines > 1:
                # Not every program makes a row as high as its wrapped text when it opens a workbook.
                page.row_dimensions[number].height = min(HIGHEST, LINE_HEIGHT * lines)
            if sheet.signed:
                page.row_dimensions[number].height = max(SIGNED_HEIGHT, LINE_HEIGHT * lines)
                written = [_styled(WriteOnlyCell, page, value, "alignment", middle) for value in written]
            elif lines > 1:
                written = [_styled(WriteOnlyCell, page, value, "alignment", top) for value in written]
            if sheet.formats:
                written = [
                    _styled(WriteOnlyCell, page, value, "number_format", shown) if shown else value
                    for value, shown in zip(written, formats, strict=False)
                ]
            page.append(written)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _print_readably(page: Any, pages: Pages) -> None:
    """Printed as it is opened: lying, the header on each page, lines to hold on to, letters that can be read."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.page import PageMargins
    from openpyxl.worksheet.properties import PageSetupProperties

    side = SIDE_MARGIN / INCH
    page.page_margins = PageMargins(left=side, right=side, top=0.7, bottom=0.6, header=0.3, footer=0.3)
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", pages.paper
    page.page_setup.pageOrder = "overThenDown"  # the pages of one row lie on each other
    page.print_options.gridLines = True
    page.HeaderFooter.oddFooter.left.text, page.HeaderFooter.oddFooter.right.text = "&F　&A", "&P/&N"
    page.print_title_rows = "1:1"
    if pages.scale is None:
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.page_setup.fitToHeight = 0
        return
    page.page_setup.scale = pages.scale
    page.print_title_cols = f"A:{get_column_letter(pages.keys)}"


def _head_pages(page: Any, about: About) -> None:
    """Over each printed page: what it is about, and when it was made. In a head of pages & begins a command."""
    head = page.HeaderFooter.oddHeader
    head.left.text = about.title.replace("&", "&&")[:LONGEST_HEAD]
    head.right.text = texts.MADE_AT.format(moment=f"{clock.local(clock.now()):%Y-%m-%d %H:%M}")


def _widths(sheet: Sheet, rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Of each column: what the sheet asks for, else by the heading, and never less than its longest number needs."""
    widths = [
        sheet.widths[place] if place < len(sheet.widths) else max(10, min(40, 2 * len(heading) + 4))
        for place, heading in enumerate(sheet.header)
    ]
    for row in rows:
        for place, value in enumerate(row[: len(widths)]):
            if value is not None and not isinstance(value, str):
                shown = sheet.formats.get(sheet.header[place], "")
                widths[place] = max(widths[place], _letters(value, shown))
    return widths


def _letters(value: Cell, shown: str) -> int:
    """Characters that a number or a date takes in its column."""
    if isinstance(value, datetime):
        return MOMENT_WIDTH
    if isinstance(value, float):
        return len(shown) + 2 if shown else ROUNDED
    return len(str(value)) + 1


def _lines(value: Cell, width: int) -> int:
    """How many lines a text takes in its column: beyond it a printed text is cut where the next cell begins. A column is
    measured in half-wide characters."""
    if not isinstance(value, str):
        return 1
    signs = 1 if value.isascii() else 2
    return sum(max(1, -(-len(line) * signs // width)) for line in value.split("\n"))


def _styled(make_cell: Callable[..., Any], page: object, value: Any, what: str, style: object) -> Any:
    """The cell of a value, with one thing about its look set; a text gets no number format."""
    if value is None or (what == "number_format" and isinstance(value, str)):
        return value
    cell = value if hasattr(value, "data_type") else make_cell(page, value=value)
    setattr(cell, what, style)
    return cell


def _written(make_cell: Callable[..., Any], page: object, value: Cell) -> Any:
    if isinstance(value, datetime):
        cell = make_cell(page, value=clock.local(value).replace(tzinfo=None) if value.tzinfo else value)
        cell.number_format = MOMENT
        return cell
    if not isinstance(value, str):
        return value
    text = _CONTROL.sub("", value)[:LONGEST_CELL]
    if text[:1] in ("=", "+", "-", "@", "\t") or text.startswith("#"):
        # openpyxl would store "=…" as a formula and "#N/A" as an error; a person's words are text.
        cell = make_cell(page, value=None)
        cell._value, cell.data_type, cell.quotePrefix = text, "s", True
        return cell
    return text


def read_table(content: bytes, filename: str) -> list[list[str]]:
    """The rows of the first sheet as text, blank rows dropped; numbers keep their shortest form.

    Raises `UnreadableTable`, or `TableTooLarge`, which is one.
    """
    return [row for _, row in read_numbered_table(content, filename)]


def read_numbered_table(content: bytes, filename: str) -> list[tuple[int, list[str]]]:
    """As `read_table`, each row with its number in the file (from 1, blank rows counted), for messages about it.

    Raises `UnreadableTable`.
    """
    is_workbook = filename.lower().endswith(".xlsx") or content.startswith(b"PK\x03\x04")
    rows = _read_xlsx(content) if is_workbook else _read_csv(content)
    return [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]


def _read_csv(content: bytes) -> list[list[str]]:
    counted = Counted()
    try:
        for row in csv.reader(io.StringIO(_decoded(content), newline="")):
            counted.add(row)
    except csv.Error as broken:
        raise UnreadableTable(str(broken)) from broken
    except TooLarge:
        raise TableTooLarge from None
    return counted.rows


def _decoded(content: bytes) -> str:
    if b"\x00" in content:
        raise UnreadableTable("not a text file")  # an old .xls, or UTF-16
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableTable("neither UTF-8 nor CP932")


def _read_xlsx(content: bytes) -> list[list[str]]:
    """Read in a process that is not given more than some seconds and some memory (`workbook_reader`)."""
    command = [sys.executable, "-I", workbook_reader.__file__]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=PATIENCE, check=False, env=ONE_THREAD
        )
    except subprocess.TimeoutExpired:
        raise TableTooLarge from None
    if done.returncode == workbook_reader.UNREADABLE:
        raise UnreadableTable
    if done.returncode != 0:  # told so, or stopped by the limit of its memory or its time
        raise TableTooLarge
    rows: list[list[str]] = json.loads(done.stdout)
    return rows


def file_name(day: date, *parts: str, ending: str) -> str:
    """A file name such as 20270214_百人の集い_受付名簿.xlsx."""
    kept = [_UNSAFE_IN_NAME.sub("", part) for part in parts]
    return "_".join([f"{day:%Y%m%d}", *kept]) + f".{ending}"


def disposition(name: str) -> str:
    """The Content-Disposition header that offers a download under a Japanese file name (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name)}"
