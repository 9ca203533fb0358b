"""Queueing jobs: once while due, seen by the worker only when the transaction has ended."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.hands import Clock, Unit
from trainings.core.db import db, unit_of_work
from trainings.core.jobs import Job, JobState, enqueue, failed_jobs

EVENT = uuid.UUID(int=7)


def test_enqueue_twice_keeps_one_job(unit: Unit) -> None:
    with unit() as session:
        first = enqueue("seat_freed", subject=EVENT)
        second = enqueue("seat_freed", subject=EVENT)

        assert first is second
        assert session.scalars(select(Job)).all() == [first]


def test_enqueue_keeps_the_earlier_of_two_times(unit: Unit, clock: Clock) -> None:
    later = clock.now + timedelta(hours=2)
    with unit():
        enqueue("tidy", key="k", run_after=later)
    with unit():
        assert enqueue("tidy", key="k", run_after=clock.now).run_after == clock.now
    with unit():
        assert enqueue("tidy", key="k", run_after=later).run_after == clock.now


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.DONE, JobState.FAILED])
def test_enqueue_makes_a_new_job_when_the_old_one_is_not_due_any_more(
    unit: Unit, clock: Clock, state: JobState
) -> None:
    with unit():
        old = enqueue("seat_freed", subject=EVENT)
        old.state = state
        old.running_since = clock.now if state == JobState.RUNNING else None
    with unit():
        new = enqueue("seat_freed", subject=EVENT)

    assert new.id != old.id
    assert new.state == JobState.DUE


def test_enqueue_is_undone_by_a_rollback(app: Flask, unit: Unit) -> None:
    with app.app_context(), pytest.raises(ZeroDivisionError), unit_of_work():
        enqueue("seat_freed", subject=EVENT)
        raise ZeroDivisionError

    with unit() as session:
        assert session.scalars(select(Job)).all() == []


@pytest.mark.postgresql_only
def test_enqueue_of_a_due_job_hides_it_from_workers_until_the_transaction_ends(
    app: Flask, unit: Unit
) -> None:
    with unit():
        enqueue("seat_freed", subject=EVENT)
    free = select(Job.id).with_for_update(skip_locked=True)

    with unit():
        enqueue("seat_freed", subject=EVENT)
        with db.engine.begin() as other:
            seen_meanwhile = other.execute(free).all()

    assert seen_meanwhile == []
    with unit() as session:
        assert len(session.execute(free).all()) == 1


def test_failed_jobs_lists_only_those_given_up(unit: Unit) -> None:
    with unit():
        enqueue("due", key="a")
        failed = enqueue("broken", key="b")
        failed.state, failed.last_error = JobState.FAILED, "why"

    with unit():
        assert [job.name for job in failed_jobs()] == ["broken"]
