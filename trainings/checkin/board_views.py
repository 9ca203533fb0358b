"""The live board on a big screen."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.checkin.board import board_of
from trainings.core.web import blueprint
from trainings.events.queries import event_by_slug

bp = blueprint("door_board")


@bp.get("/staff/events/<slug>/arrivals")
@allowed(Role.PLANNER)
def big_screen(slug: str) -> ResponseReturnValue:
    """Arrived of expected, readable from five metres; it names nobody, since everybody in the room sees it."""
    event = event_by_slug(slug) or abort(404)
    return render_template("checkin/big_screen.html", event=event, board=board_of(event))
