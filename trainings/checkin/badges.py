"""Whose badge was printed: walk-ins and deputies have none when the sheets of the day before are made."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from trainings.accounts.models import Staff
from trainings.audit.actions import record
from trainings.checkin.models import BadgePrint, Device
from trainings.core import clock
from trainings.core.db import db
from trainings.events.models import Event
from trainings.registration.models import Application, Channel
from trainings.registration.queries import Filter, applications_of_event
from trainings.registration.states import State

AT_THE_DOOR = frozenset({Channel.WALK_IN, Channel.SUBSTITUTE})


@dataclass(frozen=True)
class LateBadge:
    """Somebody who was not on the sheets of the day before. printed_at: when theirs was printed last."""

    person: Application
    printed_at: datetime | None


def late_badges(event: Event) -> list[LateBadge]:
    """Walk-ins and deputies with a seat, and whoever got theirs after the first sheets were printed; those without a badge
    first, then by kana."""
    printed = {
        application_id: at
        for application_id, at in db.session.execute(
            select(BadgePrint.application_id, func.max(BadgePrint.printed_at))
            .join(Application, Application.id == BadgePrint.application_id)
            .where(Application.event_id == event.id)
            .group_by(BadgePrint.application_id)
        ).tuples()
    }
    people = applications_of_event(event.id, Filter(states=[State.CONFIRMED]))
    late = [
        LateBadge(one, printed.get(one.id))
        for one in people
        if one.channel in AT_THE_DOOR or (printed and one.id not in printed)
    ]
    return sorted(
        late, key=lambda one: (one.printed_at is not None, one.person.family_kana, one.person.given_kana)
    )


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
