"""What the place of a row on disk tells, and how that is taken away.

A table keeps its rows in the order in which they came, or leaves signs of it: SQLite counts them by rowid and fills its
pages one row after the other, PostgreSQL numbers places (ctid) and transactions (xmin). Beside such a list lies always
another one with times and people (a web server's log, the outbox), and two lists in one order are one table. So rows that
must not be tied to anybody are written all anew, in random order, whenever one is added.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, insert, select, text

from trainings.core.db import Base, db, keep_no_log
from trainings.core.triggers import write_anew_function


def mix(model: type[Base], among: ColumnElement[bool], added: Sequence[Mapping[str, Any]] = ()) -> None:
    """Write all rows that `among` picks, and the added ones, anew in random order in the present transaction.

    The caller holds a lock behind which nobody else writes these rows. added: a value for every column. Nothing may refer
    to such a row by a foreign key.
    """
    table = _table(model)
    rows = [dict(row) for row in db.session.execute(select(table).where(among)).mappings()] + [
        dict(row) for row in added
    ]
    secrets.SystemRandom().shuffle(rows)
    db.session.execute(delete(table).where(among))
    if rows:
        db.session.execute(insert(table), rows)
    keep_no_log()


def vacuum(*models: type[Base]) -> None:
    """Write the tables into new files, so that no row remains of those that were deleted or written anew before.

    No transaction of the session may be open. On SQLite the whole database is rewritten and its log emptied; on PostgreSQL
    the owner of the tables lends the act (core.triggers).
    """
    with db.engine.connect() as connection:
        # Past SQLAlchemy, which would begin a transaction: none of these statements runs inside one.
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            driver.execute("PRAGMA query_only=OFF")
            driver.execute("VACUUM")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for model in models:
            connection.execute(text(f"SELECT {write_anew_function(_table(model))}()"))


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table
