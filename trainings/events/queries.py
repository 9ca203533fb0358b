"""Reading events."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from trainings.core.db import db
from trainings.events.models import Event


def lock_event(event_id: uuid.UUID) -> Event:
    """The event, its row locked until the end of the transaction: the first statement of every writing action that
    counts or places seats (docs/locking.md). LookupError if there is none.

    FOR NO KEY UPDATE: plain FOR UPDATE would deadlock with the share lock that a foreign key takes.
    """
    with db.session.no_autoflush:
        event = db.session.scalar(
            select(Event)
            .where(Event.id == event_id)
            .with_for_update(key_share=True, of=Event)
            .execution_options(populate_existing=True)
        )
    if event is None:
        raise LookupError(f"no event {event_id}")
    return event


def event_by_slug(slug: str) -> Event | None:
    """The event behind a public address, drafts included: the view decides who may see it."""
    return db.session.scalar(select(Event).where(Event.slug == slug))
