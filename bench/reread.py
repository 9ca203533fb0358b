"""Reads the files of a rehearsal again and compares every total. Imports nothing of the product.

`python bench/reread.py dir`, where dir holds one folder per database. Exit code 1 when anything differs.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from email import message_from_bytes, policy
from itertools import zip_longest
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

RESTORED = "_restored"
"""End of the name of a folder whose files a restored server gave."""
MADE_AT = "作成"
WORKBOOKS = ("roster.xlsx", "results.xlsx", "matrix.xlsx")


def rows_of(path: Path, sheet: str | None = None) -> list[dict[str, Any]]:
    """The rows of one sheet as dictionaries by the header."""
    book = load_workbook(path, read_only=True)
    page = book[sheet] if sheet else book.worksheets[0]
    lines = list(page.iter_rows(values_only=True))
    # A row that ends in empty cells is shorter than the header.
    return [dict(zip_longest(lines[0], line)) for line in lines[1:]]


class Comparison:
    """What was expected beside what the files say; one line each."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.wrong = 0

    def check(self, what: str, expected: object, found: object) -> None:
        agrees = expected == found
        self.wrong += not agrees
        print(f"  {self.name:<19} {what:<46} {'ok' if agrees else 'DIFFERS'}   {expected} / {found}")


def compare(folder: Path) -> int:
    """How many totals of one database differ."""
    totals = json.loads((folder / "totals.json").read_text(encoding="utf-8"))
    comparison = Comparison(folder.name)
    _compare_roster(comparison, totals, rows_of(folder / "roster.xlsx"))
    _compare_draw(comparison, totals, json.loads((folder / "draw.json").read_text(encoding="utf-8")))
    _compare_results(comparison, totals, folder / "results.xlsx")
    _compare_matrix(comparison, totals, rows_of(folder / "matrix.xlsx", "一覧"))
    _compare_mails(comparison, totals, sorted((folder / "mails").glob("*.eml")))
    if folder.name.endswith(RESTORED):
        _compare_with_first(comparison, folder.with_name(folder.name.removesuffix(RESTORED)), folder)
    return comparison.wrong


def _compare_roster(comparison: Comparison, totals: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    states = Counter(row["状態"] for row in rows)
    walk_ins = sum(1 for row in rows if row["届いた方法"] == "当日参加")
    comparison.check("rows of the roster", totals["applications"] + totals["walk_ins"], len(rows))
    comparison.check("confirmed in the roster", totals["confirmed"] + totals["walk_ins"], states["参加決定"])
    comparison.check("cancelled in the roster", totals["cancelled"], states["取り消し"])
    comparison.check("walk-ins in the roster", totals["walk_ins"], walk_ins)
    comparison.check("different 受付番号", len(rows), len({row["受付番号"] for row in rows}))


def _compare_draw(comparison: Comparison, totals: dict[str, Any], record: dict[str, Any]) -> None:
    comparison.check("drawn in the record", totals["drawn"], len(_find(record, "selected")))
    comparison.check("waiting in the record", totals["waiting_after_draw"], len(_find(record, "waiting")))


def _find(record: dict[str, Any], name: str) -> list[Any]:
    """The list of this name, wherever in the record it stands."""
    if isinstance(record.get(name), list):
        return list(record[name])
    for part in record.values():
        if isinstance(part, dict):
            found = _find(part, name)
            if found:
                return found
    return []


def _compare_results(comparison: Comparison, totals: dict[str, Any], path: Path) -> None:
    responses = rows_of(path, "回答（記号）")
    comparison.check("answers in the workbook", totals["answers"], len(responses))
    for key, counts in totals["likert"].items():
        found = Counter(str(row[key]) for row in responses)
        comparison.check(f"answers to {key}", counts, {code: found[code] for code in counts})
    cross = [row for row in rows_of(path, "職種ごとの集計") if row["職種区分"] == "全体"]
    for key, counts in totals["likert"].items():
        found_cross = {str(row["code"]): row["人数"] for row in cross if row["key"] == key and row["人数"]}
        comparison.check(f"cross table of {key}", counts, {code: found_cross.get(code, 0) for code in counts})
    groups = Counter(row["職種区分"] for row in responses)
    comparison.check("smallest group shown is five or more", True, min(groups.values()) >= 5)
    rate = rows_of(path, "回収率")[0]
    comparison.check("present in the workbook", totals["admitted"], rate["参加した人"])


def _compare_matrix(comparison: Comparison, totals: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    in_scope = {row["職種のまとまり"]: row["対象の人"] for row in rows}
    # Walk-ins tell no profession, so they have no targets; some professions have none either.
    most = totals["admitted"] - totals["walk_ins"]
    comparison.check("people in the matrix are some who came", True, 0 < sum(in_scope.values()) <= most)
    comparison.check(
        "nobody reached more than came", True, all(row["届いている人"] <= row["対象の人"] for row in rows)
    )


def _compare_mails(comparison: Comparison, totals: dict[str, Any], paths: list[Path]) -> None:
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
    comparison.check("mails", totals["mails"], len(mails))
    subjects = Counter(
        next(
            (
                word
                for word in ("参加が決まりました", "お席のご案内", "アンケート")
                if word in str(mail["Subject"])
            ),
            "",
        )
        for mail in mails
    )
    comparison.check(
        "mails: seats decided", totals["drawn"] + totals["cancelled"], subjects["参加が決まりました"]
    )
    comparison.check("mails: offers", totals["cancelled"], subjects["お席のご案内"])
    comparison.check("mails: survey", totals["admitted"] - totals["walk_ins"], subjects["アンケート"])
    comparison.check("no mail twice", len(mails), len({mail["Message-ID"] for mail in mails}))


def _compare_with_first(comparison: Comparison, first: Path, again: Path) -> None:
    """Everything as the server gave it that the backup was taken of."""
    for name in WORKBOOKS:
        before, after = _cells_of(first / name), _cells_of(again / name)
        differing = sum(before.get(place) != after.get(place) for place in before.keys() | after.keys())
        comparison.check(f"cells of {name} other than before", (len(before), 0), (len(after), differing))
    records = [json.loads((folder / "draw.json").read_text(encoding="utf-8")) for folder in (first, again)]
    comparison.check("record of the draw as before", True, records[0] == records[1])
    before, after = _ids_of(first / "mails"), _ids_of(again / "mails")
    comparison.check(
        "sent mails known other than before", (len(before), 0), (len(after), len(before ^ after))
    )


def _cells_of(path: Path) -> dict[tuple[str, int, int], Any]:
    """Every cell that holds something, by sheet, row and column, but for when the workbook was made."""
    book = load_workbook(path, read_only=True)
    return {
        (page.title, row, column): value
        for page in book.worksheets
        for row, line in enumerate(page.iter_rows(values_only=True))
        if line[:1] != (MADE_AT,)
        for column, value in enumerate(line)
        if value is not None
    }


def _ids_of(folder: Path) -> set[str]:
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    return {str(mail["Message-ID"]) for mail in mails}


def main() -> int:
    """Compare every folder below the one named; 1 when anything differs or nothing was found."""
    folders = sorted(path.parent for path in Path(sys.argv[1]).glob("*/totals.json"))
    wrong = sum(compare(folder) for folder in folders)
    restored = sum(path.name.endswith(RESTORED) for path in folders)
    print(
        f"{len(folders) - restored} rehearsals, {restored} read again from a restored backup, {wrong} differences"
    )
    return 0 if folders and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
