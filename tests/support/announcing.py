"""Events as organisers make them, from presets, published and open for applications; and what a guest types."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from trainings.core import clock
from trainings.core.db import db
from trainings.directory.models import Association, Profession
from trainings.events.actions import create_event, publish_event
from trainings.events.models import Event, EventKind
from trainings.registration.statements import Statement

Quotas = Mapping[str, tuple[int, int | None]]
"""Name of a group → (reserved, cap)."""


def announce(
    kind: EventKind = EventKind.SYMPOSIUM,
    *,
    on: date | None = None,
    quotas: Quotas | None = None,
    published: bool = True,
    **changes: Any,
) -> Event:
    """A published event 30 days from now, applications open since yesterday until two days before it.

    quotas: groups that are not named have neither reserve nor cap. changes: columns of the event.
    """
    event = create_event(kind=kind, on=on or clock.today() + timedelta(days=30), venue="けやき市民ホール")
    values = {
        "application_opens_at": clock.now() - timedelta(days=1),
        "application_closes_at": event.starts_at - timedelta(days=2),
    } | changes
    for name, value in values.items():
        setattr(event, name, value)
    if quotas is not None:
        for group in event.groups:
            group.reserved, group.cap = quotas.get(group.name, (0, None))
    db.session.flush()
    if published:
        publish_event(event_id=event.id)
    return event


def profession(code: str) -> Profession:
    """A profession of the shipped master data."""
    return db.session.scalars(select(Profession).where(Profession.code == code)).one()


def statement(code: str = "NSV", **said: Any) -> Statement:
    """What 高橋 美咲, a nurse, says; `said` differs."""
    values: dict[str, Any] = {
        "family": "高橋",
        "given": "美咲",
        "family_kana": "タカハシ",
        "given_kana": "ミサキ",
        "mail": "misaki@houkan.example",
        "phone": "000-555-0100",
        "profession_id": profession(code).id,
        "organisation_name": "けやき訪問看護",
        "pledged": True,
    }
    return Statement(**(values | said))


def typed(event: Event, code: str = "NSV", **said: Any) -> dict[str, Any]:
    """The fields of the form of application, as 高橋 美咲 fills them in; `said` differs."""
    row = next(row for row in event.professions if row.profession.code == code)
    heard = db.session.scalars(select(Association).order_by(Association.sort)).first()
    values = {
        "group": str(row.event_group_id),
        "profession": str(row.profession_id),
        "organisation_name": "けやき訪問看護",
        "family": "高橋",
        "given": "美咲",
        "family_kana": "タカハシ",
        "given_kana": "ミサキ",
        "mail": "misaki@houkan.example",
        "phone": "000-555-0100",
        "heard_via": str(heard.id) if heard else "",
        "idempotency_key": uuid.uuid4().hex,
    }
    if event.pledge:
        values["pledged"] = "y"
    return values | said
