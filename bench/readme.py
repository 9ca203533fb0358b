"""The table of figures in the README, written from bench/results/: what is read there is what a bench has measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.results import FOLDER

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- figures: python -m bench.readme -->\n", "<!-- end of the figures -->"
HEAD = "| what | measured | beside it in the same run | ratio | aim |\n|---|---|---|---|---|\n"
WANTED = {
    "web": (
        "hello, 8 clients",
        "bare PostgreSQL insert, 8 clients",
        "postgresql: application, 1 clients",
        "postgresql: application, 8 clients",
        "postgresql: application, 32 clients",
        "postgresql: application, 8 clients, beside a bare insert",
        "postgresql: first come, small hall, 8 clients",
        "postgresql: first come, large hall, 8 clients",
        "postgresql: first come, waiting list, 8 clients",
        "postgresql: scan, 1 clients",
        "postgresql: scan, 8 clients",
        "postgresql: scan, 32 clients",
        "postgresql: scan, 8 clients, beside a bare insert",
        "postgresql: page, 1 clients",
        "postgresql: page, 8 clients",
        "postgresql: page, 32 clients",
        "postgresql: page without copy, 8 clients",
        "postgresql: PSS of three workers",
        "sqlite: application, 8 clients",
        "sqlite: first come, small hall, 8 clients",
        "sqlite: first come, waiting list, 8 clients",
        "sqlite: scan, 8 clients",
        "sqlite: page, 8 clients",
        "sqlite: PSS of three workers",
    ),
    "drawing": (
        "postgresql: 2000 → 300, freeze",
        "postgresql: 2000 → 300, draw",
        "postgresql: 2000 → 300, page of the record",
        "postgresql: 2000 → 300, until the last mail",
        "postgresql: 20000 → 2000, freeze",
        "postgresql: 20000 → 2000, draw",
        "postgresql: 20000 → 2000, page of the record",
        "postgresql: 20000 → 2000, until the last mail",
    ),
    "xlsx": ("postgresql: 10 000 applications × 25 columns", "sqlite: 10 000 applications × 25 columns"),
    "skills": (
        "postgresql: skills matrix of 100 000 rows of evidence",
        "postgresql: skills matrix, 20 000 rows beside 5 000",
        "sqlite: skills matrix of 100 000 rows of evidence",
        "sqlite: skills matrix, 20 000 rows beside 5 000",
    ),
    "growth": tuple(
        f"{database}: {what} at {size} applications"
        for database in ("postgresql", "sqlite")
        for size in ("10 000", "100 000", "1 000 000")
        for what in ("slowest page", "pages above 300 ms", "largest page")
    ),
    "race": (
        "postgresql: races without a fault",
        "postgresql: faults without the lock",
        "sqlite: races without a fault",
        "sqlite: faults without the lock",
    ),
    "seats": (
        "odds 180 → 100: time",
        "lowest odds 180 → 100",
        "Gini index 180 → 100",
        "odds 500 → 150: time",
        "lowest odds 500 → 150",
        "Gini index 500 → 150",
        "whole draw 2000 → 300",
        "whole draw 20000 → 2000",
        "memory 20000 → 2000",
        "odds off enumeration of all rosters, worst of 300 tiny cases",
        "odds off HiGHS, worst of 30 larger cases",
        "draws 180 → 100",
        "rosters that break a rule",
        "rosters with other than F seats",
        "largest |z|",
        "time of a draw",
        "golden records repeated by the JavaScript verifier",
        "of 1000 infeasible rule sets: exceptions",
    ),
    "door": (
        "postgresql: 1 desks without a pause, scans",
        "postgresql: 1 desks without a pause, p95",
        "postgresql: 4 desks without a pause, scans",
        "postgresql: 4 desks without a pause, p95",
        "postgresql: 16 desks without a pause, scans",
        "postgresql: 16 desks without a pause, p95",
        "postgresql: 4 desks, 110 guests a second, scans",
        "postgresql: 4 desks, 110 guests a second, p95",
        "postgresql: 16 desks, 110 guests a second, scans",
        "postgresql: 16 desks, 110 guests a second, p95",
        "sqlite: 1 desks without a pause, scans",
        "sqlite: 1 desks without a pause, p95",
        "sqlite: 4 desks without a pause, scans",
        "sqlite: 4 desks without a pause, p95",
        "sqlite: 16 desks without a pause, scans",
        "sqlite: 16 desks without a pause, p95",
        "sqlite: 4 desks, 55 guests a second, scans",
        "sqlite: 4 desks, 55 guests a second, p95",
        "sqlite: 16 desks, 55 guests a second, scans",
        "sqlite: 16 desks, 55 guests a second, p95",
    ),
    "killed": (
        "postgresql: scans at a server killed 40 times",
        "postgresql: lost, doubled or wrong",
        "sqlite: scans at a server killed 40 times",
        "sqlite: lost, doubled or wrong",
    ),
    "slow": ("roster of 500 people at 128 kbit/s", "queue of 300 scans at 128 kbit/s"),
    "hostile": (
        "postgresql: dearest field of brackets",
        "sqlite: dearest field of blanks",
        "workbook with a part of many megabytes",
    ),
    "desk": (
        "search among 5000 people, processor 6× slower, p95",
        "answer to a scan among 5000 people, processor 6× slower, p95",
    ),
    "decode": (
        "hard pictures read, of 60",
        "hard pictures read, beside jsQR",
        "hardest pictures read",
        "hardest pictures read, beside jsQR",
        "time for a picture, p50, beside jsQR",
        "first frame after loading, slowest of 12",
        "first frame after loading, processor 6× slower, slowest of 12",
    ),
}
"""Bench → the rows that the README shows; all others stand in bench/results/."""


def main() -> None:
    """Write the table anew. A figure that its bench has not measured yet says so."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"README.md has no lines {BEGIN.strip()} and {END}")
    lines = [_line(name, _figure(bench, name)) for bench, names in WANTED.items() for name in names]
    README.write_text(before + BEGIN + HEAD + "".join(lines) + END + after, "utf-8")


def _figure(bench: str, name: str) -> dict[str, Any] | None:
    file = FOLDER / f"{bench}.json"
    rows = json.loads(file.read_text("utf-8")) if file.exists() else []
    return next((dict(row) for row in rows if row["name"].strip() == name), None)


def _line(name: str, row: dict[str, Any] | None) -> str:
    if row is None:
        return f"| {name} | not measured yet |  |  |  |\n"
    cells = (
        name.replace("|", r"\|"),
        _number(row["value"], row["unit"]),
        "" if row["reference"] is None else _number(row["reference"], row["unit"]),
        "" if row["ratio"] is None else _number(row["ratio"], ""),
        "" if row["aim"] is None else f"{_number(row['aim'], '')} — {'met' if row['ok'] else '**missed**'}",
    )
    return f"| {' | '.join(cells)} |\n"


def _number(value: float, unit: str) -> str:
    """Three figures that count."""
    shown = f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
    return f"{shown} {unit}".strip()


if __name__ == "__main__":
    main()
