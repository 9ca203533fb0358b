"""A disk that is full: what the database says then is said by the database itself."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event, text

from trainings.core.db import db

A_FEW_PAGES = 12_288
"""More of a file than this cannot be written: less than what any request adds to SQLite's log."""


@contextmanager
def no_page_left(app: Flask) -> Iterator[None]:
    """SQLite may add no page to its file: SQLITE_FULL in the statement that would need one, as when the disk is full."""

    def limit(driver: Any, _record: Any, _proxy: Any) -> None:
        (pages,) = driver.execute("PRAGMA page_count").fetchone()
        driver.execute(f"PRAGMA max_page_count={pages}")

    def lift(driver: Any, _record: Any, _proxy: Any) -> None:
        driver.execute("PRAGMA max_page_count=1000000000")

    with app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(engine, "checkout", limit)
        event.listen(engine, "checkout", lift)


@contextmanager
def nothing_written(_app: Flask) -> Iterator[None]:
    """The system refuses what SQLite writes, in the commit: an I/O error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (A_FEW_PAGES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


_RAISE = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = 'disk_full';
END $$
"""


TABLES = ("audit_entry", "message", "scan")
"""One of these is the last of what each act writes."""


@contextmanager
def refused(app: Flask, *, moment: str) -> Iterator[None]:
    """PostgreSQL's error 53100 in a statement late in the act, or at the commit."""
    kind, when = {
        "statement": ("TRIGGER", ""),
        "commit": ("CONSTRAINT TRIGGER", "DEFERRABLE INITIALLY DEFERRED"),
    }[moment]
    triggers = [
        f"CREATE {kind} full_disk AFTER INSERT ON {table} {when} FOR EACH ROW EXECUTE FUNCTION full_disk()"
        for table in TABLES
    ]
    _run(app, _RAISE, *triggers)
    try:
        yield
    finally:
        _run(app, "DROP FUNCTION full_disk CASCADE")


def _run(app: Flask, *statements: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
