"""The waiting list as staff use it by telephone, when too little time is left for an offer by mail."""

from __future__ import annotations

from dataclasses import dataclass

from trainings.allocation import offers
from trainings.core import clock
from trainings.events.models import Event
from trainings.registration.models import Application


@dataclass(frozen=True)
class CallList:
    """next: who may be called now, because a seat is free that they may have by the rules; None: nobody.
    by_phone: no mail offers a seat any more, so that staff have to call."""

    next: Application | None
    by_phone: bool


def call_list(event: Event) -> CallList:
    """The list as it stands. Reads only."""
    now = clock.now()
    return CallList(
        next=offers.next_in_line(event) if now < event.starts_at else None,
        by_phone=calls_by_phone(event),
    )


def calls_by_phone(event: Event) -> bool:
    """Whether no mail offers a seat of the event any more, and it has not begun."""
    now = clock.now()
    return now < event.starts_at and offers.offer_expiry(event, now) is None
