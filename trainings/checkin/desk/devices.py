"""Names and number of the devices at a door, and who has looked at those that are new."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from trainings.audit.actions import record
from trainings.checkin import texts
from trainings.checkin.models import Device, Door
from trainings.checkin.passages.scanning import lock_door
from trainings.checkin.refusals import CheckinRefusal
from trainings.core import clock, names
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.requests.editions import Facet

LONGEST_NAME = 40
MOST_DEVICES = 99


def device_name(typed: str) -> str:
    """A device's name in one width and with single blanks: 受付１ and 受付1 are one name."""
    return re.sub(r"\s+", " ", names.narrow(typed))[:LONGEST_NAME]


def proposed_name(event_id: uuid.UUID) -> str:
    """受付1, or the first number that no working device of the event bears."""
    taken = set(
        db.session.scalars(
            select(Device.name).where(Device.event_id == event_id, Device.revoked_at.is_(None))
        )
    )
    return next(name for n in count(1) if (name := texts.DEVICE_NAME.format(n=n)) not in taken)


def claim_name(door: Door, typed: str) -> str:
    """The name under which one more device may enrol by the door's present link; the door stays locked until the end of
    the transaction, so that two devices neither take one name nor the last place both.

    Raises Refused: LINK_RENEWED, LINK_USED_UP (facts: limit), DEVICE_NAMED (facts: name, free).
    """
    version = door.link_version
    lock_door(door.event_id)
    db.session.refresh(door)
    if door.link_version != version:
        raise Refused(CheckinRefusal.LINK_RENEWED)
    enrolled = db.session.scalar(
        select(func.count()).where(Device.event_id == door.event_id, Device.link_version == version)
    )
    if (enrolled or 0) >= door.device_limit:
        raise Refused(CheckinRefusal.LINK_USED_UP, limit=door.device_limit)
    name = device_name(typed)
    if db.session.scalar(
        select(Device.id).where(
            Device.event_id == door.event_id, Device.name == name, Device.revoked_at.is_(None)
        )
    ):
        raise Refused(CheckinRefusal.DEVICE_NAMED, name=name, free=proposed_name(door.event_id))
    return name


def locked_door(*, event_id: uuid.UUID) -> Door:
    """The door as it is now, its change kept from others. Raises Refused: DOOR_NOT_OPEN."""
    if db.session.get(Door, event_id) is None:
        raise Refused(CheckinRefusal.DOOR_NOT_OPEN)
    lock_door(event_id)
    return db.session.get_one(Door, event_id, populate_existing=True)


def limit_facets(limit: Door | str) -> dict[str, Facet]:
    """How many devices one link may enrol, as it stands or as it was typed."""
    text = names.number(limit) if isinstance(limit, str) else str(limit.device_limit)
    return {"limit": Facet(texts.LIMIT, text, text)}


def set_device_limit(*, event_id: uuid.UUID, typed: str) -> Door:
    """How many devices one enrolment link may enrol, as typed. Raises Refused: DOOR_NOT_OPEN, BAD_LIMIT."""
    digits = names.number(typed)
    if not (digits.isdecimal() and 1 <= int(digits[:4]) <= MOST_DEVICES):
        raise Refused(CheckinRefusal.BAD_LIMIT)
    door = locked_door(event_id=event_id)
    if door.device_limit != int(digits):
        door.device_limit = int(digits)
        record(verb="door.limit_changed", subject=("event", event_id), event_id=event_id)
    db.session.flush()
    return door


def new_devices() -> Sequence[tuple[Door, Device]]:
    """Working devices of open doors that no member of staff has acknowledged, oldest first."""
    return (
        db.session.execute(
            select(Door, Device)
            .join(Device, Device.event_id == Door.event_id)
            .where(Door.closed_at.is_(None), Device.revoked_at.is_(None), Device.acknowledged_at.is_(None))
            .options(joinedload(Door.event))
            .order_by(Device.created_at, Device.name)
        )
        .tuples()
        .all()
    )


def acknowledge_devices(*, event_id: uuid.UUID, until: datetime) -> int:
    """Note that staff know the devices of an event that were enrolled up to an instant; how many were new to them.
    Those that came after the list was shown stay on it."""
    fresh = db.session.scalars(
        select(Device).where(
            Device.event_id == event_id, Device.acknowledged_at.is_(None), Device.created_at <= until
        )
    ).all()
    for device in fresh:
        device.acknowledged_at = clock.now()
    if fresh:
        record(
            verb="devices.acknowledged",
            subject=("event", event_id),
            event_id=event_id,
            detail={"n": len(fresh)},
        )
    db.session.flush()
    return len(fresh)
