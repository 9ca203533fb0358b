"""Changing an event, before and after publishing, with a log of every field."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from trainings.audit.actions import record
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.actions import check_publishable
from trainings.events.models import Event, EventGroup, EventProfession, EventState, ProgrammeItem, Session
from trainings.events.queries import lock_event
from trainings.events.refusals import EventRefusal

OTHER_COLOUR = "g-ot"

QUOTAS = "groups"
"""Name under which a change of quotas stands in the log."""


@dataclass(frozen=True)
class GroupChange:
    """A row of the table of groups. id: None for a new one. An empty name removes the group."""

    id: uuid.UUID | None
    name: str
    reserved: int
    cap: int | None
    release_on: date | None


@dataclass(frozen=True)
class ItemChange:
    """A line of the programme, in the order of the page; an empty title leaves it out."""

    title: str
    minutes: int
    note: str = ""
    speaker: str = ""
    speaker_affiliation: str = ""
    credit_code: str = ""


@dataclass(frozen=True)
class Standing:
    """What the floors above know of an event and the rules below need. in_use: groups that have applications."""

    has_applications: bool = False
    confirmed: int = 0
    drawn: bool = False
    in_use: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True, kw_only=True)
class EventChange:
    """values: column → new value, for plain columns of the event. professions: profession id → row of `groups` it
    counts to, None = may not apply. starts_at, ends_at: of the one session, or of the first and the last."""

    values: Mapping[str, Any]
    starts_at: datetime
    ends_at: datetime
    groups: Sequence[GroupChange]
    professions: Mapping[uuid.UUID, int | None]
    programme: Sequence[ItemChange]
    reason: str = ""


def edit_event(*, event_id: uuid.UUID, change: EventChange, standing: Standing) -> Event:
    """Apply a change and write one audit entry per field that differs.

    Raises Refused: CLOSED, SELECTION_FIXED, CAPACITY_BELOW_CONFIRMED (facts: confirmed), REASON_MISSING,
    GROUP_IN_USE (facts: name) and, for a public event, what `check_publishable` finds.
    """
    event = lock_event(event_id)
    _check(event, change, standing)
    before = _snapshot(event)
    for name, value in change.values.items():
        setattr(event, name, value)
    _move_sessions(event, change.starts_at, change.ends_at)
    rows = _change_groups(event, change, standing)
    _change_professions(event, change, rows)
    _change_programme(event, change.programme)
    db.session.flush()
    db.session.expire(event, ["groups", "professions", "programme", "sessions"])
    if event.state == EventState.PUBLISHED:
        check_publishable(event)
    _log(event, before, _snapshot(event), change.reason)
    db.session.flush()
    return event


def _check(event: Event, change: EventChange, standing: Standing) -> None:
    if event.state == EventState.CLOSED:
        raise Refused(EventRefusal.CLOSED)
    selection = change.values.get("selection", event.selection)
    if standing.has_applications and selection != event.selection:
        raise Refused(EventRefusal.SELECTION_FIXED)
    capacity = change.values.get("capacity", event.capacity)
    if capacity is not None and capacity < standing.confirmed:
        raise Refused(EventRefusal.CAPACITY_BELOW_CONFIRMED, confirmed=standing.confirmed)
    if standing.drawn and not change.reason.strip() and _quotas_differ(event, change):
        raise Refused(EventRefusal.REASON_MISSING)


def _quotas_differ(event: Event, change: EventChange) -> bool:
    old = {group.id: (group.reserved, group.cap, group.release_on) for group in event.groups}
    new = {row.id: (row.reserved, row.cap, row.release_on) for row in change.groups if row.name}
    return old != new or change.values.get("capacity", event.capacity) != event.capacity


def _move_sessions(event: Event, starts_at: datetime, ends_at: datetime) -> None:
    """The first session begins and the last one ends as asked; those between move with the first."""
    if not event.sessions:
        event.sessions.append(Session(title=event.title, starts_at=starts_at, ends_at=ends_at))
    else:
        shift = starts_at - event.sessions[0].starts_at
        for session in event.sessions:
            session.starts_at += shift
            session.ends_at += shift
        event.sessions[0].starts_at = starts_at
        event.sessions[-1].ends_at = ends_at
    event.starts_at, event.ends_at = starts_at, ends_at


def _change_groups(event: Event, change: EventChange, standing: Standing) -> list[EventGroup | None]:
    """The rows as groups, in their order; None for a row that is empty or removes its group."""
    known = {group.id: group for group in event.groups}
    rows: list[EventGroup | None] = []
    for place, row in enumerate(change.groups):
        group = known.get(row.id) if row.id else None
        if not row.name:
            if group is not None:
                if group.id in standing.in_use:
                    raise Refused(EventRefusal.GROUP_IN_USE, name=group.name)
                event.groups.remove(group)
            rows.append(None)
            continue
        if group is None:
            group = EventGroup(mark=row.name[0], css=OTHER_COLOUR, sort=10_000 + place)
            event.groups.append(group)
        group.name, group.reserved, group.cap, group.release_on = (
            row.name,
            row.reserved,
            row.cap,
            row.release_on,
        )
        rows.append(group)
    db.session.flush()
    return rows


def _change_professions(event: Event, change: EventChange, rows: Sequence[EventGroup | None]) -> None:
    known = {
        row.profession_id: row
        for row in db.session.scalars(select(EventProfession).where(EventProfession.event_id == event.id))
    }
    for profession_id, place in change.professions.items():
        group = rows[place] if place is not None and place < len(rows) else None
        row = known.get(profession_id)
        if group is None:
            if row is not None:
                db.session.delete(row)
        elif row is None:
            db.session.add(
                EventProfession(event_id=event.id, profession_id=profession_id, event_group_id=group.id)
            )
        else:
            row.event_group_id = group.id
    db.session.flush()


def _change_programme(event: Event, items: Sequence[ItemChange]) -> None:
    event.programme.clear()
    begins = event.starts_at
    for position, item in enumerate(item for item in items if item.title):
        event.programme.append(
            ProgrammeItem(
                position=position,
                starts_at=begins,
                minutes=item.minutes,
                title=item.title,
                note=item.note,
                speaker=item.speaker,
                speaker_affiliation=item.speaker_affiliation,
                credit_code=item.credit_code,
            )
        )
        begins += timedelta(minutes=item.minutes)


LOGGED = (
    *("title", "subtitle", "description", "audience", "responsible", "purpose_of_use", "contact_name"),
    *("contact_phone", "starts_at", "ends_at", "doors_open_at", "venue", "room", "address", "map_url", "fee"),
    *(
        "accessibility",
        "capacity",
        "selection",
        "organisation_cap",
        "application_opens_at",
        "application_closes_at",
    ),
    *("results_on", "offer_hours", "keeps_waiting_list", "pledge", "pre_question", "table_size"),
    *("handouts_numbered", "certificate_rule", "certificate_minutes", "public_number_name"),
)


def _snapshot(event: Event) -> dict[str, str]:
    """Every logged field as text. Facts of an event are no personal values, so the log may hold them."""
    found = {name: _text(getattr(event, name)) for name in LOGGED}
    found[QUOTAS] = "; ".join(
        f"{group.name} {group.reserved}–{'' if group.cap is None else group.cap} {_text(group.release_on)}"
        for group in event.groups
    )
    found["programme"] = "; ".join(f"{item.title} {item.minutes} {item.speaker}" for item in event.programme)
    found["professions"] = "; ".join(
        sorted(f"{row.profession.code}={row.group.name}" for row in event.professions)
    )
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _log(event: Event, before: Mapping[str, str], after: Mapping[str, str], reason: str) -> None:
    for name in before:
        if before[name] != after[name]:
            record(
                verb="event.changed",
                subject=("event", event.id),
                event_id=event.id,
                detail={"field": name, "from": before[name], "to": after[name], "reason": reason.strip()},
            )
