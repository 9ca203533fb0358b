"""What organisers do with the devices of a door: know them, cap them, stop them all."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.checkin import queries, texts
from trainings.checkin.actions import renew_and_stop_all
from trainings.checkin.desk import locks
from trainings.checkin.desk.bodies import Unacceptable, read_instant
from trainings.checkin.desk.devices import (
    acknowledge_devices,
    limit_facets,
    locked_door,
    set_device_limit,
)
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.requests.asking import asked_on
from trainings.core.requests.editions import clash_page, meet_request
from trainings.core.web import blueprint
from trainings.events.models import Event
from trainings.events.queries import event_by_slug

bp = blueprint("door_devices")


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


@bp.post("/staff/events/<slug>/door/devices/known")
@allowed(Role.PLANNER)
def acknowledge(slug: str) -> ResponseReturnValue:
    """The devices that a notice named are ours."""
    event = _event_or_404(slug)
    acknowledge_devices(event_id=event.id, until=_until())
    flash(texts.DEVICES_ACKNOWLEDGED)
    return redirect(url_for("desk.today"))


def _until() -> datetime:
    try:
        return read_instant(request.form, "until")
    except Unacceptable:
        abort(400)


@bp.post("/staff/events/<slug>/door/devices/limit")
@allowed(Role.PLANNER)
def set_limit(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    try:
        meeting = meet_request(
            limit_facets(locked_door(event_id=event.id)), limit_facets(request.form.get("limit", "")[:20])
        )
        if meeting.is_clash:
            return clash_page(meeting, back=url_for("checkin.door", slug=slug))
        door = set_device_limit(event_id=event.id, typed=meeting.texts["limit"])
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence(texts.REFUSALS))
    else:
        flash(texts.LIMIT_SET.format(n=door.device_limit))
    return redirect(url_for("checkin.door", slug=slug))


@bp.post("/staff/events/<slug>/door/devices/<uuid:device_id>/pin")
@allowed(Role.PLANNER)
def set_pin(slug: str, device_id: uuid.UUID) -> ResponseReturnValue:
    """Lock a desk to scanning, or take the lock away."""
    event = _event_or_404(slug)
    try:
        if request.form.get("clear"):
            device = locks.clear_pin(event_id=event.id, device_id=device_id)
            flash(texts.PIN_CLEARED.format(name=device.name))
        else:
            device = locks.set_pin(
                event_id=event.id, device_id=device_id, typed=request.form.get("pin", "")[:20]
            )
            flash(texts.PIN_SET.format(name=device.name))
    except LookupError:
        abort(404)
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence(texts.REFUSALS))
    return redirect(url_for("checkin.door", slug=slug))


@bp.get("/staff/events/<slug>/door/devices/stop")
@allowed(Role.PLANNER)
def stop_page(slug: str) -> ResponseReturnValue:
    """What stopping every device will do, to scans that are not sent above all."""
    event = _event_or_404(slug)
    working = [one for one in queries.devices_of(event.id) if one.revoked_at is None]
    has_door = queries.door_of(event.id) is not None
    return render_template("checkin/stop_devices.html", event=event, devices=working, has_door=has_door)


@bp.post("/staff/events/<slug>/door/devices/stop")
@allowed(Role.PLANNER)
@asked_on("door_devices.stop_page")
def stop_all(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    try:
        flash(texts.ALL_STOPPED.format(n=renew_and_stop_all(event_id=event.id)))
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence(texts.REFUSALS))
    return redirect(url_for("checkin.door", slug=slug))
