"""Jobs: rows written in the transaction of their cause. The worker maps names to functions and may run one twice.

Huey only nudges; the rows are the truth, and a sweep every minute finds whatever a nudge missed.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, case, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from trainings.core import clock
from trainings.core.db import Base, Identified, db, enum_column, left_work


class JobState(StrEnum):
    DUE = "due"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Identified, Base):
    """One thing to do. `subject` is an opaque id (an event, mostly); `key` keeps a due job from being queued twice.

    A job that runs is not due any more: whoever asks for it meanwhile gets a new one, since the running one may have
    read the state before that change.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_state_run_after", "state", "run_after"),
        Index(
            "uq_job_due_key",
            "name",
            "key",
            unique=True,
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        CheckConstraint("(state = 'running') = (running_since IS NOT NULL)", name="running_has_time"),
    )

    name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(120))
    subject: Mapped[uuid.UUID | None]
    run_after: Mapped[datetime]
    state: Mapped[JobState] = mapped_column(enum_column(JobState), default=JobState.DUE)
    attempts: Mapped[int] = mapped_column(default=0)
    running_since: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]


class Pulse(Base):
    """When something was last done, by its name: a worker at work, a backup."""

    __tablename__ = "pulse"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


PULSE_EVERY = timedelta(seconds=30)
_WORKER = "worker"


BACKUP = "backup"
"""Name of the instant of the last whole backup."""


def note_now(name: str) -> None:
    """Note that something was done now."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    new = insert(Pulse).values(name=name, at=clock.now())
    db.session.execute(new.on_conflict_do_update(index_elements=["name"], set_={"at": new.excluded.at}))


def noted(name: str) -> datetime | None:
    """When something was last done; None = never."""
    return db.session.scalar(select(Pulse.at).where(Pulse.name == name))


def beat() -> None:
    """Note that a worker is at work; a round that follows the last one closely notes nothing."""
    last = last_pulse()
    if last is None or clock.now() - last >= PULSE_EVERY:
        note_now(_WORKER)


def last_pulse() -> datetime | None:
    """When a worker was last at work; None = never."""
    return noted(_WORKER)


def enqueue(
    name: str, *, subject: uuid.UUID | None = None, run_after: datetime | None = None, key: str = ""
) -> Job:
    """Queue a job in the present transaction, or return the one already due under the same name and key.

    key: what makes two requests the same job; by default the subject. run_after: not before this instant; of two
    requests the earlier counts.
    """
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    new = insert(Job).values(
        name=name, key=key or str(subject or ""), subject=subject, run_after=run_after or clock.now()
    )
    # One statement that also locks a row already due: no worker takes it before this transaction has ended, so the
    # job sees what this transaction did.
    earlier = case((Job.run_after < new.excluded.run_after, Job.run_after), else_=new.excluded.run_after)
    job = db.session.scalars(
        new.on_conflict_do_update(
            index_elements=["name", "key"], index_where=text("state = 'due'"), set_={"run_after": earlier}
        ).returning(Job),
        execution_options={"populate_existing": True},
    ).one()
    left_work()
    return job


def failed_jobs() -> Sequence[Job]:
    """Jobs that were given up, newest first."""
    return db.session.scalars(
        select(Job).where(Job.state == JobState.FAILED).order_by(Job.created_at.desc(), Job.id)
    ).all()


def retry_job(job_id: uuid.UUID) -> bool:
    """Make a failed job due again from the first attempt on; False if there is no such failed job."""
    failed = db.session.get(Job, job_id, with_for_update=True)
    if failed is None or failed.state != JobState.FAILED:
        return False
    enqueue(failed.name, subject=failed.subject, key=failed.key)
    db.session.delete(failed)
    db.session.flush()
    return True


def was_queued(name: str, key: str) -> bool:
    """Whether a job of this name and key was ever queued, done or not."""
    return db.session.scalar(select(Job.id).where(Job.name == name, Job.key == key).limit(1)) is not None
