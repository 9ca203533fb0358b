"""What the fonts of the machine can draw: fontconfig's own list, read right; and a machine that has none still works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from trainings.core.paper import letters


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """The list is read anew, and again after the test."""
    letters._drawn.cache_clear()
    yield
    letters._drawn.cache_clear()


def test_only_letters_that_no_font_has_are_missing() -> None:
    text = "髙橋 \u795e\ufa19 \U00020bb7 \u8fbb\U000e0100 Nguyễn é ｱ\u3099 \U000f0001と\U000323afと\U000f0001"

    assert letters.missing(text, None, "") == ("\U000f0001", "\U000323af")


def test_ranges_of_many_fonts_become_one_list() -> None:
    drawn = letters.Drawn(letters.read_ranges("20-7e a0\n7f-80 4e00-4e10\n4e08 1f600\n"))

    has = [code for code in range(0x1F602) if drawn.has(chr(code))]
    assert has == [*range(0x20, 0x81), 0xA0, *range(0x4E00, 0x4E11), 0x1F600]


def test_machine_without_fonts_names_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert letters.missing("\U000f0001") == ()

    letters._drawn.cache_clear()
    (tmp_path / "fc-list").write_text("#!/bin/sh\necho 20-7e\n", "utf-8")
    (tmp_path / "fc-list").chmod(0o755)
    assert letters.missing("\U000f0001") == ()


def test_letter_is_named_as_font_makers_do() -> None:
    assert letters.code_of("髙") == "U+9AD9"
