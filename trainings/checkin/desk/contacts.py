"""When each desk was heard of last, and whether it may still hold scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from trainings.checkin.models import Device
from trainings.checkin.queries import devices_of
from trainings.core import clock
from trainings.events.models import Event

SILENT = timedelta(minutes=5)
"""A desk that is open and online is heard of every minute."""


@dataclass(frozen=True)
class Contact:
    """A desk as closing looks at it. offline: it fell silent while the event went on, so that it may hold scans of which
    nobody has heard, whatever it said last."""

    device: Device
    offline: bool

    @property
    def may_hold(self) -> bool:
        """Whether scans may be missing."""
        return self.offline or self.device.unsent > 0


def contacts_of(event: Event) -> list[Contact]:
    """Every desk of the event, in the order of enrolment."""
    expected = min(clock.now() - SILENT, event.ends_at)
    return [
        Contact(one, offline=one.last_seen_at is not None and one.last_seen_at < expected)
        for one in devices_of(event.id)
    ]
