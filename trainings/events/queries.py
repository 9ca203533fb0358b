"""Reading events."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import lazyload

from trainings.core import clock
from trainings.core.db import db
from trainings.directory.models import Profession, ProfessionGroup
from trainings.events.models import Event, EventGroup, EventNotice, EventProfession, EventState

# Statements that every application asks are put together once: that takes as long as running them.


@cache
def _locking(shared: bool) -> Select[tuple[Event]]:
    return (
        select(Event)
        .where(Event.id == bindparam("event_id"))
        .with_for_update(read=shared, key_share=not shared, of=Event)
        .execution_options(populate_existing=True)
    )


_BY_SLUG = select(Event).where(Event.slug == bindparam("slug"))
_INVITED = (
    select(
        EventProfession.event_group_id,
        *(Profession.id, Profession.code, Profession.name, Profession.licence_number_label),
    )
    .join(Profession, Profession.id == EventProfession.profession_id)
    .where(
        EventProfession.event_id == bindparam("event_id"),
        or_(Profession.active, Profession.id == bindparam("held")),
    )
    .order_by(Profession.sort, Profession.id)
)
_MAPPED = (
    select(EventProfession.event_group_id, Profession.id, Profession.name, Profession.active)
    .join(Profession, Profession.id == EventProfession.profession_id)
    .where(EventProfession.event_id == bindparam("event_id"))
    .order_by(Profession.sort, Profession.id)
)
_GROUP_OF = (
    select(EventGroup)
    .join(EventProfession, EventProfession.event_group_id == EventGroup.id)
    .where(
        EventProfession.event_id == bindparam("event_id"),
        EventProfession.profession_id == bindparam("profession_id"),
    )
)


def lock_event(event_id: uuid.UUID, *, shared: bool = False) -> Event:
    """The event, its row locked until the end of the transaction: the first statement of every writing action that
    counts or places seats (docs/locking.md). LookupError if there is none.

    FOR NO KEY UPDATE: plain FOR UPDATE would deadlock with the share lock that a foreign key takes.
    shared: FOR SHARE, beside others who share it, against everyone who counts, places or freezes; for what only adds to
    the list. Whoever shares it must not ask for the whole lock later: two of them would wait for each other.
    """
    with db.session.no_autoflush:
        event = db.session.scalar(_locking(shared), {"event_id": event_id})
    if event is None:
        raise LookupError(f"no event {event_id}")
    return event


def event_by_slug(slug: str) -> Event | None:
    """The event behind a public address, drafts included: the view decides who may see it."""
    return db.session.scalar(_BY_SLUG, {"slug": slug})


def group_of_profession(event_id: uuid.UUID, profession_id: uuid.UUID) -> EventGroup | None:
    """Which group of the event a profession counts to; None when it may not apply."""
    return db.session.scalar(_GROUP_OF, {"event_id": event_id, "profession_id": profession_id})


@dataclass(frozen=True)
class Invited:
    """A profession that may apply to an event."""

    id: uuid.UUID
    code: str
    name: str
    licence: str
    """How its licence number is called; "" where none is asked for."""


@dataclass(frozen=True)
class Held:
    """What an application has already: a profession, and the group in which it counts."""

    profession: Profession
    group_id: uuid.UUID


def groups_with_professions(event: Event, held: Held | None = None) -> list[tuple[EventGroup, list[Invited]]]:
    """Each group of the event with its professions in use, in their order; groups without any are left out.

    held: its profession stays among them, in use or not; one that the event has in no group any more stands in that in which
    it counts. Reads columns only: the busiest pages ask it.
    """
    rows = db.session.execute(_INVITED, {"event_id": event.id, "held": held.profession.id if held else None})
    members: dict[uuid.UUID, list[Invited]] = {}
    for group_id, *profession in rows:
        members.setdefault(group_id, []).append(Invited(*profession))
    if held and held.profession.id not in {one.id for some in members.values() for one in some}:
        own = Invited(
            held.profession.id,
            held.profession.code,
            held.profession.name,
            held.profession.licence_number_label,
        )
        members.setdefault(held.group_id, []).append(own)
    return [(group, members[group.id]) for group in event.groups if group.id in members]


@dataclass(frozen=True)
class Mapped:
    """A profession of an event's map. in_use: whether somebody new may choose it."""

    id: uuid.UUID
    name: str
    group: str
    in_use: bool


def mapped_professions(event: Event) -> list[Mapped]:
    """Every profession that an event counts to one of its groups, in their order, those out of use too: whoever has one is
    shown and corrected with it."""
    by_place = {group.id: (place, group.name) for place, group in enumerate(event.groups)}
    rows = db.session.execute(_MAPPED, {"event_id": event.id}).all()
    ordered = sorted(rows, key=lambda row: by_place[row.event_group_id][0])
    return [Mapped(row.id, row.name, by_place[row.event_group_id][1], row.active) for row in ordered]


def _invites(profession_group: str = "") -> ColumnElement[bool]:
    """Whether a group of an event has seats and professions that may choose it (of the named group of the directory)."""
    members = (
        select(EventProfession.event_group_id)
        .join(Profession, Profession.id == EventProfession.profession_id)
        .where(EventProfession.event_group_id == EventGroup.id, Profession.active)
    )
    if profession_group:
        members = members.join(ProfessionGroup, ProfessionGroup.id == Profession.group_id).where(
            ProfessionGroup.name == profession_group
        )
    return and_(members.exists(), or_(EventGroup.cap.is_(None), EventGroup.cap > 0))


def invited_groups(event_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[EventGroup]]:
    """Event → its groups that somebody can apply in, in their order; an event without any has an empty list."""
    found: dict[uuid.UUID, list[EventGroup]] = {event_id: [] for event_id in event_ids}
    groups = db.session.scalars(
        select(EventGroup)
        .where(EventGroup.event_id.in_(found), _invites())
        .order_by(EventGroup.sort, EventGroup.name)
        .options(lazyload(EventGroup.sector))
    )
    for group in groups:
        found[group.event_id].append(group)
    return found


def notices_of(event_id: uuid.UUID) -> Sequence[EventNotice]:
    """What those who applied had to hear of an event, oldest first."""
    return db.session.scalars(
        select(EventNotice).where(EventNotice.event_id == event_id).order_by(EventNotice.revision)
    ).all()


def notices_of_events(event_ids: Collection[uuid.UUID]) -> Sequence[EventNotice]:
    """The same of several events."""
    return db.session.scalars(
        select(EventNotice)
        .where(EventNotice.event_id.in_(event_ids))
        .order_by(EventNotice.event_id, EventNotice.revision)
    ).all()


def newest_notice(event: Event) -> EventNotice | None:
    """The last of them; asks nothing about an event that is as it was published."""
    if not event.revision:
        return None
    return db.session.scalar(
        select(EventNotice)
        .where(EventNotice.event_id == event.id)
        .order_by(EventNotice.revision.desc())
        .limit(1)
    )


def open_notice(event_id: uuid.UUID) -> EventNotice | None:
    """The one of which staff have neither told anybody nor said why not; there is no second beside it."""
    return db.session.scalar(
        select(EventNotice).where(EventNotice.event_id == event_id, EventNotice.settled_at.is_(None)).limit(1)
    )


def upcoming_events(*, kind: str = "", profession_group: str = "") -> Sequence[Event]:
    """Public events that are not over, soonest first; those that are postponed or called off among them.

    kind: only of this kind. profession_group: only those that invite some profession of this group of the directory,
    however the event itself groups it.
    """
    ahead = and_(Event.state.in_([EventState.PUBLISHED, EventState.CALLED_OFF]), Event.ends_at > clock.now())
    wanted = select(Event).where(or_(ahead, Event.state == EventState.POSTPONED))
    if kind:
        wanted = wanted.where(Event.kind == kind)
    if profession_group:
        wanted = wanted.where(Event.groups.any(_invites(profession_group)))
    return db.session.scalars(wanted.order_by(Event.starts_at, Event.id)).all()


def past_events(limit: int = 20) -> Sequence[Event]:
    """Events that took place, newest first."""
    return db.session.scalars(
        select(Event)
        .where(Event.state.in_([EventState.PUBLISHED, EventState.CLOSED]), Event.ends_at <= clock.now())
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(limit)
    ).all()
