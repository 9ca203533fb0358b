"""A database as one file, consistent while others write, and back into an empty database."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, Engine, create_engine, inspect
from sqlalchemy.engine import URL

from trainings.core.db import BUSY_TIMEOUT_MS
from trainings.core.restoration import UNDER_WAY, is_under_way
from trainings.desk.backups.archive import BackupFailed

PATIENCE_SECONDS = 3 * 60 * 60
"""A tool of PostgreSQL that takes longer hangs."""
LOCK_PATIENCE_MS = 60_000
MOST_FINDINGS = 100_000_000
_NULL = re.compile(r"NULL value in (\w+)\.(\w+)")
LEFT_OUT = ("TABLE DATA public alembic_version", " SCHEMA - public", " COMMENT - SCHEMA public")
"""What of a dump is not put back: the schema is there, and the version is written last, with all that goes with it."""


def copy(engine: Engine, file: Path) -> None:
    """Write the database, as it is at one instant, into a new file. Raises BackupFailed."""
    if engine.dialect.name == "postgresql":
        more = ("--format=custom", f"--lock-wait-timeout={LOCK_PATIENCE_MS}", f"--file={file}")
        _run("pg_dump", engine.url, *more)
        return
    source = sqlite3.connect(str(engine.url.database), timeout=BUSY_TIMEOUT_MS / 1000)
    try:
        # Reads in one transaction, beside whoever writes, and copies rows only: no page that was given free.
        source.execute("VACUUM INTO ?", (str(file),))
    except sqlite3.Error as error:
        raise BackupFailed(f"the database could not be copied: {error}.") from None
    finally:
        source.close()


def refuse_used(engine: Engine) -> None:
    """Raises BackupFailed if there is anything where a database is to be put, but for what a restore left that was broken
    off."""
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        for one in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))):
            if one.exists():
                raise BackupFailed(f"{one} is there already; restore into an empty place, or move it away.")
        return
    tables = inspect(engine).get_table_names()
    if tables and UNDER_WAY not in tables:
        raise BackupFailed(
            f"the database {engine.url.database} holds {len(tables)} tables already; restore into an empty one."
        )


def open_copy(file: Path) -> Engine:
    """A copied SQLite database, checked. Raises BackupFailed."""
    engine = create_engine(f"sqlite:///{file}", hide_parameters=True)
    with engine.connect() as connection:
        if damage := damage_in(connection):
            raise BackupFailed(f"the database in the backup is damaged: {damage}.")
    return engine


def damage_in(connection: Connection) -> str:
    """The first damage that SQLite finds in a database, in its own words; empty if there is none.

    Before version 3.41 it takes NULLs of other columns for those of one that may hold none, in tables without rowid whose
    key is not their first column. So whatever it says of NULLs is looked up.
    """
    hearsay: set[str] = set()
    for said in connection.exec_driver_sql(f"PRAGMA integrity_check({MOST_FINDINGS})").scalars():
        null = _NULL.fullmatch(said)
        if said == "ok" or said in hearsay:
            continue
        if null is None or _holds_null(connection, *null.groups()):
            return str(said)
        hearsay.add(said)
    return ""


def _holds_null(connection: Connection, table: str, column: str) -> bool:
    # Not IS NULL: that SQLite answers by what the column promises, without looking.
    asked = f'SELECT 1 FROM "{table}" WHERE typeof("{column}") = \'null\' LIMIT 1'
    return connection.exec_driver_sql(asked).scalar() is not None


def begin(engine: Engine, schema: str) -> bool:
    """Mark a PostgreSQL database as one that is being put back; whether it was already, by a restore that was broken off.
    Raises BackupFailed if that one was of another schema, so that nobody knows what it left."""
    with engine.begin() as connection:
        if not is_under_way(connection):
            connection.exec_driver_sql(f"CREATE TABLE {UNDER_WAY} AS SELECT text '{schema}' AS schema")
            return False
        left = connection.exec_driver_sql(f"SELECT schema FROM {UNDER_WAY}").scalar()
    if left != schema:
        raise BackupFailed(
            f"a restore of schema {left} was broken off in this database, and this backup has schema {schema}: "
            "make the database anew, empty."
        )
    return True


def end(connection: Connection) -> None:
    """Take the mark away, in the transaction that makes the database whole."""
    connection.exec_driver_sql(f"DROP TABLE {UNDER_WAY}")


def load(engine: Engine, file: Path) -> None:
    """Put a dump into a PostgreSQL database, all of it or nothing, in the place of what a restore left that was broken off.
    Raises BackupFailed."""
    listed = _run("pg_restore", None, "--list", str(file))
    wanted = file.with_suffix(".list")
    lines = [line for line in listed.splitlines() if not any(one in line for one in LEFT_OUT)]
    wanted.write_text("\n".join(lines) + "\n", "utf-8")
    more = (
        *("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"),
        *("--clean", "--if-exists"),
    )
    _run("pg_restore", engine.url, *more, f"--use-list={wanted}", str(file))


def _run(tool: str, url: URL | None, *arguments: str) -> str:
    """What a tool of PostgreSQL writes. The password goes by the environment: everybody may read a command line."""
    program = shutil.which(tool)
    if program is None:
        raise BackupFailed(f"{tool} is not on this machine: install the Debian package postgresql-client.")
    where: tuple[str, ...] = ()
    environment = dict(os.environ)
    if url is not None:
        given = url.translate_connect_args(username="user", database="dbname") | dict(url.query)
        password = given.pop("password", None)
        if password:
            environment["PGPASSWORD"] = str(password)
        where = (f"--dbname={make_conninfo('', **given)}", "--no-password")
    try:
        done = subprocess.run(
            [program, *where, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise BackupFailed(f"{tool} did not end in {PATIENCE_SECONDS // 3600} hours.") from None
    if done.returncode:
        # Its first line says what is wrong; later ones may quote a row.
        raise BackupFailed(f"{done.stderr.strip().partition(chr(10))[0] or tool + ' failed'}.")
    return done.stdout
