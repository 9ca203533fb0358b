"""Pages about who is whom: the queue of candidates, and one person with everything they applied for."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, current_staff
from trainings.accounts.models import Role
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.web import blueprint
from trainings.directory import actions as directory_actions
from trainings.directory import forms, texts
from trainings.directory import queries as directory
from trainings.directory.identity import Likeness
from trainings.directory.models import CandidateState, PersonCandidate
from trainings.directory.refusals import DirectoryRefusal
from trainings.events.models import Event
from trainings.registration import merging, people
from trainings.registration.people import Clash, Side

bp = blueprint("people")

ON_A_PAGE = 20


@dataclass(frozen=True)
class Pair:
    """A candidate as the page shows it: `known` was there first, `newer` came later."""

    candidate: PersonCandidate
    known: Side
    newer: Side
    clashes: Sequence[Clash]
    undo_id: uuid.UUID | None = None
    """Whose merge to take back, where one merge alone joined the two."""

    @property
    def names_differ(self) -> bool:
        return self.known.person.name_key != self.newer.person.name_key


# -- the queue --------------------------------------------------------------------------------------------------


@bp.get("/staff/people/candidates")
@allowed(Role.PLANNER)
def candidates() -> ResponseReturnValue:
    """Pairs that may be one person, of one event (`event`) or of all; and decisions that can be taken back."""
    return _queue()


@bp.post("/staff/people/candidates/<uuid:candidate_id>/merge")
@allowed(Role.PLANNER)
def merge(candidate_id: uuid.UUID) -> ResponseReturnValue:
    """Same person: merge the one into the other; where both applied, the form names the application to cancel."""
    pair = db.session.get(PersonCandidate, candidate_id)
    if pair is None:
        abort(404)
    keep_id, other_id = pair.other_id, pair.person_id
    if request.form.get("keep") == str(pair.person_id):
        keep_id, other_id = other_id, keep_id
    cancel = [forms.optional_id(value) for name, value in request.form.items() if name.startswith("cancel-")]
    try:
        kept = merging.merge_people(
            keep_id=keep_id,
            other_id=other_id,
            cancel=[chosen for chosen in cancel if chosen is not None],
            staff_id=_staff_id(),
        )
    except Refused as refused:
        return _queue(refused=refused, at=candidate_id)
    flash(texts.MERGED.format(name=kept.full_name))
    return _back()


@bp.post("/staff/people/candidates/<uuid:candidate_id>/distinct")
@allowed(Role.PLANNER)
def distinct(candidate_id: uuid.UUID) -> ResponseReturnValue:
    """Different people."""
    try:
        directory_actions.decide_distinct(candidate_id=candidate_id, staff_id=_staff_id())
    except Refused as refused:
        return _queue(refused=refused)
    flash(texts.DISTINCT)
    return _back()


@bp.post("/staff/people/candidates/<uuid:candidate_id>/reopen")
@allowed(Role.PLANNER)
def reopen(candidate_id: uuid.UUID) -> ResponseReturnValue:
    """Take back "different people"."""
    try:
        directory_actions.reopen_candidate(candidate_id=candidate_id)
    except Refused as refused:
        return _queue(refused=refused)
    flash(texts.REOPENED)
    return _back()


def _queue(*, refused: Refused | None = None, at: uuid.UUID | None = None) -> ResponseReturnValue:
    event_id = forms.optional_id(request.args.get("event"))
    event = db.session.get(Event, event_id) if event_id else None
    if refused is not None:
        # What was locked and half done is undone before the page is read again.
        db.session.rollback()
    waiting = directory.open_candidates() if event is None else people.open_candidates_of_event(event.id)
    shown = waiting[:ON_A_PAGE]
    page = render_template(
        "registration/candidates.html",
        event=event,
        total=len(waiting),
        pairs=_pairs(shown),
        decided=_pairs(people.decided_candidates()),
        likenesses=texts.LIKENESSES,
        act=forms.ActForm(),
        error=refused.sentence(texts.REFUSALS) if refused else "",
        error_at=at if any(pair.id == at for pair in shown) else None,
    )
    return page, 422 if refused else 200


def _pairs(candidates: Collection[PersonCandidate]) -> list[Pair]:
    sides = people.sides({end for one in candidates for end in (one.person_id, one.other_id)})
    return [
        Pair(
            one,
            sides[one.other_id],
            sides[one.person_id],
            people.clashes_of(sides[one.other_id], sides[one.person_id]),
            _single_merge(one),
        )
        for one in candidates
    ]


def _single_merge(candidate: PersonCandidate) -> uuid.UUID | None:
    if candidate.state != CandidateState.MERGED:
        return None
    if candidate.person.merged_into_id == candidate.other_id:
        return candidate.person_id
    return candidate.other_id if candidate.other.merged_into_id == candidate.person_id else None


def _back() -> ResponseReturnValue:
    return redirect(url_for("people.candidates", event=request.args.get("event") or None))


# -- one person ----------------------------------------------------------------------------------------------------


@bp.get("/staff/people/<uuid:person_id>")
@allowed(Role.PLANNER, Role.TRAINER)
def person(person_id: uuid.UUID) -> ResponseReturnValue:
    """One person: newest values, merged rows, applications; and, with `q`, others to lay beside them."""
    return _person(person_id)


@bp.post("/staff/people/<uuid:person_id>/beside/<uuid:other_id>")
@allowed(Role.PLANNER)
def lay_beside(person_id: uuid.UUID, other_id: uuid.UUID) -> ResponseReturnValue:
    """Put two people into the queue by hand."""
    roots = directory.canonical_ids([person_id, other_id])
    if len(roots) < 2:
        abort(404)
    if len(set(roots.values())) < 2:
        return _person(person_id, refused=Refused(DirectoryRefusal.ALREADY_ONE))
    pair = directory_actions.propose_candidate(roots[other_id], roots[person_id], Likeness.BY_HAND)
    if pair.state == CandidateState.DISTINCT:
        directory_actions.reopen_candidate(candidate_id=pair.id)
    return redirect(url_for("people.candidates", _anchor=f"pair-{pair.id}"))


@bp.post("/staff/people/<uuid:person_id>/undo-merge")
@allowed(Role.PLANNER)
def undo_merge(person_id: uuid.UUID) -> ResponseReturnValue:
    """Take back the merge of this person."""
    try:
        apart = merging.undo_merge(person_id=person_id)
    except Refused as refused:
        return _queue(refused=refused)
    flash(texts.MERGE_UNDONE.format(name=apart.full_name))
    return redirect(url_for("people.person", person_id=person_id))


@bp.post("/staff/people/applications/<uuid:application_id>/separate")
@allowed(Role.PLANNER)
def separate(application_id: uuid.UUID) -> ResponseReturnValue:
    """The application is somebody else's: give it a person of its own."""
    try:
        fresh = merging.unlink_application(application_id=application_id, staff_id=_staff_id())
    except Refused as refused:
        return _queue(refused=refused)
    flash(texts.SEPARATED.format(name=fresh.full_name))
    return redirect(url_for("people.person", person_id=fresh.id))


def _person(person_id: uuid.UUID, *, refused: Refused | None = None) -> ResponseReturnValue:
    side = people.sides([person_id]).get(person_id)
    if side is None or side.person.erased_at is not None:
        abort(404)
    typed = forms.as_typed(request.args.get("q", "")[: forms.LONGEST_SEARCH])
    others = [one for one in directory.search_people(typed, limit=20) if one.id != side.person.id]
    page = render_template(
        "registration/person.html",
        side=side,
        rules=people.rules_of_links([row.id for row in (side.person, *side.merged)]),
        linked_by=texts.LINKS,
        typed=typed,
        others=others,
        act=forms.ActForm(),
        error=refused.sentence(texts.REFUSALS) if refused else "",
        may_decide=_may_decide(),
    )
    return page, 422 if refused else 200


def _may_decide() -> bool:
    staff = current_staff()
    return staff is not None and Role.PLANNER in staff.roles


def _staff_id() -> uuid.UUID | None:
    staff = current_staff()
    return staff.id if staff is not None else None
