"""名簿 for staff: the list, one application, cancelling, the workbook."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.audit.actions import record
from trainings.core import names
from trainings.core.db import db
from trainings.core.paper import letters, sheets
from trainings.core.refusal import Refused
from trainings.core.requests.asking import ask, asks_first, is_sure
from trainings.core.requests.late_forms import keeps_typed
from trainings.core.requests.unprintable import tell_unprintable
from trainings.core.web import download
from trainings.directory.models import PARTICIPANT
from trainings.directory.queries import canonical_ids_of, role_names
from trainings.events.models import Event
from trainings.events.queries import event_by_slug
from trainings.registration import chips, exports, queries, texts
from trainings.registration.actions import cancel_application, renew_secrets
from trainings.registration.corrections import questions
from trainings.registration.corrections.changing import change_application
from trainings.registration.corrections.forms import CancelForm, RestoreForm, StaffChangeForm
from trainings.registration.corrections.restoring import is_undoable, restore_application, why_not
from trainings.registration.corrections.times import closed_to_staff, why_fixed
from trainings.registration.forms import PersonForm
from trainings.registration.intake import locked_application
from trainings.registration.models import Application, Channel
from trainings.registration.people.reach import reaches
from trainings.registration.printing import printed_words, unprintable_names, unprintable_of_event
from trainings.registration.queries import Filter
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.secrets import ticket_code
from trainings.registration.states import LIVE, State
from trainings.registration.trail import trail_of
from trainings.registration.views import FIELD_OF, bp

LONGEST_SEARCH = 200
MOST_NAMED = 20
"""So many people with letters that cannot be printed are named above the list; of the others only the number."""


def event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


def _filter(event: Event, asked: MultiDict[str, str]) -> Filter:
    groups = {str(group.id): group.id for group in event.groups}
    return Filter(
        typed=names.as_typed(asked.get("q"))[:LONGEST_SEARCH],
        states=[State(one) for one in asked.getlist("state") if one in set(State)],
        group_id=groups.get(asked.get("group", "")),
        channel=Channel(asked["channel"]) if asked.get("channel") in set(Channel) else None,
        without_mail=asked.get("without_mail") == "1",
        untold=asked.get("untold") == "1",
    )


@bp.get("/staff/events/<slug>/applications")
@allowed(Role.PLANNER)
def applications(slug: str) -> ResponseReturnValue:
    """The list, narrowed by what the address says."""
    event = event_or_404(slug)
    narrow = _filter(event, request.args)
    there = queries.facets_of_event(event.id)
    return render_template(
        "registration/list.html",
        event=event,
        applications=queries.page_of_applications(event.id, narrow),
        narrow=narrow,
        address=chips.address_of(narrow),
        rows=chips.rows_of(event, there, narrow),
        unprintable=unprintable_names(event.id),
        most_named=MOST_NAMED,
        code_of=letters.code_of,
        event_letters=unprintable_of_event(event.id),
        states=texts.STATES,
        tags=texts.TAGS,
        channels=texts.CHANNELS,
        late=texts.LATE,
        roles=role_names(),
        participant=PARTICIPANT,
        may_enter=closed_to_staff(event) is None,
    )


@bp.post("/staff/events/<slug>/applications.xlsx")
@allowed(Role.PLANNER)
def workbook(slug: str) -> ResponseReturnValue:
    """Exactly what is shown. A POST, since every export of names is written to the audit trail."""
    event = event_or_404(slug)
    rows = queries.applications_of_event(event.id, _filter(event, request.form))
    record(
        verb="applications.exported",
        subject=("event", event.id),
        event_id=event.id,
        detail={"rows": len(rows)},
    )
    return download(exports.applications_workbook(event, rows), exports.file_name(event), sheets.XLSX)


@bp.get("/staff/applications/<uuid:application_id>")
@allowed(Role.PLANNER)
def application(application_id: uuid.UUID) -> ResponseReturnValue:
    """One application with the person's history and its trail."""
    one = _application_or_404(application_id)
    form = RestoreForm(formdata=None) if is_undoable(one) else CancelForm(formdata=None)
    return _application_page(one, form, 200)


def _application_or_404(application_id: uuid.UUID) -> Application:
    return db.session.get(Application, application_id) or abort(404)


def _application_page(one: Application, form: CancelForm | RestoreForm, status: int) -> ResponseReturnValue:
    in_the_way = why_not(one) if is_undoable(one) else None
    page = render_template(
        "registration/application.html",
        application=one,
        event=one.event,
        history=queries.history_of(canonical_ids_of(one.canonical_person_id)),
        trail=trail_of(one),
        place=queries.waiting_place(one),
        states=texts.STATES,
        reasons=texts.REASONS,
        channels=texts.CHANNELS,
        roles=role_names(),
        may_cancel=one.is_open,
        undoable=is_undoable(one),
        in_the_way=_in_words(in_the_way),
        ticket=ticket_code(one) if one.state == State.CONFIRMED else "",
        unreached=not reaches(one),
        may_decide=one.state in LIVE or one.state == State.NOT_SELECTED,
        form=form,
    )
    return page, status


@bp.post("/staff/applications/<uuid:application_id>/cancel")
@asks_first
@keeps_typed
@allowed(Role.PLANNER)
def cancel(application_id: uuid.UUID) -> ResponseReturnValue:
    one = _application_or_404(application_id)
    form = CancelForm()
    if form.validate():
        try:
            if not (form.reason.data or "").strip():  # nothing is asked about that is refused afterwards
                raise Refused(RegistrationRefusal.REASON_MISSING)
            if not is_sure():
                return ask(questions.about_cancelling(one))
            cancel_application(application_id=one.id, by_staff=True, reason=form.reason.data)
            flash(texts.CANCELLED.format(name=one.full_name))
            return redirect(url_for("registration.application", application_id=application_id))
        except Refused as refused:
            db.session.rollback()
            form.reason.errors = [refused.sentence(texts.FOR_STAFF)]
    return _application_page(_application_or_404(application_id), form, 422)


@bp.post("/staff/applications/<uuid:application_id>/restore")
@keeps_typed
@allowed(Role.PLANNER)
def restore(application_id: uuid.UUID) -> ResponseReturnValue:
    """取り消しをもどす; the page that follows has the button that cancels again."""
    form = RestoreForm()
    if form.validate():
        try:
            one = restore_application(application_id=application_id, reason=form.reason.data or "")
        except LookupError:
            abort(404)
        except Refused as refused:
            db.session.rollback()
            form.reason.errors = [refused.sentence(texts.FOR_STAFF)]
        else:
            told = texts.RESTORED.format(name=one.full_name, state=texts.STATES[one.state])
            flash(told if one.mail else told + texts.RESTORED_UNMAILED)
            return redirect(url_for("registration.application", application_id=application_id))
    return _application_page(_application_or_404(application_id), form, 422)


@bp.get("/staff/applications/<uuid:application_id>/edit")
@allowed(Role.PLANNER)
def edit(application_id: uuid.UUID) -> ResponseReturnValue:
    """Correcting for somebody who called, or who applied on paper and has no link."""
    one = _application_or_404(application_id)
    fixed = why_fixed(one, by_staff=True)
    if fixed is not None:
        return render_template(
            "registration/edit.html", application=one, event=one.event, problem="", closed=_in_words(fixed)
        )
    form = StaffChangeForm.showing(one)
    return render_template("registration/edit.html", application=one, event=one.event, form=form, problem="")


@bp.post("/staff/applications/<uuid:application_id>/edit")
@keeps_typed
@allowed(Role.PLANNER)
def save(application_id: uuid.UUID) -> ResponseReturnValue:
    one = _application_or_404(application_id)
    form = StaffChangeForm().of(one).for_event(one.event)
    problem = ""
    if form.validate_against(lambda: StaffChangeForm.showing(locked_application(application_id))):
        try:
            change_application(application_id=one.id, statement=form.statement(), by_staff=True)
            flash(texts.CORRECTED.format(name=one.full_name))
            tell_unprintable(*printed_words(one))
            return redirect(url_for("registration.application", application_id=one.id))
        except Refused as refused:
            db.session.rollback()
            one = _application_or_404(application_id)
            form = StaffChangeForm().of(one).for_event(one.event)
            problem = beside_field(form, refused)
    elif clash := form.clash_page(back=url_for("registration.edit", application_id=application_id)):
        return clash
    page = render_template(
        "registration/edit.html", application=one, event=one.event, form=form, problem=problem
    )
    return page, 422


@bp.post("/staff/applications/<uuid:application_id>/renew")
@asks_first
@allowed(Role.PLANNER)
def renew(application_id: uuid.UUID) -> ResponseReturnValue:
    """New link and ticket, when the old ones reached the wrong hands."""
    one = _application_or_404(application_id)
    if not is_sure():
        return ask(questions.about_renewing(one))
    try:
        renew_secrets(application_id=one.id)
    except Refused as refused:
        db.session.rollback()
        form = CancelForm(formdata=None)
        form.form_errors = [refused.sentence(texts.FOR_STAFF)]
        return _application_page(_application_or_404(application_id), form, 422)
    flash((texts.RENEWED_AND_SENT if one.mail else texts.RENEWED).format(mail=one.mail))
    return redirect(url_for("registration.application", application_id=application_id))


def _in_words(refusal: RegistrationRefusal | None) -> str:
    return texts.FOR_STAFF[refusal] if refusal is not None else ""


def beside_field(form: PersonForm, refused: Refused) -> str:
    """Put the sentence beside the field that it is about; returns it when there is none."""
    sentence = refused.sentence(texts.FOR_STAFF)
    if refused.code not in FIELD_OF:
        return sentence
    form[FIELD_OF[refused.code]].errors = [sentence]
    return ""
