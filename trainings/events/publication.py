"""What an event needs before anybody may see it, and what an organiser may have overlooked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from trainings.core import clock
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
    if not event.groups or not event.professions:
        yield Refused(EventRefusal.NO_GROUPS)
    if event.application_closes_at > event.starts_at:
        yield Refused(EventRefusal.CLOSES_AFTER_START)
    if not event.purpose_of_use.strip():
        yield Refused(EventRefusal.NO_PURPOSE)
    if event.kind == EventKind.CASE_CONFERENCE and not event.pledge.strip():
        yield Refused(EventRefusal.NO_PLEDGE)


def _reserves_for_nobody(event: Event) -> Iterator[Refused]:
    held_by = {row.event_group_id for row in event.professions}
    for group in event.groups:
        if group.reserved and group.id not in held_by:
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


class Doubt(StrEnum):
    """What is allowed, but probably not meant."""

    WINDOW_OVER = "window_over"
    NO_RESULTS_DAY = "no_results_day"
    RESULTS_BEFORE_CLOSE = "results_before_close"
    CAPS_BELOW_CAPACITY = "caps_below_capacity"
    GROUP_WITHOUT_PROFESSIONS = "group_without_professions"
    PROGRAMME_BEYOND_END = "programme_beyond_end"


def doubts(event: Event) -> list[tuple[Doubt, dict[str, object]]]:
    """What an organiser should look at once more, each with the facts of its sentence."""
    return list(_doubts(event))


def _doubts(event: Event) -> Iterator[tuple[Doubt, dict[str, object]]]:
    if event.application_closes_at <= clock.now() < event.starts_at and event.published_at is None:
        yield Doubt.WINDOW_OVER, {}
    if event.selection == Selection.LOTTERY:
        if event.results_on is None:
            yield Doubt.NO_RESULTS_DAY, {}
        elif event.results_on < clock.local(event.application_closes_at).date():
            yield Doubt.RESULTS_BEFORE_CLOSE, {}
    held_by = {row.event_group_id for row in event.professions}
    for group in event.groups:
        if group.id not in held_by and not group.reserved:
            yield Doubt.GROUP_WITHOUT_PROFESSIONS, {"name": group.name}
    caps = [group.cap for group in event.groups if group.id in held_by]
    if event.capacity is not None and caps and None not in caps:
        in_all = sum(cap for cap in caps if cap is not None)
        if in_all < event.capacity:
            yield Doubt.CAPS_BELOW_CAPACITY, {"caps": in_all, "capacity": event.capacity}
    if event.programme:
        last = event.programme[-1]
        beyond = last.starts_at + timedelta(minutes=last.minutes) - event.ends_at
        if beyond > timedelta():
            yield Doubt.PROGRAMME_BEYOND_END, {"minutes": int(beyond.total_seconds() // 60)}
