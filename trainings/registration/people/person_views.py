"""The page of one person: everything they applied for, merges, addresses."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, current_staff
from trainings.accounts.models import Role
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.directory import actions as directory_actions
from trainings.directory import forms, texts
from trainings.directory import queries as directory
from trainings.directory.identity import Likeness
from trainings.directory.models import CandidateState
from trainings.directory.refusals import DirectoryRefusal
from trainings.registration.links import ADDRESS_CONFIRMED
from trainings.registration.people import addresses, merging
from trainings.registration.people import reading as people
from trainings.registration.people.settling_views import bp, queue_page, staff_id

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
        return queue_page(refused=refused)
    flash(texts.MERGE_UNDONE.format(name=apart.full_name))
    return redirect(url_for("people.person", person_id=person_id))


@bp.post("/staff/people/applications/<uuid:application_id>/separate")
@allowed(Role.PLANNER)
def separate(application_id: uuid.UUID) -> ResponseReturnValue:
    """The application is somebody else's: give it a person of its own."""
    try:
        fresh = merging.unlink_application(application_id=application_id, staff_id=staff_id())
    except Refused as refused:
        return queue_page(refused=refused)
    flash(texts.SEPARATED.format(name=fresh.full_name))
    return redirect(url_for("people.person", person_id=fresh.id))


@bp.post("/staff/people/addresses/<uuid:address_id>")
@allowed(Role.PLANNER)
def decide_address(address_id: uuid.UUID) -> ResponseReturnValue:
    """Staff asked, and say whether a confirmed address is this person's (`answer`: belongs or not)."""
    belongs = request.form.get("answer") == "belongs"
    try:
        address = addresses.decide_address(address_id=address_id, belongs=belongs, staff_id=staff_id())
    except Refused as refused:
        return queue_page(refused=refused)
    if belongs:
        enqueue(ADDRESS_CONFIRMED, subject=address.id)
    flash((texts.ADDRESS_BELONGS if belongs else texts.ADDRESS_REJECTED).format(mail=address.mail))
    person_id = directory.canonical(address.person_id).id
    return redirect(url_for("people.person", person_id=person_id, _anchor="addresses"))


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
        standings=addresses.standings_of(side.person.id) if _may_decide() else [],
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
