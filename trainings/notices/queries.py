"""Reading who has to be told, and who was."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, and_, false, func, or_, select, union_all
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.selectable import NamedFromClause

from trainings.core.db import db
from trainings.core.paging import Page, page_of
from trainings.notices.matters import MATTERS, PRESSING
from trainings.notices.models import Kind, Told
from trainings.registration.models import Application
from trainings.registration.people.reach import is_unreachable


class Show(StrEnum):
    """Which part of the list."""

    UNTOLD = "untold"
    TOLD = "told"
    ALL = "all"


@dataclass(frozen=True)
class Due:
    """Something that somebody has not been told. edition: since when it is so."""

    kind: Kind
    edition: datetime


@dataclass(frozen=True)
class Telling:
    """One thing told to one person."""

    application_id: uuid.UUID
    due: Due


def _all(event_id: uuid.UUID | None, kinds: Collection[Kind]) -> NamedFromClause:
    return union_all(*(one.rows(event_id) for one in MATTERS if one.kind in kinds)).subquery("matter")


def _due(event_id: uuid.UUID | None, kinds: Collection[Kind]) -> Select[tuple[uuid.UUID, uuid.UUID, str]]:
    """What of these kinds nobody has been told yet."""
    matter = _all(event_id, kinds)
    told = and_(
        Told.application_id == matter.c.application_id,
        Told.kind == matter.c.kind,
        Told.edition == matter.c.edition,
    )
    return (
        select(matter.c.application_id, matter.c.event_id, matter.c.kind, matter.c.edition)
        .outerjoin_from(matter, Told, told)
        .where(Told.id.is_(None))
    )


def untold_ids(event_id: uuid.UUID, kinds: Collection[Kind] = PRESSING) -> Select[tuple[uuid.UUID]]:
    """Applications of an event of which somebody has not been told of something."""
    due = _due(event_id, kinds).subquery("due")
    return select(due.c.application_id)


def count_untold(event_id: uuid.UUID | None = None) -> dict[uuid.UUID, int]:
    """Event → how many people have not been told of something that presses."""
    due = _due(event_id, PRESSING).subquery("due")
    counted = select(due.c.event_id, func.count(due.c.application_id.distinct())).group_by(due.c.event_id)
    return {id: n for id, n in db.session.execute(counted)}


def counts_by_kind(event_id: uuid.UUID) -> dict[Kind, int]:
    """What has not been told at an event, kind by kind, in their order."""
    due = _due(event_id, list(Kind)).subquery("due")
    counted = dict(db.session.execute(select(due.c.kind, func.count()).group_by(due.c.kind)).tuples().all())
    return {one.kind: counted[one.kind.value] for one in MATTERS if one.kind.value in counted}


def people_in(event_id: uuid.UUID, show: Show, kind: Kind | None = None) -> Select[tuple[Application]]:
    """Whom no mail reaches, by kana; of those who were not told, whoever waits for more than a receipt, unless a kind is
    asked for."""
    people = (
        select(Application)
        .where(Application.event_id == event_id)
        .options(joinedload(Application.organisation))
        .order_by(Application.family_kana, Application.given_kana, Application.code)
    )
    kinds = [kind] if kind else PRESSING if show == Show.UNTOLD else list(Kind)
    told = select(Told.application_id).where(Told.kind.in_(kinds))
    if show == Show.UNTOLD:
        return people.where(Application.id.in_(untold_ids(event_id, kinds)))
    if show == Show.TOLD:
        return people.where(Application.id.in_(told))
    return people.where(or_(is_unreachable(), Application.id.in_(told)))


def page_of_people(event_id: uuid.UUID, show: Show, kind: Kind | None = None) -> Page[Application]:
    """The part of the list that the address asks for."""
    return page_of(people_in(event_id, show, kind))


def counts(event_id: uuid.UUID) -> dict[Show, int]:
    """How many people each part of the list has."""
    return {
        show: db.session.scalar(select(func.count()).select_from(people_in(event_id, show).subquery())) or 0
        for show in Show
    }


def due_of(event_id: uuid.UUID, ids: Collection[uuid.UUID] | None = None) -> Mapping[uuid.UUID, list[Due]]:
    """Application → what it has not been told, in the order of the kinds. ids: of these only."""
    matter = _due(event_id, list(Kind)).subquery("due")
    wanted = select(matter.c.application_id, matter.c.kind, matter.c.edition)
    if ids is not None:
        wanted = wanted.where(matter.c.application_id.in_(ids) if ids else false())
    found: dict[uuid.UUID, list[Due]] = defaultdict(list)
    for application_id, kind, edition in db.session.execute(wanted):
        found[application_id].append(Due(Kind(kind), edition))
    order = list(Kind)
    for rows in found.values():
        rows.sort(key=lambda one: order.index(one.kind))
    return found


def told_of(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[Told]]:
    """Application → what it has been told without a mail, newest first."""
    rows: Sequence[Told] = db.session.scalars(
        select(Told).where(Told.application_id.in_(ids)).order_by(Told.told_at.desc(), Told.id)
    ).all()
    found: dict[uuid.UUID, list[Told]] = defaultdict(list)
    for row in rows:
        found[row.application_id].append(row)
    return found
