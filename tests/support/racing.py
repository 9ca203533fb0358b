"""Races for seats: hundreds of guests in several processes press the button at the same moment.

Every process is an application of its own, as a server's worker is, and posts the real form. Used by the tests and by
the bench.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.engine import Connection as DatabaseConnection

from config import Settings
from tests.support.announcing import announce, typed
from tests.support.client import Client
from tests.support.hands import unit_for
from tests.support.numbered import kana_of
from trainings import create_app
from trainings.core import db as database_room
from trainings.core.db import db
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind, Selection
from trainings.registration import actions as registration_actions
from trainings.registration.models import Application
from trainings.registration.states import State

PROCESSES = 4
GUESTS = 200
SEATS = 50
PATIENCE = 120
QUOTAS = {
    "医科": (8, 14),
    "薬局": (6, 20),
    "看護": (10, 16),
    "ケアマネ・包括": (10, 20),
    "行政・地域": (4, None),
}
CODES = ("NSV", "NSV", "NSV", "MD", "PH", "CM", "NSH", "ADM", "NSV", "CM")
"""Whose turn it is to press: nurses come in crowds, so that a cap and every reserve are tried."""


@dataclass(frozen=True)
class Outcome:
    """What one race left behind. held: by group; answers: HTTP statuses; seconds: from the start shot to the last."""

    answers: Counter[int]
    confirmed: int
    waiting: int
    held: dict[str, int]
    seconds: float

    @property
    def faults(self) -> list[str]:
        """What is wrong with it; empty for a fair race."""
        found = []
        if set(self.answers) != {302} or self.confirmed + self.waiting != GUESTS:
            found.append(f"answers {dict(self.answers)}, {self.confirmed + self.waiting} decided")
        if self.confirmed != SEATS:
            found.append(f"{self.confirmed} seats given of {SEATS}")
        for name, (reserved, cap) in QUOTAS.items():
            held = self.held.get(name, 0)
            if held < reserved:
                found.append(f"{name}: {held} of {reserved} reserved")
            if cap is not None and held > cap:
                found.append(f"{name}: {held} above the cap {cap}")
        return found


class Track:
    """Processes that wait for races on one database."""

    def __init__(self, app: Flask, pipes: list[Connection]) -> None:
        self._app = app
        self._unit = unit_for(app)
        self._pipes = pipes

    def race(self) -> Outcome:
        """One new event, 200 guests, and what came of it."""
        with self._unit():
            event = announce(
                EventKind.SYMPOSIUM,
                quotas=QUOTAS,
                capacity=SEATS,
                selection=Selection.FIRST_COME,
                organisation_cap=None,
            )
            forms = [_form(event, n) for n in range(GUESTS)]
        for place, pipe in enumerate(self._pipes):
            pipe.send((event.slug, forms[place :: len(self._pipes)]))
        answers: Counter[int] = Counter()
        begins, ends = [], []
        for pipe in self._pipes:
            assert pipe.poll(PATIENCE), "a racing process does not answer"
            statuses, begun, ended = pipe.recv()
            answers.update(statuses)
            begins.append(begun)
            ends.append(ended)
        return self._outcome(event, answers, max(ends) - min(begins))

    def _outcome(self, event: Event, answers: Counter[int], seconds: float) -> Outcome:
        with self._unit() as session:
            states = dict(
                session.execute(
                    select(Application.state, func.count())
                    .where(Application.event_id == event.id)
                    .group_by(Application.state)
                )
                .tuples()
                .all()
            )
            names = {group.id: group.name for group in session.get_one(Event, event.id).groups}
            held = session.execute(
                select(Application.event_group_id, func.count())
                .where(Application.event_id == event.id, Application.state == State.CONFIRMED)
                .group_by(Application.event_group_id)
            ).all()
        return Outcome(
            answers,
            states.get(State.CONFIRMED, 0),
            states.get(State.WAITING, 0),
            {names[group]: n for group, n in held},
            seconds,
        )


def _form(event: Event, n: int) -> dict[str, Any]:
    """What guest n types: everybody is somebody else."""
    return typed(
        event,
        CODES[n % len(CODES)],
        family=f"競{n}",
        given="走",
        family_kana="キソイ" + kana_of(n),
        given_kana="ハシル",
        mail=f"guest{n}@race.example",
        phone=f"000-555-{n:04}",
        organisation_name="なし",
    )


@contextmanager
def track(url: str, instance: Path, *, locked: bool = True, processes: int = PROCESSES) -> Iterator[Track]:
    """Start the processes on an empty database with a schema. locked=False: the negative control."""
    settings = Settings.for_tests(database_url=url, instance_dir=str(instance))
    app = create_app(settings)
    with unit_for(app)():
        load_master_data()
    context = multiprocessing.get_context("spawn")
    start_shot = context.Barrier(processes)
    pipes, children = [], []
    for _ in range(processes):
        ours, theirs = context.Pipe()
        child = context.Process(target=_run, args=(settings, theirs, start_shot, locked), daemon=True)
        child.start()
        theirs.close()
        pipes.append(ours)
        children.append(child)
    try:
        yield Track(app, pipes)
    finally:
        for pipe, child in zip(pipes, children, strict=True):
            pipe.close()
            child.join(PATIENCE)
        with app.app_context():
            db.engine.dispose()


def _run(settings: Settings, pipe: Connection, start_shot: Barrier, locked: bool) -> None:
    """One process: a thread per guest, each with a form of its own, all released at once."""
    if not locked:
        _take_the_lock_away()
    app = create_app(settings)
    # A wrong answer is counted, not raised.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.logger.disabled = True
    while True:
        try:
            slug, forms = pipe.recv()
        except EOFError:
            return
        statuses: list[int] = []
        ready = threading.Barrier(len(forms) + 1)
        threads = [threading.Thread(target=_press, args=(app, slug, form, ready, statuses)) for form in forms]
        for thread in threads:
            thread.start()
        start_shot.wait(PATIENCE)
        ready.wait(PATIENCE)
        begun = time.time()
        for thread in threads:
            thread.join()
        pipe.send((statuses, begun, time.time()))


def _press(
    app: Flask, slug: str, form: dict[str, Any], ready: threading.Barrier, statuses: list[int]
) -> None:
    client = Client(app)
    data = form | {"csrf_token": client.csrf_token()}
    ready.wait(PATIENCE)
    answer = client.raw.post(f"/e/{slug}/apply/send", data=data)
    statuses.append(answer.status_code)


def _take_the_lock_away() -> None:
    """In this process only: the event is read without its lock and, on SQLite, a unit begins without the write lock."""

    def read_event(event_id: object, *, shared: bool = False) -> Event:
        return db.session.get_one(Event, event_id, populate_existing=True)

    def begin_deferred(connection: DatabaseConnection) -> None:
        connection.exec_driver_sql("BEGIN")

    registration_actions.lock_event = read_event  # type: ignore[attr-defined]
    database_room._begin_sqlite = begin_deferred
