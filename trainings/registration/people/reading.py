"""Reading people together with their applications: candidates, clashes of a merge, one person's page."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import CompoundSelect, and_, bindparam, select, union_all
from sqlalchemy.orm import aliased, joinedload

from trainings.audit.queries import entries_of_subject
from trainings.core import clock
from trainings.core.db import db
from trainings.directory import queries as directory
from trainings.directory.identity import LinkedBy
from trainings.directory.models import CandidateState, Person, PersonCandidate
from trainings.events.models import Event
from trainings.registration.models import Application
from trainings.registration.states import HOLDS_SEAT, LIVE, State


@dataclass(frozen=True)
class Clash:
    """Two live applications at one event that a merge would give to one person."""

    event: Event
    applications: tuple[Application, Application]

    @property
    def takes_two_seats(self) -> bool:
        """Whether both hold a seat at an event that is still to come."""
        is_ahead = self.event.ends_at > clock.now()
        return is_ahead and all(one.state in HOLDS_SEAT for one in self.applications)


@dataclass(frozen=True)
class Side:
    """One person beside another: the canonical person, the rows merged into it, and all applications, newest first."""

    person: Person
    merged: Sequence[Person]
    applications: Sequence[Application]

    @property
    def office(self) -> str:
        """Where the person works: as in the directory, else as they wrote it last."""
        if self.person.organisation is not None:
            return self.person.organisation.name
        return next((one.organisation_name for one in self.applications if one.organisation_name), "")


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
    if not root_of:
        return {}
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
        .where(Application.canonical_person_id.in_(roots), Application.state.in_(LIVE))
        .options(joinedload(Application.event))
        .execution_options(populate_existing=True)
    )
    return _clashes_among(rows)


def clashes_of(one: Side, other: Side) -> list[Clash]:
    """The same for two sides that are loaded already."""
    if one.person.id == other.person.id:
        return []
    return _clashes_among(app for side in (one, other) for app in side.applications if app.is_live)


def _clashes_among(applications: Iterable[Application]) -> list[Clash]:
    by_event: dict[uuid.UUID, list[Application]] = defaultdict(list)
    for application in sorted(applications, key=lambda one: (one.event.starts_at, one.submitted_at, one.id)):
        by_event[application.event_id].append(application)
    # The unique index leaves each person one live application an event, so a clash has exactly two.
    return [Clash(pair[0].event, (pair[0], pair[1])) for pair in by_event.values() if len(pair) == 2]


def twins_at(
    event_id: uuid.UUID, application_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, dict[uuid.UUID, str]]:
    """Of these applications: id and 受付番号 of those at the same event that may be of the same person, undecided."""
    found: dict[uuid.UUID, dict[uuid.UUID, str]] = defaultdict(dict)
    for id, other_id, code in db.session.execute(
        _TWINS, {"event_id": event_id, "ids": list(application_ids)}
    ):
        found[id][other_id] = code
    return found


def _twins() -> CompoundSelect[tuple[uuid.UUID, uuid.UUID, str]]:
    one, other = aliased(Application), aliased(Application)
    ends = (PersonCandidate.person_id, PersonCandidate.other_id)
    return union_all(
        *(
            select(one.id, other.id.label("twin"), other.code)
            .join(PersonCandidate, mine == one.canonical_person_id)
            .join(other, and_(other.canonical_person_id == theirs, other.event_id == one.event_id))
            .where(
                one.id.in_(bindparam("ids", expanding=True)),
                one.event_id == bindparam("event_id"),
                other.state == State.CONFIRMED,
                PersonCandidate.state == CandidateState.OPEN,
            )
            for mine, theirs in (ends, ends[::-1])
        )
    )


_TWINS = _twins()


def decided_candidates(limit: int = 20) -> Sequence[PersonCandidate]:
    """Pairs that staff decided on, newest decision first: what can be taken back."""
    return db.session.scalars(
        select(PersonCandidate)
        .where(PersonCandidate.state != CandidateState.OPEN)
        .order_by(PersonCandidate.decided_at.desc(), PersonCandidate.id)
        .limit(limit)
    ).all()


def rules_of_links(person_ids: Collection[uuid.UUID]) -> dict[str, LinkedBy]:
    """By application id (text): what tied it to one of these rows, for those that were linked by rule."""
    found: dict[str, LinkedBy] = {}
    for person_id in person_ids:
        for entry in entries_of_subject("person", person_id):
            if entry.verb == "person.linked_by_rule" and entry.detail.get("application"):
                found[entry.detail["application"]] = LinkedBy(entry.detail["rule"])
    return found
