"""What happened to one application, as lines for the people at the desk."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from trainings.accounts.models import Staff
from trainings.audit.models import AuditEntry
from trainings.audit.queries import entries_of_subject
from trainings.core.actor import ActorKind
from trainings.core.db import db
from trainings.registration import texts
from trainings.registration.models import Application
from trainings.registration.states import Reason, State


@dataclass(frozen=True)
class Line:
    """When, by whom, what; note: what exactly, or why."""

    at: datetime
    who: str
    what: str
    note: str = ""


def trail_of(application: Application) -> list[Line]:
    """Every audited act on the application, oldest first; staff by name, in two statements."""
    entries = entries_of_subject("application", application.id)
    names = names_of_staff(entries)
    return [
        Line(entry.at, names.get(entry.actor_id or "", texts.ACTORS[entry.actor_kind]), *told(entry))
        for entry in entries
    ]


def names_of_staff(entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Actor, as the trail holds it → name of the staff member."""
    ids = {
        uuid.UUID(entry.actor_id)
        for entry in entries
        if entry.actor_kind == ActorKind.STAFF and entry.actor_id is not None
    }
    if not ids:
        return {}
    return {
        str(id): name
        for id, name in db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    }


def told(entry: AuditEntry) -> tuple[str, str]:
    """What an entry about an application says, and its note."""
    detail = entry.detail
    if entry.verb == "application.state_changed":
        return texts.STATES[State(detail["to"])], texts.REASONS[Reason(detail["reason"])]
    if entry.verb == "application.changed":
        told = dict.fromkeys(texts.FIELDS.get(name, name) for name in detail["fields"])
        return texts.VERBS[entry.verb], texts.AND.join(told)
    return texts.VERBS.get(entry.verb, entry.verb), ""
