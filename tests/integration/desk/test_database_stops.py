"""PostgreSQL stopped and started again while everything serves: words meanwhile, nothing lost, and nobody starts anything anew."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from tests.integration.worker.test_service import said, wait_for, worker_of
from tests.support.client import Client
from tests.support.databases import Database, make_schema
from tests.support.hands import Clock, Outbox, Unit
from tests.support.ordinary import AGAIN, Ordinary, make_ordinary
from tests.support.postgres import Server, stoppable
from tests.support.smtp import Behaviour, MailServer
from trainings.checkin.models import Scan
from trainings.core import clock as clocks
from trainings.core.db import db
from trainings.messages.actions import queue_mail
from trainings.messages.models import Message, MessageState
from trainings.registration.models import Application

pytestmark = pytest.mark.postgresql_only

IN_WORDS = "ただいま利用できません"
NAME = "city"


@pytest.fixture
def server() -> Iterator[Server]:
    with stoppable() as one:
        one.cluster.create_database(NAME)
        make_schema(one.cluster.url(NAME))
        yield one


@pytest.fixture
def database(server: Server) -> Database:
    """On a server of this test alone."""
    return Database("postgresql", server.cluster.url(NAME))


@pytest.fixture
def overrides(mail_server: MailServer) -> dict[str, Any]:
    return {"smtp_port": mail_server.port, "smtp_timeout_seconds": 5.0}


@pytest.fixture
def ordinary(app: Flask, unit: Unit, clock: Clock, staff_client: Callable[..., Client]) -> Ordinary:
    return make_ordinary(app, unit, clock, staff_client)


def count(unit: Unit, table: type[Any]) -> int:
    with unit() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["shut down", "crashed"])
def test_pages_say_so_while_it_is_away_and_work_again_by_themselves(
    ordinary: Ordinary, unit: Unit, server: Server, how: signal.Signals
) -> None:
    applications, scans = count(unit, Application), count(unit, Scan)
    server.stop(how)

    assert ordinary.apply(503) == ordinary.save(503) == IN_WORDS
    assert ordinary.scan(503)["code"] == 503
    for path in ("/", "/a/0123456789abcdefghjkmnpqrs", "/api/v1/door/roster"):
        answer = ordinary.client.raw.get(path, headers={"Authorization": "Bearer x"})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    told = ordinary.client.raw.get("/health/ready")
    assert (told.status_code, told.get_json()["troubles"]) == (503, ["database"])
    assert ordinary.client.raw.get("/health/live").status_code == 200

    server.start()

    assert ordinary.client.raw.get("/").status_code == 200
    assert ordinary.apply(200) == "申込を受け付けました"
    assert [one["outcome"] for one in ordinary.scan(200)["answers"]][:5] == ["admitted"] * 5
    ordinary.save(200)
    assert count(unit, Application) == applications + 1
    assert count(unit, Scan) == scans + 5 * AGAIN


def test_application_in_whose_middle_it_stops_is_not_half_stored(
    app: Flask, ordinary: Ordinary, unit: Unit, server: Server
) -> None:
    applications, mails = count(unit, Application), count(unit, Message)
    stopped: list[str] = []

    def stop_at_the_mail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO message") and not stopped:
            stopped.append(statement)
            server.stop(signal.SIGQUIT)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", stop_at_the_mail)

    assert ordinary.apply(503) == IN_WORDS
    server.start()

    assert stopped
    assert (count(unit, Application), count(unit, Message)) == (applications, mails)
    assert ordinary.apply(200) == "申込を受け付けました"
    assert count(unit, Application) == applications + 1


def test_worker_waits_while_it_is_away_and_then_goes_on(
    app: Flask, unit: Unit, server: Server, mail_server: MailServer, outbox: Outbox, project_root: Path
) -> None:
    mail_server.behaviour = Behaviour.LATER
    with worker_of(app, project_root) as process:
        said(process, "jobs: 0 done")
        with unit():
            queue_mail(to="waits@clinic.example", subject="s", body="b", purpose="test")
        wait_for(lambda: outbox.one().attempts == 1)
        server.stop()

        app.extensions["nudge_worker"]()
        said(process, "a round broke off")
        server.start()
        mail_server.behaviour = Behaviour.ACCEPT
        with unit() as session:
            session.execute(update(Message).values(next_attempt_at=clocks.now()))
            queue_mail(to="new@clinic.example", subject="s", body="b", purpose="test")
        app.extensions["nudge_worker"]()

        wait_for(lambda: {one.state for one in outbox.all()} == {MessageState.SENT})
        assert process.poll() is None

    assert sorted(mail.recipients[0] for mail in mail_server.mails) == [
        "new@clinic.example",
        "waits@clinic.example",
    ]
