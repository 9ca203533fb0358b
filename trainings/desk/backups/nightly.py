"""The backup of the night: when it is due, taken by one worker, noted whether it became whole."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select

from trainings.audit.models import AuditEntry
from trainings.core import clock
from trainings.core.db import db, lock_words, unit_of_work
from trainings.core.jobs import BACKUP, note_now, noted
from trainings.core.logs import tell
from trainings.desk.backups import taking
from trainings.desk.backups.archive import BackupFailed

ASKED, BEGUN, WHOLE, FAILED = "backup_asked", "backup_begun", BACKUP, "backup_failed"
"""Instants that are noted, by their names. ASKED: since when a worker knows that backups are wanted every night."""
AGAIN = timedelta(hours=1)
"""After one that failed."""
LONGEST = timedelta(hours=4)
"""A backup that was begun earlier and has not ended was killed."""
FIRST = timedelta(days=1)
"""Wanted for longer than this, the first backup should be there."""
OLD = timedelta(hours=30)
"""Older than this, a backup is not last night's."""


def note(name: str) -> None:
    """Note that something happened now."""
    note_now(name)


def is_on() -> bool:
    """Whether backups are made every night."""
    return bool(current_app.config["TSUDOI"].backup_dir)


def age() -> timedelta | None:
    """Of the last whole backup; None = there is none."""
    whole = noted(WHOLE)
    return None if whole is None else clock.now() - whole


def is_missing() -> bool:
    """Whether backups are wanted for more than a day and not one was ever made. Where no worker ever heard of that wish, the
    database's own age counts."""
    if not is_on() or noted(WHOLE) is not None:
        return False
    since = noted(ASKED) or db.session.scalar(select(func.min(AuditEntry.at)))
    return since is not None and clock.now() - since > FIRST


def failed_at() -> datetime | None:
    """When the last one failed, if none became whole since."""
    failed, whole = noted(FAILED), noted(WHOLE)
    return failed if failed is not None and (whole is None or whole < failed) else None


def take_if_due() -> Path | None:
    """Take the backup of the day, if it is time and nobody else does; its file. Never raises because of it, and holds no
    transaction meanwhile."""
    settings = current_app.config["TSUDOI"]
    if not settings.backup_dir:
        return None
    with unit_of_work():
        lock_words("backup")
        if noted(ASKED) is None:
            note(ASKED)
        if not _is_due(settings.backup_hour):
            return None
        note(BEGUN)
    folder = Path(settings.backup_dir)
    try:
        file = taking.take(folder)
        taking.prune(folder, settings.backup_keep)
    except (BackupFailed, OSError) as why:
        tell("backup.failed", "the backup failed: %s", why, level=logging.ERROR)
        file = None
    except Exception:
        tell("backup.failed", "the backup failed", level=logging.ERROR, fault=True)
        file = None
    with unit_of_work():
        note(WHOLE if file else FAILED)
    return file


def _is_due(hour: int) -> bool:
    now = clock.now()
    local = clock.local(now)
    tonight = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if local < tonight:
        tonight -= timedelta(days=1)
    whole, failed, begun = noted(WHOLE), noted(FAILED), noted(BEGUN)
    if whole is not None and whole >= tonight:
        return False
    if failed is not None and now - failed < AGAIN:
        return False
    ended = max((one for one in (whole, failed) if one is not None), default=None)
    is_under_way = begun is not None and (ended is None or ended < begun) and now - begun < LONGEST
    return not is_under_way
