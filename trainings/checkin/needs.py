"""What of doors waits for a hand: new devices, matters to look at, fees taken twice, scans not sent, a door left open."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from flask import current_app
from sqlalchemy import func, select

from trainings.checkin import texts
from trainings.checkin.counter.fees import takings_of
from trainings.checkin.desk.devices import new_devices
from trainings.checkin.desk.locks import TRIES
from trainings.checkin.models import Device, Fee
from trainings.checkin.review.reading import counts_open
from trainings.core import clock
from trainings.core.db import db
from trainings.core.needs import Need, need
from trainings.events.models import Event, EventState

NEW_DEVICES = "new_devices"


def needs(event_id: uuid.UUID | None = None) -> list[Need]:
    """Of one event, or of all."""
    return [
        *_new_devices(event_id),
        *_door_left_open(event_id),
        *_matters(event_id),
        *_paid_twice(event_id),
        *_unsent(event_id),
        *_locks_held(event_id),
    ]


def _locks_held(event_id: uuid.UUID | None) -> Iterator[Need]:
    held = (
        select(Device.event_id, Device.name)
        .join(Event, Event.id == Device.event_id)
        .where(Device.lock_wrong >= TRIES, Device.revoked_at.is_(None), Event.state == EventState.PUBLISHED)
        .order_by(Device.event_id, Device.name)
    )
    if event_id is not None:
        held = held.where(Device.event_id == event_id)
    for id, name in db.session.execute(held):
        yield need("lock_held", texts.NEEDS, "checkin.door", event_id=id, desk=name)


def _new_devices(event_id: uuid.UUID | None) -> Iterator[Need]:
    counted = Counter(door.event_id for door, _ in new_devices() if event_id in (None, door.event_id))
    for id, n in counted.items():
        yield need(NEW_DEVICES, texts.NEEDS, "checkin.door", event_id=id, n=n)


def _door_left_open(event_id: uuid.UUID | None) -> Iterator[Need]:
    wanted = select(Event.id).where(Event.state == EventState.PUBLISHED, Event.ends_at <= clock.now())
    if event_id is not None:
        wanted = wanted.where(Event.id == event_id)
    for id in db.session.scalars(wanted):
        yield need("door_due", texts.NEEDS, "desk.close_page", event_id=id)


def _matters(event_id: uuid.UUID | None) -> Iterator[Need]:
    for id, n in counts_open(event_id).items():
        yield need("matters", texts.NEEDS, "door_review.index", event_id=id, n=n)


def _paid_twice(event_id: uuid.UUID | None) -> Iterator[Need]:
    # More rows than people is so after every undo too; the takings tell.
    doubtful = (
        select(Fee.event_id)
        .where(Fee.undoes_id.is_(None))
        .group_by(Fee.event_id)
        .having(func.count() > func.count(Fee.application_id.distinct()))
    )
    if event_id is not None:
        doubtful = doubtful.where(Fee.event_id == event_id)
    for id in db.session.scalars(doubtful).all():
        if n := len(takings_of(id).twice):
            yield need("paid_twice", texts.NEEDS, "checkin.door", event_id=id, n=n)


def _unsent(event_id: uuid.UUID | None) -> Iterator[Need]:
    """Devices that said they hold scans when they were last heard of, as long as they may still send them."""
    now, days = clock.now(), current_app.config["TSUDOI"].door_upload_days
    counted = (
        select(Device.event_id, func.count())
        .join(Event, Event.id == Device.event_id)
        .where(Device.unsent > 0, Event.ends_at <= now, Event.ends_at > now - timedelta(days=days))
        .group_by(Device.event_id)
    )
    if event_id is not None:
        counted = counted.where(Device.event_id == event_id)
    for id, n in db.session.execute(counted):
        yield need("unsent", texts.NEEDS, "checkin.door", event_id=id, n=n)
