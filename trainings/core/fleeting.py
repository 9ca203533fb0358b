"""A limit that leaves nothing in any file: each process counts senders in its own memory and forgets them with the window.

For posts that must not be tied to anybody: a stored count by sender, however hashed, would say that this sender came, and
when. Several processes count apart, so together they let through as many times the limit; it is there against floods.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from flask import current_app
from werkzeug.exceptions import TooManyRequests

from trainings.core import clock

_LOCK = threading.Lock()


@dataclass
class _Window:
    """number: which window since 1970. counts: how often each sender came in it."""

    number: int = 0
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class FleetingLimit:
    """At most `limit` times in `minutes` for each sender and process."""

    purpose: str
    limit: int
    minutes: int

    def require(self, sender: str) -> None:
        """Count one attempt; raises 429 (TooManyRequests, Retry-After in seconds) beyond the limit."""
        if not current_app.config["TSUDOI"].rate_limits:
            return
        instant, seconds = int(clock.now().timestamp()), self.minutes * 60
        with _LOCK:
            windows: dict[str, _Window] = current_app.extensions.setdefault("fleeting_limits", {})
            window = windows.get(self.purpose)
            if window is None or window.number != instant // seconds:
                window = windows[self.purpose] = _Window(instant // seconds)
            window.counts[sender] += 1
            attempts = window.counts[sender]
        if attempts > self.limit:
            raise TooManyRequests(retry_after=seconds - instant % seconds)
