"""Putting a backup back into an empty place: all of it, or nothing.

Everything is unsealed and checked first, then the files are put in their places, and the database last. On SQLite it is
finished in a file of its own and then given its name; on PostgreSQL it is loaded in one transaction and finished in a second
one, which also writes the version of the schema: before that no web process and no worker starts on it. Where that was
broken off, by a failing power or a killed process, the next restore knows it by a mark and begins again; files that it left
are those of the backup.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import Connection, func, insert, select, text, update

from trainings.audit.models import AuditEntry
from trainings.checkin.models import Scan
from trainings.core import clock, roles
from trainings.core.actor import ActorKind
from trainings.core.database.schema import schema_wanted
from trainings.core.db import db, owner_engine
from trainings.core.restoration import Restoration
from trainings.desk.backups import archive, databases
from trainings.desk.backups.archive import BackupFailed
from trainings.desk.backups.taking import DATABASE, FILES, FORMAT, KEPT_KEYS, KEYS, MANIFEST, digest, workshop
from trainings.messages.models import Failure, Message, MessageState

RESTORED = "database.restored"
MOST_UNKNOWN_SCANS = 1_000_000
"""Nobody has heard of more scans than these that came after the backup."""
SAME_KEYS_NEEDED = (
    "{names}: not the keys that the backup was made with, so no link or ticket that is out would work; "
    "`flask --app wsgi restore --keys` prints them for the settings."
)


@dataclass(frozen=True)
class Restored:
    """taken_at: of the backup. heads: the newest digests of the chains then. held: mails that waited then, and may have
    been sent since. is_anew: what a restore had left here that was broken off was taken away."""

    taken_at: datetime
    heads: dict[str, str]
    held: int
    is_anew: bool = False


def keys_of(file: Path, identity: Path) -> str:
    """The keys in a backup, as lines for the settings. Raises BackupFailed."""
    with workshop() as place:
        _unseal(file, identity, place)
        return (place / KEYS).read_text("utf-8")


def restore(file: Path, identity: Path) -> Restored:
    """Put a backup back. Raises BackupFailed, and leaves everything as it was then."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    home = Path(str(db.engine.url.database)).parent if is_sqlite else None
    try:
        databases.refuse_used(db.engine)
        if home is not None:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with workshop(home) as place:
            manifest = _unseal(file, identity, place)
            _check(manifest, place)
            _refuse_taken_files(manifest, place)
            with _files_put(manifest, place):
                return _put_sqlite(manifest, place) if is_sqlite else _put_postgresql(manifest, place)
    except OSError as error:
        raise BackupFailed(f"{error.strerror or error} ({error.filename}).") from error


def _unseal(file: Path, identity: Path, place: Path) -> dict[str, Any]:
    archive.unseal(file, place, archive.identities_of(identity))
    try:
        manifest: dict[str, Any] = json.loads((place / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        manifest = {}
    if manifest.get("format") != FORMAT:
        raise BackupFailed(f"{file} is no backup that this version reads.")
    return manifest


def _check(manifest: dict[str, Any], place: Path) -> None:
    kind, ours = manifest["database"], db.engine.dialect.name
    if kind != ours:
        raise BackupFailed(f"TSUDOI_DATABASE_URL: the backup is of {kind}, this setting names {ours}.")
    wanted = schema_wanted(current_app.extensions["migrate"].directory)
    if set(manifest["schema"]) != wanted:
        raise BackupFailed(
            f"the backup has schema {', '.join(manifest['schema'])}, this version needs {', '.join(sorted(wanted))}: "
            "restore with the version of the program that made it, and upgrade after."
        )
    if digest(place / DATABASE) != manifest["sha256"]:
        raise BackupFailed("the database in the backup is not the one that was put there.")
    settings = current_app.config["TSUDOI"]
    given = dict(line.partition("=")[::2] for line in (place / KEYS).read_text("utf-8").splitlines())
    names = [f"TSUDOI_{name.upper()}" for name in KEPT_KEYS]
    others = [
        name for name, key in zip(names, KEPT_KEYS, strict=True) if given.get(name) != getattr(settings, key)
    ]
    if others:
        raise BackupFailed(SAME_KEYS_NEEDED.format(names=", ".join(others)))


def _refuse_taken_files(manifest: dict[str, Any], place: Path) -> None:
    for name in manifest["files"]:
        there = current_app.config["TSUDOI"].instance_path / name
        if there.exists() and not (there.is_file() and digest(there) == digest(place / FILES / name)):
            raise BackupFailed(f"{name} is in the instance folder already; restore into an empty one.")


def _put_sqlite(manifest: dict[str, Any], place: Path) -> Restored:
    target, copy = Path(str(db.engine.url.database)), place / DATABASE
    engine = databases.open_copy(copy)
    with engine.begin() as connection:
        restored = _finish(connection, manifest)
    engine.dispose()
    copy.chmod(0o600)
    with copy.open("rb+") as written:
        os.fsync(written.fileno())
    try:
        os.link(copy, target)  # unlike a renaming, this replaces nothing
    except FileExistsError:
        raise BackupFailed(f"{target} is there already.") from None
    return restored


def _put_postgresql(manifest: dict[str, Any], place: Path) -> Restored:
    engine = owner_engine()
    is_anew = databases.begin(engine, ", ".join(manifest["schema"]))
    databases.load(engine, place / DATABASE)
    with engine.begin() as connection:
        for version in manifest["schema"]:
            connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
        restored = _finish(connection, manifest)
        settings = current_app.config["TSUDOI"]
        if settings.owner_database_url:
            roles.hand_over(connection, roles.service_account(settings.database_url))
        databases.end(connection)
    return replace(restored, is_anew=is_anew)


def _finish(connection: Connection, manifest: dict[str, Any]) -> Restored:
    taken_at = datetime.fromisoformat(manifest["taken_at"])
    return Restored(taken_at, manifest["heads"], hold(connection, taken_at))


def hold(connection: Connection, taken_at: datetime) -> int:
    """What makes a copy of that instant a database that goes on: no mail goes out twice, listeners miss nothing, the trail
    says so, and the worker waits. How many mails waited."""
    waiting = Message.state.in_((MessageState.QUEUED, MessageState.SENDING))
    held = connection.execute(
        update(Message)
        .where(waiting)
        .values(state=MessageState.FAILED, failure=Failure.RESTORED, sending_since=None, last_error=None)
    ).rowcount
    newest = connection.scalar(select(func.coalesce(func.max(Scan.cursor), 0))) or 0
    id = uuid.uuid4()
    connection.execute(
        insert(Restoration).values(
            id=id,
            taken_at=taken_at,
            restored_at=clock.now(),
            released_at=None,
            cursors_above=newest + MOST_UNKNOWN_SCANS,
        )
    )
    connection.execute(
        insert(AuditEntry).values(
            id=uuid.uuid4(),
            at=clock.now(),
            actor_kind=ActorKind.CLI,
            verb=RESTORED,
            subject_kind="restoration",
            subject_id=str(id),
            detail={"taken_at": taken_at.isoformat(), "held": held},
        )
    )
    return held


@contextmanager
def _files_put(manifest: dict[str, Any], place: Path) -> Iterator[None]:
    """The other files, in their places; taken away again if what follows fails."""
    home = current_app.config["TSUDOI"].instance_path
    put: list[Path] = []
    try:
        for name in manifest["files"]:
            target = home / name
            if target.exists():
                continue  # the same one, left by a restore that was broken off
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = target.with_name(f".{target.name}.partial")
            shutil.move(place / FILES / name, draft)
            draft.chmod(0o600)
            put.append(draft.rename(target))
        yield
    except BaseException:
        for target in put:
            target.unlink()
        raise
