"""Reading the door."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, case, func, or_, select
from sqlalchemy.orm import joinedload, load_only

from trainings.checkin.models import Device, Direction, Door, Scan
from trainings.checkin.passages.attendance import Attendance, Passage, attendance
from trainings.checkin.passages.facts import entry, passed_at, passed_in, stands
from trainings.core import codes
from trainings.core.db import db
from trainings.core.paging import Page, page_of
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventGroup
from trainings.events.models import Session as EventSession
from trainings.registration.models import Application
from trainings.registration.states import HOLDS_SEAT, State


def door_of(event_id: uuid.UUID) -> Door | None:
    return db.session.get(Door, event_id)


def open_doors() -> Sequence[Door]:
    """Every door that is open, by the beginning of its event."""
    return db.session.scalars(
        select(Door).join(Door.event).where(Door.closed_at.is_(None)).order_by(Event.starts_at)
    ).all()


def door_by_secret(secret: str) -> Door | None:
    """The open door behind an enrolment link; None for an unknown, voided or closed one."""
    return db.session.scalar(
        select(Door).where(Door.link_fingerprint == codes.fingerprint(secret), Door.closed_at.is_(None))
    )


_SPEAKING = (
    select(Device, Door)
    .join(Door, Door.event_id == Device.event_id)
    .where(Device.token_fingerprint == bindparam("fingerprint"))
    .options(
        joinedload(Door.event).options(
            load_only(
                *(Event.title, Event.starts_at, Event.doors_open_at, Event.capacity, Event.certificate_rule),
                *(Event.fee_amount, Event.state, Event.revised_at),
            ),
            joinedload(Event.sessions),
        )
    )
)


def device_by_token(token: str) -> tuple[Device, Door] | None:
    """The device behind a bearer token, revoked ones too: the caller tells them why they are refused. With its door,
    the event and the sessions, in one statement: every call of every desk asks for them."""
    row = db.session.execute(_SPEAKING, {"fingerprint": codes.fingerprint(token)}).unique().one_or_none()
    return (row[0], row[1]) if row else None


def devices_of(event_id: uuid.UUID) -> Sequence[Device]:
    return db.session.scalars(
        select(Device).where(Device.event_id == event_id).order_by(Device.created_at)
    ).all()


def scans_after(event_id: uuid.UUID, cursor: int, limit: int | None = None) -> Sequence[Scan]:
    """What came in after a cursor, in order of arrival."""
    return db.session.scalars(
        select(Scan).where(Scan.event_id == event_id, Scan.cursor > cursor).order_by(Scan.cursor).limit(limit)
    ).all()


def attended_ids(application_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of some applications whose person was present: one entry that stands."""
    return set(
        db.session.scalars(
            select(Scan.application_id)
            .where(Scan.application_id.in_(list(application_ids)), entry())
            .distinct()
        )
    ) - {None}  # type: ignore[return-value]


def attended_applications(event_id: uuid.UUID) -> list[Application]:
    """Everyone who was present, by kana; roles outside the capacity too."""
    present = select(Scan.application_id).where(Scan.event_id == event_id, entry()).distinct()
    return list(
        db.session.scalars(
            select(Application)
            .where(Application.id.in_(present))
            .options(joinedload(Application.organisation))
            .order_by(Application.family_kana, Application.given_kana, Application.code)
        ).unique()
    )


def attendance_by_application(event: Event) -> dict[uuid.UUID, list[Attendance]]:
    """Application → its attendance of each session of the event, in the order of the sessions."""
    passages: dict[tuple[uuid.UUID, uuid.UUID | None], list[Passage]] = defaultdict(list)
    for application_id, session_id, at, direction in db.session.execute(
        select(Scan.application_id, passed_in(), passed_at(), Scan.direction).where(
            Scan.event_id == event.id, stands()
        )
    ):
        passages[application_id, session_id].append(Passage(at, direction == Direction.IN))
    people = {application_id for application_id, _ in passages}
    return {
        one: [
            attendance(passages.get((one, session.id), []), session.starts_at, session.ends_at)
            for session in event.sessions
        ]
        for one in people
    }


@dataclass(frozen=True)
class GroupArrival:
    """One group at the door. expected: participants with a seat, and whoever was let in without one; arrived: those of
    them who came in. Walk-ins are in both. seatless: those of the arrived for whom no seat is held."""

    group: EventGroup
    expected: int
    arrived: int
    seatless: int

    @property
    def is_met(self) -> bool:
        return self.most > 0

    @property
    def most(self) -> int:
        return max(self.expected, self.arrived)

    def free(self, left: int | None, *, begun: bool) -> int | None:
        """Seats for a walk-in of this group under its cap, never more than are left in all; None without any limit.

        begun: who has not come by the beginning gives their seat away.
        """
        if self.group.cap is None:
            return left
        own = max(0, self.group.cap - (self.arrived if begun else self.most))
        return own if left is None else min(own, left)


def arrivals_by_group(event: Event) -> list[GroupArrival]:
    """Arrived of expected by group, in one statement."""
    # Grouped, not distinct: SQLite makes no index for the latter.
    came = (
        select(Scan.application_id)
        .where(Scan.event_id == event.id, entry())
        .group_by(Scan.application_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Application.event_group_id,
            func.count(),
            func.count(came.c.application_id),
            func.count(case((Application.state.not_in(HOLDS_SEAT), came.c.application_id))),
        )
        .outerjoin(came, came.c.application_id == Application.id)
        .where(
            Application.event_id == event.id,
            Application.role == PARTICIPANT,
            or_(Application.state == State.CONFIRMED, came.c.application_id.is_not(None)),
        )
        .group_by(Application.event_group_id)
    )
    counted = {group_id: tuple(counts) for group_id, *counts in rows}
    return [GroupArrival(group, *counted.get(group.id, (0, 0, 0))) for group in event.groups]


def _roster_lines(event_id: uuid.UUID, changed_since: datetime | None) -> Select[tuple[Application]]:
    """Everyone a door may meet: all applications, with what the roster shows loaded; or those changed since then."""
    wanted = [Application.event_id == event_id]
    if changed_since is not None:
        wanted.append(Application.changed_at >= changed_since)
    return select(Application).where(*wanted).options(joinedload(Application.organisation))


_BY_KANA = (Application.family_kana, Application.given_kana, Application.code)


def roster(event_id: uuid.UUID, changed_since: datetime | None = None) -> Sequence[Application]:
    """The roster by kana; or what has changed of it since then."""
    return db.session.scalars(_roster_lines(event_id, changed_since).order_by(*_BY_KANA)).unique().all()


def page_of_seated(event_id: uuid.UUID) -> Page[Application]:
    """Everybody with a seat in the order of the printed roster, the part that the address asks for."""
    return page_of(
        select(Application)
        .where(Application.event_id == event_id, Application.state == State.CONFIRMED)
        .order_by(*_BY_KANA)
    )


def seated_among(event_id: uuid.UUID, ids: Collection[uuid.UUID]) -> Sequence[uuid.UUID]:
    """Those of some applications that have a seat at the event, in the same order."""
    return db.session.scalars(
        select(Application.id)
        .where(
            Application.event_id == event_id,
            Application.state == State.CONFIRMED,
            Application.id.in_(ids),
        )
        .order_by(*_BY_KANA)
    ).all()


def roster_part(
    event_id: uuid.UUID, *, after: uuid.UUID | None, most: int, changed_since: datetime | None = None
) -> Sequence[Application]:
    """At most so many of the roster, by id, after one; or of what has changed of it since then. An id never changes, so
    nobody is left out who was there at the first part."""
    lines = _roster_lines(event_id, changed_since)
    if after is not None:
        lines = lines.where(Application.id > after)
    return db.session.scalars(lines.order_by(Application.id).limit(most)).unique().all()


def roster_size(event_id: uuid.UUID) -> int:
    """How many lines the roster has."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Application).where(Application.event_id == event_id)
        )
        or 0
    )


def session_at(event: Event, instant: datetime) -> EventSession | None:
    """The session that a scan belongs to: the first one that is not over, else the last one."""
    for session in event.sessions:
        if instant < session.ends_at:
            return session
    return event.sessions[-1] if event.sessions else None


def first_arrivals(event_id: uuid.UUID) -> dict[uuid.UUID, datetime]:
    """Application → when its person first came in."""
    rows = db.session.execute(
        select(Scan.application_id, func.min(passed_at()))
        .where(Scan.event_id == event_id, entry())
        .group_by(Scan.application_id)
    )
    return {application_id: at for application_id, at in rows if application_id is not None}
