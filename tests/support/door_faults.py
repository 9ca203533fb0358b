"""The evening that simulated desks work at: an event whose door is open now, by the real clock, and what was kept of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import or_, select

from tests.support.desks import Desk, Kept
from tests.support.door_model import Sitting, There
from tests.support.evening import device_of, evening
from tests.support.hands import Unit
from trainings.checkin import queries
from trainings.checkin.models import Device, Scan, ScanKind
from trainings.core import clock
from trainings.core.db import db
from trainings.directory.actions import load_master_data
from trainings.events.models import CertificateRule, Event, Session
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application, Channel
from trainings.registration.states import State

SKEWS = (0, 4, -7, 1)
"""Minutes by which the clocks of the four desks are off."""
PASSED_ON = ("environment", "secret_key", "link_key", "ticket_key", "public_url", "database_url", "mail_from")


@dataclass(frozen=True)
class Stage:
    """guests: ids of applications. sittings: the sessions. groups: ids, for walk-ins. environment: for a server on the same database. tokens: of the desks, in their order."""

    unit: Unit
    event: Event
    guests: list[str]
    groups: list[str]
    seatless: set[str]
    sittings: list[Sitting]
    environment: dict[str, str]
    tokens: list[tuple[str, str]]

    def desks(self, port: int) -> list[Desk]:
        return [
            Desk(name, token, port, timedelta(minutes=minutes), frozenset(self.seatless))
            for (name, token), minutes in zip(self.tokens, SKEWS, strict=True)
        ]

    @property
    def revoke_last(self) -> Callable[[], None]:
        return lambda: self._revoke(self.tokens[-1][0])

    def _revoke(self, name: str) -> None:
        with self.unit() as session:
            device = session.scalars(
                select(Device).where(Device.event_id == self.event.id, Device.name == name)
            ).one()
            device.revoked_at = clock.now()

    def kept(self) -> Kept:
        """What `faults` compares."""
        with self.unit() as session:
            event = session.get_one(Event, self.event.id)
            # What says the same again is the server's own row.
            told = or_(Scan.kind == ScanKind.UNDO, Scan.about_id.is_(None))
            stored = session.scalars(select(Scan.id).where(Scan.event_id == event.id, told))
            return Kept(
                stored=[str(id) for id in stored],
                there={
                    (str(person), str(part.id)): There(one.present, one.minutes, one.open_end)
                    for person, parts in queries.attendance_by_application(event).items()
                    for part, one in zip(event.sessions, parts, strict=True)
                    if one.present
                },
                arrived=sum(row.arrived for row in queries.arrivals_by_group(event)),
                attended={str(one.id) for one in queries.attended_applications(event.id)},
                registered={
                    one.full_name: str(one.id)
                    for one in session.scalars(select(Application))
                    if one.channel == Channel.WALK_IN
                },
                seatless=self.seatless,
            )


def set_stage(app: Flask, unit: Unit, people: int = 40) -> Stage:
    """An event of two sessions that is over by now, with so many applicants, two of them cancelled, and four desks."""
    settings = app.config["TSUDOI"]
    with unit():
        load_master_data()
        event, applicants = evening(("NSV",) * people, capacity=people)
        for gone in applicants[:2]:
            cancel_application(application_id=gone.id)
        opened = clock.now() - timedelta(hours=5)
        shift = opened - event.doors_open_at
        for session in event.sessions:
            session.starts_at, session.ends_at = session.starts_at + shift, session.ends_at + shift
        event.starts_at, event.ends_at = event.starts_at + shift, event.ends_at + shift
        event.doors_open_at = opened
        event.certificate_rule, event.certificate_minutes = CertificateRule.MINUTES, 60
        (only,) = event.sessions
        middle = only.starts_at + (only.ends_at - only.starts_at) / 2
        later = Session(event_id=event.id, title="第二部", starts_at=middle, ends_at=only.ends_at)
        only.ends_at = middle
        db.session.add(later)
    with unit():
        tokens = [(name, device_of(event, name)[1]) for name in ("受付1", "受付2", "受付3", "受付4")]
    environment = {f"TSUDOI_{name.upper()}": str(getattr(settings, name)) for name in PASSED_ON}
    environment |= {"TSUDOI_INSTANCE_DIR": settings.instance_dir, "TSUDOI_RATE_LIMITS": "false"}
    with unit() as reading:
        states = {
            str(one): state
            for one, state in reading.execute(
                select(Application.id, Application.state).where(Application.event_id == event.id)
            )
        }
        mine = reading.get_one(Event, event.id)
        groups = [str(group.id) for group in mine.groups]
        sittings = [Sitting(str(one.id), one.starts_at, one.ends_at) for one in mine.sessions]
    seatless = {one for one, state in states.items() if state != State.CONFIRMED}
    return Stage(unit, event, list(states), groups, seatless, sittings, environment, tokens)
