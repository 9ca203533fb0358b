"""Whose badge was printed: walk-ins and deputies have none when the sheets of the day before are made."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, insert, or_, select
from sqlalchemy.orm import joinedload

from trainings.accounts.models import Staff
from trainings.audit.actions import record
from trainings.checkin.models import BadgePrint, Device
from trainings.core import clock
from trainings.core.db import db
from trainings.events.models import Event, EventGroup
from trainings.registration.models import Application, Channel
from trainings.registration.states import State

AT_THE_DOOR = frozenset({Channel.WALK_IN, Channel.SUBSTITUTE})


@dataclass(frozen=True)
class LateBadge:
    """Somebody who was not on the sheets of the day before. printed_at: when theirs was printed last."""

    person: Application
    printed_at: datetime | None


def late_badges(event: Event) -> list[LateBadge]:
    """Walk-ins and deputies with a seat, and whoever got theirs after staff first printed badges; those without one first,
    then by kana."""
    printed: dict[uuid.UUID, datetime] = {}
    sheets_at: datetime | None = None
    for application_id, at, staff_id in db.session.execute(
        select(BadgePrint.application_id, BadgePrint.printed_at, BadgePrint.staff_id)
        .join(Application, Application.id == BadgePrint.application_id)
        .where(Application.event_id == event.id)
        .order_by(BadgePrint.printed_at)
    ).tuples():
        printed[application_id] = at
        if staff_id is not None and sheets_at is None:
            sheets_at = at
    may_be: list[ColumnElement[bool]] = [Application.channel.in_(AT_THE_DOOR)]
    if sheets_at is not None:
        may_be.append(Application.state_changed_at > sheets_at)
    people = db.session.scalars(
        select(Application)
        .join(EventGroup, EventGroup.id == Application.event_group_id)
        .where(Application.event_id == event.id, Application.state == State.CONFIRMED, or_(*may_be))
        .order_by(EventGroup.sort, Application.family_kana, Application.given_kana, Application.code)
    )
    late = [
        LateBadge(one, printed.get(one.id))
        for one in people
        if one.channel in AT_THE_DOOR
        or (sheets_at is not None and one.id not in printed and one.state_changed_at > sheets_at)
    ]
    return sorted(
        late, key=lambda one: (one.printed_at is not None, one.person.family_kana, one.person.given_kana)
    )


def with_badges(event_id: uuid.UUID, ids: Collection[uuid.UUID]) -> Sequence[Application]:
    """Those of some applications that have a seat still, with what stands on a badge."""
    return db.session.scalars(
        select(Application)
        .where(
            Application.event_id == event_id, Application.state == State.CONFIRMED, Application.id.in_(ids)
        )
        .options(
            joinedload(Application.event), joinedload(Application.group), joinedload(Application.organisation)
        )
    ).all()


def note_printed(
    *,
    event_id: uuid.UUID,
    people: Iterable[Application],
    staff: Staff | None = None,
    device: Device | None = None,
) -> None:
    """Write down for whom a badge was printed, and that names have left the system."""
    rows = [
        {
            "id": uuid.uuid4(),
            "application_id": one.id,
            "printed_at": clock.now(),
            "staff_id": staff.id if staff else None,
            "device_id": device.id if device else None,
        }
        for one in people
    ]
    if rows:
        db.session.execute(insert(BadgePrint), rows)
    record(verb="badges.printed", subject=("event", event_id), event_id=event_id, detail={"n": len(rows)})
