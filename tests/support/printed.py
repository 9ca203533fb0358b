"""Reading back what was printed: which words stand where on which page, and what is wrong with them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

MILLIMETRES = 25.4 / 72
TOUCHING = 0.4
"""Letters stand in boxes taller than themselves: so much of the height of the lower one may be shared by two lines."""


@dataclass(frozen=True)
class Word:
    """Letters without a gap, and their box in millimetres from the top left of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def lies_within(self, left: float, top: float, right: float, bottom: float) -> bool:
        height = self.bottom - self.top
        return (
            self.left >= left - 0.1
            and self.right <= right + 0.1
            and self.top >= top - TOUCHING * height
            and self.bottom <= bottom + TOUCHING * height
        )

    def covers(self, other: Word) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        lower = min(self.bottom - self.top, other.bottom - other.top)
        return across > 0.3 and down > TOUCHING * lower


def pages_of(printed: bytes, folder: Path) -> list[list[Word]]:
    """The words of each page, as poppler finds them."""
    (folder / "printed.pdf").write_bytes(printed)
    command = ["pdftotext", "-bbox", "printed.pdf", "-"]
    read = subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60).stdout
    name = "{http://www.w3.org/1999/xhtml}"
    return [
        [
            Word(
                word.text or "",
                *(float(word.attrib[side]) * MILLIMETRES for side in ("xMin", "yMin", "xMax", "yMax")),
            )
            for word in page.iter(f"{name}word")
        ]
        for page in ElementTree.fromstring(read).iter(f"{name}page")
    ]


def text_of(words: list[Word]) -> str:
    """All letters of a page in the order of the document, without blanks."""
    return "".join("".join(word.text.split()) for word in words)


def covered(words: list[Word]) -> list[tuple[str, str]]:
    """Words that lie on each other."""
    return [
        (one.text, other.text)
        for place, one in enumerate(words)
        for other in words[place + 1 :]
        if one.covers(other)
    ]
