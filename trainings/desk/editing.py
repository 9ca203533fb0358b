"""Making, editing, publishing and copying events."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.allocation.queries import valid_draw
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.desk import queries, texts
from trainings.desk.blueprint import bp
from trainings.desk.copying import copy_whole_event
from trainings.desk.stages import stages_of
from trainings.events import texts as event_texts
from trainings.events.actions import create_event, publish_event
from trainings.events.changes import Standing
from trainings.events.editing import edit_event
from trainings.events.forms import CopyForm, EventForm, NewEventForm
from trainings.events.models import Event, EventState
from trainings.events.presets import PRESETS
from trainings.events.queries import event_by_slug, lock_event
from trainings.registration.models import Application
from trainings.registration.queries import confirmed_count, has_applications
from trainings.skills.actions import teach_usual_skills


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


@bp.get("/staff/events")
@allowed(Role.PLANNER)
def events() -> ResponseReturnValue:
    """All events by fiscal year, newest first, with their stage."""
    this_year = clock.fiscal_year(clock.today())
    year = request.args.get("year", this_year, type=int)
    year = year if 2000 <= year <= 2100 else this_year
    return render_template(
        "desk/events.html",
        year=year,
        rows=[
            (event, next(stage.name for stage in stages_of(event) if stage.state == "now"))
            for event in queries.events_of_year(year)
        ],
        kinds=event_texts.KINDS,
    )


@bp.get("/staff/events/new")
@allowed(Role.PLANNER)
def new_event() -> ResponseReturnValue:
    return render_template("desk/new_event.html", form=NewEventForm(formdata=None), presets=PRESETS)


@bp.post("/staff/events/new")
@allowed(Role.PLANNER)
def make_event() -> ResponseReturnValue:
    form = NewEventForm()
    if not form.validate():
        return render_template("desk/new_event.html", form=form, presets=PRESETS), 422
    event = create_event(**form.values())
    teach_usual_skills(event=event)
    return redirect(url_for("desk.edit", slug=event.slug))


def standing_of(event: Event) -> Standing:
    """What applications and draw say about what may still be changed."""
    return Standing(
        has_applications=has_applications(event.id),
        confirmed=confirmed_count(event.id),
        drawn=valid_draw(event.id) is not None,
        in_use=frozenset(
            db.session.scalars(
                select(Application.event_group_id).where(Application.event_id == event.id).distinct()
            )
        ),
    )


@bp.get("/staff/events/<slug>/edit")
@allowed(Role.PLANNER)
def edit(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = EventForm(formdata=None)
    form.fill(event)
    return _edit_page(event, form, "", 200)


@bp.post("/staff/events/<slug>/edit")
@allowed(Role.PLANNER)
def save(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = EventForm()
    form.read_map(request.form.to_dict())
    if not form.validate():
        return _edit_page(event, form, "", 422)
    # Locked before counting: nobody gets a seat between the count and the change.
    lock_event(event.id)
    try:
        edit_event(event_id=event.id, change=form.change(), standing=standing_of(event))
    except Refused as refused:
        db.session.rollback()
        return _edit_page(_event_or_404(slug), form, refused.sentence(event_texts.REFUSALS), 422)
    flash(texts.SAVED)
    return redirect(url_for("desk.edit", slug=slug))


def _edit_page(event: Event, form: EventForm, problem: str, status: int) -> ResponseReturnValue:
    page = render_template(
        "desk/edit.html",
        event=event,
        form=form,
        problem=problem,
        standing=standing_of(event),
        is_draft=event.state == EventState.DRAFT,
    )
    return page, status


@bp.post("/staff/events/<slug>/publish")
@allowed(Role.PLANNER)
def publish(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    try:
        publish_event(event_id=event.id)
    except Refused as refused:
        db.session.rollback()
        event = _event_or_404(slug)
        form = EventForm(formdata=None)
        form.fill(event)
        return _edit_page(event, form, refused.sentence(event_texts.REFUSALS), 422)
    flash(texts.PUBLISHED)
    return redirect(url_for("desk.board", slug=slug))


@bp.get("/staff/events/<slug>/copy")
@allowed(Role.PLANNER)
def copy(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = CopyForm(formdata=None)
    form.title.data = event.title
    return render_template("desk/copy.html", event=event, form=form)


@bp.post("/staff/events/<slug>/copy")
@allowed(Role.PLANNER)
def make_copy(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = CopyForm()
    if not form.validate():
        return render_template("desk/copy.html", event=event, form=form), 422
    made = copy_whole_event(source=event, on=form.on.data, title=form.title.data)
    return redirect(url_for("desk.edit", slug=made.slug))
