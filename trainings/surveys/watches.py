"""What the worker looks for every minute: runs whose last day is over."""

from __future__ import annotations

import uuid
from contextlib import suppress

from sqlalchemy import select

from trainings.core import clock
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.surveys.actions import close_run
from trainings.surveys.models import SurveyRun

CLOSE = "close_survey"


def watch_runs() -> None:
    """Queue the closing of every run whose time is over."""
    due = select(SurveyRun.id).where(SurveyRun.closed_at.is_(None), SurveyRun.closes_at <= clock.now())
    for run_id in db.session.scalars(due).all():
        enqueue(CLOSE, subject=run_id)


def close_due_run(run_id: uuid.UUID) -> None:
    """Close one run; one that somebody closed by hand in the meantime stays as it is."""
    with suppress(Refused):
        close_run(run_id=run_id)
