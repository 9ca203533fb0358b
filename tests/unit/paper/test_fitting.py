"""A text in a box: in one size of the ladder, on lines that are narrow enough, whole."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as some

from trainings.certificates import exports as certificates
from trainings.certificates.models import Certificate
from trainings.checkin.paper.exports import BOXES
from trainings.core.paper.fitting import LEADING, MILLIMETRES, SIZES, Box, fit, width_of
from trainings.directory.models import EventRole
from trainings.events.models import Event, EventGroup
from trainings.registration.models import Application

ROOT = Path(__file__).resolve().parents[3]
NAME = Box(width=81, height=10.2, sizes=(24, 20, 17, 14, 12, 10, 9, 8, 7, 6), one_line=14)
LETTERS = some.text("髙橋アーッ・ヴaWi .-（）、\u3000\u3099\U000e0100齉", min_size=1, max_size=120)
BOLD = {"BIZ UDPGothic": "BIZUDPGothic-Bold.ttf", "Noto Sans CJK JP": "NotoSansCJK-Bold.ttc"}


def kept(text: str) -> str:
    return "".join(text.split())


@given(LETTERS)
def test_nothing_is_lost_and_every_line_has_room(text: str) -> None:
    found = fit(text, NAME)

    assert found.fits
    assert kept("".join(found.lines)) == kept(text)
    ems = NAME.width / (found.size * MILLIMETRES)
    assert all(sum(map(width_of, line)) <= ems + 1e-9 for line in found.lines)
    assert len(found.lines) == 1 or len(found.lines) * found.size * LEADING * MILLIMETRES <= NAME.height
    assert not any(unicodedata.category(line[0]) in ("Mn", "Me") for line in found.lines[1:])


@pytest.mark.parametrize(
    ("text", "size", "lines"),
    [
        ("林 一", 24, ("林 一",)),
        ("グエン ティ トゥイ ズオン", 17, ("グエン ティ トゥイ ズオン",)),
        (
            "マリア・クリスティーナ サントス・オリベイラ",
            12,
            ("マリア・クリスティーナ", "サントス・オリベイラ"),
        ),
        ("", 24, ("",)),
    ],
)
def test_text_gets_smaller_before_it_gets_a_second_line(text: str, size: int, lines: tuple[str, ...]) -> None:
    found = fit(text, NAME)

    assert (found.size, found.lines) == (size, lines)


def test_last_line_is_not_left_with_a_letter() -> None:
    found = fit("多" * 46, Box(width=95, height=20, sizes=(12,), one_line=12))

    assert [len(line) for line in found.lines] == [16, 15, 15] or max(map(len, found.lines)) == 16


def test_word_is_broken_only_where_there_is_no_other_way() -> None:
    box = Box(width=54, height=9, sizes=(9, 8, 7, 6), one_line=8)

    whole = fit("Keyaki International Community Hospital and Clinics", box)
    broken = fit("W" * 100, box)

    assert all(word in " ".join(whole.lines).split() for word in ("International", "Community", "Hospital"))
    assert len(broken.lines) > 1
    assert "".join(broken.lines) == "W" * 100


def test_no_line_begins_with_a_sign_that_ends_one() -> None:
    found = fit(
        "看取りを支える、地域の（つながり）を考える。" * 4,
        Box(width=60, height=30, sizes=(10, 8), one_line=10),
    )

    assert not any(line[0] in "、。）" for line in found.lines)
    assert not any(line[-1] in "（" for line in found.lines)


def test_letters_are_never_wider_than_thought() -> None:
    """The widths of the rule against those in the bold fonts that the product prints with."""
    wider = {}
    for family, file in BOLD.items():
        told = subprocess.run(
            ["fc-list", "--format", "%{file}\n", family],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        path = next(line for line in told.stdout.splitlines() if line.endswith(file))
        with TTFont(path, lazy=True, fontNumber=0) as font:
            ems, widths = font["head"].unitsPerEm, font["hmtx"]
            drawn = {chr(code): widths[name][0] / ems for code, name in font.getBestCmap().items()}
        wider |= {
            (family, letter): round(ems, 2)
            for letter, ems in drawn.items()
            if ems > width_of(letter) + 0.005 and letter not in "⸺⸻" and unicodedata.category(letter) != "Cf"
        }

    assert wider == {}


@pytest.mark.parametrize("letter", ["W", "齉"])
def test_every_box_has_room_for_the_longest_of_its_column(letter: str, longest: Any) -> None:
    name = f"{longest(Application.family, letter)} {longest(Application.given, letter)}"
    kana = f"{longest(Application.family_kana, 'ア')} {longest(Application.given_kana, 'ア')}"
    group = max(longest(EventGroup.name, letter), longest(EventRole.name, letter), key=len)
    place = f"{longest(Event.venue, letter)} {longest(Event.room, letter)}"
    told = [
        (BOXES["event"], longest(Event.title, letter)),
        (BOXES["kana"], kana),
        (BOXES["name"], name),
        (BOXES["office"], longest(Application.organisation_name, letter)),
        (BOXES["group"], group),
        (certificates.NAME, longest(Certificate.name, letter)),
        (certificates.TITLE, longest(Certificate.event_title, letter)),
        (certificates.PLACE, place),
    ]

    assert [text[:10] for box, text in told if not fit(text, box).fits] == []


def test_style_sheet_has_every_size_and_leading() -> None:
    text = (ROOT / "static/css/fitting.css").read_text("utf-8")

    assert [int(size) for size in re.findall(r"\.fit--(\d+) \{ font-size: \1pt; \}", text)] == list(SIZES)
    assert f"line-height: {LEADING};" in text
    used = {size for box in [*BOXES.values(), certificates.NAME, certificates.TITLE] for size in box.sizes}
    assert used <= set(SIZES)


def test_papers_of_fitted_texts_use_no_grid() -> None:
    """WeasyPrint fails where a grid meets the end of a page."""
    for name in ("certificate.css", "badges.css", "roster.css"):
        printed = re.sub(
            r"@media screen.*?\n  \}\n", "", (ROOT / "static/css" / name).read_text("utf-8"), flags=re.DOTALL
        )
        assert "display: grid" not in printed, name
