"""Jobs: rows written in the transaction of their cause. The worker maps names to functions and may run one twice.

Huey only nudges; the rows are the truth, and a sweep every minute finds whatever a nudge missed.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from trainings.core import clock
from trainings.core.db import Base, Identified, db, enum_column, left_work


class JobState(StrEnum):
    DUE = "due"
    DONE = "done"
    FAILED = "failed"


class Job(Identified, Base):
    """One thing to do. `subject` is an opaque id (an event, mostly); `key` keeps a due job from being queued twice."""

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
    )

    name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(120))
    subject: Mapped[uuid.UUID | None]
    run_after: Mapped[datetime]
    state: Mapped[JobState] = mapped_column(enum_column(JobState), default=JobState.DUE)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]


def enqueue(
    name: str, *, subject: uuid.UUID | None = None, run_after: datetime | None = None, key: str = ""
) -> Job:
    """Queue a job in the present transaction, or return the one already due under the same name and key.

    key: what makes two requests the same job; by default the subject. run_after: not before this instant.
    """
    job_key = key or str(subject or "")
    waiting = db.session.scalar(
        select(Job).where(Job.name == name, Job.key == job_key, Job.state == JobState.DUE)
    )
    when = run_after or clock.now()
    if waiting is not None:
        waiting.run_after = min(waiting.run_after, when)
        left_work()
        return waiting
    job = Job(name=name, key=job_key, subject=subject, run_after=when)
    db.session.add(job)
    db.session.flush()
    left_work()
    return job
