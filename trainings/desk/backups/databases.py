"""A database as one file, consistent while others write, and back into an empty database."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.engine import URL

from trainings.core.db import BUSY_TIMEOUT_MS
from trainings.desk.backups.archive import BackupFailed

PATIENCE_SECONDS = 3 * 60 * 60
"""A tool of PostgreSQL that takes longer hangs."""
LOCK_PATIENCE_MS = 60_000
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
    """Raises BackupFailed if there is anything where a database is to be put."""
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        for one in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))):
            if one.exists():
                raise BackupFailed(f"{one} is there already; restore into an empty place, or move it away.")
        return
    if tables := inspect(engine).get_table_names():
        raise BackupFailed(
            f"the database {engine.url.database} holds {len(tables)} tables already; restore into an empty one."
        )


def open_copy(file: Path) -> Engine:
    """A copied SQLite database, checked. Raises BackupFailed."""
    engine = create_engine(f"sqlite:///{file}", hide_parameters=True)
    with engine.connect() as connection:
        if connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
            raise BackupFailed("the database in the backup is damaged.")
    return engine


def load(engine: Engine, file: Path) -> None:
    """Put a dump into an empty PostgreSQL database, all of it or nothing. Raises BackupFailed."""
    listed = _run("pg_restore", None, "--list", str(file))
    wanted = file.with_suffix(".list")
    lines = [line for line in listed.splitlines() if not any(one in line for one in LEFT_OUT)]
    wanted.write_text("\n".join(lines) + "\n", "utf-8")
    more = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
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
