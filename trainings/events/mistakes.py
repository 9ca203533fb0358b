"""Ways back from a mistake: an event that was published too early, a draft that nobody needs."""

from __future__ import annotations

import uuid

from trainings.audit.actions import record
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.models import Event, EventState
from trainings.events.queries import lock_event, notices_of
from trainings.events.refusals import EventRefusal


def withdraw_event(*, event_id: uuid.UUID, has_applications: bool) -> Event:
    """Make a draft again of a public event, while nobody has applied.

    has_applications: read after the caller locked the event. Raises Refused: NOT_PUBLIC, HAS_APPLICATIONS.
    """
    event = lock_event(event_id)
    if event.state in (EventState.DRAFT, EventState.CLOSED):
        raise Refused(EventRefusal.NOT_PUBLIC)
    if has_applications:
        raise Refused(EventRefusal.HAS_APPLICATIONS)
    event.state, event.standstill_reason = EventState.DRAFT, ""
    # Nobody was there to hear of them.
    for notice in notices_of(event.id):
        db.session.delete(notice)
    record(verb="event.withdrawn", subject=("event", event.id), event_id=event.id)
    db.session.flush()
    return event


def delete_draft(*, event_id: uuid.UUID) -> str:
    """Delete an event that was never public, with all that belongs to it alone; returns its title. The trail keeps that it
    was there. Raises Refused: IS_PUBLIC, WAS_PUBLIC (its seal and its log stay)."""
    event = lock_event(event_id)
    if event.state != EventState.DRAFT:
        raise Refused(EventRefusal.IS_PUBLIC)
    if event.published_at is not None:
        raise Refused(EventRefusal.WAS_PUBLIC)
    title = event.title
    record(verb="event.deleted", subject=("event", event.id), event_id=event.id)
    db.session.delete(event)
    db.session.flush()
    return title
