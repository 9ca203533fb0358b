"""Reading people together with their applications: candidates, clashes of a merge, one person's page."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from trainings.core.db import db
from trainings.directory import queries as directory
from trainings.directory.models import CandidateState, Person, PersonCandidate
from trainings.events.models import Event
from trainings.registration.models import Application
from trainings.registration.states import LIVE


@dataclass(frozen=True)
class Clash:
    """Two live applications at one event that a merge would give to one person."""

    event: Event
    applications: tuple[Application, Application]


@dataclass(frozen=True)
class Side:
    """One person beside another: the canonical person, the rows merged into it, and all applications, newest first."""

    person: Person
    merged: Sequence[Person]
    applications: Sequence[Application]


def applications_of_people(canonical_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Application]]:
    """All applications of canonical people, newest first, with event, group and organisation loaded."""
    found: dict[uuid.UUID, list[Application]] = defaultdict(list)
    rows = db.session.scalars(
        select(Application)
        .where(Application.canonical_person_id.in_(set(canonical_ids)))
        .options(joinedload(Application.event), joinedload(Application.organisation))
        .order_by(Application.submitted_at.desc(), Application.id)
    )
    for application in rows:
        found[application.canonical_person_id].append(application)
    return found


def sides(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Side]:
    """For each person id (merged or not) the side of its canonical person."""
    root_of = directory.canonical_ids(person_ids)
    roots = set(root_of.values())
    people = {one.id: one for one in db.session.scalars(select(Person).where(Person.id.in_(roots)))}
    rows = directory.merged_rows(roots)
    applications = applications_of_people(roots)
    made = {
        root: Side(person, rows.get(root, []), applications.get(root, [])) for root, person in people.items()
    }
    return {person_id: made[root] for person_id, root in root_of.items()}


def clashes(one_id: uuid.UUID, other_id: uuid.UUID) -> list[Clash]:
    """Events at which both people have a live application, by date; empty if they are one person already."""
    roots = set(directory.canonical_ids([one_id, other_id]).values())
    if len(roots) < 2:
        return []
    rows = db.session.scalars(
        select(Application)
        .join(Event, Application.event_id == Event.id)
        .where(Application.canonical_person_id.in_(roots), Application.state.in_(LIVE))
        .options(joinedload(Application.event))
        .order_by(Event.starts_at, Event.id, Application.submitted_at, Application.id)
    ).all()
    by_event: dict[uuid.UUID, list[Application]] = defaultdict(list)
    for application in rows:
        by_event[application.event_id].append(application)
    # The unique index leaves each person one live application an event, so a clash has exactly two.
    return [Clash(pair[0].event, (pair[0], pair[1])) for pair in by_event.values() if len(pair) == 2]


def open_candidates_of_event(event_id: uuid.UUID) -> list[PersonCandidate]:
    """Undecided pairs of which one has a live application at the event; its draw refuses while there is any."""
    pairs = directory.open_candidates()
    if not pairs:
        return []
    root_of = directory.canonical_ids({end for pair in pairs for end in (pair.person_id, pair.other_id)})
    applying = set(
        db.session.scalars(
            select(Application.canonical_person_id).where(
                Application.event_id == event_id,
                Application.state.in_(LIVE),
                Application.canonical_person_id.in_(set(root_of.values())),
            )
        )
    )
    return [pair for pair in pairs if {root_of[pair.person_id], root_of[pair.other_id]} & applying]


def decided_candidates(limit: int = 30) -> Sequence[PersonCandidate]:
    """Pairs that staff called different people, newest decision first: what can be taken back."""
    return db.session.scalars(
        select(PersonCandidate)
        .where(PersonCandidate.state == CandidateState.DISTINCT)
        .order_by(PersonCandidate.decided_at.desc(), PersonCandidate.id)
        .limit(limit)
    ).all()
