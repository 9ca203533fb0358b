"""Which letters the machine's fonts can draw; for what none of them has, 〓 is printed and a hand writes the letter over it.

WeasyPrint takes the letters that its first font lacks from any other that is installed, as fontconfig lists them: so the
same list is asked here, once a process and only when a rarer letter comes. A machine without fontconfig or without a
Japanese font still starts and serves; it says so in its log, and no letter is called missing.
"""

from __future__ import annotations

import logging
import subprocess
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

from trainings.core import texts

COMMAND = ("fc-list", "--format", "%{charset}\n")
PATIENCE = 20
"""Seconds."""
HIRAGANA_A = chr(0x3042)
GETA = chr(0x3013)
"""〓: what Japanese printers set where they have no type. Every Japanese font has it."""
USUAL = "shift_jis"
"""Every Japanese font has the letters of JIS X 0208."""
_log = logging.getLogger(__name__)


def missing(*told: str | None) -> tuple[str, ...]:
    """The letters in some texts that no installed font can draw, each once, in their order."""
    found = dict.fromkeys(
        letter
        for text in told
        if text and not _is_usual(text)
        for letter in dict.fromkeys(text)
        if _is_rare(letter)
    )
    if not found:
        return ()
    drawn = _drawn()
    return tuple(letter for letter in found if drawn is not None and not drawn.has(letter))


def printable(text: str) -> str:
    """A text as it is printed: 〓 for each letter that would be a crossed box."""
    lost = missing(text)
    return text.translate(dict.fromkeys(map(ord, lost), GETA)) if lost else text


def named(lost: Iterable[str]) -> str:
    """Letters in a sentence."""
    return "".join(texts.UNPRINTABLE_LETTER.format(letter=letter) for letter in lost)


def code_of(letter: str) -> str:
    """How a font's maker calls a letter: U+9AD9."""
    return f"U+{ord(letter):04X}"


def _is_usual(text: str) -> bool:
    try:
        text.encode(USUAL)
    except UnicodeEncodeError:
        return False
    return True


def _is_rare(letter: str) -> bool:
    """Marks and signs that only shape the letter before them are no letters."""
    return not _is_usual(letter) and unicodedata.category(letter) not in ("Cc", "Cf", "Mn", "Zs")


class Drawn:
    """Ranges of code points, in order and apart from each other."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        self._first: list[int] = []
        self._last: list[int] = []
        for first, last in sorted(ranges):
            if self._last and first <= self._last[-1] + 1:
                self._last[-1] = max(self._last[-1], last)
            else:
                self._first.append(first)
                self._last.append(last)

    def has(self, letter: str) -> bool:
        place = bisect_right(self._first, ord(letter)) - 1
        return place >= 0 and ord(letter) <= self._last[place]


def read_ranges(told: str) -> list[tuple[int, int]]:
    """Of fontconfig's charsets: "20-7e a0 4e00-9fa5", hexadecimal, a font a line."""
    found = []
    for part in dict.fromkeys(told.split()):
        first, _, last = part.partition("-")
        found.append((int(first, 16), int(last or first, 16)))
    return found


@lru_cache(maxsize=1)
def _drawn() -> Drawn | None:
    try:
        told = subprocess.run(COMMAND, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        drawn = Drawn(read_ranges(told))
    except (OSError, subprocess.SubprocessError, ValueError) as trouble:
        _log.warning("fonts cannot be listed, so no letter is called missing: %s", type(trouble).__name__)
        return None
    if not drawn.has(HIRAGANA_A):
        _log.warning("no Japanese font is installed, so no letter is called missing")
        return None
    return drawn
