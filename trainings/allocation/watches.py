"""What the worker looks for every minute: it queues a job for whatever has become due by the clock."""

from __future__ import annotations

import uuid

from trainings.allocation import queries
from trainings.allocation.offers import expire_offer, unheard_offers
from trainings.core import clock
from trainings.core.jobs import enqueue, was_queued

EXPIRE = "expire_offers"
READMIT = "readmit_waiting"
CLOSE_LIST = "close_waiting_list"
REST = "rest_unheard_offers"


def watch_unheard() -> None:
    """Offers whose mail came back."""
    for event_id in {one.event_id for one in unheard_offers()}:
        enqueue(REST, subject=event_id)


def watch_offers() -> None:
    """Offers whose time is over."""
    for event_id in {event_id for event_id, _ in queries.lapsed_offers(clock.now())}:
        enqueue(EXPIRE, subject=event_id)


def watch_release_dates() -> None:
    """Events with a group whose release date has come, today or while no worker ran; once for each date."""
    for event_id, released_on in queries.events_to_readmit():
        key = f"{event_id} {released_on}"
        if not was_queued(READMIT, key):
            enqueue(READMIT, subject=event_id, key=key)


def watch_starts() -> None:
    """Events that have begun with people still waiting."""
    for event_id in queries.events_with_waiting_list_past_start():
        enqueue(CLOSE_LIST, subject=event_id)


def expire_offers(event_id: uuid.UUID) -> int:
    """End every offer of an event whose time is over. How many ended."""
    lapsed = [one for event, one in queries.lapsed_offers(clock.now()) if event == event_id]
    return sum(expire_offer(application_id=application_id) for application_id in lapsed)
