"""Making, editing, publishing and copying events."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.allocation.queries import valid_draw
from trainings.checkin.models import Scan
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.core.requests.late_forms import keeps_typed
from trainings.core.requests.unprintable import tell_unprintable
from trainings.desk import texts
from trainings.desk.asking import in_words, is_agreed
from trainings.desk.blueprint import bp
from trainings.desk.copying import copy_whole_event
from trainings.events import texts as event_texts
from trainings.events.actions import create_event, publish_event
from trainings.events.changes import Standing
from trainings.events.doubts import Doubted, doubts, of_day, of_deadline, to_ask
from trainings.events.editing import edit_event
from trainings.events.filling import (
    change_of,
    filled,
    out_of_use,
    profession_rows,
    sections_with_errors,
    typed,
)
from trainings.events.forms import FIELD_OF, CopyForm, EventForm, NewEventForm, next_title
from trainings.events.models import Event, EventGroup, EventState
from trainings.events.presets import PRESETS
from trainings.events.publication import missing
from trainings.events.queries import event_by_slug, lock_event
from trainings.events.refusals import EventRefusal
from trainings.registration.models import Application
from trainings.registration.printing import printed_words_of_event
from trainings.registration.queries import (
    confirmed_count,
    count_applications,
    counts_by_group,
    has_applications,
)
from trainings.registration.seat_rules import most_of_office
from trainings.registration.telling import settle_if_nobody
from trainings.registration.transitions import SEAT_FREED
from trainings.skills.actions import teach_usual_skills


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


# -- new ------------------------------------------------------------------------------------------------------


@bp.get("/staff/events/new")
@allowed(Role.PLANNER)
def new_event() -> ResponseReturnValue:
    return _new_page(NewEventForm(formdata=None), 200)


@bp.post("/staff/events/new")
@keeps_typed
@allowed(Role.PLANNER)
def make_event() -> ResponseReturnValue:
    form = NewEventForm()
    if not form.validate():
        return _new_page(form, 422)
    asked = of_day(form.on.data)
    if not is_agreed(form, asked):
        return _new_page(form, 422, asked)
    event = create_event(**form.values())
    teach_usual_skills(event=event)
    flash(texts.DRAFTED)
    tell_unprintable(event.title)
    return redirect(url_for("desk.edit", slug=event.slug))


def _new_page(form: NewEventForm, status: int, asked: Sequence[Doubted] = ()) -> ResponseReturnValue:
    presets = {kind.value: preset for kind, preset in PRESETS.items()}
    page = render_template("desk/new_event.html", form=form, presets=presets, asked=in_words(asked))
    return page, status


# -- edit -----------------------------------------------------------------------------------------------------


def standing_of(event_id: uuid.UUID) -> Standing:
    """What applications, draw and door say about what may still be changed."""
    held = db.session.execute(
        select(Application.event_group_id, Application.profession_id)
        .where(Application.event_id == event_id)
        .distinct()
    ).all()
    sessions = db.session.scalars(select(Scan.session_id).where(Scan.event_id == event_id).distinct())
    groups = db.session.scalars(select(EventGroup).where(EventGroup.event_id == event_id)).all()
    return Standing(
        has_applications=has_applications(event_id),
        confirmed=confirmed_count(event_id),
        confirmed_by_group={row.group.id: row.held for row in counts_by_group(groups)},
        most_of_office=most_of_office(event_id),
        drawn=valid_draw(event_id) is not None,
        groups=frozenset(row.event_group_id for row in held),
        professions=frozenset(row.profession_id for row in held if row.profession_id),
        sessions=frozenset(session_id for session_id in sessions if session_id),
    )


@bp.get("/staff/events/<slug>/edit")
@allowed(Role.PLANNER)
def edit(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    return _edit_page(event, filled(event), standing_of(event.id), None, 200)


@bp.post("/staff/events/<slug>/edit")
@allowed(Role.PLANNER)
def save(slug: str) -> ResponseReturnValue:
    """Keep what was typed; with the second button of a draft, publish it too."""
    event = _event_or_404(slug)
    form = typed(request.form)
    form.standing = {"contact_phone": event.contact_phone}  # never asked about again
    # Locked before counting: nobody applies or gets a seat between the count and the change.
    if not form.validate_against(lambda: filled(lock_event(event.id))):
        clash = form.clash_page(back=url_for("desk.edit", slug=slug))
        return clash or _edit_page(event, form, standing_of(event.id), None, 422)
    standing = standing_of(event.id)
    wants_public = bool(request.form.get("publish"))
    before, until = [] if wants_public else doubts(event, standing), event.application_closes_at
    try:
        edited = edit_event(event_id=event.id, change=change_of(form), standing=standing)
        shortened = of_deadline(edited.event, until, count_applications(event.id))
        asked = to_ask([*doubts(edited.event, standing), *shortened], before)
        if not is_agreed(form, asked):
            db.session.rollback()
            return _edit_page(_event_or_404(slug), form, standing, None, 422, asked=asked)
        if wants_public:
            publish_event(event_id=event.id)
    except Refused as refused:
        db.session.rollback()
        event = _event_or_404(slug)
        return _edit_page(event, form, standing, refused, 422)
    if edited.seats and event.state == EventState.PUBLISHED and standing.has_applications:
        enqueue(SEAT_FREED, subject=event.id)
    tell_unprintable(*printed_words_of_event(event.id))
    if settle_if_nobody(edited.notice):
        flash(texts.SAVED)
        return redirect(url_for("desk.notice", slug=slug))
    if wants_public:
        flash(texts.PUBLISHED)
        return redirect(url_for("desk.board", slug=slug))
    flash(texts.SAVED if edited.fields else texts.NOTHING_CHANGED)
    if "capacity" in edited.fields and any(group.reserved or group.cap for group in edited.event.groups):
        flash(texts.QUOTAS_STAND)
    return redirect(url_for("desk.edit", slug=slug))


def _edit_page(
    event: Event,
    form: EventForm,
    standing: Standing,
    refused: Refused | None,
    status: int,
    *,
    asked: Sequence[Doubted] = (),
) -> ResponseReturnValue:
    told = event_texts.REFUSALS
    refusals = [(FIELD_OF[EventRefusal(refused.code)], refused.sentence(told))] if refused else []
    page = render_template(
        "desk/edit.html",
        event=event,
        form=form,
        professions=profession_rows(form),
        out_of_use=out_of_use(event),
        standing=standing,
        is_draft=event.state == EventState.DRAFT,
        is_closed=event.state == EventState.CLOSED,
        refusals=refusals,
        asked=in_words(asked),
        open_sections=sections_with_errors(form, [anchor for anchor, _ in refusals]) or {"what"},
        selections=event_texts.SELECTIONS,
        responsibles=event_texts.RESPONSIBLES,
        certificate_rules=event_texts.CERTIFICATE_RULES,
        missing=[(FIELD_OF[EventRefusal(one.code)], one.sentence(told)) for one in missing(event)],
        doubts=in_words(doubts(event, standing)),
    )
    return page, status


# -- copy -----------------------------------------------------------------------------------------------------


@bp.get("/staff/events/<slug>/copy")
@allowed(Role.PLANNER)
def copy(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = CopyForm(formdata=None)
    form.title.data = next_title(event.title)
    return _copy_page(event, form, 200)


def _copy_page(
    event: Event, form: CopyForm, status: int, asked: Sequence[Doubted] = ()
) -> ResponseReturnValue:
    return render_template("desk/copy.html", event=event, form=form, asked=in_words(asked)), status


@bp.post("/staff/events/<slug>/copy")
@keeps_typed
@allowed(Role.PLANNER)
def make_copy(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = CopyForm()
    if not form.validate():
        return _copy_page(event, form, 422)
    asked = of_day(form.on.data)
    if not is_agreed(form, asked):
        return _copy_page(event, form, 422, asked)
    made = copy_whole_event(source=event, on=form.on.data, title=form.title.data)
    flash(texts.COPIED)
    tell_unprintable(made.title)
    return redirect(url_for("desk.edit", slug=made.slug))
