"""Settling who is whom: possible duplicates and pairs that may be one person, one question after the other."""

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
from trainings.directory.models import CandidateState, PersonCandidate
from trainings.events.models import Event
from trainings.registration.people import addresses, duplicates, merging, questions
from trainings.registration.people import reading as people
from trainings.registration.people.reading import Clash, Side

bp = blueprint("people")

ON_A_PAGE = 20


@dataclass(frozen=True)
class Pair:
    """A candidate as the page shows it: `known` was there first, `newer` came later. more: how many others from the same
    address are decided on with it."""

    candidate: PersonCandidate
    known: Side
    newer: Side
    clashes: Sequence[Clash]
    undo_id: uuid.UUID | None = None
    """Whose merge to take back, where one merge alone joined the two."""
    more: int = 0

    @property
    def names_differ(self) -> bool:
        return self.known.person.name_key != self.newer.person.name_key

    @property
    def takes_two_seats(self) -> bool:
        return any(clash.takes_two_seats for clash in self.clashes)

    @property
    def newer_applications(self) -> set[uuid.UUID]:
        return {one.id for one in self.newer.applications}


@bp.get("/staff/people/candidates")
@allowed(Role.PLANNER)
def candidates() -> ResponseReturnValue:
    """What waits for a decision, of one event (`event`) or of all; and decisions that can be taken back."""
    return queue_page()


# -- possible duplicates -------------------------------------------------------------------------------------------


@bp.post("/staff/people/duplicates/<uuid:event_id>/<uuid:person_id>/one")
@allowed(Role.PLANNER)
def same_applicant(event_id: uuid.UUID, person_id: uuid.UUID) -> ResponseReturnValue:
    """One person applied more than once: the application that stays (`keep`), the others are cancelled."""
    _event_or_404(event_id)
    keep_id = forms.optional_id(request.form.get("keep"))
    try:
        kept = duplicates.settle_as_one(
            event_id=event_id, person_id=person_id, keep_id=keep_id or uuid.UUID(int=0)
        )
    except Refused as refused:
        return queue_page(refused=refused)
    flash(texts.ONE_STANDS.format(name=kept.full_name, code=kept.code))
    return _back()


@bp.post("/staff/people/duplicates/<uuid:event_id>/<uuid:person_id>/different")
@allowed(Role.PLANNER)
def other_applicant(event_id: uuid.UUID, person_id: uuid.UUID) -> ResponseReturnValue:
    """The later applications are somebody else's."""
    _event_or_404(event_id)
    try:
        duplicates.settle_as_different(event_id=event_id, person_id=person_id, staff_id=staff_id())
    except Refused as refused:
        return queue_page(refused=refused)
    flash(texts.DISTINCT)
    return _back()


def _event_or_404(event_id: uuid.UUID) -> Event:
    return db.session.get(Event, event_id) or abort(404)


# -- pairs ---------------------------------------------------------------------------------------------------------


def _group_of(candidate_id: uuid.UUID) -> Sequence[PersonCandidate]:
    """The pair and those that are decided on with it. 404 for an unknown one."""
    return questions.asked_with(db.session.get(PersonCandidate, candidate_id) or abort(404))


@bp.post("/staff/people/candidates/<uuid:candidate_id>/merge")
@allowed(Role.PLANNER)
def merge(candidate_id: uuid.UUID) -> ResponseReturnValue:
    """Same person: merge the one into the other; where both applied, the form names the application to cancel. Of the
    others from the same address, the newer application is cancelled."""
    first, *others = sorted(_group_of(candidate_id), key=lambda pair: pair.id != candidate_id)
    keep_id, other_id = first.other_id, first.person_id
    if request.form.get("keep") == str(first.person_id):
        keep_id, other_id = other_id, keep_id
    cancel = [forms.optional_id(value) for name, value in request.form.items() if name.startswith("cancel-")]
    try:
        kept = merging.merge_people(
            keep_id=keep_id,
            other_id=other_id,
            cancel=[chosen for chosen in cancel if chosen is not None],
            staff_id=staff_id(),
        )
        for pair in others:
            merging.merge_people(
                keep_id=kept.id,
                other_id=pair.person_id,
                cancel=[clash.applications[-1].id for clash in people.clashes(kept.id, pair.person_id)],
                staff_id=staff_id(),
            )
    except Refused as refused:
        return queue_page(refused=refused, at=candidate_id)
    flash(texts.MERGED.format(name=kept.full_name))
    return _back(None if others else candidate_id)


@bp.post("/staff/people/candidates/<uuid:candidate_id>/distinct")
@allowed(Role.PLANNER)
def distinct(candidate_id: uuid.UUID) -> ResponseReturnValue:
    """Different people."""
    group = _group_of(candidate_id)
    try:
        for pair in group:
            directory_actions.decide_distinct(candidate_id=pair.id, staff_id=staff_id())
    except Refused as refused:
        return queue_page(refused=refused)
    flash(texts.DISTINCT)
    return _back(candidate_id if len(group) == 1 else None)


@bp.post("/staff/people/candidates/<uuid:candidate_id>/reopen")
@allowed(Role.PLANNER)
def reopen(candidate_id: uuid.UUID) -> ResponseReturnValue:
    """Take back "different people"."""
    try:
        directory_actions.reopen_candidate(candidate_id=candidate_id)
    except Refused as refused:
        return queue_page(refused=refused)
    flash(texts.REOPENED)
    return _back()


@bp.post("/staff/people/candidates/<uuid:candidate_id>/undo")
@allowed(Role.PLANNER)
def take_back(candidate_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what was decided a moment ago, whichever it was, and go on with the queue."""
    pair = db.session.get(PersonCandidate, candidate_id) or abort(404)
    try:
        if pair.state == CandidateState.MERGED:
            merging.undo_merge(person_id=_single_merge(pair) or pair.person_id)
        else:
            directory_actions.reopen_candidate(candidate_id=candidate_id)
    except Refused as refused:
        return queue_page(refused=refused)
    flash(texts.REOPENED)
    return _back()


# -- the page ------------------------------------------------------------------------------------------------------


def queue_page(*, refused: Refused | None = None, at: uuid.UUID | None = None) -> ResponseReturnValue:
    """The page of everything undecided, with the sentence of a refusal."""
    event_id = forms.optional_id(request.args.get("event"))
    event = db.session.get(Event, event_id) if event_id else None
    if refused is not None:
        # What was locked and half done is undone before the page is read again.
        db.session.rollback()
    doubts = duplicates.doubts(event.id if event else None)
    queue = questions.questions(event.id if event else None, most=max(0, ON_A_PAGE - len(doubts)))
    shown = {one.candidate.id: one.more for one in queue.first}
    page = render_template(
        "registration/candidates.html",
        event=event,
        total=len(doubts) + queue.total,
        doubts=doubts[:ON_A_PAGE],
        pairs=_pairs([one.candidate for one in queue.first], shown),
        decided=_pairs(people.decided_candidates()),
        undo=_taken_back_by_key(),
        asking=addresses.addresses_that_ask(),
        likenesses=texts.LIKENESSES,
        act=forms.ActForm(),
        error=refused.sentence(texts.REFUSALS) if refused else "",
        error_at=at if at in shown else None,
    )
    return page, 422 if refused else 200


def _pairs(candidates: Collection[PersonCandidate], more: dict[uuid.UUID, int] | None = None) -> list[Pair]:
    sides = people.sides({end for one in candidates for end in (one.person_id, one.other_id)})
    return [
        Pair(
            one,
            sides[one.other_id],
            sides[one.person_id],
            people.clashes_of(sides[one.other_id], sides[one.person_id]),
            _single_merge(one),
            (more or {}).get(one.id, 0),
        )
        for one in candidates
    ]


def _single_merge(candidate: PersonCandidate) -> uuid.UUID | None:
    if candidate.state != CandidateState.MERGED:
        return None
    if candidate.person.merged_into_id == candidate.other_id:
        return candidate.person_id
    return candidate.other_id if candidate.other.merged_into_id == candidate.person_id else None


def _taken_back_by_key() -> PersonCandidate | None:
    """The pair that was decided a moment ago (`undo`), while that can be taken back whole."""
    decided = forms.optional_id(request.args.get("undo"))
    pair = db.session.get(PersonCandidate, decided) if decided else None
    if pair is None or pair.state == CandidateState.OPEN:
        return None
    return pair if pair.state == CandidateState.DISTINCT or _single_merge(pair) else None


def _back(undo: uuid.UUID | None = None) -> ResponseReturnValue:
    """undo: the pair that was decided just now."""
    return redirect(url_for("people.candidates", event=request.args.get("event") or None, undo=undo))


def staff_id() -> uuid.UUID | None:
    """Who decides."""
    staff = current_staff()
    return staff.id if staff is not None else None
