"""Rounds of the worker: jobs run once at a time, may run twice, fail visibly; the clock makes work due."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.hands import Clock, Outbox, Unit
from tests.support.smtp import MailServer
from trainings.audit.actions import record
from trainings.audit.models import AuditEntry
from trainings.core import actor
from trainings.core.jobs import Job, JobState, enqueue, failed_jobs, retry_job
from trainings.messages import texts
from trainings.messages.actions import queue_mail
from trainings.worker import rounds
from trainings.worker.jobs import DUTIES, Duties, about
from trainings.worker.rounds import JOB_ATTEMPTS, run_round

EVENT = uuid.UUID(int=7)


@pytest.fixture
def overrides(mail_server: MailServer) -> dict[str, Any]:
    return {"smtp_port": mail_server.port, "smtp_timeout_seconds": 1.0}


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logging.getLogger("trainings.worker.rounds").setLevel(logging.CRITICAL)


def note(job: Job) -> None:
    record(verb="test.ran", subject=("job", job.key), detail={})


def broken(_job: Job) -> None:
    record(verb="test.ran", subject=("job", "x"), detail={})
    raise RuntimeError("no luck")


def ran(unit: Unit) -> list[tuple[str, str]]:
    with unit() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.at)).all()
        return [(entry.subject_id, entry.actor_kind.value) for entry in entries]


def jobs(unit: Unit) -> list[Job]:
    with unit() as session:
        return list(session.scalars(select(Job).order_by(Job.created_at)).all())


def put(unit: Unit, name: str, key: str = "k", **given: Any) -> None:
    with unit():
        enqueue(name, key=key, **given)


def test_round_runs_a_due_job_once_as_the_system(app: Flask, unit: Unit, clock: Clock) -> None:
    put(unit, "note")
    duties = Duties(jobs={"note": note})

    first, second = run_round(app, duties), run_round(app, duties)

    assert (first.done, second.done) == (1, 0)
    assert ran(unit) == [("k", actor.ActorKind.SYSTEM.value)]
    (job,) = jobs(unit)
    assert (job.state, job.done_at, job.attempts) == (JobState.DONE, clock.now, 1)


def test_round_leaves_a_job_for_later_alone(app: Flask, unit: Unit, clock: Clock) -> None:
    put(unit, "note", run_after=clock.now + timedelta(minutes=1))
    duties = Duties(jobs={"note": note})

    early = run_round(app, duties).done
    clock.forward(minutes=1)

    assert (early, run_round(app, duties).done) == (0, 1)


def test_failing_job_leaves_nothing_behind_and_is_tried_with_growing_pauses_until_it_is_given_up(
    app: Flask, unit: Unit, clock: Clock
) -> None:
    put(unit, "broken")
    duties = Duties(jobs={"broken": broken})
    waits = []
    for _ in range(JOB_ATTEMPTS - 1):
        assert run_round(app, duties).put_off == 1
        (job,) = jobs(unit)
        assert (job.state, job.last_error) == (JobState.DUE, "RuntimeError: no luck")
        waits.append(job.run_after - clock.now)
        assert run_round(app, duties).put_off == 0
        clock.set(job.run_after)

    last = run_round(app, duties)

    assert waits == sorted(set(waits))
    assert last.given_up == 1
    assert ran(unit) == []
    with unit():
        (failed,) = failed_jobs()
    assert (failed.name, failed.last_error, failed.attempts) == (
        "broken",
        "RuntimeError: no luck",
        JOB_ATTEMPTS,
    )


def test_job_of_an_unknown_name_fails_at_once_and_visibly(app: Flask, unit: Unit) -> None:
    put(unit, "unheard_of")

    assert run_round(app, Duties()).given_up == 1
    with unit():
        assert [job.last_error for job in failed_jobs()] == ["UnknownJob: no job is called 'unheard_of'"]


def test_failing_job_stops_no_other(app: Flask, unit: Unit) -> None:
    put(unit, "broken", key="a")
    put(unit, "note", key="b")

    result = run_round(app, Duties(jobs={"broken": broken, "note": note}))

    assert (result.done, result.put_off) == (1, 1)
    assert ran(unit) == [("b", "system")]


def test_retried_job_runs_again(app: Flask, unit: Unit) -> None:
    put(unit, "note")
    run_round(app, Duties())
    with unit():
        (failed,) = failed_jobs()
        assert retry_job(failed.id)

    assert run_round(app, Duties(jobs={"note": note})).done == 1
    with unit():
        assert failed_jobs() == []
        assert not retry_job(failed.id)


def test_job_asked_for_while_it_runs_runs_again(app: Flask, unit: Unit) -> None:
    """The running one may have read the state before the change that asks anew."""
    duties = Duties(jobs={"note": note})
    put(unit, "note")
    claim = rounds._claim_next(app)
    assert claim is not None
    put(unit, "note")
    rounds._work(app, duties, claim, rounds.Round())

    assert run_round(app, duties).done == 1
    assert len(ran(unit)) == 2


def test_failing_job_that_was_asked_for_again_gives_way_to_the_new_one(app: Flask, unit: Unit) -> None:
    put(unit, "broken")
    claim = rounds._claim_next(app)
    assert claim is not None
    put(unit, "broken")

    rounds._work(app, Duties(jobs={"broken": broken}), claim, rounds.Round())

    (job,) = jobs(unit)
    assert job.id != claim.id
    assert (job.state, job.attempts, job.last_error) == (JobState.DUE, 1, "RuntimeError: no luck")


def test_job_that_a_crash_left_running_runs_again(app: Flask, unit: Unit, clock: Clock) -> None:
    put(unit, "note")
    rounds._claim_next(app)
    duties = Duties(jobs={"note": note})
    clock.forward(minutes=15)
    early = run_round(app, duties).done
    clock.forward(seconds=1)

    assert (early, run_round(app, duties).done) == (0, 1)
    assert jobs(unit)[0].attempts == 2


def test_job_that_kills_its_worker_every_time_is_given_up(app: Flask, unit: Unit, clock: Clock) -> None:
    put(unit, "note")
    for _ in range(JOB_ATTEMPTS):
        assert rounds._claim_next(app) is not None
        clock.forward(minutes=16)
        with app.app_context():
            rounds.recover_interrupted()

    with unit():
        assert [job.last_error for job in failed_jobs()] == ["interrupted"]


def test_several_workers_at_once_run_every_job_once(app: Flask, unit: Unit) -> None:
    for n in range(20):
        put(unit, "slow", key=str(n))
    barrier = threading.Barrier(3)

    def slow(job: Job) -> None:
        time.sleep(0.01)
        note(job)

    def work() -> None:
        barrier.wait()
        run_round(app, Duties(jobs={"slow": slow}))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(int(key) for key, _ in ran(unit)) == list(range(20))


def test_round_stops_between_two_jobs_when_asked(app: Flask, unit: Unit) -> None:
    for n in range(3):
        put(unit, "note", key=str(n))

    result = run_round(app, Duties(jobs={"note": note}), stop=lambda: len(ran(unit)) >= 1)

    assert result.done == 1


def test_mail_queued_by_a_job_goes_out_in_the_same_round(
    app: Flask, unit: Unit, mail_server: MailServer
) -> None:
    def tell(_job: Job) -> None:
        queue_mail(to="hanako@clinic.example", subject="s", body="b", purpose="test")

    put(unit, "tell")

    assert run_round(app, Duties(jobs={"tell": tell})).mails.sent == 1
    assert len(mail_server.mails) == 1


def test_watch_queues_what_the_clock_made_due_and_it_runs_in_the_same_round(app: Flask, unit: Unit) -> None:
    duties = Duties(jobs={"note": note}, watches=(lambda: enqueue("note", key="seen"),))

    assert run_round(app, duties).done == 1
    assert ran(unit) == [("seen", "system")]


def test_failing_watch_stops_neither_the_others_nor_the_mails(
    app: Flask, unit: Unit, mail_server: MailServer
) -> None:
    def bad() -> None:
        raise RuntimeError("no luck")

    with unit():
        queue_mail(to="hanako@clinic.example", subject="s", body="b", purpose="test")
    duties = Duties(jobs={"note": note}, watches=(bad, lambda: enqueue("note", key="seen")))

    result = run_round(app, duties)

    assert (result.done, result.mails.sent) == (1, 1)


def test_done_jobs_are_forgotten_after_a_month_and_failed_ones_are_not(
    app: Flask, unit: Unit, clock: Clock
) -> None:
    put(unit, "note")
    put(unit, "unheard_of")
    duties = Duties(jobs={"note": note})
    run_round(app, duties)
    clock.forward(days=31)

    run_round(app, duties)

    assert [job.name for job in jobs(unit)] == ["unheard_of"]


def test_job_about_a_subject_gets_it(app: Flask, unit: Unit) -> None:
    seen: list[uuid.UUID] = []
    with unit():
        enqueue("seat_freed", subject=EVENT)
        enqueue("seat_freed", key="without")

    result = run_round(app, Duties(jobs={"seat_freed": about(seen.append)}))

    assert seen == [EVENT]
    assert (result.done, result.put_off) == (1, 1)


def test_every_job_has_words_for_organisers() -> None:
    assert set(DUTIES.jobs) == set(texts.JOBS)


def test_every_mail_with_a_late_text_has_a_maker(app: Flask, outbox: Outbox) -> None:
    assert {"sign_in", "survey_invitation"} <= set(DUTIES.late_bodies)
    assert app.extensions["late_bodies"] is DUTIES.late_bodies
