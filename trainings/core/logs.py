"""What the log may hold: which act failed, where in the program, and why in names of classes, tables and constraints.

Never a value that somebody typed, and never a secret link: a log is kept longer than its cause, is copied to other
machines, and nobody can erase a person from it. The message of an exception mostly quotes the value it choked on
(PostgreSQL quotes the whole row), so of most exceptions only the class is written.
"""

from __future__ import annotations

import logging
import re
import sqlite3
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import psycopg
from flask import Flask
from flask.logging import default_handler
from sqlalchemy.exc import DBAPIError

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
MASK = "…"
_ROW_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONG = re.compile(r"[0-9A-Za-z_-]{20,}")
"""A row's id may be told; any other word of so many letters may be the secret of a link, a ticket or a token."""

_Caught = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class SafeFormatter(logging.Formatter):
    """Lines without secrets, and faults as `outline` tells them with the places that led there."""

    def __init__(self) -> None:
        super().__init__(LINE)

    def formatMessage(self, record: logging.LogRecord) -> str:
        return without_secrets(super().formatMessage(record))

    def formatException(self, ei: _Caught) -> str:
        error = ei[1]
        if error is None:
            return ""
        return "\n".join(line for one in _causes(error) for line in _told(one))


def init_app(app: Flask) -> None:
    """Let the application and what it is built on write such lines only."""
    default_handler.setFormatter(SafeFormatter())
    for handler in app.logger.handlers:
        handler.setFormatter(SafeFormatter())


def without_secrets(text: str) -> str:
    """A line in which every word that may be a secret is masked."""
    return _LONG.sub(lambda word: word[0] if _ROW_ID.fullmatch(word[0]) else MASK, text)


def outline(error: BaseException) -> str:
    """Class of an error, and what can be said of it without a value: SQLSTATE, names of table, column and constraint, the
    number of a system's error, or the words of an error of our own."""
    facts = " ".join(str(fact) for fact in _facts(error) if fact)
    return f"{type(error).__name__}: {facts}" if facts else type(error).__name__


def words(error: BaseException) -> str:
    """What staff are shown of a job that failed. Its own words, unless the database wrote them: those quote rows."""
    return outline(error) if isinstance(error, DBAPIError) else f"{type(error).__name__}: {error}"


def _facts(error: BaseException) -> list[Any]:
    if isinstance(error, DBAPIError):
        return [outline(error.orig)] if error.orig is not None else []
    if isinstance(error, psycopg.Error):
        told = error.diag
        return [error.sqlstate, told.table_name, told.column_name, told.constraint_name]
    if isinstance(error, sqlite3.Error):
        return [error]  # SQLite names columns and constraints, and never quotes a value
    if isinstance(error, OSError):
        return [error.errno, error.strerror]
    return [error] if type(error).__module__.startswith("trainings.") else []


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The first cause first, as Python tells them."""
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return reversed(chain)


def _told(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
    yield f"{type(error).__module__}.{outline(error)}"
