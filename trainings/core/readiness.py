"""Whether this process can serve: its folders, its database, the schema in it. One sentence says what to do if not."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from trainings.core.database.schema import all_schemas, schema_found, schema_wanted
from trainings.core.db import db
from trainings.core.restoration import BEGIN_AGAIN, is_under_way

AWAY_AFTER_SECONDS = 30
"""When a visitor may try again while the database is away."""
GONE = ("08", "53", "57P")
"""Beginnings of PostgreSQL's codes for: no connection, no resources (connections, disk, memory), shut down or starting."""
DISK_FULL = "53100"
"""PostgreSQL's code."""
LOCKED_OUT = ("unable to open", "disk i/o", "database is locked", "disk is full")
"""What SQLite says when its file cannot be had. Not that it is read-only: so it says of our own reading transactions, and a
page that writes in one is a fault."""


class NotReady(Exception):
    """Why the program must not serve, as one sentence for the operator."""


def check_folder(folder: Path, setting: str) -> None:
    """Raises NotReady if this process cannot write in a folder (or make it)."""
    try:
        nearest = next(one for one in (folder, *folder.parents) if one.exists())
        writable = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
    except OSError:
        writable = False  # not even a folder above it may be entered
    if not writable:
        raise NotReady(
            f"{setting}: this account (uid {os.geteuid()}) cannot write in {folder}; "
            "give the folder to the account that the service runs as."
        )


def check_database(app: Flask) -> None:
    """Raises NotReady if the database cannot be reached or written, or holds another schema than this program's."""
    settings = app.config["TSUDOI"]
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            file = Path(str(db.engine.url.database))
            check_folder(file.parent, "TSUDOI_DATABASE_URL")
            if not file.exists():
                raise NotReady("the database is empty: run `flask --app wsgi install` first.")
            if not os.access(file, os.W_OK):
                raise NotReady(
                    f"TSUDOI_DATABASE_URL: this account (uid {os.geteuid()}) cannot write {file}; "
                    "give the file to the account that the service runs as."
                )
        try:
            found = schema_found()
            with db.engine.connect() as connection:
                broken_off = is_under_way(connection)
        except SQLAlchemyError as error:
            raise NotReady(
                f"TSUDOI_DATABASE_URL: the database does not answer ({type(error).__name__}); "
                "start it, or mend the setting."
            ) from None
        finally:
            db.engine.dispose()
    if broken_off:
        raise NotReady(BEGIN_AGAIN)
    wanted = schema_wanted(app.extensions["migrate"].directory)
    if found == wanted:
        return
    name = ", ".join(sorted(found)) or "none"
    newer = not found <= all_schemas(app.extensions["migrate"].directory)
    raise NotReady(
        f"the database has schema {name}, this version needs {', '.join(sorted(wanted))}: "
        + (
            "it was made by a newer version; install that one, or restore the backup made before the upgrade."
            if newer
            else "run `flask --app wsgi install`."
        )
        + f" (environment: {settings.environment})"
    )


def free_disk(folder: Path) -> float:
    """The share of the disk under a folder that is free, 0–1."""
    usage = shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists()))
    return usage.free / usage.total


def is_full(error: BaseException) -> bool:
    """Whether a fault means that a disk is full: ours, or the database's."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if not isinstance(error, DBAPIError):
        return False
    return getattr(error.orig, "sqlstate", None) == DISK_FULL or "disk is full" in str(error.orig).lower()


def is_away(error: BaseException) -> bool:
    """Whether a fault means that the database cannot be had just now, and not that a statement was wrong."""
    if isinstance(error, NoConnection):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    code = getattr(error.orig, "sqlstate", None)
    if code:
        return str(code).startswith(GONE)
    words = str(error.orig).lower()
    return isinstance(error, OperationalError) and (
        any(one in words for one in LOCKED_OUT) or "connect" in words
    )
