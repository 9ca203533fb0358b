"""The link of a screen in the lobby: it shows the board without names, and nothing else."""

from __future__ import annotations

import uuid

from flask import current_app
from sqlalchemy import select

from trainings.audit.actions import record
from trainings.checkin.models import Door
from trainings.checkin.refusals import CheckinRefusal
from trainings.core import codes
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.queries import lock_event


def screen_secret(door: Door) -> str:
    """The secret of the present link; "" while there is none."""
    if door.screen_fingerprint is None:
        return ""
    return _secret(door)


def _secret(door: Door) -> str:
    key = current_app.config["TSUDOI"].link_key
    return codes.secret_for(key, "screen", door.event_id, door.screen_version)


def door_by_screen(secret: str) -> Door | None:
    """The door whose screen this is, closed ones too: the page says so. None for an unknown or stopped link."""
    return db.session.scalar(select(Door).where(Door.screen_fingerprint == codes.fingerprint(secret)))


def link_screen(*, event_id: uuid.UUID) -> Door:
    """Make a link for the lobby's screen; an earlier one stops working. Raises Refused: DOOR_NOT_OPEN."""
    door = _open_door(event_id)
    door.screen_version += 1
    door.screen_fingerprint = codes.fingerprint(_secret(door))
    record(verb="screen.linked", subject=("event", event_id), event_id=event_id)
    db.session.flush()
    return door


def stop_screen(*, event_id: uuid.UUID) -> Door:
    """End the screen's link. Raises Refused: DOOR_NOT_OPEN."""
    door = _open_door(event_id)
    if door.screen_fingerprint is not None:
        door.screen_fingerprint = None
        record(verb="screen.stopped", subject=("event", event_id), event_id=event_id)
    db.session.flush()
    return door


def _open_door(event_id: uuid.UUID) -> Door:
    lock_event(event_id)
    door = db.session.get(Door, event_id)
    if door is None or door.closed_at is not None:
        raise Refused(CheckinRefusal.DOOR_NOT_OPEN)
    return door
