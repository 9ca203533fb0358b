"""The database: our typed Base, the types that both databases store alike, and the one commit point.

SQLite: WAL, foreign keys on; a request that may write reads first and takes the write lock with its first statement that
locks or writes, a reading one is read-only, every other unit begins IMMEDIATE. PostgreSQL: READ COMMITTED; a reading
request is READ ONLY. So "a GET never writes" is enforced by the database itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask, Response, current_app, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CheckConstraint, DateTime, Enum, MetaData, create_engine, event, text
from sqlalchemy.engine import URL, Connection, Dialect, Engine, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.selectable import GenerativeSelect
from sqlalchemy.types import TypeDecorator

from trainings.core import patience
from trainings.core.counts import Counts

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_TIMEOUT_MS = 30_000
LOG_TIMEOUT_MS = 2_000


class Intent(StrEnum):
    """What a unit is for: only reading; reading until it locks or writes; writing."""

    READ = "read"
    READ_FIRST = "read_first"
    WRITE = "write"


_intent: ContextVar[Intent] = ContextVar("intent", default=Intent.WRITE)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values; returns aware UTC on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored instant must be aware")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the product. What a model marks as unchangeable is guarded by triggers (core.triggers).

    __chained_by__: column that says when a row was written; its rows are chained by their digests (audit.chains).
    __written_anew__: its rows are written into a new file now and then, so that none of their order stays (core.traces).
    __counts__: of what its rows are the counts, kept by the database (core.counts).
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}
    __append_only__: ClassVar[bool] = False
    __frozen_when__: ClassVar[str] = ""
    __fixed_columns__: ClassVar[tuple[str, ...]] = ()
    __chained_by__: ClassVar[str] = ""
    __written_anew__: ClassVar[bool] = False
    __counts__: ClassVar[Counts | None] = None


class Identified:
    """A random primary key: ids that reach an address or a file must not be counted up."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


db = SQLAlchemy(metadata=Base.metadata)


def enum_column(kind: type[StrEnum], name: str | None = None) -> Enum:
    """The column type of a StrEnum: its value as text with a named CHECK."""
    return Enum(
        kind,
        native_enum=False,
        length=40,
        create_constraint=True,
        name=name or _snake(kind.__name__),
        values_callable=lambda members: [member.value for member in members],
    )


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


def one_of(column: str, values: type[StrEnum], name: str) -> CheckConstraint:
    """A named CHECK that a text column holds one of the values."""
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


_LOCK_WORDS = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(one, 0)) FROM unnest(CAST(:words AS text[])) AS one"
)


def lock_words(*words: str) -> None:
    """Hold a lock on each of these texts, in their order, until the end of the transaction: for what two transactions
    would both make, since no row stands for it yet. On SQLite the lock is the whole database."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(_LOCK_WORDS, {"words": list(words)})
    else:
        _take_write_lock(db.session.connection())


# -- connections ------------------------------------------------------------------------------------


def init_app(app: Flask, *, database_url: str) -> None:
    """Bind the database to an application; opens no connection, makes no folder.

    A relative SQLite path lies in the instance folder.
    """
    app.config["SQLALCHEMY_DATABASE_URI"] = _absolute(database_url, Path(app.instance_path))
    if database_url.startswith("sqlite"):
        options: dict[str, Any] = {
            "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
        }
    else:
        seconds = app.config["TSUDOI"].statement_seconds
        options = {
            "pool_pre_ping": True,
            "pool_size": 5,
            "max_overflow": 10,
            "connect_args": {"options": patience.at_connect(seconds)},
        }
    options["hide_parameters"] = True  # an error's words end up in logs; what was typed must not
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        _listen(db.engine)
        patience.listen(db.engine)
    patience.init_app(app)
    app.before_request(_begin_request)
    app.after_request(_end_request)
    app.teardown_request(_leave_request)


def _absolute(database_url: str, folder: Path) -> URL:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        return url.set(database=str(folder / str(url.database)))
    return url


def owner_engine() -> Engine:
    """Whom tables are made by: on PostgreSQL the account of TSUDOI_OWNER_DATABASE_URL if there is one, else the service."""
    url = current_app.config["TSUDOI"].owner_database_url
    return create_engine(url, hide_parameters=True, poolclass=NullPool) if url else db.engine


def _listen(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "before_cursor_execute", _lock_before_writing)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # We emit BEGIN ourselves (see _begin_sqlite); the driver's own late BEGIN would be a deferred one.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA recursive_triggers=ON")
    # What is deleted or replaced is overwritten in the file, not only given free.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


_READS_FIRST = "reads_first"
"""Key in `Connection.info`: the write lock is not taken yet, and may be."""


def _begin_sqlite(connection: Connection) -> None:
    intent = _intent.get()
    connection.info[_READS_FIRST] = False
    if intent == Intent.WRITE:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.exec_driver_sql("PRAGMA query_only=ON")
    connection.exec_driver_sql("BEGIN")
    connection.info[_READS_FIRST] = intent == Intent.READ_FIRST


def _lock_before_writing(
    connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool
) -> None:
    if not _only_reads(statement, context.compiled):
        _take_write_lock(connection)


def _only_reads(statement: str, compiled: Any) -> bool:
    """False for what would lock something on PostgreSQL: SELECT … FOR UPDATE or SHARE, and whatever is no SELECT."""
    asked = getattr(compiled, "statement", None)
    if isinstance(asked, GenerativeSelect):
        return asked._for_update_arg is None
    return statement.lstrip()[:6].upper() in ("SELECT", "PRAGMA")


def _take_write_lock(connection: Connection) -> None:
    """End the reading and begin anew as the one writer. What is asked from here on is as it is now, as every statement's
    answer is on PostgreSQL; a transaction that turned from reading to writing would fail whenever somebody else wrote
    meanwhile."""
    if connection.info.get(_READS_FIRST):
        connection.info[_READS_FIRST] = False
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if _intent.get() == Intent.READ:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


# -- the one commit point -----------------------------------------------------------------------------


def _begin_request() -> None:
    _intent.set(Intent.READ if request.method in READING_METHODS else Intent.READ_FIRST)


def only_read() -> None:
    """From its first statement on, let this request read only; call it before that."""
    _intent.set(Intent.READ)


def _end_request(response: Response) -> Response:
    """Commit what a 2xx or 3xx answer stands for; everything else leaves the database as it was."""
    if response.status_code < 400 and request.method not in READING_METHODS:
        commit()
    else:
        db.session.rollback()
    return response


def _leave_request(_error: BaseException | None) -> None:
    db.session.remove()
    _intent.set(Intent.WRITE)


def commit() -> None:
    """Commit the session and nudge the worker if it left work behind.

    Called by the end of a request and by `unit_of_work` only.
    """
    has_work = bool(db.session.info.pop("has_work", False))
    keeps_no_log = bool(db.session.info.pop("keeps_no_log", False))
    db.session.commit()
    if keeps_no_log:
        _empty_log()
    if has_work:
        nudge = current_app.extensions.get("nudge_worker")
        if nudge is not None:
            nudge()


def left_work() -> None:
    """Remember that this unit queued a mail or a job, so that the worker is nudged after its commit."""
    db.session.info["has_work"] = True


def keep_no_log() -> None:
    """Remember that the log of this unit would tell what the tables do not: the order in which rows came."""
    db.session.info["keeps_no_log"] = True


def _empty_log() -> None:
    """On SQLite, move what the -wal file holds into the database and cut it to nothing. A reader may hold this up; then the
    next one who asks for it empties it."""
    if db.engine.dialect.name != "sqlite":
        return
    with db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA busy_timeout={LOG_TIMEOUT_MS}")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


@contextmanager
def reading() -> Iterator[Session]:
    """One transaction outside a request that only reads, and waits for nobody who writes."""
    token = _intent.set(Intent.READ)
    session: Session = db.session()
    session.rollback()
    try:
        yield session
    finally:
        session.rollback()
        _intent.reset(token)


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction outside a request (worker, command, test): commits at the end, rolls back on any error."""
    token = _intent.set(Intent.WRITE)
    session: Session = db.session()
    # What an earlier unit only read must not leave a read-only transaction open.
    session.rollback()
    try:
        yield session
        commit()
    except BaseException:
        session.info.pop("has_work", None)
        session.info.pop("keeps_no_log", None)
        session.rollback()
        raise
    finally:
        _intent.reset(token)


@contextmanager
def apart() -> Iterator[Session]:
    """A short transaction of its own, for facts that a rollback of the request must not undo
    (rate-limit counters, failed sign-ins, refused attempts).

    Raises RuntimeError when the session is in a transaction already: on SQLite the two would wait for each other.
    So use it before the request's first own statement, or after rolling back."""
    if db.session.registry.has() and db.session().in_transaction():
        raise RuntimeError(
            "apart() inside a transaction: call it before the first statement, or roll back first"
        )
    token = _intent.set(Intent.WRITE)
    with Session(db.engine, expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            _intent.reset(token)
