"""What the worker looks for every minute: runs whose last day is over, and what closed ones have left on disk."""

from __future__ import annotations

import uuid
from contextlib import suppress

from sqlalchemy import select, update

from trainings.core import clock, traces
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.surveys.actions import close_run
from trainings.surveys.models import FreeText, SurveyResponse, SurveyRun

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


def clear_traces() -> None:
    """Write the answers into new files after a closing: what was deleted or replaced before, and when, is gone from them.

    The rows themselves were put in random order by the closing, all in one transaction.
    """
    closed = select(SurveyRun.id).where(SurveyRun.closed_at.is_not(None), SurveyRun.cleared_at.is_(None))
    run_ids = db.session.scalars(closed).all()
    if not run_ids:
        return
    # Nothing was changed; and what follows runs outside any transaction.
    db.session.rollback()
    traces.vacuum(SurveyResponse, FreeText)
    db.session.execute(update(SurveyRun).where(SurveyRun.id.in_(run_ids)).values(cleared_at=clock.now()))
