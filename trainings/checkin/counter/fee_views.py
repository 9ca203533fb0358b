"""What each desk took in 参加費, for whoever counts the money."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.audit.actions import record
from trainings.checkin.counter import exports
from trainings.checkin.counter.fees import Taking, by_desk, every_taking, paid_twice, takings_of
from trainings.core.paging import part_of
from trainings.core.paper import sheets
from trainings.core.web import blueprint, download
from trainings.events.models import Event
from trainings.events.queries import event_by_slug

bp = blueprint("door_fees")


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


@bp.get("/staff/events/<slug>/fees")
@allowed(Role.PLANNER)
def page(slug: str) -> ResponseReturnValue:
    """From whom, how much, when, and what was given back, desk by desk."""
    event = _event_or_404(slug)
    takings = takings_of(event.id)
    desks = by_desk(takings, every_taking(event.id))
    page = part_of([(desk, one) for desk, its in desks for one in its])
    shown: dict[str, list[Taking]] = {}
    for desk, one in page:
        shown.setdefault(desk, []).append(one)
    return render_template(
        "checkin/fees.html",
        event=event,
        takings=takings,
        paid_twice=paid_twice(takings),
        desks=desks,
        page=page,
        shown=shown,
    )


@bp.post("/staff/events/<slug>/fees.xlsx")
@allowed(Role.PLANNER)
def workbook(slug: str) -> ResponseReturnValue:
    """A POST, since every export of names is written to the audit trail."""
    event = _event_or_404(slug)
    record(verb="fees.exported", subject=("event", event.id), event_id=event.id)
    return download(exports.fees_workbook(event), exports.fees_file_name(event), sheets.XLSX)
