"""A program of its own that reads an uploaded workbook: bytes of an .xlsx in, its rows as JSON out.

A workbook is an archive of XML, and a few kilobytes of it may ask for gigabytes: so whoever reads one does it here, in a
process that is not given them. It imports nothing of ours, so that it starts at once; `sheets` starts it and says what
its answers mean. Everything is counted while it is read, blank rows too.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import zipfile
from typing import Any

MEMORY = 1024**3
SECONDS = 10
"""Of the processor."""
UNPACKED = 60_000_000
"""Bytes of all parts together. An archive cannot hide more: a part that is longer than it says is cut off and refused."""
MOST_PARTS = 1000
"""Excel's own files of one table have about twelve."""
MOST_ROWS = 20_000
MOST_CELLS = 600_000
MOST_LETTERS = 4_000_000
LONGEST_CELL = 32_767

TOO_LARGE, UNREADABLE = 3, 4


class TooLarge(Exception):
    """More than anybody typed."""


class Counted:
    """Rows as text, until there are too many rows, cells or letters."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self._cells = self._letters = 0

    def add(self, row: list[str]) -> None:
        self.rows.append(row)
        self._cells += len(row)
        self._letters += sum(map(len, row))
        if (
            len(self.rows) > MOST_ROWS
            or self._cells > MOST_CELLS
            or self._letters > MOST_LETTERS
            or any(len(cell) > LONGEST_CELL for cell in row)
        ):
            raise TooLarge


def rows_of(content: bytes) -> list[list[str]]:
    """The rows of the first sheet as text, without the blank ones at the end. Raises TooLarge, and whatever else a broken
    file makes openpyxl raise."""
    from openpyxl import load_workbook  # after the limits are set

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNPACKED:
            raise TooLarge
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    page: Any = book.worksheets[0]
    # Some programs write a wrong extent into the file; without this only that part would be read.
    page.reset_dimensions()
    counted = Counted()
    for row in page.iter_rows(values_only=True):
        cells = ["" if cell is None else _text(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        counted.add(cells)
    while counted.rows and not counted.rows[-1]:
        counted.rows.pop()
    return counted.rows


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        rows = rows_of(sys.stdin.buffer.read())
    except (TooLarge, MemoryError):
        return TOO_LARGE
    except Exception:
        # A damaged file makes openpyxl, zipfile and the XML parser fail in a dozen ways; all mean the same.
        return UNREADABLE
    json.dump(rows, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
