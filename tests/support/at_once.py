"""Acts at the same time on one database: threads with connections of their own, and hands that hold them apart."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Flask

from tests.support.client import Client
from tests.support.hands import Unit
from trainings.core.db import unit_of_work
from trainings.core.refusal import Refused
from trainings.core.web import beside_requests
from trainings.events.queries import lock_event

PATIENCE = 20
HEAD_START = 0.3
"""Seconds in which the others reach, and wait at, a lock."""


class Acts:
    """Two acts in threads and transactions of their own; the first commits only when `go_on` is set."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.done = threading.Event()
        self.go_on = threading.Event()
        self.refused: list[Refused] = []
        self.broken: list[BaseException] = []

    def run(
        self, first: Callable[[], object], second: Callable[[], object], seen: threading.Event | None = None
    ) -> None:
        """seen: the second sets it when it has read what the first is changing; otherwise it gets a head start."""
        threads = [
            threading.Thread(target=self._act, args=(first, self.done, self.go_on)),
            threading.Thread(target=self._act, args=(second, threading.Event(), None)),
        ]
        threads[0].start()
        assert self.done.wait(PATIENCE)
        if seen is None:
            threads[1].start()
            threads[1].join(HEAD_START)
        else:
            seen.clear()
            threads[1].start()
            assert seen.wait(PATIENCE)
        self.go_on.set()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        assert self.broken == []

    def _act(self, act: Callable[[], object], done: threading.Event, wait: threading.Event | None) -> None:
        try:
            with beside_requests(self.app), unit_of_work():
                act()
                done.set()
                if wait is not None:
                    assert wait.wait(PATIENCE)
        except Refused as refused:
            self.refused.append(refused)
        except BaseException as broken:
            self.broken.append(broken)
            done.set()


@contextmanager
def under_way(app: Flask, act: Callable[[], object]) -> Iterator[None]:
    """While the block runs, an act has been done in a transaction that is not committed; it is at the block's end."""
    acts = Acts(app)
    thread = threading.Thread(target=acts._act, args=(act, acts.done, acts.go_on))
    thread.start()
    try:
        assert acts.done.wait(PATIENCE)
        yield
    finally:
        acts.go_on.set()
        thread.join(PATIENCE)
    assert acts.broken == []


def press(client: Client, path: str, data: Mapping[str, Any]) -> Callable[[], int]:
    """A form that somebody sends; its HTTP status."""
    sent = {**data, "csrf_token": client.csrf_token()}
    return lambda: client.raw.post(path, data=sent).status_code


def work(app: Flask, job: Callable[[], int]) -> Callable[[], int]:
    """A job as the worker does it, in a transaction of its own."""

    def run() -> int:
        with beside_requests(app), unit_of_work():
            return job()

    return run


def at_once(
    unit: Unit,
    event_id: uuid.UUID,
    acts: Sequence[Callable[[], int]],
    meanwhile: Callable[[], object] = lambda: None,
) -> list[int]:
    """What acts return that all begin while the event is locked and go on together when it is let go.

    meanwhile: what happens while they wait, with the lock in our hands.
    """
    answers: dict[int, int] = {}
    broken: list[BaseException] = []

    def run(n: int, act: Callable[[], int]) -> None:
        try:
            answers[n] = act()
        except BaseException as fault:
            broken.append(fault)

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    with unit():
        lock_event(event_id)
        for thread in threads:
            thread.start()
        threads[0].join(HEAD_START)
        assert all(thread.is_alive() for thread in threads), "somebody did not wait for the lock"
        meanwhile()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    for fault in broken:
        raise fault
    return [answers[n] for n in range(len(acts))]
