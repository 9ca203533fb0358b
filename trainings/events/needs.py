"""What of events waits for a hand: changes that nobody was told of, and days that have passed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from sqlalchemy import select

from trainings.core import clock
from trainings.core.db import db
from trainings.core.needs import Need, need
from trainings.events import texts
from trainings.events.models import Event, EventNotice, EventState
from trainings.events.whereabouts import headline


def needs(event_id: uuid.UUID | None = None) -> list[Need]:
    """Of one event, or of all."""
    return [*_untold(event_id), *_passed(event_id)]


def _untold(event_id: uuid.UUID | None) -> Iterator[Need]:
    wanted = select(EventNotice).where(EventNotice.settled_at.is_(None)).order_by(EventNotice.at)
    if event_id is not None:
        wanted = wanted.where(EventNotice.event_id == event_id)
    for notice in db.session.scalars(wanted):
        yield need("untold", texts.NEEDS, "desk.notice", event_id=notice.event_id, headline=headline(notice))


def _passed(event_id: uuid.UUID | None) -> Iterator[Need]:
    now = clock.now()
    wanted = select(Event.id, Event.state, Event.starts_at).where(
        Event.state.in_([EventState.DRAFT, EventState.POSTPONED]),
        (Event.starts_at <= now) | ((Event.state == EventState.DRAFT) & (Event.application_opens_at <= now)),
        # A draft that was public once cannot be deleted: after its day nothing is left to do about it.
        ~((Event.state == EventState.DRAFT) & Event.published_at.is_not(None) & (Event.starts_at <= now)),
    )
    if event_id is not None:
        wanted = wanted.where(Event.id == event_id)
    for id, state, starts_at in db.session.execute(wanted):
        if state == EventState.POSTPONED:
            code = "postponed_without_day"
        else:
            code = "draft_past" if starts_at <= now else "draft_late"
        yield need(code, texts.NEEDS, "desk.edit", event_id=id)
