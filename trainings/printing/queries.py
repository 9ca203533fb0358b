"""Reading what was asked for."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from trainings.core import clock
from trainings.core.db import db
from trainings.core.jobs import last_pulse
from trainings.events.models import Event
from trainings.printing.models import PaperOrder

ASLEEP = timedelta(minutes=3)
"""A worker looks every minute, and after every part of a paper."""


def paper_of(event: Event, order_id: uuid.UUID) -> PaperOrder | None:
    """A paper of this event that is there still."""
    found = db.session.scalar(
        select(PaperOrder)
        .where(PaperOrder.id == order_id, PaperOrder.event_id == event.id)
        .options(joinedload(PaperOrder.staff))
    )
    return None if found is None or is_over(found) else found


def is_over(order: PaperOrder) -> bool:
    """Whether its day has passed, though the row may stand until the worker looks."""
    return order.expires_at is not None and order.expires_at <= clock.now()


def worker_sleeps() -> bool:
    """Whether no worker has been at work for a while."""
    last = last_pulse()
    return last is None or clock.now() - last > ASLEEP
