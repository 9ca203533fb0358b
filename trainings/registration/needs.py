"""What of applications waits for a hand: who may be whom, offices to match, addresses to decide on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from sqlalchemy import func, select

from trainings.core import clock
from trainings.core.db import db
from trainings.core.needs import Need, need
from trainings.core.paper import letters
from trainings.directory.models import PARTICIPANT
from trainings.events.models import NOT_HELD, Event, EventState
from trainings.registration import texts
from trainings.registration.models import Application
from trainings.registration.people import questions
from trainings.registration.people.addresses import addresses_that_ask
from trainings.registration.people.duplicates import count_doubts
from trainings.registration.people.free_entries import OPEN_FREE_ENTRY
from trainings.registration.printing import events_with_unprintable_names, unprintable_names, words_of_events
from trainings.registration.states import LIVE

CANDIDATES, SECOND_SEATS = "candidates", "second_seats"
OPEN_EVENTS = NOT_HELD | {EventState.PUBLISHED}


def needs(event_id: uuid.UUID | None = None) -> list[Need]:
    """Of one event, or of all and of the house."""
    found = [*_who_is_whom(event_id), *_free_entries(event_id), *_unprintable(event_id)]
    if event_id is None and (addresses := addresses_that_ask()):
        found.append(need("addresses", texts.NEEDS, "people.candidates", n=len(addresses)))
    return found


def _open_events(event_id: uuid.UUID | None) -> list[uuid.UUID]:
    wanted = select(Event.id).where(Event.state.in_(OPEN_EVENTS)).order_by(Event.starts_at)
    if event_id is not None:
        wanted = wanted.where(Event.id == event_id)
    return list(db.session.scalars(wanted))


def _who_is_whom(event_id: uuid.UUID | None) -> Iterator[Need]:
    events = _open_events(event_id)
    doubted, asked = count_doubts(event_id), questions.count_of_events(events)
    twice = questions.count_second_seats(events)
    for id in events:
        seats = twice.get(id, 0)
        if seats:
            yield need(SECOND_SEATS, texts.NEEDS, "people.candidates", event_id=id, slug_as="", n=seats)
        if n := asked.get(id, 0) - seats + doubted.get(id, 0):
            yield need(CANDIDATES, texts.NEEDS, "people.candidates", event_id=id, slug_as="", n=n)
    if event_id is None and (others := questions.count_elsewhere(events)):
        yield need("candidates_elsewhere", texts.NEEDS, "people.candidates", n=others)


def _free_entries(event_id: uuid.UUID | None) -> Iterator[Need]:
    counted = (
        select(Application.event_id, func.count())
        .join(Event, Event.id == Application.event_id)
        .where(
            OPEN_FREE_ENTRY,
            Application.state.in_(LIVE),
            Application.role == PARTICIPANT,
            Event.state.in_(OPEN_EVENTS),
        )
        .group_by(Application.event_id)
    )
    if event_id is not None:
        counted = counted.where(Application.event_id == event_id)
    for id, n in db.session.execute(counted):
        args = {"event": str(id)}
        yield need("free_entries", texts.NEEDS, "free_entries.index", event_id=id, args=args, slug_as="", n=n)


def _unprintable(event_id: uuid.UUID | None) -> Iterator[Need]:
    wanted = select(Event.id).where(Event.state.in_(OPEN_EVENTS), Event.ends_at > clock.now())
    if event_id is not None:
        wanted = wanted.where(Event.id == event_id)
    ids = db.session.scalars(wanted).all()
    if not ids:
        return
    words, named = words_of_events(ids), events_with_unprintable_names(ids)
    for id in ids:
        if letters.missing(*words[id]):
            yield need("unprintable_event", texts.NEEDS, "registration.applications", event_id=id)
        if id in named:
            n = len(unprintable_names(id))
            yield need("unprintable", texts.NEEDS, "registration.applications", event_id=id, n=n)
