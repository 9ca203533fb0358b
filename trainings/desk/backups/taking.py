"""Taking a backup: database, the keys that links and tickets are made by, other files; never the surveys' pairing keys."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from trainings.audit.chains import chained_tables
from trainings.audit.models import ChainLink
from trainings.core import clock
from trainings.core.database.schema import schema_found
from trainings.core.db import db, reading
from trainings.desk.backups import archive, databases
from trainings.desk.backups.archive import BackupFailed
from trainings.surveys.queries import key_folder

FORMAT = "tsudoi-backup-1"
MANIFEST, DATABASE, KEYS, FILES = "manifest.json", "database", "keys.env", "files"
PREFIX = "tsudoi-"
WORKSHOP = "backup-"
"""Beginning of the folders in which backups are put together; what a killed process left there is cleared away."""
LOCK = "backup.lock"
KEPT_KEYS = ("link_key", "ticket_key")
"""Without these no link or ticket that is out works any more. The secret key is left out: another one signs staff out, and
whoever had it could sign in as anybody."""
LEFT_OUT = (".key", archive.ENDING)
"""Endings of what is never in a backup, in whatever folder: pairing keys and other backups."""


def take(folder: Path) -> Path:
    """Write a backup into a folder; its file. Opens no transaction that others wait for. Raises BackupFailed, and leaves no
    part of a backup then."""
    settings = current_app.config["TSUDOI"]
    recipients = archive.recipients_of(settings.backup_recipients)
    if not recipients:
        raise BackupFailed("TSUDOI_BACKUP_RECIPIENTS: name the public key that backups are sealed for.")
    target = folder / f"{PREFIX}{clock.now().astimezone(UTC):%Y%m%dT%H%M%SZ}{archive.ENDING}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        with workshop() as place:
            _gather(place)
            archive.seal(place, target, recipients)
    except FileExistsError:
        raise BackupFailed(f"{target} is there already; wait a second.") from None
    except OSError as error:
        raise BackupFailed(f"{error.strerror or error} ({error.filename or folder}).") from error
    return target


def prune(folder: Path, keep: int) -> None:
    """Leave only the newest backups in a folder."""
    for old in sorted(folder.glob(f"{PREFIX}*{archive.ENDING}"))[:-keep]:
        old.unlink()


@contextmanager
def workshop(beside: Path | None = None) -> Iterator[Path]:
    """A folder of our own for what is not sealed, taken away afterwards. One backup at a time: BackupFailed for a second.

    beside: where, if not in the instance folder.
    """
    home = current_app.config["TSUDOI"].instance_path
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed("another backup is being made or put back.") from None
        where = beside or home
        for left in where.glob(f"{WORKSHOP}*"):
            if left.is_dir():
                shutil.rmtree(left)
        place = Path(tempfile.mkdtemp(prefix=WORKSHOP, dir=where))
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _gather(place: Path) -> None:
    settings = current_app.config["TSUDOI"]
    database = place / DATABASE
    with reading():
        heads, schema = _heads(), schema_found()
    databases.copy(db.engine, database)
    with reading():
        if schema_found() != schema:
            raise BackupFailed("the database was upgraded meanwhile; take the backup again.")
    files = _other_files()
    for name in files:
        (place / FILES / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(settings.instance_path / name, place / FILES / name)
    keys = "".join(f"TSUDOI_{name.upper()}={getattr(settings, name)}\n" for name in KEPT_KEYS)
    (place / KEYS).write_text(keys, "utf-8")
    manifest = {
        "format": FORMAT,
        "taken_at": clock.now().isoformat(),
        "database": db.engine.dialect.name,
        "schema": sorted(schema),
        "sha256": digest(database),
        "heads": heads,
        "files": files,
    }
    (place / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")


def _heads() -> dict[str, str]:
    """The newest digest of each chain: it vouches for what the copy holds."""
    newest = select(ChainLink.digest).order_by(ChainLink.n.desc()).limit(1)
    found = {table.name: newest.where(ChainLink.chain == table.name) for table, _ in chained_tables()}
    heads = {name: db.session.scalar(wanted) for name, wanted in found.items()}
    return {name: head for name, head in heads.items() if head}


def _other_files() -> list[str]:
    """What else lies in the instance folder, without database, queue and what only this machine needs, and without anything
    that may be a pairing key, in whatever folder."""
    settings = current_app.config["TSUDOI"]
    home = settings.instance_path
    ours = [Path(str(db.engine.url.database)).name] if db.engine.dialect.name == "sqlite" else []
    skipped = (*ours, "queue.sqlite3", LOCK)
    closed = {key_folder().resolve(), Path(settings.backup_dir or home / "backups").resolve()}
    found = []
    for at, folders, names in os.walk(home):
        here = Path(at)
        folders[:] = [
            one for one in folders if (here / one).resolve() not in closed and not one.startswith(WORKSHOP)
        ]
        for name in names:
            path = here / name
            is_skipped = here == home and name.startswith(skipped)
            if path.is_file() and not path.is_symlink() and not is_skipped and not name.endswith(LEFT_OUT):
                found.append(str(path.relative_to(home)))
    return sorted(found)


def digest(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
