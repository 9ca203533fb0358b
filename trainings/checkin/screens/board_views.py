"""The live board on a big screen, for staff and behind the link of a screen in the lobby."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, by_link
from trainings.accounts.models import Role
from trainings.checkin import texts
from trainings.checkin.models import Door
from trainings.checkin.screens.board import board_of
from trainings.checkin.screens.links import door_by_screen, link_screen, stop_screen
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.requests.asking import Question, ask, asks_first, is_sure
from trainings.core.web import blueprint
from trainings.events.models import Event
from trainings.events.queries import event_by_slug

bp = blueprint("door_board")


@bp.get("/staff/events/<slug>/arrivals")
@allowed(Role.PLANNER)
def big_screen(slug: str) -> ResponseReturnValue:
    """Arrived of expected, readable from five metres; it names nobody, since everybody in the room sees it."""
    event = event_by_slug(slug) or abort(404)
    return _screen(event, back=url_for("checkin.door", slug=slug))


@bp.get("/door/screen/<secret>")
@by_link("screen")
def screen(secret: str) -> ResponseReturnValue:
    """The same for a screen that nobody is signed in at; it goes when the door closes."""
    door = door_by_screen(secret) or abort(404)
    if door.closed_at is not None or not door.event.is_public:
        return render_template("checkin/screen_ended.html", event=door.event), 410
    return _screen(door.event, back="")


def _screen(event: Event, *, back: str) -> ResponseReturnValue:
    return render_template("checkin/big_screen.html", event=event, board=board_of(event), back=back)


@bp.post("/staff/events/<slug>/door/screen")
@allowed(Role.PLANNER)
def make_link(slug: str) -> ResponseReturnValue:
    return _step(slug, lambda event: link_screen(event_id=event.id))


@bp.post("/staff/events/<slug>/door/screen/stop")
@asks_first
@allowed(Role.PLANNER)
def stop(slug: str) -> ResponseReturnValue:
    if not is_sure():
        back = (url_for("checkin.door", slug=slug), texts.BACK_TO_DOOR)
        return ask(Question(texts.STOPPING_SCREEN, [texts.SCREEN_DIES], texts.STOP_SCREEN, back))
    return _step(slug, lambda event: stop_screen(event_id=event.id))


def _step(slug: str, step: Callable[[Event], Door]) -> ResponseReturnValue:
    try:
        step(event_by_slug(slug) or abort(404))
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence(texts.REFUSALS))
    return redirect(url_for("checkin.door", slug=slug))
