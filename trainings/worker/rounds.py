"""One round of the worker: look for what the clock has made due, run the due jobs, deliver the due mails.

The tables are the truth: a round may be started by a nudge, by the minute or by hand, and several at once share the
work without doing any of it twice at the same time.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from trainings.core import actor, clock, logs
from trainings.core.db import db, unit_of_work
from trainings.core.jobs import Job, JobState, beat
from trainings.core.logs import tell
from trainings.core.restoration import held
from trainings.core.web import beside_requests
from trainings.desk.backups import nightly
from trainings.messages.delivery import PAUSES, Delivery, deliver_due
from trainings.worker.jobs import DUTIES, Duties, JobFunction
from trainings.worker.press import make_papers

JOB_ATTEMPTS = 8
STALE_JOB = timedelta(minutes=15)
"""A job that has been running for longer was interrupted by a crash."""
KEEP_DONE_JOBS = timedelta(days=30)
LONGEST_ERROR = 2000


class UnknownJob(Exception):
    """No function has this name: a fault of the program, not worth another try."""


@dataclass
class Round:
    """What one round did."""

    done: int = 0
    put_off: int = 0
    given_up: int = 0
    mails: Delivery = field(default_factory=Delivery)
    papers: int = 0

    def __str__(self) -> str:
        return (
            f"jobs: {self.done} done, {self.put_off} put off, {self.given_up} given up; "
            f"mails: {self.mails.sent} sent, {self.mails.put_off} put off, {self.mails.given_up} given up"
            + (f"; papers: {self.papers} made" if self.papers else "")
        )


def run_round(app: Flask, duties: Duties = DUTIES, *, stop: Callable[[], bool] = lambda: False) -> Round:
    """Do everything that is due now. `stop` is asked between any two things; what is left waits for the next round."""
    result = Round()
    with actor.acting_as(actor.SYSTEM):
        if _is_held(app):
            return result
        _watch(app, duties)
        with beside_requests(app):
            recover_interrupted()
        _do_what_is_due(app, duties, result, stop)
        result.papers = make_papers(
            app, duties.papers, stop=stop, between=lambda: _do_what_is_due(app, duties, result, stop)
        )
        if not stop():
            with beside_requests(app):
                nightly.take_if_due()
    return result


def _is_held(app: Flask) -> bool:
    """Whether the database was put back from a backup, and no operator has let the worker work since: it only shows that it
    lives."""
    with beside_requests(app), unit_of_work():
        if held() is None:
            return False
        beat()
        return True


def _do_what_is_due(app: Flask, duties: Duties, result: Round, stop: Callable[[], bool]) -> None:
    """Jobs, then the mails that they left."""
    while not stop() and (claim := _claim_next(app)) is not None:
        _work(app, duties, claim, result)
    with beside_requests(app):
        if not stop():
            with unit_of_work():
                beat()
        sent = deliver_due(duties.late_bodies, stop=stop)
    for count in fields(sent):
        setattr(result.mails, count.name, getattr(result.mails, count.name) + getattr(sent, count.name))


def _watch(app: Flask, duties: Duties) -> None:
    for watch in (beat, *duties.watches, forget_done_jobs):
        try:
            with beside_requests(app), unit_of_work():
                watch()
        except Exception:
            # The others still look; this one is asked again in a minute.
            name = getattr(watch, "__name__", watch)
            tell("watch.failed", "watch %s failed", name, level=logging.ERROR, fault=True)


def forget_done_jobs() -> None:
    """Delete what was done long ago; what failed stays until somebody has seen to it."""
    db.session.execute(
        delete(Job).where(Job.state == JobState.DONE, Job.done_at < clock.now() - KEEP_DONE_JOBS)
    )


# -- jobs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """A job that is ours to run, and since when."""

    id: uuid.UUID
    name: str
    since: datetime


def recover_interrupted() -> int:
    """Make jobs due again that a crash left running."""
    with unit_of_work() as session:
        left = session.scalars(
            select(Job)
            .where(Job.state == JobState.RUNNING, Job.running_since < clock.now() - STALE_JOB)
            .with_for_update(skip_locked=True)
        ).all()
        for job in left:
            _fail(job, "interrupted", timedelta())
    return len(left)


def _claim_next(app: Flask) -> Claim | None:
    with beside_requests(app), unit_of_work() as session:
        job = session.scalar(
            select(Job)
            .where(Job.state == JobState.DUE, Job.run_after <= clock.now())
            .order_by(Job.run_after, Job.created_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if job is None:
            return None
        job.state, job.running_since = JobState.RUNNING, clock.now()
        job.attempts += 1
        return Claim(job.id, job.name, job.running_since)


def _work(app: Flask, duties: Duties, claim: Claim, result: Round) -> None:
    """Run one job: its effects and its end are one transaction."""
    try:
        with beside_requests(app), unit_of_work() as session:
            job = session.get_one(Job, claim.id)
            _function(duties, claim.name)(job)
            job.state, job.done_at = JobState.DONE, clock.now()
            job.running_since = job.last_error = None
        result.done += 1
    except Exception as error:
        words = (claim.name, claim.id)
        tell("job.failed", "job %s (%s) failed", *words, level=logging.ERROR, fault=True, job=claim.name)
        with beside_requests(app), unit_of_work() as session:
            job = session.get_one(Job, claim.id, with_for_update=True)
            if job.running_since != claim.since:
                return
            pause = PAUSES[min(job.attempts, len(PAUSES)) - 1]
            if _fail(job, logs.words(error), pause, final=isinstance(error, UnknownJob)):
                result.given_up += 1
            else:
                result.put_off += 1


def _function(duties: Duties, name: str) -> JobFunction:
    if name not in duties.jobs:
        raise UnknownJob(f"no job is called {name!r}")
    return duties.jobs[name]


def _fail(job: Job, error: str, pause: timedelta, *, final: bool = False) -> bool:
    """Try again after a pause, or give up; whether it was given up.

    A job that was asked for again meanwhile gives way to the new one, which takes over its attempts.
    """
    words, attempts = error[:LONGEST_ERROR], job.attempts
    if final or attempts >= JOB_ATTEMPTS:
        job.state, job.last_error, job.running_since = JobState.FAILED, words, None
        return True
    job_id, same = job.id, (Job.name == job.name, Job.key == job.key, Job.state == JobState.DUE)
    try:
        with db.session.begin_nested():
            job.state, job.last_error, job.running_since = JobState.DUE, words, None
            job.run_after = clock.now() + pause
    except IntegrityError:
        db.session.execute(update(Job).where(*same).values(attempts=attempts, last_error=words))
        db.session.execute(delete(Job).where(Job.id == job_id))
    return False
