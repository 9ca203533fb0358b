"""Reading the trail."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from trainings.audit.models import AuditEntry
from trainings.core.db import db
from trainings.core.paging import Page, page_of


def entries_of_event(event_id: uuid.UUID, *, limit: int = 200) -> Sequence[AuditEntry]:
    """The newest entries of one event, newest first."""
    return db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.event_id == event_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id)
        .limit(limit)
    ).all()


def page_of_event(event_id: uuid.UUID) -> Page[AuditEntry]:
    """The part of all entries of one event that the address asks for, newest first."""
    entries = select(AuditEntry).where(AuditEntry.event_id == event_id)
    return page_of(entries.order_by(AuditEntry.at.desc(), AuditEntry.id))


def entries_of_verb(event_id: uuid.UUID, verb: str, *, since: datetime | None = None) -> Sequence[AuditEntry]:
    """The entries of one kind of act at an event, all or from an instant on, oldest first."""
    wanted = [AuditEntry.event_id == event_id, AuditEntry.verb == verb]
    if since is not None:
        wanted.append(AuditEntry.at >= since)
    return db.session.scalars(select(AuditEntry).where(*wanted).order_by(AuditEntry.at, AuditEntry.id)).all()


def entries_of_subject(kind: str, subject_id: uuid.UUID | str) -> Sequence[AuditEntry]:
    """Everything that happened to one row, oldest first."""
    return db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == kind, AuditEntry.subject_id == str(subject_id))
        .order_by(AuditEntry.at, AuditEntry.id)
    ).all()


def count_of_event(event_id: uuid.UUID) -> int:
    """How many entries an event has."""
    return db.session.scalar(select(func.count()).where(AuditEntry.event_id == event_id)) or 0
