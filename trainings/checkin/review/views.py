"""What happened at the door and asks for a look: one page, one tap each."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, current_staff
from trainings.accounts.models import Role, Staff
from trainings.checkin import texts
from trainings.checkin.paper.keying import instant_typed
from trainings.checkin.review import reading as review
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.requests.editions import MADE_FROM, Facet, clash_page, edition_of, meet_request
from trainings.core.web import blueprint
from trainings.events.queries import event_by_slug

bp = blueprint("door_review")

MATTERS_A_PAGE = 50


@bp.get("/staff/events/<slug>/door/review")
@allowed(Role.PLANNER)
def index(slug: str) -> ResponseReturnValue:
    """Open matters, by kind."""
    return _page(slug, "", None, 200)


def _page(slug: str, problem: str, refused: uuid.UUID | None, status: int) -> ResponseReturnValue:
    """refused: whose time was not understood; it stays as typed, and made from what its page showed."""
    event = event_by_slug(slug) or abort(404)
    # A door that was never opened has none.
    found = review.review_of(event, list(texts.MATTERS), size=MATTERS_A_PAGE)
    page = render_template(
        "checkin/review.html",
        event=event,
        matters=found.page,
        counts=found.counts,
        words=texts.MATTERS,
        whys=texts.WHYS,
        problem=problem,
        refused=refused,
        made_from=lambda one: (
            request.form.get(MADE_FROM, "") if one.scan.id == refused else edition_of(_time(one.at))
        ),
    )
    return page, status


@bp.post("/staff/events/<slug>/door/review")
@allowed(Role.PLANNER)
def settle_many(slug: str) -> ResponseReturnValue:
    """Everything of one kind that the page has shown, at once."""
    event = event_by_slug(slug) or abort(404)
    act = request.form.get("act", "")
    try:
        ids = [uuid.UUID(one) for one in request.form.getlist("scan")]
        if act == "undo":
            settled = review.take_back_many(event_id=event.id, scan_ids=ids, staff=_staff())
        else:
            settled = review.settle_many(
                event_id=event.id, scan_ids=ids, shift=act == "shift", staff=_staff()
            )
    except ValueError:
        abort(400)
    except LookupError:
        abort(404)
    words = {"shift": texts.TIMES_CORRECTED, "undo": texts.TAKEN_BACK_MANY}.get(act, texts.SETTLED_MANY)
    flash(words.format(n=settled))
    return redirect(url_for("door_review.index", slug=slug))


@bp.post("/staff/events/<slug>/door/review/<uuid:scan_id>")
@allowed(Role.PLANNER)
def settle(slug: str, scan_id: uuid.UUID) -> ResponseReturnValue:
    """One tap: it is right as it is, the passage is taken back, or it was at another time."""
    event = event_by_slug(slug) or abort(404)
    act = request.form.get("act")
    try:
        if act == "correct":
            at = instant_typed(request.form.get("time", ""), event.starts_at)
            known = review.stands_at(event_id=event.id, scan_id=scan_id)
            meeting = meet_request(_time(known), _time(at))
            if meeting.is_clash:
                return clash_page(meeting, back=url_for("door_review.index", slug=slug))
            if not meeting.untouched:
                review.correct_time(event_id=event.id, scan_id=scan_id, at=at, staff=_staff())
            else:
                review.settle(event_id=event.id, scan_id=scan_id, undo=False, staff=_staff())
        else:
            review.settle(event_id=event.id, scan_id=scan_id, undo=act == "undo", staff=_staff())
    except LookupError:
        abort(404)
    except Refused as refused:
        db.session.rollback()
        return _page(slug, refused.sentence(texts.REFUSALS), scan_id, 422)
    flash({"correct": texts.TIME_CORRECTED, "undo": texts.TAKEN_BACK}.get(act or "", texts.SETTLED))
    return redirect(url_for("door_review.index", slug=slug))


def _time(at: datetime) -> dict[str, Facet]:
    words = f"{clock.local(at):%H:%M}"
    return {"time": Facet(texts.PASSED_AT, words, words)}


def _staff() -> Staff:
    staff = current_staff()
    assert staff is not None, "the access rule has let her in"
    return staff
