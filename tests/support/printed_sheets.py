"""What a workbook looks like on paper, reckoned from its column widths, its paper and its margins as a spreadsheet does it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter

PAPERS = {9: (210.0, 297.0), 8: (297.0, 420.0)}
"""Number in the file → short and long side, in millimetres: A4 and A3."""
DOTS_OF_A_LETTER, DOTS_OF_AN_INCH = 9.3, 96
"""A column's width counts digits of the usual font: 7 dots each in Calibri, so many where a wide one stands for it."""
SMALLEST = 7.0
"""Points that a tired eye reads on paper."""


@dataclass(frozen=True)
class PrintedSheet:
    """points: size of the smallest letter on paper. pages: the columns on each page, in millimetres of paper, with the
    repeated ones. room: width of a page within its margins."""

    title: str
    points: float
    pages: list[list[tuple[str, float]]]
    room: float

    @property
    def problems(self) -> list[str]:
        found = [f"{self.title}: letters of {self.points:.1f} points"] if self.points < SMALLEST else []
        for number, columns in enumerate(self.pages, 1):
            wide = sum(width for _, width in columns)
            if wide > self.room + 0.1:
                found.append(f"{self.title}: page {number} is {wide:.0f} mm wide of {self.room:.0f}")
        return found


def printed_sheets(content: bytes) -> list[PrintedSheet]:
    return [_printed(page) for page in load_workbook(io.BytesIO(content)).worksheets]


def printing_problems(content: bytes) -> list[str]:
    """Whatever of a workbook would be too small or too wide on paper, or has no header on every page."""
    book = load_workbook(io.BytesIO(content))
    headless = [
        f"{page.title}: no header on every page" for page in book.worksheets if not page.print_title_rows
    ]
    return headless + [problem for page in book.worksheets for problem in _printed(page).problems]


def _printed(page: Any) -> PrintedSheet:
    setup = page.page_setup
    sides = PAPERS[int(setup.paperSize)]
    room = sides[1] if setup.orientation == "landscape" else sides[0]
    room -= (page.page_margins.left + page.page_margins.right) * 25.4
    names = [get_column_letter(n) for n in range(1, page.max_column + 1)]
    full = {
        name: page.column_dimensions[name].width * DOTS_OF_A_LETTER / DOTS_OF_AN_INCH * 25.4 for name in names
    }
    if page.sheet_properties.pageSetUpPr is not None and page.sheet_properties.pageSetUpPr.fitToPage:
        scale = min(1.0, room / sum(full.values()))
        groups = [names]
    else:
        scale = (setup.scale or 100) / 100
        groups = _filled(names, full, _repeated(page.print_title_cols), room / scale)
    sizes = [cell.font.sz or 11.0 for row in page.iter_rows() for cell in row if cell.value is not None]
    return PrintedSheet(
        page.title,
        min(sizes, default=11.0) * scale,
        [[(name, full[name] * scale) for name in columns] for columns in groups],
        room,
    )


def _filled(names: list[str], widths: dict[str, float], kept: set[str], room: float) -> list[list[str]]:
    """Columns as a program puts them on pages by itself: it begins a new one where the next has no room."""
    groups: list[list[str]] = [[]]
    for name in names:
        if groups[-1] and sum(widths[one] for one in groups[-1]) + widths[name] > room:
            groups.append([one for one in names if one in kept])
        groups[-1].append(name)
    return groups


def _repeated(columns: str | None) -> set[str]:
    if not columns:
        return set()
    first, _, last = columns.replace("$", "").partition(":")
    return {
        get_column_letter(n)
        for n in range(column_index_from_string(first), column_index_from_string(last or first) + 1)
    }
