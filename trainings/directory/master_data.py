"""Writing the small tables of master data: sectors, groups, professions, roles, associations, districts.

Nothing is deleted: old applications point to it. Professions, roles and associations go out of use instead.
"""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from trainings.audit.actions import record
from trainings.core import codes
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.directory.models import (
    PARTICIPANT,
    Association,
    District,
    DistrictKind,
    EventRole,
    Profession,
    ProfessionGroup,
    Sector,
)
from trainings.directory.refusals import DirectoryRefusal

Row = TypeVar("Row", Sector, ProfessionGroup, Profession, EventRole, Association, District)
OWN_CODE_PREFIX = "Z"
"""Begins the codes of professions and roles that an installation adds; shipped codes have other letters."""


def save_sector(*, id: uuid.UUID | None, name: str, sort: int) -> Sector:
    """Add (id None) or change a sector. Raises Refused: NOT_FOUND, NAME_TAKEN."""
    return _save(Sector, id, {"name": name, "sort": sort})


def save_profession_group(
    *, id: uuid.UUID | None, name: str, mark: str, css: str, sector_id: uuid.UUID, sort: int
) -> ProfessionGroup:
    """Add (id None) or change a group. mark: one character; css: class of its fixed colour.

    Events keep the groups they were made with. Raises Refused: NOT_FOUND, NAME_TAKEN.
    """
    _must_exist(Sector, sector_id)
    values = {"name": name, "mark": mark, "css": css, "sector_id": sector_id, "sort": sort}
    return _save(ProfessionGroup, id, values)


def save_profession(
    *,
    id: uuid.UUID | None,
    name: str,
    group_id: uuid.UUID,
    skill_group: str,
    licence_number_label: str,
    usual_channel: str,
    sort: int,
    active: bool,
) -> Profession:
    """Add (id None) or change a profession; a new one gets a code of its own. Raises Refused: NOT_FOUND, NAME_TAKEN."""
    _must_exist(ProfessionGroup, group_id)
    values = {
        "name": name,
        "group_id": group_id,
        "skill_group": skill_group,
        "licence_number_label": licence_number_label,
        "usual_channel": usual_channel,
        "sort": sort,
        "active": active,
    }
    if id is None:
        values["code"] = OWN_CODE_PREFIX + codes.new_secret()[:7].upper()
    return _save(Profession, id, values)


def save_event_role(
    *, id: uuid.UUID | None, name: str, certified: bool, sort: int, active: bool
) -> EventRole:
    """Add (id None) or change a role at an event; a new one gets a code of its own, and nobody in it takes a seat.

    Raises Refused: NOT_FOUND, NAME_TAKEN, ROLE_NEEDED (whoever applies on the web is a participant).
    """
    values: dict[str, Any] = {"name": name, "certified": certified, "sort": sort, "active": active}
    if id is None:
        values["code"] = OWN_CODE_PREFIX + codes.new_secret()[:7].upper()
    elif not active and locked_row(EventRole, id).code == PARTICIPANT:
        raise Refused(DirectoryRefusal.ROLE_NEEDED)
    return _save(EventRole, id, values)


def save_association(*, id: uuid.UUID | None, name: str, sort: int, active: bool) -> Association:
    """Add (id None) or change an association or channel. Raises Refused: NOT_FOUND, NAME_TAKEN."""
    return _save(Association, id, {"name": name, "sort": sort, "active": active})


def save_district(*, id: uuid.UUID | None, name: str, kind: DistrictKind, sort: int) -> District:
    """Add (id None) or change a district. Raises Refused: NOT_FOUND, NAME_TAKEN."""
    return _save(District, id, {"name": name, "kind": kind, "sort": sort})


def _save(model: type[Row], id: uuid.UUID | None, values: dict[str, Any]) -> Row:
    row = model(id=uuid.uuid4()) if id is None else locked_row(model, id)
    taken = db.session.scalar(select(model.id).where(model.name == values["name"], model.id != row.id))
    if taken is not None:
        raise Refused(DirectoryRefusal.NAME_TAKEN)
    changed = [field for field, value in values.items() if getattr(row, field) != value]
    try:
        with db.session.begin_nested():
            for field, value in values.items():
                setattr(row, field, value)
            db.session.add(row)
    except IntegrityError as broken:
        # Somebody stored the same name in the same moment.
        raise Refused(DirectoryRefusal.NAME_TAKEN) from broken
    if changed:
        record(
            verb=f"{model.__tablename__}.{'added' if id is None else 'changed'}",
            subject=(model.__tablename__, row.id),
            detail={"fields": changed},
        )
    return row


def locked_row(model: type[Row], id: uuid.UUID) -> Row:
    """A row as it is now, its change kept from others until the end of the transaction. Raises Refused: NOT_FOUND."""
    row = db.session.scalar(
        select(model)
        .where(model.id == id)
        .with_for_update(key_share=True, of=model)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise Refused(DirectoryRefusal.NOT_FOUND)
    return row


def _must_exist(model: type[Sector] | type[ProfessionGroup], id: uuid.UUID) -> None:
    if db.session.get(model, id) is None:
        raise Refused(DirectoryRefusal.NOT_FOUND)
