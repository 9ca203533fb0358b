"""The worker as a process of its own: nudged at once, stopped cleanly; a queue that is away fails no request."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import Settings
from tests.support.hands import Outbox, Unit
from tests.support.smtp import Behaviour, MailServer
from trainings.core.jobs import enqueue, failed_jobs
from trainings.messages.actions import queue_mail
from trainings.messages.models import MessageState
from trainings.worker.queue import Nudger, open_queue

PATIENCE_SECONDS = 30.0


@pytest.fixture
def overrides(mail_server: MailServer) -> dict[str, Any]:
    return {"smtp_port": mail_server.port, "smtp_timeout_seconds": 2.0}


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment variables that give these settings."""
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {f"TSUDOI_{name.upper()}": str(value).lower() if value in (True, False) else str(value)
            for name, value in values.items()}  # fmt: skip


@contextmanager
def worker_of(app: Flask, root: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
        cwd=root,
        env=os.environ | environment_of(app.config["TSUDOI"]),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def wait_for(what: Callable[[], bool]) -> float:
    """Seconds until it was so; fails after PATIENCE_SECONDS."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < PATIENCE_SECONDS, "waited in vain"
        time.sleep(0.05)
    return time.monotonic() - began


def said(process: subprocess.Popen[str], words: str) -> None:
    """Read what the process says until these words come."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"the process ended without saying {words!r}")


def test_worker_delivers_at_a_nudge_and_ends_cleanly_at_sigterm(
    app: Flask, unit: Unit, mail_server: MailServer, project_root: Path
) -> None:
    with worker_of(app, project_root) as process:
        said(process, "jobs: 0 done")
        with unit():
            queue_mail(to="hanako@clinic.example", subject="s", body="b", purpose="test")
        took = wait_for(lambda: len(mail_server.mails) == 1)
        process.send_signal(signal.SIGTERM)
        said(process, "the worker has stopped")

        assert process.wait(PATIENCE_SECONDS) == 0
        assert took < 10  # not the minute of the sweep


def test_worker_told_to_stop_finishes_the_mail_under_way_and_leaves_the_rest_queued(
    app: Flask, unit: Unit, mail_server: MailServer, project_root: Path, outbox: Outbox
) -> None:
    mail_server.behaviour_for["slow@clinic.example"] = Behaviour.HANG
    with unit():
        queue_mail(to="slow@clinic.example", subject="s", body="b", purpose="test")
    with worker_of(app, project_root) as process:
        wait_for(lambda: mail_server.attempts == 1)
        with unit():
            queue_mail(to="hanako@clinic.example", subject="s", body="b", purpose="test")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0

    assert outbox.one(to="slow@clinic.example").state == MessageState.QUEUED
    assert outbox.one(to="hanako@clinic.example").state == MessageState.QUEUED
    assert mail_server.mails == []


def test_worker_killed_while_sending_leaves_the_mail_to_be_sent_again(
    app: Flask, unit: Unit, mail_server: MailServer, project_root: Path, outbox: Outbox
) -> None:
    mail_server.behaviour = Behaviour.HANG
    with unit():
        queue_mail(to="hanako@clinic.example", subject="s", body="b", purpose="test")
    with worker_of(app, project_root) as process:
        wait_for(lambda: mail_server.attempts == 1)
        process.kill()
        process.wait()

    assert outbox.one().state == MessageState.SENDING


def test_sweep_command_does_one_round_and_says_what_it_did(
    app: Flask, unit: Unit, mail_server: MailServer
) -> None:
    with unit():
        queue_mail(to="hanako@clinic.example", subject="s", body="b", purpose="test")
        enqueue("unheard_of")

    result = app.test_cli_runner().invoke(args=["sweep"])

    assert result.exit_code == 0
    assert result.stdout == ("jobs: 0 done, 0 put off, 1 given up; mails: 1 sent, 0 put off, 0 given up\n")
    with unit():
        assert len(failed_jobs()) == 1


def test_commit_with_a_mail_puts_one_nudge_into_the_queue(app: Flask, unit: Unit) -> None:
    with unit():
        queue_mail(to="hanako@clinic.example", subject="s", body="b", purpose="test")
        queue_mail(to="jiro@clinic.example", subject="s", body="b", purpose="test")

    assert open_queue(app.config["TSUDOI"]).huey.pending_count() == 1


def test_commit_without_work_nudges_nobody(app: Flask, unit: Unit) -> None:
    with unit():
        pass

    assert open_queue(app.config["TSUDOI"]).huey.pending_count() == 0


class TestRedisAway:
    @pytest.fixture
    def overrides(self, mail_server: MailServer) -> Iterator[dict[str, Any]]:
        with socket.socket() as nobody_listens:
            nobody_listens.bind(("127.0.0.1", 0))
            address = f"redis://127.0.0.1:{nobody_listens.getsockname()[1]}/0"
            yield {"redis_url": address, "smtp_port": mail_server.port}

    def test_nudge_that_reaches_nobody_fails_no_transaction(
        self, app: Flask, unit: Unit, outbox: Outbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        with unit():
            queue_mail(to="hanako@clinic.example", subject="s", body="b", purpose="test")

        assert outbox.one().state == MessageState.QUEUED
        assert "could not be nudged" in caplog.text

    def test_worker_whose_queue_is_away_works_by_the_minute_and_still_ends_cleanly(
        self, app: Flask, unit: Unit, project_root: Path, mail_server: MailServer
    ) -> None:
        with unit():
            queue_mail(to="hanako@clinic.example", subject="s", body="b", purpose="test")
        with worker_of(app, project_root) as process:
            wait_for(lambda: len(mail_server.mails) == 1)
            process.send_signal(signal.SIGTERM)

            assert process.wait(PATIENCE_SECONDS) == 0


def test_forged_nudge_is_not_run(app: Flask, tmp_path: Path) -> None:
    """Huey's messages are pickles; one that we did not sign must not be unpacked."""
    settings = app.config["TSUDOI"]
    stranger = Settings.for_tests(
        instance_dir=settings.instance_dir, secret_key="another key, as long as a key has to be"
    )
    Nudger(stranger)()
    queue = open_queue(settings, lambda: pytest.fail("woken by a stranger"))

    with pytest.raises(ValueError, match="mismatch"):
        queue.huey.dequeue()
