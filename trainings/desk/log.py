"""What happened to one event, as lines for its organisers: when, who, what, and of which application."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from trainings.audit.models import AuditEntry
from trainings.core.db import db
from trainings.core.web import jdatetime, jday
from trainings.desk import texts
from trainings.events import texts as event_texts
from trainings.events.changelog import CHANGED
from trainings.registration import texts as registration_texts
from trainings.registration.models import Application
from trainings.registration.trail import names_of_staff, told

LONGEST_VALUE = 40
"""A changed value with more characters, or with rows of its own, is not repeated in the log."""
TIMES = frozenset({"starts_at", "ends_at", "doors_open_at", "application_opens_at", "application_closes_at"})
DAYS = frozenset({"results_on"})
CHOICES: dict[str, Mapping[Any, str]] = {
    "selection": event_texts.SELECTIONS,
    "responsible": event_texts.RESPONSIBLES,
    "certificate_rule": event_texts.CERTIFICATE_RULES,
}


@dataclass(frozen=True)
class Line:
    """application_id, code: of the application that the line is about, "" for the event itself."""

    at: datetime
    who: str
    what: str
    application_id: str = ""
    code: str = ""


def lines_of(entries: Sequence[AuditEntry]) -> list[Line]:
    """Entries of the trail in words, in their order; two statements however many there are."""
    names = names_of_staff(entries)
    codes = _codes(entries)
    return [
        Line(
            entry.at,
            names.get(entry.actor_id or "", registration_texts.ACTORS[entry.actor_kind]),
            _what(entry),
            _application(entry) if _application(entry) in codes else "",
            codes.get(_application(entry), ""),
        )
        for entry in entries
    ]


def _codes(entries: Sequence[AuditEntry]) -> dict[str, str]:
    """id of an application, as the trail holds it → 受付番号."""
    ids = {uuid.UUID(_application(entry)) for entry in entries if _application(entry)}
    found = db.session.execute(select(Application.id, Application.code).where(Application.id.in_(ids)))
    return {str(row.id): row.code for row in found}


def _application(entry: AuditEntry) -> str:
    """The id of the application that an entry is about, "" for none."""
    if entry.subject_kind == "application":
        return entry.subject_id
    return str(entry.detail.get("application") or "")


def _what(entry: AuditEntry) -> str:
    if entry.verb == CHANGED:
        return _change(entry.detail)
    if entry.verb in texts.VERBS:
        return texts.VERBS[entry.verb]
    what, note = told(entry)
    return texts.WITH_NOTE.format(what=what, note=note) if note else what


def _change(detail: Mapping[str, str]) -> str:
    """One changed field of the event, with the old and the new value where they are short enough to read."""
    name = detail["field"]
    field = event_texts.FIELDS[name]
    before, after = _shown(name, detail.get("from", "")), _shown(name, detail.get("to", ""))
    if "to" not in detail or not _is_short(before) or not _is_short(after):
        said = event_texts.CHANGED.format(field=field)
    elif not after:
        said = event_texts.EMPTIED.format(field=field, before=before)
    else:
        words = event_texts.FROM_TO if before else event_texts.SET
        said = words.format(field=field, before=before, after=after)
    reason = detail.get("reason", "")
    return said + (event_texts.REASON.format(reason=reason) if reason else "")


def _is_short(value: str) -> bool:
    return len(value) <= LONGEST_VALUE and "\n" not in value and "\t" not in value


def _shown(name: str, value: str) -> str:
    """A stored value as people read it."""
    if not value:
        return ""
    if name in TIMES:
        return jdatetime(datetime.fromisoformat(value))
    if name in DAYS:
        return jday(date.fromisoformat(value))
    return CHOICES.get(name, event_texts.YES_NO).get(value, value)
