"""The page on which staff wait for a paper, and its download."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, current_staff
from trainings.accounts.models import Role
from trainings.core.web import blueprint, download
from trainings.events.queries import event_by_slug
from trainings.printing import texts
from trainings.printing.actions import order_again, take_paper
from trainings.printing.models import PaperState
from trainings.printing.queries import paper_of, worker_sleeps

bp = blueprint("printing")


@bp.get("/staff/events/<slug>/papers/<uuid:order_id>")
@allowed(Role.PLANNER)
def paper(slug: str, order_id: uuid.UUID) -> ResponseReturnValue:
    """How far it is; when it is ready, the button that fetches it."""
    event = event_by_slug(slug) or abort(404)
    order = paper_of(event, order_id)
    page = render_template(
        "printing/paper.html",
        event=event,
        order=order,
        name=texts.KINDS[order.kind] if order else "",
        problem=texts.FAILURES[order.failure] if order and order.failure else "",
        going=order is not None and order.state in (PaperState.WAITING, PaperState.MAKING),
        asleep=order is not None and order.state == PaperState.WAITING and worker_sleeps(),
    )
    return page, 200 if order else 404


@bp.post("/staff/events/<slug>/papers/<uuid:order_id>.pdf")
@allowed(Role.PLANNER)
def take(slug: str, order_id: uuid.UUID) -> ResponseReturnValue:
    """The file. A POST: that names leave is written down."""
    event = event_by_slug(slug) or abort(404)
    order = paper_of(event, order_id)
    if order is None:
        return redirect(url_for("printing.paper", slug=slug, order_id=order_id))
    if order.state != PaperState.READY:
        flash(texts.NOT_READY)
        return redirect(url_for("printing.paper", slug=slug, order_id=order_id))
    return download(take_paper(order=order), order.file_name, "application/pdf")


@bp.post("/staff/events/<slug>/papers/<uuid:order_id>/again")
@allowed(Role.PLANNER)
def again(slug: str, order_id: uuid.UUID) -> ResponseReturnValue:
    """Ask anew for one that failed."""
    event = event_by_slug(slug) or abort(404)
    order, staff = paper_of(event, order_id), current_staff()
    assert staff is not None, "the access table lets only staff in"
    if order is not None and order.state == PaperState.FAILED:
        order_id = order_again(order=order, staff=staff).id
    return redirect(url_for("printing.paper", slug=slug, order_id=order_id))
