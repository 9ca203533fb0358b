"""The page that closes an event, with what closing will do in its button."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.checkin.counter.fees import takings_of
from trainings.checkin.desk.contacts import contacts_of
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.requests.asking import asked_on
from trainings.desk import queries, texts
from trainings.desk.blueprint import bp
from trainings.desk.closing import close_event
from trainings.events.queries import event_by_slug
from trainings.skills.queries import taught_skills


@bp.get("/staff/events/<slug>/close")
@allowed(Role.PLANNER)
def close_page(slug: str) -> ResponseReturnValue:
    return _page(slug, "", 200)


def _page(slug: str, problem: str, status: int) -> ResponseReturnValue:
    event = event_by_slug(slug) or abort(404)
    attended = queries.attended(event.id)
    page = render_template(
        "desk/close.html",
        event=event,
        attended=attended,
        taught=taught_skills(event.id),
        desks=contacts_of(event),
        takings=takings_of(event.id),
        problem=problem,
    )
    return page, status


@bp.post("/staff/events/<slug>/close")
@allowed(Role.PLANNER)
@asked_on("desk.close_page")
def close_now(slug: str) -> ResponseReturnValue:
    event = event_by_slug(slug) or abort(404)
    try:
        closing = close_event(event_id=event.id)
    except Refused as refused:
        db.session.rollback()
        return _page(slug, refused.sentence(texts.REFUSALS), 422)
    flash(texts.CLOSED.format(attended=closing.attended, certificates=closing.certificates))
    return redirect(url_for("desk.board", slug=slug))
