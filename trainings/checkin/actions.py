"""Opening and closing the door, its devices, tables, walk-ins."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update

from trainings.accounts.models import Staff
from trainings.audit.actions import record
from trainings.checkin import queries
from trainings.checkin.counter.newcomers import is_odd, is_odd_kana, newcomer, read_name, recognise
from trainings.checkin.desk.devices import claim_name
from trainings.checkin.models import Device, Door, Method, Scan
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.sameness import beside, says_otherwise
from trainings.checkin.passages.scanning import lock_door, record_attempts
from trainings.checkin.refusals import CheckinRefusal
from trainings.core import clock, codes, names
from trainings.core.db import apart, db
from trainings.core.refusal import Refused
from trainings.events.models import Event, EventGroup, EventState
from trainings.events.queries import lock_event
from trainings.registration import queries as registration
from trainings.registration.models import Application, Channel
from trainings.registration.states import LIVE, Reason

LARGEST_TABLE = 99
HEARD_EVERY = timedelta(seconds=10)


def door_secret(door: Door) -> str:
    """The secret of the link that enrols a device."""
    return codes.secret_for(current_app.config["TSUDOI"].link_key, "door", door.event_id, door.link_version)


def open_door(*, event_id: uuid.UUID) -> Door:
    """Open the door of a published event, or open a closed one again; the devices that are enrolled stay enrolled.

    Raises Refused: NOT_PUBLISHED, NOT_HELD.
    """
    event = lock_event(event_id)
    if (closed := why_not_open(event)) is not None:
        raise Refused(closed)
    door = queries.door_of(event_id)
    if door is None:
        door = Door(event_id=event_id, link_version=1)
        door.link_fingerprint = codes.fingerprint(door_secret(door))
        db.session.add(door)
        record(verb="door.opened", subject=("event", event_id), event_id=event_id)
    elif door.closed_at is not None:
        door.closed_at = None
        record(verb="door.reopened", subject=("event", event_id), event_id=event_id)
    db.session.flush()
    return door


def why_not_open(event: Event) -> CheckinRefusal | None:
    """Why the door of an event cannot be opened; None when it can."""
    if event.state == EventState.DRAFT:
        return CheckinRefusal.NOT_PUBLISHED
    return None if event.is_held else CheckinRefusal.NOT_HELD


def is_early(event: Event) -> bool:
    """Whether the door would be open days before anybody comes: it is time from when on desks keep a roster."""
    days = current_app.config["TSUDOI"].door_roster_days
    return clock.now() < event.doors_open_at - timedelta(days=days)


def shut_door(*, event_id: uuid.UUID) -> Door:
    """Close again a door that was opened too early; the event goes on, and the door can be opened at any time. Closing a
    closed one again changes nothing.

    Raises Refused: DOOR_NOT_OPEN; EVENT_BEGUN, from when on closing counts who came.
    """
    event = lock_event(event_id)
    door = queries.door_of(event_id)
    if door is None:
        raise Refused(CheckinRefusal.DOOR_NOT_OPEN)
    if event.has_begun:
        raise Refused(CheckinRefusal.EVENT_BEGUN)
    if door.closed_at is None:
        door.closed_at = clock.now()
        record(verb="door.shut", subject=("event", event_id), event_id=event_id)
    db.session.flush()
    return door


def renew_door_link(*, event_id: uuid.UUID) -> Door:
    """Void the enrolment link and make a new one; devices that are enrolled stay. Raises Refused: DOOR_NOT_OPEN."""
    lock_event(event_id)
    door = queries.door_of(event_id)
    if door is None:
        raise Refused(CheckinRefusal.DOOR_NOT_OPEN)
    door.link_version += 1
    door.link_fingerprint = codes.fingerprint(door_secret(door))
    record(verb="door.link_renewed", subject=("event", event_id), event_id=event_id)
    db.session.flush()
    return door


def close_door(*, event_id: uuid.UUID) -> list[Application]:
    """Close the door and return everyone who was present. Closing a closed one again changes nothing.

    The caller holds the event's lock. Raises Refused: NOT_ENDED before the event has begun; NOT_HELD: of what did not take
    place there is nothing to count, ask or certify.
    """
    event = lock_event(event_id)
    if not event.is_held:
        raise Refused(CheckinRefusal.NOT_HELD)
    if clock.now() < event.starts_at:
        raise Refused(CheckinRefusal.NOT_ENDED)
    door = queries.door_of(event_id)
    if door is not None and door.closed_at is None:
        door.closed_at = clock.now()
        record(verb="door.closed", subject=("event", event_id), event_id=event_id)
        db.session.flush()
    return queries.attended_applications(event_id)


# -- devices ------------------------------------------------------------------------------------------------


def enrol_device(*, door: Door, name: str) -> tuple[Device, str]:
    """Enrol a device under a name such as 受付1; returns it with its bearer token, which is shown this once only.

    Raises Refused: LINK_RENEWED, LINK_USED_UP, DEVICE_NAMED.
    """
    name = claim_name(door, name)
    token = codes.new_secret()
    device = Device(
        event_id=door.event_id,
        name=name,
        token_fingerprint=codes.fingerprint(token),
        link_version=door.link_version,
    )
    db.session.add(device)
    db.session.flush()
    record(verb="device.enrolled", subject=("device", device.id), event_id=door.event_id)
    return device, token


def revoke_device(*, event_id: uuid.UUID, device_id: uuid.UUID) -> Device:
    """End a device's rights for good (lost, or given to somebody else). LookupError for one of another event."""
    device = db.session.get(Device, device_id)
    if device is None or device.event_id != event_id:
        raise LookupError(f"no device {device_id}")
    if device.revoked_at is None:
        device.revoked_at = clock.now()
        record(verb="device.revoked", subject=("device", device.id), event_id=event_id)
    db.session.flush()
    return device


def renew_and_stop_all(*, event_id: uuid.UUID) -> int:
    """The enrolment link has leaked: void it, and every device that it or an earlier one has enrolled; how many were
    stopped. What they have not sent stays on them, and comes in by file. Raises Refused: DOOR_NOT_OPEN."""
    renew_door_link(event_id=event_id)
    lock_door(event_id)
    working = [one for one in queries.devices_of(event_id) if one.revoked_at is None]
    for device in working:
        revoke_device(event_id=event_id, device_id=device.id)
    return len(working)


def heard_from(*, device: Device, unsent: int) -> None:
    """Note that a device spoke, and how many scans it says are still in its queue. A row is not written anew for every
    scan of a rush: the time is kept to `HEARD_EVERY`."""
    now = clock.now()
    if device.last_seen_at is None or abs(now - device.last_seen_at) >= HEARD_EVERY:
        device.last_seen_at = now
    device.unsent = max(0, unsent)


def note_held(*, device_id: uuid.UUID, held: int) -> None:
    """Note what a revoked device says is still in its queue; in a transaction of its own."""
    with apart() as session:
        session.execute(
            update(Device).where(Device.id == device_id).values(unsent=held, last_seen_at=clock.now())
        )


# -- walk-ins -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class WalkIn:
    """Three fields, and a reason when the event is full. scan_id: made by the device; the same one again changes
    nothing. offline: the person is in already, so that neither a full house nor a known application stands in the way.
    said, beside: as of an `Attempt`.
    """

    scan_id: uuid.UUID
    scanned_at: datetime
    name: str
    kana: str
    group_id: uuid.UUID
    reason: str = ""
    offline: bool = False
    said: str = ""
    beside: uuid.UUID | None = None


def admit_walk_in(
    *, event_id: uuid.UUID, walk_in: WalkIn, device: Device | None, staff: Staff | None = None
) -> dict[str, Any]:
    """Register somebody who comes without an application, and let them in. staff: who brings it in afterwards.

    Raises Refused: NO_WALK_INS, NAME_MISSING, NAME_HOLDS_ADDRESS, KANA_MISSING, KANA_STRANGE, GROUP_MISSING, OVER_CAPACITY,
    ALREADY_APPLIED (facts: known); ForeignScan.
    """
    event = lock_event(event_id)
    application = None
    known = db.session.get(Scan, walk_in.scan_id)
    if known is not None and says_otherwise(known, event_id, walk_in.said):
        other = beside(walk_in.scan_id, walk_in.said)
        walk_in = replace(walk_in, scan_id=other, beside=walk_in.scan_id)
        known = db.session.get(Scan, other)
    if known is None:
        if not (walk_in.offline or (event.is_public and event.is_held)):
            raise Refused(CheckinRefusal.NO_WALK_INS)
        application = _walk_in_application(event, walk_in)
    attempt = Attempt(
        scan_id=walk_in.scan_id,
        scanned_at=walk_in.scanned_at,
        method=Method.WALK_IN,
        application_id=application.id if application else None,
        forced=True,
        offline=walk_in.offline,
        said=walk_in.said,
        beside=walk_in.beside,
        odd_name=is_odd(walk_in.name, walk_in.kana),
        odd_kana=is_odd_kana(walk_in.name, walk_in.kana),
    )
    return record_attempts(event_id=event_id, attempts=[attempt], device=device, staff=staff)[0]


def _walk_in_application(event: Event, walk_in: WalkIn) -> Application:
    name = read_name(walk_in.name, walk_in.kana, is_fact=walk_in.offline)
    group = db.session.get(EventGroup, walk_in.group_id)
    if group is None or group.event_id != event.id:
        raise Refused(CheckinRefusal.GROUP_MISSING)
    full = (
        event.capacity is not None and seats_taken(event, queries.arrivals_by_group(event)) >= event.capacity
    )
    if full and not walk_in.reason.strip() and not walk_in.offline:
        raise Refused(CheckinRefusal.OVER_CAPACITY)
    person = recognise(event, name)
    other = registration.live_application_of(event.id, person.canonical.id)
    if other is not None:
        if walk_in.offline:
            return other
        raise Refused(CheckinRefusal.ALREADY_APPLIED, known=other.code)
    application = newcomer(
        event,
        group,
        name,
        person,
        channel=Channel.WALK_IN,
        reason=Reason.WALK_IN,
        key=walk_in.scan_id,
    )
    application.decision_reason = walk_in.reason.strip()
    db.session.add(application)
    db.session.flush()
    record(
        verb="application.walked_in",
        subject=("application", application.id),
        event_id=event.id,
        detail={"over_capacity": full},
    )
    return application


def seats_taken(event: Event, arrivals: Sequence[queries.GroupArrival]) -> int:
    """Seats that are really taken: before the start every one that somebody holds and those of people who were let in
    without one, afterwards those of people who are here."""
    if clock.now() < event.starts_at:
        return registration.confirmed_count(event.id) + sum(row.seatless for row in arrivals)
    return sum(row.arrived for row in arrivals)


def set_tables(*, event_id: uuid.UUID, tables: dict[uuid.UUID, str]) -> int:
    """Write table numbers as typed: application id → "7", or "" for none. How many changed.

    Raises Refused: BAD_TABLE (facts: application), before anything is written.
    """
    wanted: dict[uuid.UUID, int | None] = {}
    for application_id, typed in tables.items():
        digits = names.number(typed)
        if digits and not (digits.isdecimal() and 1 <= int(digits) <= LARGEST_TABLE):
            raise Refused(CheckinRefusal.BAD_TABLE, application=str(application_id))
        wanted[application_id] = int(digits) if digits else None
    lock_event(event_id)
    changed = 0
    for application in db.session.scalars(
        select(Application).where(
            Application.event_id == event_id, Application.id.in_(list(wanted)), Application.state.in_(LIVE)
        )
    ):
        if application.table_number != wanted[application.id]:
            application.table_number = wanted[application.id]
            changed += 1
    if changed:
        record(verb="tables.changed", subject=("event", event_id), event_id=event_id, detail={"n": changed})
    db.session.flush()
    return changed
