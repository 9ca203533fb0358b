"""いま手がいること: what all features say waits for a hand, in one list, with where to put it right."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select

from trainings.allocation import needs as allocation
from trainings.checkin import needs as checkin
from trainings.core.db import db
from trainings.core.needs import Need
from trainings.desk.backups import needs as backups
from trainings.events import needs as events
from trainings.events.models import Event
from trainings.messages import needs as messages
from trainings.notices import needs as notices
from trainings.registration import needs as registration
from trainings.surveys import needs as surveys

SOURCES: tuple[Callable[[uuid.UUID | None], list[Need]], ...] = (
    checkin.needs,
    events.needs,
    allocation.needs,
    registration.needs,
    notices.needs,
    messages.needs,
    surveys.needs,
    backups.needs,
)


@dataclass(frozen=True)
class Task:
    """A need as pages show it. event: None for the house, and for one that is gone."""

    need: Need
    event: Event | None
    link: str


def tasks(event: Event | None = None) -> list[Task]:
    """Of one event, or everything: by the day of its event, the house last."""
    found = [one for source in SOURCES for one in source(event.id if event else None)]
    known = {event.id: event} if event else _events(found)
    made = [Task(one, known.get(one.event_id), _link(one, known)) for one in found]  # type: ignore[arg-type]
    return sorted(
        made,
        key=lambda one: (
            one.event is None,
            one.event.starts_at.timestamp() if one.event else 0,
            str(one.event.id) if one.event else "",
        ),
    )


def tasks_of_the_server() -> list[Task]:
    """What an administrator sees to who plans nothing."""
    return [Task(one, None, _link(one, {})) for one in backups.needs()]


def _events(found: Sequence[Need]) -> dict[uuid.UUID, Event]:
    ids = {one.event_id for one in found if one.event_id is not None}
    return {one.id: one for one in db.session.scalars(select(Event).where(Event.id.in_(ids)))}


def _link(one: Need, known: dict[uuid.UUID, Event]) -> str:
    args = dict(one.args)
    event = known.get(one.event_id) if one.event_id else None
    if one.slug_as and event is not None:
        args[one.slug_as] = event.slug
    link: str = url_for(one.endpoint, **args)  # type: ignore[arg-type]
    return link
