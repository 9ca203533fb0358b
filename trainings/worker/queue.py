"""Huey as a nudge: "there is work, look at the tables now instead of in a minute". It carries nothing else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

import redis
from huey import Huey, RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer

from config import Settings
from trainings.core.logs import outline

NAME = "tsudoi"
PATIENCE_SECONDS = 1
"""A request waits no longer than this for the queue."""
READ_SECONDS = 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Queue:
    """huey: what the worker's consumer reads. nudge: puts one nudge into it."""

    huey: Huey
    nudge: Callable[[], object]


def open_queue(settings: Settings, wake: Callable[[], object] = lambda: None) -> Queue:
    """The queue of this installation: Redis if there is one, else a SQLite file in the instance folder.

    wake: what the consumer does at a nudge; the web side only sends nudges and leaves it out.
    """
    huey = _make(settings)

    def look_at_the_tables() -> None:
        wake()

    return Queue(huey, huey.task()(look_at_the_tables))


def _make(settings: Settings) -> Huey:
    # Huey sends pickles; signed, so that whoever can write to the queue cannot make the worker run anything.
    serializer = SignedSerializer(secret=settings.secret_key, salt=NAME)
    if settings.redis_url:
        pool = redis.ConnectionPool.from_url(
            settings.redis_url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=READ_SECONDS
        )
        return RedisHuey(NAME, results=False, serializer=serializer, connection_pool=pool)
    settings.instance_path.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(
        NAME,
        results=False,
        serializer=serializer,
        filename=str(settings.instance_path / "queue.sqlite3"),
        fsync=False,  # a nudge that is lost costs a minute
        timeout=PATIENCE_SECONDS,
    )


class Nudger:
    """What a commit calls that left work behind. Opens the queue at the first nudge of its process and never fails:
    the sweep finds the work anyway."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._queue: Queue | None = None

    def __call__(self) -> None:
        try:
            with self._lock:
                if self._queue is None:
                    self._queue = open_queue(self._settings)
            # A nudge that waits wakes a round that begins after now, so it serves this commit too. Asking does not wait;
            # a second one in the SQLite queue would wait for every other process that writes there.
            if not self._queue.huey.pending_count():
                self._queue.nudge()
        except Exception as error:
            _log.warning(
                "the worker could not be nudged; it will look by itself within a minute: %s", outline(error)
            )
