"""Whether the whole house can serve, for the start of web and worker, and for whoever watches it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from trainings.core import clock, readiness
from trainings.core.database.schema import schema_found, schema_wanted
from trainings.core.db import db
from trainings.core.jobs import Job, JobState, last_pulse
from trainings.core.readiness import NotReady
from trainings.core.restoration import held, was_restored
from trainings.desk.backups import nightly
from trainings.messages.models import Message, MessageState
from trainings.surveys import pairing
from trainings.surveys.queries import events_with_keys, key_folder

LEAST_DISK = 0.05
LONGEST_SILENCE_SECONDS = 300
"""The worker looks every minute; what is due waits no longer than this while it lives."""


@dataclass(frozen=True)
class Health:
    """What a monitor asks for, and anybody may read. Seconds are None where nothing is late: that a mail is on its way just
    now would tell whoever asked for a link that the address is known. backup_hours: age of the last whole backup.

    troubles: what has to be looked at, by name; the first three kinds mean that requests cannot be served.
    """

    ready: bool
    troubles: tuple[str, ...]
    worker_seconds: int | None = None
    jobs_seconds: int | None = None
    outbox_seconds: int | None = None
    disk_free_percent: int | None = None
    backup_hours: int | None = None

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def check_start(app: Flask) -> None:
    """Raises NotReady with one sentence if web and worker must not start."""
    settings = app.config["TSUDOI"]
    missing = app.extensions["static_files"].missing()
    if missing:
        raise NotReady(f"static/{missing[0]} is missing: run `make setup`, which brings the browser files.")
    readiness.check_folder(settings.instance_path, "TSUDOI_INSTANCE_DIR")
    readiness.check_database(app)
    with app.app_context():
        folder = key_folder()
        readiness.check_folder(folder, "TSUDOI_SURVEY_KEY_DIR")
        # Keys are in no backup: whoever restored on another machine has none to bring.
        events = () if was_restored() else events_with_keys()
        db.session.rollback()
        db.engine.dispose()
    if events and not any(pairing.has_key(folder, event_id) for event_id in events):
        raise NotReady(
            f"TSUDOI_SURVEY_KEY_DIR: {folder} holds none of the keys of the {len(events)} surveys in this database; "
            "name the folder that was in use, or bring its files here."
        )


def health() -> Health:
    """How things stand. Never raises because of the database."""
    settings = current_app.config["TSUDOI"]
    try:
        free = readiness.free_disk(settings.instance_path)
    except OSError:
        free = 0.0
    grave = [] if free >= LEAST_DISK else ["disk"]
    percent = round(100 * free)
    try:
        if schema_found() != schema_wanted(current_app.extensions["migrate"].directory):
            return Health(False, (*grave, "schema"), disk_free_percent=percent)
        pulse, jobs, outbox = _age(last_pulse()), _age(_oldest_job()), _age(_oldest_mail())
        is_held, backup = held() is not None, nightly.age()
        has_failed, is_missing = nightly.failed_at() is not None, nightly.is_missing()
    except SQLAlchemyError:
        db.session.rollback()
        return Health(False, (*grave, "database"), disk_free_percent=percent)
    late = {"worker": pulse, "jobs": jobs, "outbox": outbox}
    slow = [name for name, age in late.items() if age is not None and age > LONGEST_SILENCE_SECONDS]
    if pulse is None:
        slow.insert(0, "worker")
    if is_held:
        slow.append("held")
    if nightly.is_on() and (has_failed or is_missing or (backup is not None and backup > nightly.OLD)):
        slow.append("backup")
    hours = None if backup is None else int(backup.total_seconds()) // 3600
    told = {f"{name}_seconds": age if name in slow else None for name, age in late.items()}
    return Health(not grave, (*grave, *slow), disk_free_percent=percent, backup_hours=hours, **told)


def _age(since: datetime | None) -> int | None:
    return None if since is None else max(0, int((clock.now() - since).total_seconds()))


def _oldest_job() -> datetime | None:
    """Since when the job that waits longest has been due."""
    return db.session.scalar(
        select(func.min(Job.run_after)).where(Job.state == JobState.DUE, Job.run_after <= clock.now())
    )


def _oldest_mail() -> datetime | None:
    return db.session.scalar(
        select(func.min(Message.next_attempt_at)).where(
            Message.state == MessageState.QUEUED, Message.next_attempt_at <= clock.now()
        )
    )
