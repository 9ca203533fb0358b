"""Creating, publishing, closing and copying an event."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from trainings.audit.actions import record
from trainings.core import clock, codes
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.directory.models import ProfessionGroup
from trainings.directory.queries import profession_groups, professions
from trainings.directory.shipped import shipped_groups
from trainings.events.models import (
    Event,
    EventGroup,
    EventKind,
    EventProfession,
    EventSector,
    EventState,
    ProgrammeItem,
    Responsible,
    Session,
)
from trainings.events.presets import PRESETS, PUBLIC_NUMBER, PURPOSES, Preset
from trainings.events.publication import missing
from trainings.events.queries import lock_event
from trainings.events.refusals import EventRefusal

PUBLISHED = "event_published"
"""Job: an event was published; allocation makes the secret of its draw."""
RECLOSED = "event_reclosed"
"""Job: who came to a closed event, or who they are, has changed; what follows from it is written anew."""

APPLICATIONS_CLOSE_AT = time(17, 0)


def create_event(
    *,
    kind: EventKind,
    on: date,
    title: str = "",
    begins: time | None = None,
    ends: time | None = None,
    venue: str = "",
    responsible: Responsible = Responsible.JOINT,
) -> Event:
    """A draft from the kind's preset: texts, sessions, programme, groups with quotas and the map of professions.

    on: local date of the event; all other dates are counted back from it. begins, ends: local times of its first and
    last session, as in the preset by default. KeyError for a kind without a preset.
    """
    preset = PRESETS[kind]
    sessions = _sessions(preset, on, begins, ends)
    starts_at, ends_at = sessions[0].starts_at, sessions[-1].ends_at
    event = Event(
        slug=codes.new_secret(),
        kind=kind,
        title=title or preset.title,
        subtitle=preset.subtitle,
        description=preset.description,
        audience=preset.audience,
        responsible=responsible,
        purpose_of_use=PURPOSES[responsible],
        starts_at=starts_at,
        ends_at=ends_at,
        doors_open_at=starts_at - timedelta(minutes=preset.doors_open_minutes),
        venue=venue,
        fee=preset.fee,
        accessibility=preset.accessibility,
        capacity=preset.capacity,
        selection=preset.selection,
        organisation_cap=preset.organisation_cap,
        application_opens_at=clock.day_begins(on - timedelta(days=preset.opens_days)),
        application_closes_at=clock.at(on - timedelta(days=preset.closes_days), APPLICATIONS_CLOSE_AT),
        results_on=None if preset.results_days is None else on - timedelta(days=preset.results_days),
        public_number_name=PUBLIC_NUMBER,
        code_prefix=f"{preset.code_prefix}{_next_number(kind)}",
        pledge=preset.pledge,
        pre_question=preset.pre_question,
        table_size=preset.table_size,
        handouts_numbered=preset.handouts_numbered,
        certificate_rule=preset.certificate_rule,
        sessions=sessions,
    )
    db.session.add(event)
    db.session.flush()
    _add_programme(event, preset)
    _add_groups(event, preset, on)
    record(verb="event.created", subject=("event", event.id), event_id=event.id, detail={"kind": kind.value})
    db.session.flush()
    return event


def _next_number(kind: EventKind) -> int:
    """The running number in 受付番号 such as K12: how many events of the kind there are, and one."""
    return (db.session.scalar(select(func.count()).where(Event.kind == kind)) or 0) + 1


def _sessions(preset: Preset, on: date, begins: time | None, ends: time | None) -> list[Session]:
    """The preset's sessions on a day, moved so that the first begins, and stretched so that the last ends, as asked."""
    planned = clock.at(on, preset.sessions[0].begins)
    shift = clock.at(on, begins) - planned if begins else timedelta()
    found = [
        Session(
            title=session.title,
            starts_at=clock.at(on, session.begins) + shift,
            ends_at=clock.at(on, session.ends) + shift,
        )
        for session in preset.sessions
    ]
    if ends:
        found[-1].ends_at = clock.at(on, ends)
    return found


def _add_programme(event: Event, preset: Preset) -> None:
    begins = event.starts_at
    for position, item in enumerate(preset.programme):
        event.programme.append(
            ProgrammeItem(
                position=position,
                starts_at=begins,
                minutes=item.minutes,
                title=item.title,
                note=item.note,
            )
        )
        begins += timedelta(minutes=item.minutes)


def _add_groups(event: Event, preset: Preset, on: date) -> None:
    sectors: dict[str, EventSector] = {}
    groups: dict[uuid.UUID, EventGroup] = {}
    # Presets name groups as they are shipped; where two are one by now, that of its own name counts.
    shipped = sorted(shipped_groups().items(), key=lambda named: named[0] == named[1].name)
    quotas = {group.id: preset.quotas[name] for name, group in shipped if name in preset.quotas}
    for group in profession_groups():
        row = _event_group(event, group, sectors)
        if quota := quotas.get(group.id):
            row.reserved, row.cap = quota.reserved, quota.cap
        row.release_on = on - timedelta(days=preset.release_days)
        groups[group.id] = row
    db.session.flush()
    for profession in professions():
        if profession.code not in preset.not_for:
            own = groups[profession.group_id]
            event.professions.append(EventProfession(profession_id=profession.id, event_group_id=own.id))


def _event_group(event: Event, group: ProfessionGroup, sectors: dict[str, EventSector]) -> EventGroup:
    if group.sector.name not in sectors:
        sector = EventSector(name=group.sector.name, sort=group.sector.sort)
        sectors[group.sector.name] = sector
        event.sectors.append(sector)
    row = EventGroup(
        sector=sectors[group.sector.name], name=group.name, mark=group.mark, css=group.css, sort=group.sort
    )
    event.groups.append(row)
    return row


def publish_event(*, event_id: uuid.UUID) -> Event:
    """Show a draft to everybody. Raises Refused: NOT_A_DRAFT, or the first thing that `publication.missing` finds."""
    event = lock_event(event_id)
    if event.state != EventState.DRAFT:
        raise Refused(EventRefusal.NOT_A_DRAFT)
    for refusal in missing(event)[:1]:
        raise refusal
    event.state = EventState.PUBLISHED
    event.published_at = clock.now()
    record(verb="event.published", subject=("event", event.id), event_id=event.id)
    enqueue(PUBLISHED, subject=event.id)
    db.session.flush()
    return event


def mark_closed(*, event: Event) -> None:
    """Note that an event is over; closing again after its door was reopened keeps the first time.

    The caller holds the event's lock.
    """
    event.state = EventState.CLOSED
    event.closed_at = event.closed_at or clock.now()
    record(verb="event.closed", subject=("event", event.id), event_id=event.id)
    db.session.flush()


def copy_event(*, source: Event, on: date, title: str) -> Event:
    """A draft with everything of another event but its applications; all dates move with the day of the event.

    on: local date of the new event.
    """
    shift = on - clock.local(source.starts_at).date()
    event = Event(
        slug=codes.new_secret(),
        code_prefix=f"{source.code_prefix.rstrip('0123456789')}{_next_number(source.kind)}",
        copied_from_id=source.id,
        title=title or source.title,
        starts_at=_moved(source.starts_at, shift),
        ends_at=_moved(source.ends_at, shift),
        doors_open_at=_moved(source.doors_open_at, shift),
        application_opens_at=_moved(source.application_opens_at, shift),
        application_closes_at=_moved(source.application_closes_at, shift),
        results_on=source.results_on + shift if source.results_on else None,
        # Not the source's own number, which may be known by now.
        public_number_name=PUBLIC_NUMBER,
        **{name: getattr(source, name) for name in COPIED},
    )
    db.session.add(event)
    db.session.flush()
    for session in source.sessions:
        event.sessions.append(
            Session(
                title=session.title,
                starts_at=_moved(session.starts_at, shift),
                ends_at=_moved(session.ends_at, shift),
            )
        )
    for item in source.programme:
        event.programme.append(
            ProgrammeItem(
                starts_at=_moved(item.starts_at, shift), **{name: getattr(item, name) for name in COPIED_ITEM}
            )
        )
    _copy_groups(source, event, shift)
    record(
        verb="event.copied", subject=("event", event.id), event_id=event.id, detail={"from": str(source.id)}
    )
    db.session.flush()
    return event


COPIED = (
    *("kind", "subtitle", "description", "audience", "responsible", "purpose_of_use"),
    *(
        "contact_name",
        "contact_phone",
        "contact_fax",
        "contact_mail",
        "venue",
        "room",
        "address",
        "map_url",
        "fee",
        "accessibility",
    ),
    *("capacity", "selection", "organisation_cap", "offer_hours", "keeps_waiting_list", "pledge"),
    *(
        "most_weight",
        "first_timer_halves",
        "weighs_own_kind",
        "pre_question",
        "table_size",
        "handouts_numbered",
        "fee_amount",
        "certificate_rule",
        "certificate_minutes",
    ),
)
COPIED_ITEM = ("position", "minutes", "title", "note", "speaker", "speaker_affiliation", "credit_code")


def _moved(instant: datetime, shift: timedelta) -> datetime:
    """The same local time so many days later."""
    local = clock.local(instant)
    return clock.at(local.date() + shift, local.time())


def _copy_groups(source: Event, event: Event, shift: timedelta) -> None:
    sectors = {}
    for sector in source.sectors:
        sectors[sector.id] = EventSector(
            name=sector.name, reserved=sector.reserved, cap=sector.cap, sort=sector.sort
        )
        event.sectors.append(sectors[sector.id])
    groups = {}
    for group in source.groups:
        groups[group.id] = EventGroup(
            sector=sectors[group.sector_id] if group.sector_id else None,
            name=group.name,
            mark=group.mark,
            css=group.css,
            sort=group.sort,
            reserved=group.reserved,
            cap=group.cap,
            release_on=group.release_on + shift if group.release_on else None,
        )
        event.groups.append(groups[group.id])
    db.session.flush()
    for row in source.professions:
        db.session.add(
            EventProfession(
                event_id=event.id,
                profession_id=row.profession_id,
                event_group_id=groups[row.event_group_id].id,
            )
        )
