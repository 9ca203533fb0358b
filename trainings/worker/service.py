"""The worker as a process: Huey's consumer for nudges, a round every minute for everything, a clean end."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from flask import Flask

from trainings.core.logs import tell
from trainings.worker.jobs import DUTIES, Duties
from trainings.worker.queue import open_queue
from trainings.worker.rounds import run_round

SWEEP_SECONDS = 60.0
LONGEST_POLL_SECONDS = 0.5
"""How long a nudge may lie in the SQLite queue before the consumer sees it."""


class Service:
    """Runs rounds until told to stop: at the start, at every nudge, and every minute."""

    def __init__(self, app: Flask, duties: Duties = DUTIES, *, sweep_seconds: float = SWEEP_SECONDS) -> None:
        self._app = app
        self._duties = duties
        self._sweep_seconds = sweep_seconds
        self._stopping = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._queue = open_queue(app.config["TSUDOI"], self._woken)

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; what is under way is finished first. Only in a process's main thread."""
        consumer = self._queue.huey.create_consumer(
            workers=1, periodic=False, initial_delay=0.05, max_delay=LONGEST_POLL_SECONDS
        )
        consumer.start()
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, self._told_to_stop)
        tell("worker.started", "the worker has started")
        while not self._stopping.is_set():
            self._round()
            consumer.check_worker_health()
            self._stopping.wait(self._sweep_seconds)
        consumer.stop(graceful=True)
        self._queue.huey.storage.close()
        tell("worker.stopped", "the worker has stopped")

    def _told_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    def _woken(self) -> None:
        self._round(nudged=True)

    def _round(self, *, nudged: bool = False) -> None:
        with self._one_at_a_time:
            if self._stopping.is_set():
                return
            try:
                if nudged:
                    # This round does the work of all nudges so far.
                    self._queue.huey.storage.flush_queue()
                result = run_round(self._app, self._duties, stop=self._stopping.is_set)
            except Exception:
                # The database or the queue may be away for a while; the next round looks again.
                tell("worker.broke_off", "a round broke off", level=logging.ERROR, fault=True)
            else:
                tell("worker.round", "%s", result)
