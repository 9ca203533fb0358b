"""From an event and its applications to the pure rules of seats."""

from __future__ import annotations

from collections.abc import Collection

from trainings.core import clock
from trainings.events.models import Event
from trainings.registration.models import Application
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
    """An application as the rules see it. An office typed freely counts under its name until it is matched;
    people without an office are each their own."""
    if application.organisation_id is not None:
        organisation: str | None = str(application.organisation_id)
    else:
        organisation = application.organisation_name or None
    return Candidate(
        key=str(application.id), group=str(application.event_group_id), organisation=organisation
    )


def released_groups(event: Event) -> Collection[str]:
    """Keys of the groups whose reserve is released: from 00:00 of the release date on."""
    today = clock.today()
    return frozenset(
        str(group.id) for group in event.groups if group.release_on is not None and group.release_on <= today
    )
