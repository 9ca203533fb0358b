"""Possible duplicates: a second application of the same person to one event is taken, and staff settle it.

Where lots are drawn it is counted nowhere until then, which is before the draw. Where the answer is given at once, it is
given as to anybody (intake.know_person), and the two stand side by side as two people (people.clashing). Either way the
address that stood before is told.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, union
from sqlalchemy.orm import aliased, joinedload

from trainings.core import clock
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.directory.identity import Likeness
from trainings.directory.models import PARTICIPANT, CandidateState, Person, PersonAddress, PersonCandidate
from trainings.directory.refusals import DirectoryRefusal
from trainings.events.models import NOT_HELD, Event, Selection
from trainings.events.queries import lock_event
from trainings.registration.actions import decide_newcomer
from trainings.registration.mails import of_guests, tell
from trainings.registration.models import Application
from trainings.registration.people.clashing import counts_alike, take_place
from trainings.registration.people.merging import unlink_application
from trainings.registration.people.questions import count_of_events
from trainings.registration.states import LIVE, Reason, State
from trainings.registration.transitions import change_state

_LATER, _FIRST, _KNOWN = aliased(Application), aliased(Application), aliased(Person)

NEWS_OF_DUPLICATES = "news_of_duplicates"
"""Job: tell whoever applied before of a second application, and let one stand whose first was given up."""


@dataclass(frozen=True)
class Doubt:
    """The applications of one person at one event of which one may stand. stands: the live one, None once it was given
    up; others: the possible duplicates, oldest first."""

    event: Event
    person_id: uuid.UUID
    stands: Application | None
    others: Sequence[Application]


def doubts(event_id: uuid.UUID | None = None) -> list[Doubt]:
    """What staff have to settle, oldest first; of one event, or of all that are not over."""
    others: dict[tuple[uuid.UUID, uuid.UUID], list[Application]] = defaultdict(list)
    for one in _open_in(Application.state == State.DUPLICATE, _asked_of(event_id)):
        others[one.event_id, one.canonical_person_id].append(one)
    people = {person_id for _, person_id in others}
    stands = {
        (one.event_id, one.canonical_person_id): one
        for one in _open_in(Application.state.in_(LIVE), Application.canonical_person_id.in_(people))
    }
    return [Doubt(found[0].event, key[1], stands.get(key), found) for key, found in others.items()]


def count_doubts(event_id: uuid.UUID | None = None) -> dict[uuid.UUID, int]:
    """Event → how many of the same there are; events without any are left out."""
    rows = db.session.execute(
        select(Application.event_id, func.count(Application.canonical_person_id.distinct()))
        .join(Event, Event.id == Application.event_id)
        .where(Application.state == State.DUPLICATE, _asked_of(event_id))
        .group_by(Application.event_id)
    )
    return {id: n for id, n in rows}


def _asked_of(event_id: uuid.UUID | None) -> ColumnElement[bool]:
    return Application.event_id == event_id if event_id is not None else Event.ends_at > clock.now()


def _open_in(*which: ColumnElement[bool]) -> Sequence[Application]:
    return db.session.scalars(
        select(Application)
        .join(Event, Event.id == Application.event_id)
        .where(*which)
        .options(joinedload(Application.event), joinedload(Application.organisation))
        .order_by(Application.submitted_at, Application.id)
    ).all()


def open_questions(event_id: uuid.UUID) -> int:
    """How many decisions about who is whom an event waits for: its draw refuses while there is any."""
    return count_doubts(event_id).get(event_id, 0) + count_of_events([event_id]).get(event_id, 0)


# -- settling ------------------------------------------------------------------------------------------------


def settle_as_one(*, event_id: uuid.UUID, person_id: uuid.UUID, keep_id: uuid.UUID) -> Application:
    """The same person: one application stands, the others are cancelled. If a later one stands, it takes the place of the
    one before: seat, rank and table, where both count to one group. Raises Refused: CHANGED_MEANWHILE."""
    event = lock_event(event_id)
    doubt = _doubt(event_id, person_id)
    before = doubt.stands
    keep = next((one for one in (before, *doubt.others) if one is not None and one.id == keep_id), None)
    if keep is None:
        raise Refused(DirectoryRefusal.CHANGED_MEANWHILE)
    if keep is not before:
        _let_stand(event, keep, before)
    told = {keep.mail}
    for one in (before, *doubt.others):
        if one is None or one is keep:
            continue
        if one.state != State.CANCELLED:
            change_state(one, State.CANCELLED, Reason.CANCELLED_AS_DUPLICATE)
        if one.mail not in told:
            told.add(one.mail)
            tell(one, "cancelled", held_seat=False)
    return keep


def settle_as_different(
    *, event_id: uuid.UUID, person_id: uuid.UUID, staff_id: uuid.UUID | None
) -> list[Application]:
    """Different people: each later application gets a person of its own and stands for itself; those from one address stay
    together, and again one of them only stands. Returns those that stand now.

    Raises Refused: CHANGED_MEANWHILE, ONLY_APPLICATION.
    """
    event = lock_event(event_id)
    doubt = _doubt(event_id, person_id)
    if doubt.stands is None:
        raise Refused(DirectoryRefusal.CHANGED_MEANWHILE)
    first_of: dict[str, Application] = {}
    for one in doubt.others:
        first = first_of.get(one.mail) if one.mail else None
        if first is not None:
            one.person_id = one.canonical_person_id = first.person_id
            continue
        unlink_application(application_id=one.id, staff_id=staff_id)
        first_of[one.mail] = one
        _let_stand(event, one, None)
    db.session.flush()
    return list(first_of.values())


def _doubt(event_id: uuid.UUID, person_id: uuid.UUID) -> Doubt:
    found = next((one for one in doubts(event_id) if one.person_id == person_id), None)
    if found is None:
        raise Refused(DirectoryRefusal.CHANGED_MEANWHILE)
    return found


def _let_stand(event: Event, application: Application, before: Application | None) -> None:
    """Make a possible duplicate an application like any other. before: the one whose place it takes, which ends."""
    if before is not None and counts_alike(application, before):
        take_place(application, before)
        return
    if before is not None:
        change_state(before, State.CANCELLED, Reason.CANCELLED_AS_DUPLICATE)
    if event.list_frozen_at is not None and application.role == PARTICIPANT:
        # Nobody joins a list that was drawn.
        change_state(application, State.CANCELLED, Reason.SETTLED)
        tell(application, "cancelled", held_seat=False)
    else:
        change_state(application, State.APPLIED, Reason.SETTLED)
        if event.selection == Selection.FIRST_COME or application.role != PARTICIPANT:
            decide_newcomer(event, application)
    db.session.flush()


# -- the worker ------------------------------------------------------------------------------------------------


def watch_duplicates() -> None:
    """Events with a possible duplicate of which nobody was told, or whose first application was given up."""
    first = aliased(Application)
    stands = (
        select(first.id)
        .where(
            first.event_id == Application.event_id,
            first.canonical_person_id == Application.canonical_person_id,
            first.state.in_(LIVE),
        )
        .exists()
    )
    news = (
        select(Application.event_id)
        .join(Event, Event.id == Application.event_id)
        .where(
            Application.state == State.DUPLICATE,
            Event.starts_at > clock.now(),
            Event.state.not_in(NOT_HELD),
            Application.known_told_at.is_(None) | ~stands,
        )
        .distinct()
    )
    twice = (
        _twice(_LATER.event_id)
        .join(Event, Event.id == _LATER.event_id)
        .where(
            _LATER.known_told_at.is_(None),
            Event.starts_at > clock.now(),
            Event.state.not_in(NOT_HELD),
        )
    )
    for event_id in db.session.scalars(union(news, twice)).all():
        enqueue(NEWS_OF_DUPLICATES, subject=event_id)


def tell_news(event_id: uuid.UUID) -> None:
    """Tell the address of each application that stood before of the second one, once, however many came; and let the
    oldest stand where the one before was given up. Nothing of this is done while the guest waits for an answer."""
    event = lock_event(event_id)
    if event.starts_at <= clock.now() or not event.is_held:
        return
    with of_guests():
        for doubt in doubts(event_id):
            _tell_news_of(event, doubt)
        for first, later in second_applications(event_id).items():
            _tell_of_second(first, later)
    db.session.flush()


def _tell_news_of(event: Event, doubt: Doubt) -> None:
    if doubt.stands is None:
        _let_stand(event, doubt.others[0], None)
        return
    if all(one.known_told_at is None for one in doubt.others):
        tell(doubt.stands, "second_application")
    for one in doubt.others:
        one.known_told_at = one.known_told_at or clock.now()


def second_applications(event_id: uuid.UUID) -> dict[Application, list[Application]]:
    """Applications whose address may be told that somebody applied once more who is by rule the same person, with those
    that came later and have a seat or a place of their own; of what staff have not settled."""
    rows = db.session.execute(
        _twice(_FIRST, _LATER).where(_LATER.event_id == event_id).order_by(_LATER.submitted_at, _LATER.id)
    )
    found: dict[Application, list[Application]] = defaultdict(list)
    for one, other in rows:
        found[one].append(other)
    return found


def _twice(*columns: Any) -> Select[Any]:
    """Of applications that came later and their first ones. By way of the pairs, which are few: this is asked every minute.

    Only a mailbox that somebody has confirmed hears of another's application: a mistyped or borrowed address learns nothing
    by having been there first."""
    is_confirmed = (
        select(PersonAddress.id)
        .where(PersonAddress.mail == _FIRST.mail, PersonAddress.confirmed_at.is_not(None))
        .exists()
    )
    known_as = func.coalesce(_KNOWN.merged_into_id, _KNOWN.id)
    return (
        select(*columns)
        .select_from(PersonCandidate)
        .join(_KNOWN, _KNOWN.id == PersonCandidate.other_id)
        .join(_LATER, _LATER.canonical_person_id == PersonCandidate.person_id)
        .join(_FIRST, and_(_FIRST.canonical_person_id == known_as, _FIRST.event_id == _LATER.event_id))
        .where(
            PersonCandidate.state == CandidateState.OPEN,
            PersonCandidate.likeness == Likeness.APPLIED_TWICE,
            _LATER.state.in_(LIVE),
            _FIRST.state.in_(LIVE),
            is_confirmed,
        )
    )


def _tell_of_second(first: Application, later: Sequence[Application]) -> None:
    if all(one.known_told_at is None for one in later):
        tell(first, "second_application")
    for one in later:
        one.known_told_at = one.known_told_at or clock.now()
