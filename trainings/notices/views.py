"""The list of those whom no mail reaches: what they have to be told, papers for it, and ticking off."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, signed_in
from trainings.accounts.models import Role
from trainings.allocation import offers
from trainings.allocation import texts as allocation_texts
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.requests.asking import Question, ask, asks_first, is_sure
from trainings.core.requests.late_forms import keeps_typed
from trainings.core.web import blueprint
from trainings.events.models import Event
from trainings.events.queries import event_by_slug
from trainings.notices import exports, queries, texts
from trainings.notices.actions import note_told, take_back
from trainings.notices.forms import ToldForm, tellings_of, value_of
from trainings.notices.models import How, Kind
from trainings.notices.queries import Show, Telling
from trainings.printing.actions import order_paper
from trainings.registration import texts as registration_texts
from trainings.registration.models import Application
from trainings.registration.states import State

bp = blueprint("notices")


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


@bp.get("/staff/events/<slug>/notices")
@allowed(Role.PLANNER)
def index(slug: str) -> ResponseReturnValue:
    """Who has to be told what; with `show=told` who was, and by whom."""
    return _page(_event_or_404(slug), ToldForm(formdata=None), (), "", 200)


def _page(
    event: Event, form: ToldForm, ticked: Collection[str], problem: str, status: int
) -> ResponseReturnValue:
    asked = request.args.get("show", "")
    show = Show(asked) if asked in set(Show) else Show.UNTOLD
    wanted = request.args.get("kind", "")
    kind = Kind(wanted) if wanted in set(Kind) else None
    people = queries.page_of_people(event.id, show, kind)
    ids = [one.id for one in people]
    page = render_template(
        "notices/index.html",
        event=event,
        people=people,
        show=show,
        kind=kind,
        due=queries.due_of(event.id, ids),
        told=queries.told_of(ids),
        counts=queries.counts(event.id),
        kinds=queries.counts_by_kind(event.id),
        form=form,
        ticked=ticked,
        value_of=value_of,
        problem=problem,
        words=texts,
        states=registration_texts.STATES,
    )
    return page, status


@bp.post("/staff/events/<slug>/notices/told")
@keeps_typed
@allowed(Role.PLANNER)
def tell(slug: str) -> ResponseReturnValue:
    """Note that everybody who is ticked was told."""
    event = _event_or_404(slug)
    form = ToldForm()
    ticked = request.form.getlist("matter")
    tellings, problem = tellings_of(ticked), ""
    if not tellings:
        form.validate()
        return _page(event, form, ticked, texts.NOBODY_CHOSEN, 422)
    if form.validate():
        try:
            noted = note_told(
                event_id=event.id,
                tellings=_of_event(event, tellings),
                how=How(form.how.data),
                told_at=form.instant(),
                staff=signed_in(),
            )
            flash(texts.NOTED.format(n=len(noted)))
            return redirect(url_for("notices.index", slug=slug))
        except Refused as refused:
            db.session.rollback()
            event, form = _event_or_404(slug), ToldForm()
            problem = refused.sentence(texts.REFUSALS)
    return _page(event, form, ticked, problem, 422)


def _of_event(event: Event, tellings: list[Telling]) -> list[Telling]:
    """Without people of other events, whom this page never offers."""
    ids = {one.application_id for one in tellings}
    mine = set(
        db.session.scalars(
            db.select(Application.id).where(Application.id.in_(ids), Application.event_id == event.id)
        )
    )
    return [one for one in tellings if one.application_id in mine]


@bp.post("/staff/events/<slug>/notices/<uuid:told_id>/back")
@allowed(Role.PLANNER)
def untell(slug: str, told_id: uuid.UUID) -> ResponseReturnValue:
    """Take a tick back."""
    _event_or_404(slug)
    try:
        row = take_back(told_id=told_id)
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence(texts.REFUSALS))
    else:
        if row is None:
            flash(texts.TAKEN_BACK_BEFORE)
        else:
            flash(texts.TAKEN_BACK.format(name=row.application.full_name, kind=texts.KINDS[row.kind]))
    return redirect(url_for("notices.index", slug=slug))


@bp.post("/staff/events/<slug>/notices.pdf")
@allowed(Role.PLANNER)
def papers(slug: str) -> ResponseReturnValue:
    """A sheet for everybody who has to be told something, or for one of them; the worker makes them."""
    event = _event_or_404(slug)
    chosen = exports.chosen(request.form.get("kind", ""), request.form.get("person", ""))
    if not exports.people_for(event.id, chosen):
        flash(texts.NOTHING_TO_PRINT)
        return redirect(url_for("notices.index", slug=slug))
    order = order_paper(event_id=event.id, kind=exports.KIND, staff=signed_in(), chosen=chosen)
    return redirect(url_for("printing.paper", slug=slug, order_id=order.id))


@bp.post("/staff/applications/<uuid:application_id>/offer")
@asks_first
@allowed(Role.PLANNER)
def answer(application_id: uuid.UUID) -> ResponseReturnValue:
    """The answer to an offer that came by telephone or FAX."""
    application = db.session.get(Application, application_id) or abort(404)
    said = request.form.get("answer", "")
    if said not in ("accept", "decline"):
        abort(400)
    accept = said == "accept"
    slug = application.event.slug
    if not is_sure() and application.state == State.OFFERED:
        return ask(_about_answer(application, accept=accept))
    try:
        offers.answer_offer(application_id=application_id, accept=accept)
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence(allocation_texts.REFUSALS))
    else:
        flash(texts.ANSWERED[accept].format(name=application.full_name))
    return redirect(url_for("notices.index", slug=slug))


def _about_answer(application: Application, *, accept: bool) -> Question:
    whose = texts.ANSWERS_FOR.format(name=application.full_name, title=application.event.title)
    back = (url_for("notices.index", slug=application.event.slug), texts.BACK_TO_LIST)
    if accept:
        return Question(texts.ACCEPTS, [whose, texts.ACCEPTING_GIVES], texts.ACCEPTS, back)
    return Question(texts.DECLINES, [whose, texts.DECLINING_LOSES], texts.DECLINES, back)
