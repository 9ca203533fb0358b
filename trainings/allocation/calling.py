"""The waiting list as staff use it by telephone, when too little time is left for an offer by mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainings.allocation import offers, queries
from trainings.core import clock
from trainings.events.models import Event
from trainings.registration.models import Application


@dataclass(frozen=True)
class CallList:
    """waiting: in rank. next: who may be called now, because a seat is free that they may have by the rules; None: nobody.
    by_phone: no mail offers a seat any more, so that staff have to call."""

    waiting: Sequence[Application]
    next: Application | None
    by_phone: bool


def call_list(event: Event) -> CallList:
    """The list as it stands. Reads only."""
    now = clock.now()
    return CallList(
        waiting=queries.waiting_in_rank(event.id),
        next=offers.next_in_line(event) if now < event.starts_at else None,
        by_phone=now < event.starts_at and offers.offer_expiry(event, now) is None,
    )
