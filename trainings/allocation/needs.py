"""What of seats waits for a hand: draws that are due, seats to call for, offers that end, reserves that nobody fills."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import exists, func, select

from trainings.allocation import queries, texts
from trainings.allocation.calling import calls_by_phone
from trainings.allocation.offers import next_in_line
from trainings.core import clock
from trainings.core.db import db
from trainings.core.needs import Need, need
from trainings.core.web import jday
from trainings.events.models import Event, EventState, Selection
from trainings.registration.models import Application
from trainings.registration.states import LIVE, State

SOON = timedelta(hours=24)
QUOTAS_FROM = timedelta(days=7)
"""So long before applications close, reserves that nobody fills ask for a word to those who would."""


def needs(event_id: uuid.UUID | None = None) -> list[Need]:
    """Of one event, or of all."""
    events = _events_ahead(event_id)
    return [
        *(found for event in events for found in _draw_due(event)),
        *(found for event in events for found in _seats_to_call_for(event)),
        *_offers_ending(event_id),
        *(found for event in events for found in _reserves_unfilled(event)),
    ]


def _events_ahead(event_id: uuid.UUID | None) -> Sequence[Event]:
    """Public events that are not over and that somebody wants to come to."""
    wanted = (
        select(Event)
        .where(
            Event.state == EventState.PUBLISHED,
            Event.ends_at > clock.now(),
            exists().where(Application.event_id == Event.id, Application.state.in_(LIVE)),
        )
        .order_by(Event.starts_at)
    )
    if event_id is not None:
        wanted = wanted.where(Event.id == event_id)
    return db.session.scalars(wanted).all()


def _awaits_draw(event: Event) -> bool:
    return event.selection == Selection.LOTTERY and queries.valid_draw(event.id) is None


def _draw_due(event: Event) -> Iterator[Need]:
    if event.application_closes_at > clock.now() or not _awaits_draw(event):
        return
    if event.results_on is not None and event.results_on < clock.today():
        yield need(
            "results_late", texts.NEEDS, "allocation.draw", event_id=event.id, day=jday(event.results_on)
        )
    else:
        yield need("draw_due", texts.NEEDS, "allocation.draw", event_id=event.id)


def _seats_to_call_for(event: Event) -> Iterator[Need]:
    is_waiting = exists().where(Application.event_id == event.id, Application.state == State.WAITING)
    if event.has_begun or not db.session.scalar(select(is_waiting)):
        return
    if calls_by_phone(event) and next_in_line(event) is not None:
        yield need("seats_to_call_for", texts.NEEDS, "allocation.waiting", event_id=event.id)


def _offers_ending(event_id: uuid.UUID | None) -> Iterator[Need]:
    counted = (
        select(Application.event_id, func.count())
        .join(Event, Event.id == Application.event_id)
        .where(
            Application.state == State.OFFERED,
            Application.offer_expires_at <= clock.now() + SOON,
            Event.state == EventState.PUBLISHED,
        )
        .group_by(Application.event_id)
    )
    if event_id is not None:
        counted = counted.where(Application.event_id == event_id)
    for id, n in db.session.execute(counted):
        yield need("offers_ending", texts.NEEDS, "allocation.waiting", event_id=id, n=n)


def _reserves_unfilled(event: Event) -> Iterator[Need]:
    """Reserves that the applications of today do not fill, from a week before these close until seats are decided."""
    closes_in = event.application_closes_at - clock.now()
    if closes_in > QUOTAS_FROM or event.has_begun or not any(group.reserved for group in event.groups):
        return
    if event.selection == Selection.LOTTERY and not _awaits_draw(event):
        return
    if event.selection == Selection.FIRST_COME and closes_in <= timedelta():
        return
    found = queries.prospect_of(event)
    if found is not None and found.released:
        yield need("reserves_unfilled", texts.NEEDS, "desk.rules", event_id=event.id, n=found.released)
