"""How a text gets into a box of paper: smaller in steps, then on several lines, and never cut. Pure.

Every printed field that can be long goes through here and is shown with the macro `fitted` (macros/paper.html) in one of the
sizes of css/fitting.css. Lines are broken here and not by whoever draws them, so WeasyPrint and a browser print the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

SIZES = (24, 20, 17, 14, 12, 10, 9, 8, 7, 6, 5, 4)
"""Points; each has its class in css/fitting.css."""
LEADING = 1.2
MILLIMETRES = 25.4 / 72
"""To a point."""

_WIDTHS = {
    **dict.fromkeys("mwMW@%&#", 1.01),
    **dict.fromkeys("CDGHNOQUX$+<=>~?", 0.9),
    **dict.fromkeys("!\"'()*,-./:;I[\\]^_{|}fijlrst ", 0.6),
}
_LETTER, _MARK, _WIDE, _OTHER = 0.78, 0.5, 1.0, 1.08
"""Widths in ems, never less than those of the fonts that are printed with, bold ones too."""
_NOT_FIRST = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々ー’”）〕］｝〉》」』】ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;?!)]}%"
)
_NOT_LAST = frozenset("‘“（〔［｛〈《「『【([{")
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""They choose the shape of the letter before them."""
_ATTACHED = frozenset({"Mn", "Me", "Mc", "Cf"})
TRIES = 8


@dataclass(frozen=True)
class Box:
    """Room for one text on paper. width, height: millimetres. sizes: points that may be used, largest first. one_line: down
    to this size it rather gets smaller than a second line. spacing: ems between letters."""

    width: float
    height: float
    sizes: Sequence[int]
    one_line: int
    spacing: float = 0.0

    def most_lines(self, size: int) -> int:
        return max(1, int(self.height / (size * MILLIMETRES * LEADING) + 1e-6))


@dataclass(frozen=True)
class Fitted:
    """A text as it is printed. size: points. fits: False if the box is too small even for the smallest size."""

    size: int
    lines: tuple[str, ...]
    fits: bool = True


def fit(text: str, box: Box) -> Fitted:
    """The text in the largest size in which it stands on one line, down to `box.one_line`; else on several lines, in the
    largest size that has room for them. Lines end at blanks if that leaves it no smaller than `box.one_line`, else where
    Japanese may end them, and inside a word only where the box has no room otherwise."""
    text = text.strip()
    readable = [size for size in box.sizes if size >= box.one_line]
    for size in readable:
        if _width(text, box.spacing) <= _ems(box, size):
            return Fitted(size, (text,))
    pieces, letters = _pieces(text), _letters(text)
    for sizes, parts in ((readable, _words(text)), (box.sizes, pieces), (box.sizes, letters)):
        for size in sizes:
            lines = _filled(parts, _ems(box, size), box.spacing)
            if lines is not None and len(lines) <= box.most_lines(size):
                return Fitted(size, _even(parts, lines, _ems(box, size), box.spacing))
    size = box.sizes[-1]
    return Fitted(size, tuple(_filled(letters, _ems(box, size), box.spacing) or [text]), fits=False)


@lru_cache(maxsize=4096)
def width_of(letter: str) -> float:
    """Ems that a letter takes at most."""
    category = unicodedata.category(letter)
    if category == "Cf" or letter in _SELECTORS:
        return 0.0
    if category in ("Mn", "Me"):
        return _WIDE if unicodedata.east_asian_width(letter) == "W" else _MARK
    if letter.isascii():
        return _WIDTHS.get(letter, _LETTER)
    return _WIDE if unicodedata.east_asian_width(letter) in "WF" else _OTHER


def _width(text: str, spacing: float) -> float:
    return sum(width_of(letter) + spacing for letter in text)


def _ems(box: Box, size: int) -> float:
    """Width of a line in letters of this size."""
    return box.width / (size * MILLIMETRES)


# -- where a line may end ---------------------------------------------------------------------------------------


def _joined(text: str, may_part: Callable[[str, str], bool]) -> list[str]:
    """The text in pieces: a letter begins a new one where `may_part(piece before it, letter)`."""
    pieces: list[str] = []
    for letter in text:
        if pieces and not may_part(pieces[-1], letter):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _letters(text: str) -> list[str]:
    """Letters with the marks that belong to them, and with the blank that follows."""
    return _joined(text, _are_two_letters)


def _pieces(text: str) -> list[str]:
    """What Japanese typesetting keeps together: words in Latin letters or katakana, and signs that neither end nor begin a
    line."""
    return _joined(text, _may_end_line)


def _words(text: str) -> list[str]:
    """What stands between blanks."""
    return _joined(text, lambda piece, letter: piece[-1].isspace() and not letter.isspace())


def _are_two_letters(piece: str, letter: str) -> bool:
    return not letter.isspace() and unicodedata.category(letter) not in _ATTACHED and piece[-1] != "\u200d"


def _may_end_line(piece: str, letter: str) -> bool:
    last = piece[-1]
    if not _are_two_letters(piece, letter) or letter in _NOT_FIRST or last in _NOT_LAST:
        return False
    if last.isspace() or last == "-":
        return True
    return not any(kind(last) and kind(letter) for kind in (_is_narrow, _is_katakana))


def _is_narrow(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) not in "WF"


def _is_katakana(letter: str) -> bool:
    return "\u30a1" <= letter <= "\u30fa" or letter == "\u30fc"


# -- filling lines ----------------------------------------------------------------------------------------------


def _filled(parts: Sequence[str], ems: float, spacing: float) -> list[str] | None:
    """Lines filled one after another; None if a part is wider than a line."""
    lines, line, used = [], "", 0.0
    for part in parts:
        wide = _width(part.rstrip(), spacing)
        if wide > ems:
            return None
        if line and used + wide > ems:
            lines.append(line.rstrip())
            line, used = "", 0.0
        line += part
        used += _width(part, spacing)
    return [*lines, line.rstrip()]


def _even(parts: Sequence[str], lines: list[str], ems: float, spacing: float) -> tuple[str, ...]:
    """The same number of lines, as narrow as they can be: no single letter is left for the last one."""
    too_narrow, found = ems / 2, ems
    for _ in range(TRIES):
        between = (too_narrow + found) / 2
        tried = _filled(parts, between, spacing)
        if tried is not None and len(tried) == len(lines):
            found, lines = between, tried
        else:
            too_narrow = between
    return tuple(lines)
