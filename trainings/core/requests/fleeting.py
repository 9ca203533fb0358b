"""A limit that leaves nothing in any file: each process counts senders in its own memory and forgets them with the window.

For posts that must not be tied to anybody: a stored count by sender, however hashed, would say that this sender came, and
when. Several processes count apart, so together they let through as many times the limit; it is there against floods.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from flask import Response, current_app

from trainings.core import clock
from trainings.core.requests.late_forms import is_late
from trainings.core.requests.limits import step_beyond, work_unless_paid

_LOCK = threading.Lock()


@dataclass
class _Window:
    """number: which window since 1970. counts: how often each sender came in it."""

    number: int = 0
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class FleetingLimit:
    """At most `limit` times in `minutes` for each sender and process; each time beyond that costs work or a wait."""

    purpose: str
    limit: int
    minutes: int

    def held(self, sender: str) -> Response | None:
        """Count one attempt; beyond the limit the page that asks for work or a wait (core.limits). None = go on."""
        if not current_app.config["TSUDOI"].rate_limits or is_late():
            return None
        instant, seconds = int(clock.now().timestamp()), self.minutes * 60
        with _LOCK:
            windows: dict[str, _Window] = current_app.extensions.setdefault("fleeting_limits", {})
            window = windows.get(self.purpose)
            if window is None or window.number != instant // seconds:
                window = windows[self.purpose] = _Window(instant // seconds)
            window.counts[sender] += 1
            attempts = window.counts[sender]
        return work_unless_paid(self.purpose, step_beyond(attempts, self.limit))
