"""What the log may hold: which act failed, where in the program, and why in names of classes, tables and constraints.

Never a value that somebody typed, and never a secret link: a log is kept longer than its cause, is copied to other
machines, and nobody can erase a person from it. The message of an exception mostly quotes the value it choked on
(PostgreSQL quotes the whole row), so of most exceptions only the class is written.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TypeVar

import psycopg
from flask import Flask, g, has_request_context, request
from flask.logging import default_handler
from sqlalchemy.exc import DBAPIError

from trainings.core import actor

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
MASK = "…"
OURS = "trainings"
"""The logger above all of ours."""
View = TypeVar("View", bound=Callable[..., Any])
_ROW_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SETTING = re.compile(r"TSUDOI(?:_[A-Z]+)+")
_LONG = re.compile(r"[0-9A-Za-z_-]{20,}")
"""A row's id may be told, and the name of a setting; any other word of so many letters may be the secret of a link, a ticket
or a token."""

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


class JsonFormatter(SafeFormatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", record.name),
            "words": without_secrets(record.getMessage()),
            **_where(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["fault"] = without_secrets(self.formatException(record.exc_info)).splitlines()
        return json.dumps(line, ensure_ascii=False)


def _where() -> dict[str, Any]:
    """In a request: its number, method and endpoint (never the path, which holds secrets), and who acts, by kind and id."""
    if not has_request_context() or "number" not in g:
        return {}
    who = actor.current()
    found = {
        "request": g.number,
        "method": request.method,
        "endpoint": request.endpoint,
        "by": who.kind.value,
    }
    return found | ({"account": who.id} if who.id else {})


def formatter(kind: str) -> SafeFormatter:
    """The one for a setting: "json", or "text" for a terminal."""
    return SafeFormatter() if kind == "text" else JsonFormatter()


def init_app(app: Flask) -> None:
    """Let the application and what it is built on write such lines only: all through one handler."""
    settings = app.config["TSUDOI"]
    default_handler.setFormatter(formatter(settings.log_format))
    logging.getLogger().addHandler(default_handler)  # once, however often it is asked
    if not app.testing:
        logging.getLogger(OURS).setLevel(logging.INFO)


def tell(
    event: str, words: str, *args: object, level: int = logging.INFO, fault: bool = False, **facts: Any
) -> None:
    """Write a line. event: "mail.failed", a name that is counted by. facts: numbers, codes and ids only, never what somebody
    typed. fault: with the present exception."""
    extra = {"event": event, "facts": facts}
    logging.getLogger(OURS).log(level, words, *args, exc_info=fault, extra=extra)


def leaves_no_line(view: View) -> View:
    """Of requests to this view no line is written: a list of when somebody answered would sit beside the answers."""
    view.leaves_no_line = True  # type: ignore[attr-defined]
    return view


def without_secrets(text: str) -> str:
    """A line in which every word that may be a secret is masked."""

    def told(word: re.Match[str]) -> str:
        return word[0] if _ROW_ID.fullmatch(word[0]) or _SETTING.fullmatch(word[0]) else MASK

    return _LONG.sub(told, text)


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
