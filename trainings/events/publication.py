"""What an event needs before anybody may see it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from trainings.core.refusal import Refused
from trainings.events.changes import GroupChange, SectorChange
from trainings.events.feasibility import impossible_quotas
from trainings.events.models import Event, EventKind, Selection
from trainings.events.refusals import EventRefusal

GIVES_SEATS = frozenset({Selection.FIRST_COME, Selection.LOTTERY})


def missing(event: Event) -> list[Refused]:
    """Everything that keeps an event from being public, each as the refusal with its facts; empty = nothing."""
    return [*_missing_facts(event), *_reserves_for_nobody(event), *_impossible_quotas(event)]


def _missing_facts(event: Event) -> Iterator[Refused]:
    if not event.sessions:
        yield Refused(EventRefusal.NO_SESSIONS)
    if not event.venue.strip():
        yield Refused(EventRefusal.NO_VENUE)
    if event.capacity is None and event.selection in GIVES_SEATS:
        yield Refused(EventRefusal.NO_CAPACITY)
    if not _with_professions(event):
        yield Refused(EventRefusal.NO_GROUPS)
    if event.application_closes_at > event.starts_at:
        yield Refused(EventRefusal.CLOSES_AFTER_START)
    if not event.purpose_of_use.strip():
        yield Refused(EventRefusal.NO_PURPOSE)
    if event.kind == EventKind.CASE_CONFERENCE and not event.pledge.strip():
        yield Refused(EventRefusal.NO_PLEDGE)


def _with_professions(event: Event) -> frozenset[uuid.UUID]:
    """The groups that count somebody. Once an event is public its quotas stay valid whatever goes out of use, and are
    asked about (doubts); before, they are for those who can apply."""
    if event.is_public:
        return frozenset(row.event_group_id for row in event.professions)
    return event.inviting_groups


def _reserves_for_nobody(event: Event) -> Iterator[Refused]:
    filled = _with_professions(event)
    for group in event.groups:
        if group.reserved and group.id not in filled:
            yield Refused(EventRefusal.RESERVE_FOR_NOBODY, name=group.name, reserved=group.reserved)


def _impossible_quotas(event: Event) -> Iterator[Refused]:
    """Reserves that cannot all be kept, whoever applies."""
    places = {sector.id: place for place, sector in enumerate(event.sectors)}
    return impossible_quotas(
        event.capacity,
        [SectorChange(sector.id, sector.name, sector.reserved, sector.cap) for sector in event.sectors],
        [
            GroupChange(
                group.id,
                group.name,
                group.reserved,
                group.cap,
                sector=places[group.sector_id] if group.sector_id else None,
            )
            for group in event.groups
        ],
    )
