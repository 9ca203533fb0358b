"""The evening that simulated desks work at: an event whose door is open now, by the real clock, and what was kept of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from tests.support.desks import Desk, Row
from tests.support.evening import device_of, evening
from tests.support.hands import Unit
from trainings.checkin import queries
from trainings.checkin.models import Device, Scan
from trainings.core import clock
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application
from trainings.registration.states import State

SKEWS = (0, 4, -7, 1)
"""Minutes by which the clocks of the four desks are off."""
PASSED_ON = ("environment", "secret_key", "link_key", "ticket_key", "public_url", "database_url", "mail_from")


@dataclass(frozen=True)
class Stage:
    """guests: ids of applications. groups: ids, for walk-ins. environment: for a server on the same database. tokens: of the desks, in their order."""

    unit: Unit
    event: Event
    guests: list[str]
    groups: list[str]
    seatless: set[str]
    environment: dict[str, str]
    tokens: list[tuple[str, str]]

    def desks(self, port: int) -> list[Desk]:
        return [
            Desk(name, token, port, skew=timedelta(minutes=minutes))
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

    def kept(self) -> tuple[list[Row], set[str], int, set[str], set[str]]:
        """What `faults` compares: stored scans, who attended, how many are counted, who has no seat, who was registered at
        the door."""
        with self.unit() as session:
            rows = [
                Row(
                    str(one.id),
                    one.kind.value,
                    str(one.application_id) if one.application_id else None,
                    str(one.session_id) if one.session_id else None,
                    one.outcome.value,
                    str(one.undoes_id) if one.undoes_id else None,
                )
                for one in session.scalars(
                    select(Scan).where(Scan.event_id == self.event.id).order_by(Scan.cursor)
                )
            ]
            ids = {one for (one,) in session.execute(select(Application.id))}
            attended = {str(one) for one in queries.attended_ids(ids)}
            event = session.get_one(Event, self.event.id)
            arrived = sum(row.arrived for row in queries.arrivals_by_group(event))
            registered = set(map(str, ids)) - set(self.guests)
        return rows, attended, arrived, self.seatless, registered


def set_stage(app: Flask, unit: Unit, people: int = 40) -> Stage:
    """An event that began a while ago, so many applicants, two of them cancelled, four desks."""
    settings = app.config["TSUDOI"]
    with unit():
        load_master_data()
        event, applicants = evening(("NSV",) * people, capacity=people)
        for gone in applicants[:2]:
            cancel_application(application_id=gone.id)
        opened = clock.now() - timedelta(minutes=30)
        shift = opened - event.doors_open_at
        for session in event.sessions:
            session.starts_at, session.ends_at = session.starts_at + shift, session.ends_at + shift
        event.starts_at, event.ends_at = event.starts_at + shift, event.ends_at + shift
        event.doors_open_at = opened
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
        groups = [str(group.id) for group in reading.get_one(Event, event.id).groups]
    seatless = {one for one, state in states.items() if state != State.CONFIRMED}
    return Stage(unit, event, list(states), groups, seatless, environment, tokens)
