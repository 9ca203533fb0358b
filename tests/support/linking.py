"""The linking attack: who holds a copy of the database, and knows in which order people answered, tells whose answer is whose.

The order is known to whoever reads a web server's log. Every view of the copy that could hold the same order is tried: rows
as the database gives them, and the bytes of its files (pages, freed space, the log of transactions).
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import text

from tests.support.databases import Database
from trainings.core.db import db

TABLES = ("response", "free_text")
TEXT = re.compile(rb"mark(\d\d)")
ANSWER = re.compile(rb'"new_contacts": ?\{"value": ?(\d+)\}')
View = list[int]


def views(database: Database, app: Flask, folder: Path) -> dict[str, View]:
    """Name of a view → the people's numbers in the order in which it shows their answers or texts. A person's text is
    `mark07`, their number of new contacts 7."""
    if database.kind == "sqlite":
        return _views_of_sqlite(_copied(database, folder))
    with app.app_context():
        found = _views_of_postgresql(database.url.replace("+psycopg", ""))
        db.session.remove()
        return found


def guessed(view: Sequence[int]) -> int:
    """How many people the attacker names rightly who takes the view for the order of arrival, or for its reverse."""
    right = sorted(view)
    return max(
        sum(a == b for a, b in zip(view, right, strict=True)),
        sum(a == b for a, b in zip(view, reversed(right), strict=True)),
    )


def leaning(view: Sequence[int]) -> float:
    """Kendall's S = concordant less discordant pairs, in standard deviations of a random order: √(n(n−1)(2n+5)/18)."""
    n = len(view)
    pairs = [(1 if view[i] < view[j] else -1) for i in range(n) for j in range(i + 1, n)]
    return float(sum(pairs) / (n * (n - 1) * (2 * n + 5) / 18) ** 0.5)


def telling(found: Mapping[str, View], people: int) -> list[str]:
    """The views that tell more than chance would in a million copies: by the order of many, or by names hit."""
    return [
        f"{name}: {guessed(view)} of {len(view)}, leaning {leaning(view):.1f} ({view})"
        for name, view in found.items()
        if len(view) >= people // 2 and (abs(leaning(view)) > 4.5 or guessed(view) > max(9, people // 2))
    ]


def files_of(database: Database) -> list[Path]:
    """The files of a SQLite database."""
    file = Path(database.url.removeprefix("sqlite:///"))
    return [path for ending in ("", "-wal", "-journal") if (path := Path(f"{file}{ending}")).exists()]


def _copied(database: Database, folder: Path) -> list[Path]:
    """A copy of the files as they lie there; no connection tidies them up."""
    folder.mkdir(exist_ok=True)
    return [Path(shutil.copy(path, folder / path.name)) for path in files_of(database)]


def _views_of_sqlite(files: Sequence[Path]) -> dict[str, View]:
    found: dict[str, View] = {}
    for file in files:
        found |= _places(file.name.partition("-")[2] or "file", file.read_bytes())
    with sqlite3.connect(files[0]) as connection:
        for table in TABLES:
            for order in ("rowid", "1"):
                try:
                    rows = connection.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()
                except sqlite3.OperationalError:
                    continue  # the table has no rowid
                # By its second column rows come as the table or its index holds them.
                found[f"{table} by {order}"] = _numbers(rows)
    connection.close()
    return found


def _views_of_postgresql(url: str) -> dict[str, View]:
    found: dict[str, View] = {}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        for table in TABLES:
            for order in ("ctid", "xmin::text::bigint, ctid", "xmin::text::bigint, cmin::text::bigint", "id"):
                rows = connection.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()
                found[f"{table} by {order}"] = _numbers(rows)
            place = connection.execute(
                f"SELECT current_setting('data_directory') || '/' || pg_relation_filepath('{table}')"
            ).fetchone()
            assert place is not None
            found |= _places(f"{table}'s file", Path(place[0]).read_bytes())
    return found


def _numbers(rows: Sequence[Sequence[Any]]) -> View:
    found = []
    for row in rows:
        whole = " ".join(str(cell).replace("'", '"') for cell in row).encode()
        match = TEXT.search(whole) or ANSWER.search(whole)
        if match is not None:
            found.append(int(match[1]))
    return found


def _places(name: str, content: bytes) -> dict[str, View]:
    """By the first and by the last place in a file, texts and answers apart."""
    found: dict[str, View] = {}
    for what, pattern in (("texts", TEXT), ("answers", ANSWER)):
        places: dict[int, list[int]] = {}
        for match in pattern.finditer(content):
            places.setdefault(int(match[1]), []).append(match.start())
        found[f"{name}, {what}, first place"] = sorted(places, key=lambda number: places[number][0])
        found[f"{name}, {what}, last place"] = sorted(places, key=lambda number: places[number][-1])
    return found


def rows_of_every_table(app: Flask) -> dict[str, list[str]]:
    """Table → its rows as text, sorted: to see which tables an act has touched."""
    with app.app_context():
        tables = sorted(db.metadata.tables)
        with db.engine.connect() as connection:
            return {
                table: sorted(str(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{table}"')))
                for table in tables
            }
