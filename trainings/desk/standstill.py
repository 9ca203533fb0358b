"""An event that is postponed, called off or held after all: one transaction across seats and those who applied.

Each act tells whether somebody has to hear of it.
"""

from __future__ import annotations

import uuid

from trainings.allocation.offers import renew_offers
from trainings.core.jobs import enqueue
from trainings.events import mistakes, notices
from trainings.events.models import Event, NoticeKind
from trainings.events.queries import lock_event
from trainings.registration.queries import has_applications
from trainings.registration.telling import settle_if_nobody
from trainings.registration.transitions import SEAT_FREED


def stand_still(*, event_id: uuid.UUID, kind: NoticeKind, reason: str) -> bool:
    """Postpone an event or call it off. Raises Refused as `notices.stand_still`."""
    return settle_if_nobody(notices.stand_still(event_id=event_id, kind=kind, reason=reason))


def resume(*, event_id: uuid.UUID) -> bool:
    """Hold an event after all: offers stand anew, and seats that fell free meanwhile are offered. Raises Refused as
    `notices.resume`."""
    event = lock_event(event_id)
    notice = notices.resume(event_id=event_id)
    renew_offers(event=event)
    enqueue(SEAT_FREED, subject=event_id)
    return settle_if_nobody(notice)


def withdraw(*, event_id: uuid.UUID) -> Event:
    """Make a draft again of an event to which nobody has applied. Raises Refused as `mistakes.withdraw_event`."""
    # Locked before asking: nobody applies between the question and the change.
    lock_event(event_id)
    return mistakes.withdraw_event(event_id=event_id, has_applications=has_applications(event_id))
