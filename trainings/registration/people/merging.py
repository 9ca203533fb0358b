"""Making two people one, taking it back, and giving an application a person of its own.

Rows are never re-pointed by a merge: `Person.merged_into_id` says whose the history is, and every application of the
merged tree gets the new canonical person, so that "one live application per event and person" stays an index.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import func, or_, select, update

from trainings.audit.actions import record
from trainings.core import clock, names
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.directory import actions as directory_actions
from trainings.directory import queries as directory
from trainings.directory.identity import Likeness, Statement
from trainings.directory.models import CandidateState, Person, PersonCandidate
from trainings.directory.refusals import DirectoryRefusal
from trainings.events.actions import RECLOSED
from trainings.events.models import EventState
from trainings.events.queries import lock_event
from trainings.registration.models import Application
from trainings.registration.people.addresses import renew_links
from trainings.registration.people.clashing import end_second
from trainings.registration.people.reading import clashes


def merge_people(
    *,
    keep_id: uuid.UUID,
    other_id: uuid.UUID,
    cancel: Collection[uuid.UUID] = (),
    staff_id: uuid.UUID | None = None,
) -> Person:
    """Make two people one: the canonical person of `other_id` is merged into that of `keep_id`, which is returned.

    cancel: for each event at which both have a live application, the one to cancel as a duplicate; its address is told.
    Raises Refused: NOT_FOUND, PERSON_ERASED, ALREADY_ONE, DECIDED_DISTINCT, BOTH_APPLIED (facts: event, event_id),
    CHANGED_MEANWHILE.
    """
    keep, other = _lock_people(keep_id, other_id)
    if keep.id == other.id:
        raise Refused(DirectoryRefusal.ALREADY_ONE)
    if keep.erased_at is not None or other.erased_at is not None:
        raise Refused(DirectoryRefusal.PERSON_ERASED)
    between = _candidates_between(directory.merged_ids(keep.id), directory.merged_ids(other.id))
    if any(pair.state == CandidateState.DISTINCT for pair in between):
        raise Refused(DirectoryRefusal.DECIDED_DISTINCT)
    _cancel_duplicates(keep.id, other.id, cancel)
    other.merged_into_id = keep.id
    db.session.flush()
    _set_canonical(keep.id, Application.canonical_person_id == other.id)
    for pair in between:
        pair.state, pair.decided_at, pair.decided_by_id = CandidateState.MERGED, clock.now(), staff_id
    record(verb="person.merged", subject=("person", other.id), detail={"into": str(keep.id)})
    db.session.flush()
    return keep


def _cancel_duplicates(keep_id: uuid.UUID, other_id: uuid.UUID, cancel: Collection[uuid.UUID]) -> None:
    found = clashes(keep_id, other_id)
    for clash in found:
        named = [application for application in clash.applications if application.id in cancel]
        if len(named) != 1:
            raise Refused(
                DirectoryRefusal.BOTH_APPLIED, event=clash.event.title, event_id=str(clash.event.id)
            )
    for clash in found:
        one, other = clash.applications
        ending, staying = (one, other) if one.id in cancel else (other, one)
        end_second(ending, staying)


def undo_merge(*, person_id: uuid.UUID) -> Person:
    """Take back the merge of this person: they, and whoever was merged into them, stand alone again.

    Pairs that the merge had settled are open again. The person links of both sides die and can be asked for anew: staff
    may have vouched for an address of the other. Applications cancelled as duplicates stay cancelled. Raises Refused:
    NOT_FOUND, NOT_MERGED, CHANGED_MEANWHILE.
    """
    person = db.session.get(Person, person_id)
    if person is None:
        raise Refused(DirectoryRefusal.NOT_FOUND)
    roots, events = _lock_events([person_id])
    root = directory_actions.lock_up_to_canonical(person)
    _refuse_if_changed([person_id], roots, events)
    if person.merged_into_id is None:
        raise Refused(DirectoryRefusal.NOT_MERGED)
    before = person.merged_into_id
    person.merged_into_id = None
    db.session.flush()
    apart = directory.merged_ids(person.id)
    _set_canonical(person.id, Application.person_id.in_(apart))
    for pair in _candidates_between(apart, directory.merged_ids(root.id)):
        if pair.state == CandidateState.MERGED:
            pair.state, pair.decided_at, pair.decided_by_id = CandidateState.OPEN, None, None
    renew_links({*apart, *directory.merged_ids(root.id)})
    record(verb="person.merge_undone", subject=("person", person.id), detail={"from": str(before)})
    db.session.flush()
    return person


def unlink_application(*, application_id: uuid.UUID, staff_id: uuid.UUID | None = None) -> Person:
    """Take back a wrong link: the application gets a new person made of what it says itself, which is returned.

    The person it was linked to goes back to what its remaining applications say, and their person links die; the two are
    noted as different people, so that nobody is asked again. Raises Refused: NOT_FOUND, ONLY_APPLICATION (the person has
    no other application, so there is nothing to separate).
    """
    event_id = db.session.scalar(select(Application.event_id).where(Application.id == application_id))
    if event_id is None:
        raise Refused(DirectoryRefusal.NOT_FOUND)
    lock_event(event_id)
    application = db.session.scalar(
        select(Application).where(Application.id == application_id).execution_options(populate_existing=True)
    )
    assert application is not None
    former = _locked_person(application.person_id)
    root = directory_actions.lock_up_to_canonical(former)
    remaining = db.session.scalar(
        select(func.count()).where(Application.person_id == former.id, Application.id != application.id)
    )
    if not remaining:
        raise Refused(DirectoryRefusal.ONLY_APPLICATION)
    person = directory_actions.new_person(
        _statement_of(application), phone=application.phone, profession_id=application.profession_id
    )
    application.person_id = application.canonical_person_id = person.id
    db.session.flush()
    _write_all_statements(former)
    renew_links(directory.merged_ids(root.id))
    pair = directory_actions.propose_candidate(person.id, former.id, Likeness.NAME_AND_KANA)
    pair.state, pair.decided_at, pair.decided_by_id = CandidateState.DISTINCT, clock.now(), staff_id
    record(
        verb="application.person_separated",
        subject=("application", application.id),
        event_id=event_id,
        detail={"from": str(former.id), "to": str(person.id)},
    )
    if application.event.state == EventState.CLOSED:
        # The ledger of skills says that the former person was there.
        enqueue(RECLOSED, subject=event_id)
    db.session.flush()
    return person


def retell_person(person: Person) -> None:
    """Make a person say again what their applications say, after one of these was corrected, and compare them with
    everybody anew. The caller holds the event's lock."""
    directory_actions.lock_up_to_canonical(person)
    if person.erased_at is not None:
        return
    _write_all_statements(person)
    db.session.flush()
    directory_actions.propose_likenesses(person)


def _write_all_statements(person: Person) -> None:
    """Oldest first, so that the newest counts; what one leaves out stays as an earlier one said."""
    directory_actions.forget_statement(person)
    told = db.session.scalars(
        select(Application)
        .where(Application.person_id == person.id)
        .order_by(Application.submitted_at, Application.id)
    ).all()
    for one in told:
        directory_actions.write_statement(
            person, _statement_of(one), phone=one.phone, profession_id=one.profession_id
        )


def _statement_of(application: Application) -> Statement:
    return Statement(
        family=application.family,
        given=application.given,
        folded_name=names.search_key(application.family, application.given),
        family_kana=application.family_kana,
        given_kana=application.given_kana,
        mail=application.mail,
        phone_digits=names.phone_digits(application.phone),
        organisation_id=application.organisation_id,
        licence_number=application.licence_number,
    )


# -- locks ---------------------------------------------------------------------------------------------


def _lock_people(*person_ids: uuid.UUID) -> list[Person]:
    """The canonical people of these ids, locked after the events at which they apply.

    Events first, by ascending id; then canonical people by ascending id. A chain is always locked upward
    (`lock_up_to_canonical`), by those who apply too, so nobody waits in a circle.
    """
    roots, events = _lock_events(person_ids)
    locked = {root: _locked_person(root) for root in sorted(set(roots))}
    _refuse_if_changed(person_ids, roots, events)
    return [locked[root] for root in roots]


def _lock_events(person_ids: Collection[uuid.UUID]) -> tuple[list[uuid.UUID], set[uuid.UUID]]:
    roots = _roots(person_ids)
    events = _events_of(roots)
    for event_id in sorted(events):
        lock_event(event_id)
    return roots, events


def _refuse_if_changed(
    person_ids: Collection[uuid.UUID], roots: list[uuid.UUID], events: set[uuid.UUID]
) -> None:
    """An application or a merge may have slipped in before the locks were held: then the person asks again."""
    if _roots(person_ids) != roots or not _events_of(roots) <= events:
        raise Refused(DirectoryRefusal.CHANGED_MEANWHILE)


def _roots(person_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    found = directory.canonical_ids(person_ids)
    if any(person_id not in found for person_id in person_ids):
        raise Refused(DirectoryRefusal.NOT_FOUND)
    return [found[person_id] for person_id in person_ids]


def _events_of(roots: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    return set(
        db.session.scalars(
            select(Application.event_id).where(Application.canonical_person_id.in_(set(roots))).distinct()
        )
    )


def _locked_person(person_id: uuid.UUID) -> Person:
    return db.session.scalars(
        select(Person)
        .where(Person.id == person_id)
        .with_for_update(key_share=True, of=Person)
        .execution_options(populate_existing=True)
    ).one()


def _set_canonical(canonical_id: uuid.UUID, which: object) -> None:
    db.session.execute(
        update(Application)
        .where(which)  # type: ignore[arg-type]
        .values(canonical_person_id=canonical_id)
        .execution_options(synchronize_session="fetch")
    )


def _candidates_between(some: set[uuid.UUID], others: set[uuid.UUID]) -> list[PersonCandidate]:
    return list(
        db.session.scalars(
            select(PersonCandidate)
            .where(
                or_(
                    PersonCandidate.person_id.in_(some) & PersonCandidate.other_id.in_(others),
                    PersonCandidate.person_id.in_(others) & PersonCandidate.other_id.in_(some),
                )
            )
            .order_by(PersonCandidate.id)
        )
    )
