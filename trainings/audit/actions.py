"""Writing the trail."""

from __future__ import annotations

import uuid
from typing import Any

from trainings.audit.models import AuditEntry
from trainings.core import actor
from trainings.core.db import db


def record(
    *,
    verb: str,
    subject: tuple[str, uuid.UUID | str],
    event_id: uuid.UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditEntry:
    """Add one entry in the present transaction; the actor is whoever acts now.

    verb: "application.cancelled". subject: (kind, id). detail: ids, codes and field names only.
    """
    who = actor.current()
    entry = AuditEntry(
        actor_kind=who.kind,
        actor_id=who.id,
        verb=verb,
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        event_id=event_id,
        detail=detail or {},
    )
    db.session.add(entry)
    return entry
