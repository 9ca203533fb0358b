"""Pages of seats: the draw, decisions by hand, and the answer to an offer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from enum import StrEnum

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, by_link, current_staff
from trainings.accounts.models import Role
from trainings.allocation import forms, offers, placing, queries, swapping, texts
from trainings.allocation.calling import call_list
from trainings.allocation.draws import drawing, freezing, voiding
from trainings.allocation.draws.outcome import outcome_by_group
from trainings.allocation.refusals import AllocationRefusal
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.requests.asking import Question, ask, asks_first, is_sure
from trainings.core.requests.late_forms import keeps_typed
from trainings.core.web import blueprint, jdatetime
from trainings.events.models import Event, Selection
from trainings.events.queries import event_by_slug
from trainings.registration.models import Application
from trainings.registration.queries import application_by_link_secret

bp = blueprint("allocation")


AT: dict[StrEnum, str] = {AllocationRefusal.NO_SUCH_GROUP: "group", AllocationRefusal.NO_SWAP: "partner"}
"""Beside which field of a decision by hand a refusal stands; the others beside the decision itself."""


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


# -- the draw ---------------------------------------------------------------------------------------------


@bp.get("/staff/events/<slug>/draw")
@allowed(Role.PLANNER)
def draw(slug: str) -> ResponseReturnValue:
    """What the draw will do, or what it did."""
    return _draw_page(_event_or_404(slug), "", 200)


def _draw_page(event: Event, problem: str, status: int) -> ResponseReturnValue:
    done = queries.valid_draw(event.id)
    page = render_template(
        "allocation/draw.html",
        event=event,
        is_lottery=event.selection == Selection.LOTTERY,
        drawn=done,
        voided=queries.voided_draws(event.id),
        causes=texts.VOID_CAUSES,
        outcome=outcome_by_group(event, done) if done else [],
        commitment=queries.commitment_of(event.id),
        frozen=queries.frozen_list(event),
        preview=drawing.preview(event=event)
        if done is None and event.selection == Selection.LOTTERY
        else None,
        may_void=done is not None and voiding.may_void(event),
        missing=_missing(event) if done is None else [],
        form=forms.DrawForm(),
        problem=problem,
    )
    return page, status


def _missing(event: Event) -> list[tuple[str, str, str]]:
    """What stands between an event and its next step, all at once: the sentence, where to mend it, that link's words."""
    if event.selection != Selection.LOTTERY:
        return []
    found = drawing.missing(event) if event.list_frozen_at is not None else freezing.missing(event)
    there: dict[StrEnum, str] = {
        AllocationRefusal.STILL_OPEN: url_for("desk.edit", slug=event.slug, _anchor="s-apply"),
        AllocationRefusal.NO_COMMITMENT: url_for("desk.edit", slug=event.slug),
        AllocationRefusal.OPEN_CANDIDATES: url_for("people.candidates", event=event.id),
        AllocationRefusal.FREE_ENTRIES: url_for("free_entries.index", event=event.id),
        AllocationRefusal.NOBODY_APPLIED: url_for("registration.applications", slug=event.slug),
        AllocationRefusal.NOT_HELD: url_for("desk.standing", slug=event.slug),
    }
    return [
        (one.sentence(texts.REFUSALS), there.get(one.code, ""), texts.MENDED_AT.get(one.code, ""))
        for one in found
    ]


def _step(slug: str, step: Callable[[Event], object]) -> ResponseReturnValue:
    """Take one step with the event and show the draw again, with the sentence of a refusal."""
    try:
        step(_event_or_404(slug))
    except Refused as refused:
        db.session.rollback()
        return _draw_page(_event_or_404(slug), refused.sentence(texts.REFUSALS), 422)
    return redirect(url_for("allocation.draw", slug=slug))


@bp.post("/staff/events/<slug>/draw/freeze")
@allowed(Role.PLANNER)
def freeze(slug: str) -> ResponseReturnValue:
    return _step(slug, lambda event: freezing.freeze_list(event_id=event.id))


@bp.post("/staff/events/<slug>/draw/thaw")
@allowed(Role.PLANNER)
def thaw(slug: str) -> ResponseReturnValue:
    return _step(slug, lambda event: freezing.thaw_list(event_id=event.id))


@bp.post("/staff/events/<slug>/draw")
@asks_first
@allowed(Role.PLANNER)
def draw_now(slug: str) -> ResponseReturnValue:
    public_number = (forms.DrawForm().public_number.data or "").strip()
    if not is_sure():
        return _ask_before_draw(slug, public_number)

    def draw_lots(event: Event) -> None:
        drawing.draw_seats(event_id=event.id, public_number=public_number, staff=current_staff())
        flash(texts.DRAWN)

    return _step(slug, draw_lots)


def _ask_before_draw(slug: str, public_number: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    try:
        frozen, _, number = drawing.check_ready(event, public_number)
    except Refused as refused:
        return _draw_page(event, refused.sentence(texts.REFUSALS), 422)
    would = drawing.preview(event=event)
    says = [
        texts.DRAWS_OF.format(title=event.title, n=would.draws + would.placed, digest=frozen.digest),
        texts.DRAWS_WITH.format(name=event.public_number_name, number=number) if number else "",
        texts.DRAWS_ONCE.format(mails=would.mails),
    ]
    back = (url_for("allocation.draw", slug=slug), texts.BACK_TO_DRAW)
    return ask(Question(texts.DRAWING, says, texts.DRAW_NOW.format(mails=would.mails), back))


# -- by hand ------------------------------------------------------------------------------------------------


@bp.get("/staff/applications/<uuid:application_id>/decide")
@allowed(Role.PLANNER)
def decide(application_id: uuid.UUID) -> ResponseReturnValue:
    application = db.session.get(Application, application_id) or abort(404)
    return render_template(
        "allocation/decide.html",
        application=application,
        form=_decision(application),
        closed=_why_undecidable(application),
        problem="",
        at="",
    )


def _decision(application: Application) -> forms.DecisionForm:
    """What can be decided about this one now, by the rules of the acts themselves."""
    partners = swapping.swap_partners(application)
    refusals = {
        forms.PLACE: placing.why_not_placed(application),
        forms.REFUSE: placing.why_not_refused(application),
        forms.SWAP: None if partners else AllocationRefusal.NO_SWAP,
        forms.MOVE: placing.why_not_moved(application),
    }
    possible = [one for one, refusal in refusals.items() if refusal is None]
    return forms.DecisionForm().about(application, possible, partners)


def _why_undecidable(application: Application) -> str:
    """Why a seat cannot be given by hand now, as a sentence; "" when it can, or nobody would expect it to."""
    refusal = placing.why_not_placed(application)
    is_seated = refusal is not None and refusal.code == AllocationRefusal.NOT_PLACEABLE
    return refusal.sentence(texts.REFUSALS) if refusal is not None and not is_seated else ""


@bp.post("/staff/applications/<uuid:application_id>/decide")
@keeps_typed
@allowed(Role.PLANNER)
def decide_now(application_id: uuid.UUID) -> ResponseReturnValue:
    application = db.session.get(Application, application_id) or abort(404)
    form = _decision(application)
    problem, at = "", ""
    if form.validate():
        try:
            _decide(application_id, form)
            flash(texts.DECIDED.format(name=application.full_name))
            return redirect(url_for("registration.application", application_id=application_id))
        except Refused as refused:
            problem = refused.sentence(texts.REFUSALS)
            at = AT.get(refused.code, "decision")
    page = render_template(
        "allocation/decide.html", application=application, form=form, problem=problem, at=at
    )
    return page, 422


def _decide(application_id: uuid.UUID, form: forms.DecisionForm) -> None:
    reason = form.reason.data or ""
    if form.decision.data == forms.PLACE:
        placing.place_by_hand(application_id=application_id, reason=reason)
    elif form.decision.data == forms.REFUSE:
        placing.refuse_by_hand(application_id=application_id, reason=reason)
    elif form.decision.data == forms.SWAP:
        if form.partner_id is None:
            raise Refused(AllocationRefusal.NO_SWAP)
        swapping.swap_seats(application_id=application_id, other_id=form.partner_id, reason=reason)
    else:
        placing.move_by_hand(application_id=application_id, group_id=form.group_id, reason=reason)


# -- the waiting list ----------------------------------------------------------------------------------------


@bp.get("/staff/events/<slug>/waiting")
@allowed(Role.PLANNER)
def waiting(slug: str) -> ResponseReturnValue:
    """The waiting list in rank, with telephone numbers; near the day it is called from."""
    event = _event_or_404(slug)
    return render_template(
        "allocation/waiting.html", event=event, calls=call_list(event), page=queries.page_of_waiting(event.id)
    )


# -- offers -------------------------------------------------------------------------------------------------


@bp.post("/a/<secret>/offer")
@asks_first
@by_link("application")
def answer_offer(secret: str) -> ResponseReturnValue:
    """Take or decline an offered seat; the page before it shows the two buttons."""
    application = application_by_link_secret(secret) or abort(404)
    form = forms.OfferForm()
    if form.answer.data not in ("accept", "decline"):
        abort(400)
    accept = form.answer.data == "accept"
    if not is_sure():
        return ask(_about_answer(application, secret, accept=accept))
    try:
        offers.answer_offer(application_id=application.id, accept=accept)
    except Refused as refused:
        flash(refused.sentence(texts.REFUSALS))
    else:
        flash(texts.ACCEPTED if accept else texts.DECLINED)
    return redirect(url_for("guest.my_application", secret=secret))


def _about_answer(application: Application, secret: str, *, accept: bool) -> Question:
    event = application.event
    whose = texts.ANSWERS_FOR.format(
        name=application.full_name, title=event.title, at=jdatetime(event.starts_at)
    )
    back = (url_for("guest.my_application", secret=secret), texts.BACK_TO_OFFER)
    if accept:
        return Question(texts.ACCEPTING, [whose], texts.ACCEPT, back)
    lost = texts.DECLINING_COSTS if event.selection == Selection.LOTTERY else ""
    return Question(texts.DECLINING, [whose, texts.DECLINING_LOSES, lost], texts.DECLINE, back)
