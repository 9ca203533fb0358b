"""The page on which freely typed offices are matched to the directory."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.core import names
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.requests.unprintable import tell_unprintable
from trainings.core.web import blueprint
from trainings.directory import forms, texts
from trainings.directory import queries as directory
from trainings.directory.models import Organisation
from trainings.directory.refusals import DirectoryRefusal
from trainings.events.models import Event
from trainings.registration.models import Application
from trainings.registration.people import free_entries

bp = blueprint("free_entries")


@bp.get("/staff/directory/free-entries")
@allowed(Role.PLANNER)
def index() -> ResponseReturnValue:
    """Free entries that nobody has settled, of one event (`event`) or of all; and those left as they are."""
    return _index()


@bp.post("/staff/directory/free-entries/match")
@allowed(Role.PLANNER)
def match() -> ResponseReturnValue:
    """Match the applications to an office of the directory."""
    office = _chosen_office()
    if office is None:
        return _index(error=texts.OFFICE_NOT_CHOSEN)
    try:
        matched = free_entries.match_free_entry(application_ids=_applications(), organisation_id=office.id)
    except Refused as refused:
        return _index(error=refused.sentence(texts.REFUSALS))
    flash(texts.MATCHED.format(count=len(matched), name=office.name))
    return _back()


@bp.post("/staff/directory/free-entries/keep")
@allowed(Role.PLANNER)
def keep() -> ResponseReturnValue:
    """Leave the entries as typed, or (`keep=no`) take that back."""
    wanted = request.form.get("keep") != "no"
    try:
        kept = free_entries.keep_free_entry(application_ids=_applications(), keep=wanted)
    except Refused as refused:
        return _index(error=refused.sentence(texts.REFUSALS))
    flash((texts.KEPT if wanted else texts.UNKEPT).format(name=kept[0].organisation_name))
    return _back()


@bp.route("/staff/directory/free-entries/add", methods=["GET", "POST"])
@allowed(Role.PLANNER)
def add() -> ResponseReturnValue:
    """Add the typed office to the directory: a form that begins with what was typed."""
    ids = [wanted for text in request.args.getlist("application") if (wanted := forms.optional_id(text))]
    applications = [found for wanted in ids if (found := db.session.get(Application, wanted))]
    if not applications:
        abort(404)
    form = forms.OfficeForm(data={"name": applications[0].organisation_name})
    if request.method == "POST" and form.validate():
        try:
            office = free_entries.add_free_entry(application_ids=ids, **form.values())
        except Refused as refused:
            field = form.number if refused.code == DirectoryRefusal.NUMBER_TAKEN else form.name
            field.errors = [refused.sentence(texts.REFUSALS)]
        else:
            flash(texts.ADDED_AND_MATCHED.format(name=office.name, count=len(ids)))
            tell_unprintable(office.name)
            return _back()
    status = 422 if form.errors else 200
    return render_template("registration/free_entry_add.html", form=form, applications=applications), status


def _chosen_office() -> Organisation | None:
    """What was found or typed in the text field; with nothing there, the suggestion that is marked."""
    typed = forms.as_typed(request.form.get("organisation_name", "")[: names.LONGEST])
    wanted = request.form.get("organisation_id" if typed else "organisation")
    office = db.session.get(Organisation, forms.optional_id(wanted) or uuid.UUID(int=0))
    if office is None and typed:
        office = directory.organisation_by_exact_name(typed)
    return office


def _applications() -> list[uuid.UUID]:
    return [wanted for text in request.form.getlist("application") if (wanted := forms.optional_id(text))]


def _index(*, error: str = "") -> ResponseReturnValue:
    if error:
        db.session.rollback()
    event_id = forms.optional_id(request.args.get("event"))
    event = db.session.get(Event, event_id) if event_id else None
    page = render_template(
        "registration/free_entries.html",
        event=event,
        entries=free_entries.page_of_free_entries(event.id if event else None),
        most=free_entries.MOST_AT_ONCE,
        kept=free_entries.kept_free_entries(),
        kinds=texts.KINDS,
        act=forms.ActForm(),
        error=error,
    )
    return page, 422 if error else 200


def _back() -> ResponseReturnValue:
    return redirect(url_for("free_entries.index", event=request.args.get("event") or None))
