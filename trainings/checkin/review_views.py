"""What happened at the door and asks for a look: one page, one tap each."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, current_staff
from trainings.accounts.models import Role
from trainings.checkin import queries, review, texts
from trainings.core.web import blueprint
from trainings.events.queries import event_by_slug

bp = blueprint("door_review")


@bp.get("/staff/events/<slug>/door/review")
@allowed(Role.PLANNER)
def index(slug: str) -> ResponseReturnValue:
    """Open matters, by kind."""
    event = event_by_slug(slug) or abort(404)
    matters = review.open_matters(event.id) if queries.door_of(event.id) else []
    return render_template("checkin/review.html", event=event, matters=matters, words=texts.MATTERS)


@bp.post("/staff/events/<slug>/door/review/<uuid:scan_id>")
@allowed(Role.PLANNER)
def settle(slug: str, scan_id: uuid.UUID) -> ResponseReturnValue:
    """One tap: it is right as it is, or the admission is taken back."""
    event = event_by_slug(slug) or abort(404)
    staff = current_staff()
    assert staff is not None, "the access rule has let her in"
    undo = request.form.get("act") == "undo"
    try:
        review.settle(event_id=event.id, scan_id=scan_id, undo=undo, staff=staff)
    except LookupError:
        abort(404)
    flash(texts.TAKEN_BACK if undo else texts.SETTLED)
    return redirect(url_for("door_review.index", slug=slug))
