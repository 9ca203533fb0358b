"""Papers of the door: badges."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.audit.actions import record
from trainings.checkin import exports, texts
from trainings.core import pdf
from trainings.core.web import blueprint, download
from trainings.events.models import Event
from trainings.events.queries import event_by_slug

bp = blueprint("door_papers")


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


@bp.post("/staff/events/<slug>/badges.pdf")
@allowed(Role.PLANNER)
def badges(slug: str) -> ResponseReturnValue:
    """名札, ten to an A4. A POST, since every export of names is written to the audit trail."""
    event = _event_or_404(slug)
    try:
        printed = exports.badge_sheets(event)
    except pdf.PdfUnavailable:
        flash(texts.PRINTING_MISSING)
        return redirect(url_for("checkin.door", slug=slug))
    record(verb="badges.printed", subject=("event", event.id), event_id=event.id)
    return download(printed, exports.badges_file_name(event), "application/pdf")
