"""From an event and its applications to the pure rules of seats."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import select

from trainings.core import clock
from trainings.core.db import db
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event
from trainings.registration.models import Application
from trainings.registration.states import State
from trainings.seats.rules import Candidate, GroupRule, Rules, SectorRule

UNLIMITED = 100_000
"""Capacity of an event that has none: more than any hall holds."""


def rules_of(event: Event) -> Rules:
    """The event's quotas; keys are the ids of its groups and sectors, the order is the published one."""
    sectors = {
        str(sector.id): sector for sector in event.sectors if sector.reserved or sector.cap is not None
    }
    return Rules(
        capacity=event.capacity or UNLIMITED,
        groups=tuple(
            GroupRule(
                key=str(group.id),
                reserved=group.reserved,
                cap=group.cap,
                sector=str(group.sector_id) if str(group.sector_id) in sectors else None,
            )
            for group in event.groups
        ),
        sectors=tuple(
            SectorRule(key=key, reserved=sector.reserved, cap=sector.cap) for key, sector in sectors.items()
        ),
        organisation_cap=event.organisation_cap,
    )


def candidate_of(application: Application) -> Candidate:
    """An application as the rules see it. An office typed freely counts under its name until it is settled; people
    without an office, or with one that staff left as typed, are each their own."""
    return _candidate(
        application.id,
        application.event_group_id,
        application.organisation_id,
        "" if application.organisation_kept else application.organisation_name,
    )


def _candidate(
    id: uuid.UUID, group_id: uuid.UUID, organisation_id: uuid.UUID | None, typed_office: str
) -> Candidate:
    office = str(organisation_id) if organisation_id is not None else typed_office
    return Candidate(key=str(id), group=str(group_id), organisation=office or None)


def candidates_in(event_id: uuid.UUID, states: Collection[State]) -> list[Candidate]:
    """The participants in these states as the rules see them, in waiting order: one statement that reads columns only,
    since everybody who applies to a first-come event asks it."""
    rows = db.session.execute(
        select(
            Application.id,
            Application.event_group_id,
            Application.organisation_id,
            Application.organisation_name,
            Application.organisation_kept,
        )
        .where(
            Application.event_id == event_id,
            Application.role == PARTICIPANT,
            Application.state.in_(states),
        )
        .order_by(Application.waiting_rank, Application.submitted_at, Application.id)
    )
    return [_candidate(id, group, office, "" if kept else typed) for id, group, office, typed, kept in rows]


def released_groups(event: Event) -> Collection[str]:
    """Keys of the groups whose reserve is released: from 00:00 of the release date on."""
    today = clock.today()
    return frozenset(
        str(group.id) for group in event.groups if group.release_on is not None and group.release_on <= today
    )
