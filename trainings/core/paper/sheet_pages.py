"""How the columns of a sheet go on paper so that what is printed can be read. Pure.

A sheet is printed lying, on one page's width of A4 if its letters stay large enough; else on A3, as small as can still be
read, and on as many pages as that takes, each beginning with the columns that say whose row it is. Where such a page ends
is left to the program that prints: only it knows how wide the letters of its font are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

A4, A3 = 9, 8
"""The numbers of these papers in a workbook."""
LONG_SIDE = {A4: 297.0, A3: 420.0}
SIDE_MARGIN = 10.0
"""Millimetres."""
LETTER = 2.5
"""Millimetres of a column for each half-wide letter, at its full size: 7 dots in Calibri, more than 9 in the widest font
that a machine without it takes instead."""
FULL_SIZE = 11.0
"""Points: of a letter in a workbook."""
LEAST_SCALE = 65
"""Per cent: 7.15 points; nobody reads below 7 on paper."""
KEYS_AT_MOST = 0.5
"""Share of a page's width that repeated columns may take; of more than these, fewer are repeated."""


@dataclass(frozen=True)
class Pages:
    """paper: its number. scale: per cent; None = whatever brings all columns on one page, which is enough to read.
    keys: how many leading columns stand on every page."""

    paper: int
    scale: int | None = None
    keys: int = 0


def pages_of(widths: Sequence[float], keys: int = 1) -> Pages:
    """widths: of the columns in half-wide letters. keys: how many of the first say whose row it is."""
    if sum(widths) <= _room(A4):
        return Pages(A4)
    while keys > 1 and sum(widths[:keys]) > KEYS_AT_MOST * _room(A3):
        keys -= 1
    return Pages(A3, LEAST_SCALE, keys)


def _room(paper: int) -> float:
    """Half-wide letters that stand beside each other on a lying page, as small as may be."""
    return (LONG_SIDE[paper] - 2 * SIDE_MARGIN) / LETTER * 100 / LEAST_SCALE
