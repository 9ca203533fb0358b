"""From an event and its applications to the pure rules of seats."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select

from trainings.core import clock
from trainings.core.db import db
from trainings.directory.models import PARTICIPANT, Organisation
from trainings.directory.office_names import office_key
from trainings.events.models import Event
from trainings.registration.models import Application
from trainings.registration.states import HOLDS_SEAT, State
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


def candidates_of(event: Event, applications: Iterable[Application]) -> list[Candidate]:
    """Applications of an event as the rules see them, in their order."""
    return _candidates(
        event.id,
        [
            (one.id, one.event_group_id, one.organisation_id, one.organisation_name, one.organisation_kept)
            for one in applications
        ],
    )


def candidates_in(event_id: uuid.UUID, states: Collection[State]) -> list[Candidate]:
    """The participants in these states as the rules see them, in waiting order: one statement that reads columns only
    (a second one where offices were typed freely), since everybody who applies to a first-come event asks it."""
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
    return _candidates(event_id, [row._tuple() for row in rows])


def most_of_office(event_id: uuid.UUID) -> int:
    """How many seats the office that has most of them holds; people without an office are each their own."""
    held = Counter(one.organisation for one in candidates_in(event_id, HOLDS_SEAT) if one.organisation)
    return max(held.values(), default=0)


Row = tuple[uuid.UUID, uuid.UUID, uuid.UUID | None, str, bool]
"""Id, group and office of an application, the office's name, and whether staff left that as typed."""


def _candidates(event_id: uuid.UUID, rows: Sequence[Row]) -> list[Candidate]:
    typed = any(office is None and name and not kept for _, _, office, name, kept in rows)
    chosen = offices_chosen(event_id) if typed else {}
    return [
        Candidate(
            key=str(id),
            group=str(group),
            organisation=key_of_office(office, "" if kept else name, chosen) or None,
        )
        for id, group, office, name, kept in rows
    ]


def key_of_office(office: uuid.UUID | None, name: str, chosen: Mapping[str, str]) -> str:
    """Under what an office counts: its id in the directory; typed freely, the id of the one that others at the event chose
    under that name, else the folded name, until it is settled. "" for none: people without an office, or with one that
    staff left as typed, are each their own."""
    if office is not None:
        return str(office)
    key = office_key(name)
    return chosen.get(key, key)


def offices_chosen(event_id: uuid.UUID) -> dict[str, str]:
    """Folded name → id of the offices of the directory that somebody at the event has; without names that two share."""
    rows = db.session.execute(
        select(Organisation.id, Organisation.name).where(
            Organisation.id.in_(
                select(Application.organisation_id).where(
                    Application.event_id == event_id, Application.organisation_id.is_not(None)
                )
            )
        )
    ).all()
    keys = [office_key(row.name) for row in rows]
    times = Counter(keys)
    return {key: str(row.id) for key, row in zip(keys, rows, strict=True) if times[key] == 1}


def released_groups(event: Event) -> Collection[str]:
    """Keys of the groups whose reserve is released: from 00:00 of the release date on."""
    today = clock.today()
    return frozenset(
        str(group.id) for group in event.groups if group.release_on is not None and group.release_on <= today
    )
