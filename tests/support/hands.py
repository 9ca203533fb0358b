"""Small things a test holds in its hands: the clock, a unit of work, the outbox, a count of queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from trainings.core import clock
from trainings.core.db import db, unit_of_work
from trainings.core.jobs import Job, JobState
from trainings.core.web import beside_requests
from trainings.messages.models import Message
from trainings.worker.rounds import run_round

Unit = Callable[[], AbstractContextManager[Session]]
_ADDRESS = re.compile(r"https?://\S+")
_NO_QUERY = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SET ", "SAVEPOINT", "RELEASE")


class Clock:
    """Holds `core.clock` still; `set` and `forward` move it. Works for server threads of this process too."""

    def __init__(self) -> None:
        self._held = ExitStack()

    @contextmanager
    def holding(self, instant: datetime) -> Iterator[None]:
        self.set(instant)
        try:
            yield
        finally:
            self._held.close()

    def set(self, instant: datetime) -> None:
        """Hold the clock at an aware instant."""
        self._held.close()
        self._held.enter_context(clock.frozen(instant))

    def forward(self, **duration: float) -> None:
        """Move on: `clock.forward(days=2, minutes=5)`."""
        self.set(clock.now() + timedelta(**duration))

    @property
    def now(self) -> datetime:
        return clock.now()


def unit_for(app: Flask) -> Unit:
    """`with unit() as session:` is one committed transaction of this application, beside its requests, as the worker's.

    What was loaded in it can still be read afterwards (nothing expires), so a test may keep `event.slug`.
    """

    @contextmanager
    def unit() -> Iterator[Session]:
        with beside_requests(app), unit_of_work() as session:
            session.expire_on_commit = False
            yield session

    return unit


def jobs_done(app: Flask) -> None:
    """The jobs of one round of the worker; its mails stay in the outbox."""

    def no_job_is_due() -> bool:
        due = select(Job.id).where(Job.state == JobState.DUE, Job.run_after <= clock.now())
        with unit_for(app)() as session:
            return session.scalar(due) is None

    run_round(app, stop=no_job_is_due)


class Outbox:
    """The mails that the product has queued, oldest first, in whatever state they are."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def all(self, *, to: str | None = None, purpose: str | None = None) -> list[Message]:
        with self._unit() as session:
            found = session.scalars(select(Message).order_by(Message.created_at, Message.message_id)).all()
        return [
            mail
            for mail in found
            if (to is None or mail.to_address == to) and (purpose is None or mail.purpose == purpose)
        ]

    def one(self, *, to: str | None = None, purpose: str | None = None) -> Message:
        """The only mail that fits."""
        found = self.all(to=to, purpose=purpose)
        assert len(found) == 1, [(mail.to_address, mail.purpose, mail.subject) for mail in found]
        return found[0]

    def link(self, *, to: str | None = None, purpose: str | None = None, containing: str = "") -> str:
        """The path of the only address in the body of the only mail that fits."""
        return link_in(self.one(to=to, purpose=purpose).body or "", containing)


def link_in(text: str, containing: str = "") -> str:
    """The path (with query) of the only address in a text that contains `containing`."""
    found = {address for address in _ADDRESS.findall(text) if containing in address}
    assert len(found) == 1, f"{len(found)} addresses with {containing!r} in: {text}"
    path: str = re.sub(r"^https?://[^/]+", "", found.pop())
    return path


class QueryCount:
    """SQL statements sent since the block began; transaction control is not counted."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def counted_queries(app: Flask) -> Iterator[QueryCount]:
    """`with counted_queries(app) as queries: …; assert len(queries) == 4`."""
    count = QueryCount()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(_NO_QUERY):
            count.statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", note)
