"""How long a statement may run: no query holds a thread, a lock or the one writer for ever.

PostgreSQL cuts it off itself: a connection begins with what a request may take, and what takes longer by its nature (the
worker, a command, an export of staff) says so at the begin of its transaction. SQLite knows no such setting; it asks us
every so many steps, and waits for its one writer as long as `busy_timeout` says. What is cut off leaves the database as it
was: the transaction is rolled back, and a page says so. Migrations run over the owner's account, or with no limit.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

from flask import Flask, current_app, has_app_context, request
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

LOCK_SECONDS = 20
"""So long PostgreSQL waits for one lock; on SQLite the write lock is waited for as long as core.db says."""
IDLE_SECONDS = 300
"""So long a transaction may do nothing, as when its process hangs between two statements."""
STEPS = 50_000
"""SQLite asks every so many steps of its machine, about a millisecond's work, whether to go on."""
CUT_OFF = ("57014", "55P03")
"""PostgreSQL's codes for: statement cancelled, lock not had in time."""
LONG = ("/staff/", (".xlsx", ".pdf"))
"""Pages of staff that make a whole workbook or all sheets: their paths begin and end so."""
_UNTIL = "until"
_is_short: ContextVar[bool] = ContextVar("is_short", default=False)


def init_app(app: Flask) -> None:
    """Tell each request's statements from those of worker and commands; before core.db begins anything."""
    app.before_request(_begin_request)
    app.teardown_request(_leave_request)


def _begin_request() -> None:
    begins, ends = LONG
    _is_short.set(not (request.path.startswith(begins) and request.path.endswith(ends)))


def _leave_request(_error: BaseException | None) -> None:
    _is_short.set(False)


def at_connect(seconds: float) -> str:
    """What libpq tells the server when it connects; no statement more for a request."""
    limits = {
        "statement_timeout": _milliseconds(seconds),
        "lock_timeout": _milliseconds(LOCK_SECONDS),
        "idle_in_transaction_session_timeout": _milliseconds(IDLE_SECONDS),
    }
    return " ".join(f"-c {name}={value}" for name, value in limits.items())


def listen(engine: Engine) -> None:
    """Hold every statement of this engine to its limit."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _ask_us)
        event.listen(engine, "before_cursor_execute", _set_the_clock)
        event.listen(engine, "commit", _stop_the_clock)
        event.listen(engine, "rollback", _stop_the_clock)
    else:
        event.listen(engine, "begin", _take_longer)


def was_cut_off(error: BaseException) -> bool:
    """Whether a fault means that a statement took too long."""
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None)
    return (
        code in CUT_OFF if code else isinstance(error, OperationalError) and str(error.orig) == "interrupted"
    )


def _seconds() -> float:
    settings = current_app.config["TSUDOI"]
    return float(settings.statement_seconds if _is_short.get() else settings.long_statement_seconds)


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _take_longer(connection: Connection) -> None:
    if not _is_short.get() and has_app_context():
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_milliseconds(_seconds())}")


def _ask_us(connection: Any, record: Any) -> None:
    facts = record.info

    def is_over() -> bool:
        until = facts.get(_UNTIL)
        return until is not None and time.monotonic() > until

    connection.set_progress_handler(is_over, STEPS)


def _set_the_clock(connection: Connection, *_rest: Any) -> None:
    if has_app_context():
        connection.info[_UNTIL] = time.monotonic() + _seconds()


def _stop_the_clock(connection: Connection) -> None:
    connection.info.pop(_UNTIL, None)
