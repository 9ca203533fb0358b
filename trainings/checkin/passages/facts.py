"""Who passed the door and when: the facts that attendance, counts, certificates and the review are derived from.

A passage is a scan of somebody's ticket that `decision.is_passage` calls one and that no undo takes back. Its time is its
own, or the one that staff gave it last. None of this depends on the order in which desks have sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from trainings.checkin.models import Direction, Outcome, Scan, ScanKind
from trainings.checkin.passages.decision import BY_OTHER_SCANS
from trainings.core.db import db


def said_once() -> ColumnElement[uuid.UUID]:
    """The id that the desk gave: a scan that says the same as one before it is taken back and corrected with it."""
    return func.coalesce(Scan.about_id, Scan.id)


def not_undone() -> ColumnElement[bool]:
    """A scan that no undo takes back, whenever that came."""
    undo = aliased(Scan)
    return (
        ~select(undo.id)
        .where(undo.about_id == said_once(), undo.kind == ScanKind.UNDO, undo.event_id == Scan.event_id)
        .exists()
    )


def stands() -> ColumnElement[bool]:
    """A passage."""
    return and_(
        Scan.kind == ScanKind.SCAN,
        or_(Scan.outcome != Outcome.REFUSED, Scan.why.in_(BY_OTHER_SCANS)),
        not_undone(),
    )


def entry() -> ColumnElement[bool]:
    """A passage inwards."""
    return and_(Scan.direction == Direction.IN, stands())


def passed_at() -> ColumnElement[datetime]:
    """When somebody passed: as scanned, or as staff corrected it last."""
    return _corrected(Scan.scanned_at)


def passed_in() -> ColumnElement[uuid.UUID | None]:
    """The session of a passage; a corrected time may lie in another one."""
    return _corrected(Scan.session_id)


def _corrected(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    correction = aliased(Scan)
    latest = (
        select(getattr(correction, column.key))
        .where(
            correction.about_id == said_once(),
            correction.kind == ScanKind.CORRECTION,
            correction.event_id == Scan.event_id,
        )
        .order_by(correction.cursor.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(latest, column)


@dataclass(frozen=True)
class Passed:
    """One passage that stands."""

    scan: Scan
    at: datetime
    session_id: uuid.UUID | None


def passages_of(application_ids: Collection[uuid.UUID]) -> Sequence[Passed]:
    """The passages of some applications, by their time."""
    rows = db.session.execute(
        select(Scan, passed_at(), passed_in()).where(Scan.application_id.in_(list(application_ids)), stands())
    )
    found = [Passed(scan, at, session_id) for scan, at, session_id in rows]
    return sorted(found, key=lambda one: (one.at, one.scan.id))
