"""Reading a file of organisations: what each row means, what is wrong with it, and what it would do.

Two steps, both pure: `read_rows` cleans the cells of a table, `plan_import` compares the rows with the directory.
Nothing is written unless neither step complains about any row (all or nothing).
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from trainings.core import names, spellings

MOST_ROWS = 5000
LONGEST_NAME = 120
HEADER_WITHIN = 10
"""The header is looked for in so many first rows: files of city halls often begin with a title."""

_NUMBER = re.compile(r"[0-9]{2}[0-9A-Z][0-9]{7}")
"""Ten digits; offices of the municipal programme (総合事業) have a letter in the third place."""
_BETWEEN = re.compile(r"[;\uff1b\u3001,\uff0c\u30fb/\uff0f\n]")


class Column(StrEnum):
    NAME = "name"
    KANA = "kana"
    KIND = "kind"
    DISTRICT = "district"
    NUMBER = "number"
    TOWN = "town"
    """The municipality in the national lists: it stands for the district where a file has no column for that."""


REQUIRED = (Column.NAME, Column.KIND, Column.DISTRICT)


class Flaw(StrEnum):
    """What is wrong in a file; nothing of it is taken over while there is one."""

    NO_ROWS = "no_rows"
    NO_HEADER = "no_header"
    TOO_MANY_ROWS = "too_many_rows"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    KANA_TOO_LONG = "kana_too_long"
    KANA_STRANGE = "kana_strange"
    KIND_MISSING = "kind_missing"
    KIND_UNKNOWN = "kind_unknown"
    DISTRICT_MISSING = "district_missing"
    DISTRICT_UNKNOWN = "district_unknown"
    NUMBER_LOST_ZERO = "number_lost_zero"
    NUMBER_WRONG = "number_wrong"
    NUMBER_TWICE = "number_twice"
    OFFICE_TWICE = "office_twice"
    NAME_HAS_OTHER_NUMBER = "name_has_other_number"
    NUMBER_HAS_OTHER_NAME = "number_has_other_name"


class Hint(StrEnum):
    """What a person should know, without anything being wrong."""

    COLUMN_IGNORED = "column_ignored"
    SAME_NAME_ELSEWHERE = "same_name_elsewhere"
    ANOTHER_SERVICE = "another_service"


@dataclass(frozen=True)
class Remark:
    """One message about one line of the file (its number as the file counts; None = the whole file)."""

    line: int | None
    what: Flaw | Hint
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OfficeRow:
    """One cleaned row. kind: code of the kind. Empty kana or number: the file says nothing about it."""

    line: int
    name: str
    kana: str
    kind: str
    district_id: uuid.UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class Office:
    """An organisation as the directory has it."""

    id: uuid.UUID
    name: str
    kana: str
    kind: str
    district_id: uuid.UUID
    number: str
    active: bool


class Deed(StrEnum):
    ADD = "add"
    CHANGE = "change"
    KEEP = "keep"


@dataclass(frozen=True)
class Step:
    """What one row would do. changes: names of the columns that get another value."""

    row: OfficeRow
    deed: Deed
    office: Office | None = None
    changes: tuple[str, ...] = ()

    @property
    def is_retired(self) -> bool:
        """Whether it is about an office out of use: it stays so, unless whoever takes the file over wants it back."""
        return self.office is not None and not self.office.active


@dataclass(frozen=True)
class Rows:
    rows: tuple[OfficeRow, ...]
    flaws: tuple[Remark, ...] = ()
    hints: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Plan:
    steps: tuple[Step, ...]
    flaws: tuple[Remark, ...] = ()
    hints: tuple[Remark, ...] = ()

    def of(self, deed: Deed) -> list[Step]:
        return [step for step in self.steps if step.deed == deed]

    @property
    def retired(self) -> list[Step]:
        return [step for step in self.steps if step.is_retired]

    @property
    def fingerprint(self) -> str:
        """The same for the same deeds on the same offices: what was shown is what may be applied."""
        lines = (
            f"{step.row}|{step.deed}|{step.office.id if step.office else ''}|{step.changes}|{step.is_retired}"
            for step in self.steps
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


# -- reading ---------------------------------------------------------------------------------------------


def read_rows(
    table: Sequence[tuple[int, Sequence[str]]],
    *,
    headings: Mapping[str, Column],
    kinds: Mapping[str, str],
    districts: Mapping[str, uuid.UUID],
) -> Rows:
    """Clean a numbered table whose header may have its columns in any order.

    headings, kinds, districts: folded words (core.names.search_key) to column, code and id.
    """
    if not table:
        return Rows((), (Remark(None, Flaw.NO_ROWS),))
    found = _find_header(table, headings)
    if found is None:
        return Rows((), (Remark(None, Flaw.NO_HEADER),))
    place, columns, flaws, hints = found
    body = table[place + 1 :]
    if not body and not flaws:
        flaws = [Remark(None, Flaw.NO_ROWS)]
    if len(body) > MOST_ROWS:
        flaws = [*flaws, Remark(None, Flaw.TOO_MANY_ROWS, {"most": MOST_ROWS, "rows": len(body)})]
    if flaws:
        return Rows((), tuple(flaws), tuple(hints))
    rows = []
    for line, cells in body:
        said = {column: cells[index] if index < len(cells) else "" for column, index in columns.items()}
        row, wrong = _read_row(line, said, kinds=kinds, districts=districts)
        flaws.extend(wrong)
        if row is not None:
            rows.append(row)
    return Rows(tuple(rows), tuple(flaws), tuple(hints))


def _find_header(
    table: Sequence[tuple[int, Sequence[str]]], headings: Mapping[str, Column]
) -> tuple[int, dict[Column, int], list[Remark], list[Remark]] | None:
    for place, (line, cells) in enumerate(table[:HEADER_WITHIN]):
        meant = [headings.get(names.search_key(cell)) for cell in cells]
        if Column.NAME not in meant or len(set(meant) - {None}) < 2:
            continue
        columns: dict[Column, int] = {}
        flaws, ignored = [], []
        for index, (column, cell) in enumerate(zip(meant, cells, strict=True)):
            if column is None:
                ignored += [names.as_typed(cell)] if names.as_typed(cell) else []
            elif column in columns and column != Column.TOWN:
                flaws.append(Remark(line, Flaw.COLUMN_TWICE, {"column": column}))
            else:
                columns.setdefault(column, index)
        town = columns.pop(Column.TOWN, None)
        if town is not None:
            columns.setdefault(Column.DISTRICT, town)
        flaws += [
            Remark(line, Flaw.COLUMN_MISSING, {"column": column})
            for column in REQUIRED
            if column not in columns
        ]
        hints = [Remark(line, Hint.COLUMN_IGNORED, {"words": tuple(ignored)})] if ignored else []
        return place, columns, flaws, hints
    return None


def _read_row(
    line: int, said: Mapping[Column, str], *, kinds: Mapping[str, str], districts: Mapping[str, uuid.UUID]
) -> tuple[OfficeRow | None, list[Remark]]:
    name = " ".join(names.as_typed(said.get(Column.NAME)).splitlines())
    kana = names.kana(said.get(Column.KANA))
    number = clean_number(said.get(Column.NUMBER))
    kind_word, kind = _first_known(said.get(Column.KIND), kinds)
    district_word, district_id = _looked_up(said.get(Column.DISTRICT), districts)
    long: dict[str, object] = {"most": LONGEST_NAME}
    rules: tuple[tuple[bool, Flaw, dict[str, object]], ...] = (
        (not name, Flaw.NAME_MISSING, {}),
        (len(name) > LONGEST_NAME, Flaw.NAME_TOO_LONG, long | {"length": len(name)}),
        (len(kana) > LONGEST_NAME, Flaw.KANA_TOO_LONG, long | {"length": len(kana)}),
        (not kind_word, Flaw.KIND_MISSING, {}),
        (bool(kind_word) and kind is None, Flaw.KIND_UNKNOWN, {"typed": kind_word}),
        (not district_word, Flaw.DISTRICT_MISSING, {}),
        (bool(district_word) and district_id is None, Flaw.DISTRICT_UNKNOWN, {"typed": district_word}),
    )
    wrong = [Remark(line, flaw, facts) for broken, flaw, facts in rules if broken]
    if flaw := number_flaw(number):
        wrong.append(Remark(line, flaw, {"typed": number, "digits": len(number)}))
    if wrong or kind is None or district_id is None:
        return None, wrong
    row = OfficeRow(line=line, name=name, kana=kana, kind=kind, district_id=district_id, number=number)
    return row, wrong


Found = TypeVar("Found")


def _looked_up(cell: str | None, words: Mapping[str, Found]) -> tuple[str, Found | None]:
    typed = names.as_typed(cell)
    return typed, words.get(names.search_key(typed))


def _first_known(cell: str | None, words: Mapping[str, Found]) -> tuple[str, Found | None]:
    """As `_looked_up`; of several services in one cell the first that is known."""
    typed, found = _looked_up(cell, words)
    parts = [] if found is not None else _BETWEEN.split(typed[:LONGEST_NAME])
    return typed, next((known for part in parts if (known := _looked_up(part, words)[1]) is not None), found)


def clean_number(typed: str | None) -> str:
    """An office number without commas, hyphens, spaces or a leading apostrophe; empty if none was given."""
    return names.number(typed).replace(",", "").removeprefix("'")


def number_flaw(number: str) -> Flaw | None:
    """What is wrong with a cleaned office number; None for a good one and for none at all."""
    if not number or _NUMBER.fullmatch(number):
        return None
    if len(number) == 9 and number.isascii() and number.isdigit():
        return Flaw.NUMBER_LOST_ZERO
    return Flaw.NUMBER_WRONG


# -- comparing -------------------------------------------------------------------------------------------


def plan_import(rows: Sequence[OfficeRow], offices: Iterable[Office]) -> Plan:
    """What the rows would do to the directory.

    A row means the office of its number; without one, the office of its name (width, spaces and kana apart) in its
    district, one in use before one that is out of it. Empty cells leave what the directory has.
    """
    known = _Known(offices)
    steps: list[Step] = []
    flaws: list[Remark] = []
    hints: list[Remark] = []
    taken: dict[object, OfficeRow] = {}
    for row in rows:
        office, flaw = known.meant_by(row)
        keys = [key for key in (row.number, (row.name, row.district_id), office and office.id) if key]
        earlier = next((taken[key] for key in keys if key in taken), None)
        if earlier is not None and _is_another_service(row, earlier):
            hints.append(
                Remark(row.line, Hint.ANOTHER_SERVICE, {"other_line": earlier.line, "typed": row.name})
            )
            continue
        if earlier is not None:
            same_number = bool(row.number) and row.number in taken
            repeated = Flaw.NUMBER_TWICE if same_number else Flaw.OFFICE_TWICE
            flaws.append(
                Remark(row.line, repeated, {"other_line": earlier.line, "typed": row.number or row.name})
            )
            continue
        taken.update(dict.fromkeys(keys, row))
        if flaw is not None:
            in_way = flaw[1]
            facts = {"other": in_way.name, "number": in_way.number, "retired": not in_way.active}
            flaws.append(Remark(row.line, flaw[0], facts))
            continue
        stands = office is not None and office.kana == row.kana
        if not stands and (asked := spellings.about_kana("", row.kana)):
            flaws.append(Remark(row.line, Flaw.KANA_STRANGE, {"typed": row.kana, "asked": asked}))
            continue
        steps.append(_step(row, office))
        if office is None and known.has_name_elsewhere(row):
            hints.append(Remark(row.line, Hint.SAME_NAME_ELSEWHERE, {"typed": row.name}))
    return Plan(tuple(steps), tuple(flaws), tuple(hints))


def _is_another_service(row: OfficeRow, earlier: OfficeRow) -> bool:
    """Whether two rows are one office: the national list has a row for each of its services, under one number."""
    same = ("name", "district_id", "number")
    return row.kind != earlier.kind and all(getattr(row, name) == getattr(earlier, name) for name in same)


def _step(row: OfficeRow, office: Office | None) -> Step:
    if office is None:
        return Step(row, Deed.ADD)
    changes = []
    for column in ("name", "kana", "kind", "district_id", "number"):
        said = getattr(row, column)
        if said and said != getattr(office, column):
            changes.append(column)
    return Step(row, Deed.CHANGE if changes else Deed.KEEP, office, tuple(changes))


class _Known:
    """The offices of the directory by number, by exact name and by folded name."""

    def __init__(self, offices: Iterable[Office]) -> None:
        self.by_number: dict[str, Office] = {}
        self.by_name: dict[tuple[str, uuid.UUID], Office] = {}
        self.by_folded: dict[tuple[str, uuid.UUID], list[Office]] = {}
        self.folded_names: set[str] = set()
        for office in offices:
            folded = names.search_key(office.name)
            if office.number:
                self.by_number[office.number] = office
            self.by_name[office.name, office.district_id] = office
            self.by_folded.setdefault((folded, office.district_id), []).append(office)
            self.folded_names.add(folded)

    def meant_by(self, row: OfficeRow) -> tuple[Office | None, tuple[Flaw, Office] | None]:
        """The office a row means (None = a new one), or the flaw and the office that stands in the way."""
        same_name = self.by_name.get((row.name, row.district_id))
        numbered = self.by_number.get(row.number) if row.number else None
        if numbered is not None:
            if same_name is not None and same_name.id != numbered.id:
                return None, (Flaw.NUMBER_HAS_OTHER_NAME, numbered)
            return numbered, None
        if same_name is not None:
            if row.number and same_name.number:
                return None, (Flaw.NAME_HAS_OTHER_NUMBER, same_name)
            return same_name, None
        alike = self.by_folded.get((names.search_key(row.name), row.district_id), [])
        alike = [office for office in alike if office.active] or alike
        if len(alike) == 1 and not (row.number and alike[0].number):
            return alike[0], None
        return None, None

    def has_name_elsewhere(self, row: OfficeRow) -> bool:
        return names.search_key(row.name) in self.folded_names
