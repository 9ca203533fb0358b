"""Names of many people, told apart by a number, in letters that forms take."""

from __future__ import annotations


def kana_of(number: int | str) -> str:
    """A number in kana, one for each digit: figures are no kana."""
    return "".join("アイウエオカキクケコ"[int(digit)] for digit in str(number))
