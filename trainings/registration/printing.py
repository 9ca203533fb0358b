"""Which names, and which words of an event, hold letters that no font of this machine can draw: 〓 is printed for them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select, union, union_all

from trainings.core.db import db
from trainings.core.paper import letters
from trainings.events.models import Event, EventGroup, ProgrammeItem, Session
from trainings.registration.models import Application
from trainings.registration.states import LIVE

PRINTED = {
    Event.id: (Event.title, Event.venue, Event.room),
    Session.event_id: (Session.title,),
    ProgrammeItem.event_id: (
        ProgrammeItem.title,
        ProgrammeItem.speaker,
        ProgrammeItem.speaker_affiliation,
    ),
    EventGroup.event_id: (EventGroup.name,),
}
"""Column of the event → words that papers may bear."""


@dataclass(frozen=True)
class Unprintable:
    """An application and the letters of which its certificate and badge have a 〓."""

    application_id: uuid.UUID
    name: str
    letters: tuple[str, ...]


def printed_words(application: Application) -> tuple[str, ...]:
    """What of an application is printed."""
    return application.family, application.given, application.organisation_name


def printed_words_of_event(event_id: uuid.UUID) -> list[str]:
    """Its name and place, who speaks on what, and its groups."""
    return words_of_events([event_id]).get(event_id, [])


def words_of_events(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """The same of several, with one question."""
    rows = union_all(
        *(
            select(event_id, column).where(event_id.in_(ids))
            for event_id, columns in PRINTED.items()
            for column in columns
        )
    )
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for event_id, words in db.session.execute(rows).tuples():
        found[event_id].append(words)
    return found


def unprintable_of_event(event_id: uuid.UUID) -> tuple[str, ...]:
    """Letters of an event that cannot be printed."""
    return letters.missing(*printed_words_of_event(event_id))


def unprintable_names(event_id: uuid.UUID) -> list[Unprintable]:
    """Everybody at an event whose printed words have such letters, by kana."""
    # Nearly always there are none: the words of all together are asked about first, each once.
    if not events_with_unprintable_names([event_id]):
        return []
    rows = db.session.execute(
        select(Application.id, Application.family, Application.given, Application.organisation_name)
        .where(Application.event_id == event_id, Application.state.in_(LIVE))
        .order_by(Application.family_kana, Application.given_kana, Application.id)
    ).tuples()
    return [
        Unprintable(application_id, f"{family} {given}".strip(), found)
        for application_id, family, given, office in rows
        if (found := letters.missing(family, given, office))
    ]


def events_with_unprintable_names(ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of some events at which anybody's printed words have such letters, with one question."""
    said = union(
        *(
            select(Application.event_id, column).where(
                Application.event_id.in_(ids), Application.state.in_(LIVE)
            )
            for column in (Application.family, Application.given, Application.organisation_name)
        )
    )
    used: dict[uuid.UUID, set[str]] = defaultdict(set)
    for event_id, words in db.session.execute(said).tuples():
        used[event_id].update(words)
    return {event_id for event_id, words in used.items() if letters.missing("".join(words))}
