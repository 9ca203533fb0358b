"""名簿 for staff: the list, one application, proxy entry, cancelling, the workbook."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from trainings.accounts.access import allowed, current_staff
from trainings.accounts.models import Role
from trainings.audit.actions import record
from trainings.audit.queries import entries_of_subject
from trainings.core import sheets
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.web import download
from trainings.directory.queries import canonical_ids_of
from trainings.events.models import Event
from trainings.events.queries import event_by_slug
from trainings.registration import exports, queries, texts
from trainings.registration.actions import cancel_application, submit_application
from trainings.registration.forms import CancelForm, ProxyForm
from trainings.registration.models import Application, Channel, EventRole
from trainings.registration.queries import Filter
from trainings.registration.states import LIVE, State
from trainings.registration.views import FIELD_OF, bp


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


def _filter(event: Event, asked: MultiDict[str, str]) -> Filter:
    groups = {str(group.id): group.id for group in event.groups}
    return Filter(
        typed=asked.get("q", ""),
        states=[State(one) for one in asked.getlist("state") if one in set(State)],
        group_id=groups.get(asked.get("group", "")),
        channel=Channel(asked["channel"]) if asked.get("channel") in set(Channel) else None,
    )


@bp.get("/staff/events/<slug>/applications")
@allowed(Role.PLANNER)
def applications(slug: str) -> ResponseReturnValue:
    """The list, narrowed by what the address says."""
    event = _event_or_404(slug)
    narrow = _filter(event, request.args)
    return render_template(
        "registration/list.html",
        event=event,
        applications=queries.applications_of_event(event.id, narrow),
        narrow=narrow,
        states=texts.STATES,
        channels=texts.CHANNELS,
        roles=texts.ROLES,
        participant=EventRole.PARTICIPANT,
    )


@bp.post("/staff/events/<slug>/applications.xlsx")
@allowed(Role.PLANNER)
def workbook(slug: str) -> ResponseReturnValue:
    """Exactly what is shown. A POST, since every export of names is written to the audit trail."""
    event = _event_or_404(slug)
    rows = queries.applications_of_event(event.id, _filter(event, request.form))
    record(
        verb="applications.exported",
        subject=("event", event.id),
        event_id=event.id,
        detail={"rows": len(rows)},
    )
    return download(exports.applications_workbook(rows), exports.file_name(event), sheets.XLSX)


@bp.get("/staff/applications/<uuid:application_id>")
@allowed(Role.PLANNER)
def application(application_id: uuid.UUID) -> ResponseReturnValue:
    """One application with the person's history and its trail."""
    return _application_page(_application_or_404(application_id), CancelForm(formdata=None), 200)


def _application_or_404(application_id: uuid.UUID) -> Application:
    return db.session.get(Application, application_id) or abort(404)


def _application_page(one: Application, form: CancelForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "registration/application.html",
        application=one,
        event=one.event,
        history=queries.history_of(canonical_ids_of(one.canonical_person_id)),
        trail=entries_of_subject("application", one.id),
        place=queries.waiting_place(one),
        states=texts.STATES,
        reasons=texts.REASONS,
        channels=texts.CHANNELS,
        roles=texts.ROLES,
        may_cancel=one.state in LIVE,
        may_decide=one.state in (State.APPLIED, State.WAITING),
        form=form,
    )
    return page, status


@bp.post("/staff/applications/<uuid:application_id>/cancel")
@allowed(Role.PLANNER)
def cancel(application_id: uuid.UUID) -> ResponseReturnValue:
    one = _application_or_404(application_id)
    form = CancelForm()
    if form.validate():
        try:
            cancel_application(application_id=one.id, by_staff=True, reason=form.reason.data)
            return redirect(url_for("registration.application", application_id=application_id))
        except Refused as refused:
            db.session.rollback()
            form.reason.errors = [refused.sentence(texts.REFUSALS)]
    return _application_page(_application_or_404(application_id), form, 422)


# -- proxy entry ------------------------------------------------------------------------------------------------


@bp.get("/staff/events/<slug>/applications/new")
@allowed(Role.PLANNER)
def proxy(slug: str) -> ResponseReturnValue:
    """Entering what came by FAX, phone or postcard; the channel of the last one is kept."""
    event = _event_or_404(slug)
    form = ProxyForm(formdata=None).for_event(event)
    form.channel.data = request.args.get("channel")
    return render_template("registration/proxy.html", event=event, form=form, problem="")


@bp.post("/staff/events/<slug>/applications/new")
@allowed(Role.PLANNER)
def enter(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = ProxyForm().for_event(event)
    problem = ""
    if form.validate():
        staff = current_staff()
        try:
            stored = submit_application(
                event_id=event.id,
                statement=form.statement(),
                channel=Channel(form.channel.data),
                idempotency_key=form.idempotency_key.data[:40],
                role=EventRole(form.role.data),
                entered_by_id=staff.id if staff else None,
            )
            flash(
                texts.ENTERED.format(
                    name=stored.full_name, code=stored.code, state=texts.STATES[stored.state]
                )
            )
            return redirect(url_for("registration.proxy", slug=slug, channel=form.channel.data))
        except Refused as refused:
            db.session.rollback()
            event = _event_or_404(slug)
            form = ProxyForm().for_event(event)
            problem = refused.sentence(texts.REFUSALS)
            if refused.code in FIELD_OF:
                form[FIELD_OF[refused.code]].errors = [problem]
                problem = ""
    return render_template("registration/proxy.html", event=event, form=form, problem=problem), 422
