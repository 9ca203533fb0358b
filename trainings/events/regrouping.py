"""Writing the sectors, the groups and the map of professions of an event from rows of a page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TypeVar

from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.changes import EventChange, GroupChange, SectorChange, Standing
from trainings.events.models import Event, EventGroup, EventProfession, EventSector
from trainings.events.refusals import EventRefusal

NEW_COLOUR = "g-ot"
"""Colours belong to the groups of the master data; a group that an event adds has the neutral one."""
STEP = 10

Named = TypeVar("Named", EventSector, EventGroup)


def change_groups(event: Event, change: EventChange, standing: Standing) -> None:
    """Sectors, groups and map as the change says.

    Raises Refused: GROUP_IN_USE (facts: name), PROFESSION_IN_USE (facts: name).
    """
    sectors = _sectors(event, change.sectors)
    groups = _groups(event, change.groups, sectors, standing)
    _map(event, change.professions, groups, standing)
    db.session.flush()


def _sectors(event: Event, rows: Sequence[SectorChange]) -> list[EventSector | None]:
    """The rows as sectors, in their order; None for a row without a name. Sectors that no row names are removed."""
    known = {sector.id: sector for sector in event.sectors}
    kept = {row.id for row in rows if row.name}
    for sector in list(event.sectors):
        if sector.id not in kept:
            # Its groups stay, outside of any sector.
            for group in event.groups:
                if group.sector_id == sector.id:
                    group.sector = None
            event.sectors.remove(sector)
    _free_names({known[row.id]: row.name for row in rows if row.name and row.id in known})
    found: list[EventSector | None] = []
    for row in rows:
        if not row.name:
            found.append(None)
            continue
        kept_sector = known.get(row.id) if row.id else None
        written = kept_sector or EventSector(sort=_after(event.sectors))
        written.name, written.reserved, written.cap = row.name, row.reserved, row.cap
        if kept_sector is None:
            event.sectors.append(written)
        found.append(written)
    db.session.flush()
    return found


def _groups(
    event: Event, rows: Sequence[GroupChange], sectors: Sequence[EventSector | None], standing: Standing
) -> list[EventGroup | None]:
    """The rows as groups, in their order; None for a row without a name. Groups that no row names are removed."""
    known = {group.id: group for group in event.groups}
    kept = {row.id for row in rows if row.name}
    for group in list(event.groups):
        if group.id not in kept:
            if group.id in standing.groups:
                raise Refused(EventRefusal.GROUP_IN_USE, name=group.name)
            for row in [row for row in event.professions if row.event_group_id == group.id]:
                # Out of use it stands on no page, yet whoever has it keeps it.
                if row.profession_id in standing.professions:
                    raise Refused(EventRefusal.PROFESSION_IN_USE, name=row.profession.name)
                event.professions.remove(row)
            event.groups.remove(group)
    _free_names({known[row.id]: row.name for row in rows if row.name and row.id in known})
    found: list[EventGroup | None] = []
    for wanted in rows:
        if not wanted.name:
            found.append(None)
            continue
        kept_group = known.get(wanted.id) if wanted.id else None
        written = kept_group or EventGroup(
            mark=_mark(wanted.name, {one.mark for one in event.groups}),
            css=NEW_COLOUR,
            sort=_after(event.groups),
        )
        written.name, written.reserved, written.cap = wanted.name, wanted.reserved, wanted.cap
        written.release_on = wanted.release_on
        written.sector = dict(enumerate(sectors)).get(wanted.sector) if wanted.sector is not None else None
        if kept_group is None:
            event.groups.append(written)
        found.append(written)
    db.session.flush()
    return found


def _after(rows: Sequence[EventSector] | Sequence[EventGroup]) -> int:
    return max((row.sort for row in rows), default=0) + STEP


def _free_names(renamed: Mapping[Named, str]) -> None:
    """Make way for names that rows of one table pass on to one another: the database checks them one by one."""
    taken = {row.name for row in renamed}
    moving = [row for row, name in renamed.items() if name != row.name and name in taken]
    for row in moving:
        row.name = row.id.hex
    db.session.flush()


def _mark(name: str, taken: set[str]) -> str:
    """The first character of a name that no other group of the event has as its mark."""
    return next((letter for letter in name if letter not in taken and not letter.isspace()), name[0])


def _map(
    event: Event,
    wanted: Mapping[uuid.UUID, int | None],
    groups: Sequence[EventGroup | None],
    standing: Standing,
) -> None:
    known = {row.profession_id: row for row in event.professions}
    for profession_id, place in wanted.items():
        group = groups[place] if place is not None and place < len(groups) else None
        row = known.get(profession_id)
        moves = row is not None and (group is None or row.event_group_id != group.id)
        if row is not None and moves and profession_id in standing.professions:
            raise Refused(EventRefusal.PROFESSION_IN_USE, name=row.profession.name)
        if group is None:
            if row is not None:
                event.professions.remove(row)
        elif row is None:
            event.professions.append(EventProfession(profession_id=profession_id, event_group_id=group.id))
        else:
            row.event_group_id = group.id
