"""docs/security.md is a walk through OWASP ASVS 5.0.0, levels 1 and 2: whole, counted right, and naming what there is."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
VERDICTS = ("met", "not applicable", "open")
SECTIONS = """
1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2
2.1:1-3 2.2:1-3 2.3:1-4 2.4:1
3.2:1-2 3.3:1-4 3.4:1-6 3.5:1-5 3.7:1-2
4.1:1-3 4.2:1 4.3:1-2 4.4:1-4
5.1:1 5.2:1-3 5.3:1-2 5.4:1-3
6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3 6.8:1-4
7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2
8.1:1-2 8.2:1-3 8.3:1 8.4:1
9.1:1-3 9.2:1-4
10.1:1-2 10.2:1-2 10.3:1-4 10.4:1-11 10.5:1-5 10.6:1-2 10.7:1-3
11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 11.6:1
12.1:1-3 12.2:1-2 12.3:1-4
13.1:1 13.2:1-5 13.3:1-2 13.4:1-5
14.1:1-2 14.2:1-4 14.3:1-3
15.1:1-3 15.2:1-3 15.3:1-7
16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3
17.1:1 17.2:1-4 17.3:1-2
"""
"""The 253 requirements of levels 1 and 2; those of level 3 come last in each section, and gaps are theirs."""
ROW = re.compile(r"\| (\d+\.\d+\.\d+)(?:–(\d+\.\d+\.\d+))? \| ([^|]+) \| ([^|]+) \| (.+) \|")
NAMED = re.compile(
    r"`((?:trainings|tests|docs|templates|static|scripts|bench)/[\w./-]+|[\w.-]+\.(?:py|txt|md|json))(?:::(\w+))?`"
)
DOORS = re.compile(
    r"render_template_string|from_string\(|\beval\(|\bexec\(|pickle\.|yaml\.load|shell=True|os\.system|request\.values"
)
"""Ways by which words from outside would become code, or a field of a form could be taken from the address."""
WRITES_MARKUP = re.compile(
    r"innerHTML\s*=[^=]|insertAdjacentHTML|outerHTML\s*=[^=]|document\.write|\bnew Function\b"
)


def _span(first: str, last: str) -> list[str]:
    section, _, begin = first.rpartition(".")
    return [f"{section}.{n}" for n in range(int(begin), int(last.rpartition(".")[2]) + 1)]


def _wanted() -> list[str]:
    spans = (part.split(":") for part in SECTIONS.split())
    return [
        number
        for section, numbers in spans
        for number in _span(f"{section}.{numbers.split('-')[0]}", f"{section}.{numbers.split('-')[-1]}")
    ]


def _rows() -> list[tuple[list[str], str, str]]:
    """Numbers, verdict and the last cell of every row."""
    return [
        (_span(first, last or first), verdict, where) for first, last, _, verdict, where in ROW.findall(PAGE)
    ]


def test_every_requirement_stands_once() -> None:
    found = [number for numbers, _, _ in _rows() for number in numbers]

    assert len(_wanted()) == 253
    assert found == _wanted()


def test_every_row_has_a_verdict_and_says_where_or_why() -> None:
    assert {verdict for _, verdict, _ in _rows()} == set(VERDICTS)
    assert [numbers for numbers, _, where in _rows() if len(where) < 10] == []


def test_what_is_met_names_the_file_that_does_it() -> None:
    assert [
        numbers for numbers, verdict, where in _rows() if verdict == "met" and not NAMED.search(where)
    ] == []


def test_counts_at_the_head_are_those_of_the_tables() -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for numbers, verdict, _ in _rows():
        counted[numbers[0].split(".")[0], verdict] += len(numbers)
        counted["all", verdict] += len(numbers)
    chapters = [*map(str, range(1, 18)), "all"]
    told = re.findall(r"^\| (?:V(\d+)|\*\*(all)\*\*)[^|]*\| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)

    assert [number or whole for number, whole, *_ in told] == chapters
    assert [list(map(int, counts)) for _, _, *counts in told] == [
        [counted[chapter, verdict] for verdict in VERDICTS] for chapter in chapters
    ]


def test_every_file_and_test_that_is_named_exists() -> None:
    missing = []
    for path, test in set(NAMED.findall(PAGE)):
        file = ROOT / path
        if not file.exists() or (test and f"def {test}(" not in file.read_text("utf-8")):
            missing.append(f"{path}::{test}")

    assert len(NAMED.findall(PAGE)) > 150
    assert sorted(missing) == []


def test_program_has_no_door_for_code_from_outside() -> None:
    files = [*(ROOT / "trainings").rglob("*.py"), ROOT / "wsgi.py", ROOT / "config.py"]

    assert [str(file) for file in files if DOORS.search(file.read_text("utf-8"))] == []


def test_scripts_write_texts_and_not_markup() -> None:
    """The two places write markup of their own with nothing put into it."""
    found = {
        file.name: WRITES_MARKUP.findall(file.read_text("utf-8"))
        for file in (ROOT / "static" / "js").rglob("*.js")
    }

    assert {name: len(places) for name, places in found.items() if places} == {"survey.js": 2}
