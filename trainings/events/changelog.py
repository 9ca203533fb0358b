"""The log of an event: one audit entry per field that changed, with the old and the new value.

What an event tells everybody may stand in the log. Names of people (speakers, contact) may not: the audit trail can
never be erased, so of those it holds only that they changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from trainings.audit.actions import record
from trainings.core.db import db
from trainings.events.models import Event

CHANGED = "event.changed"
PLAIN = (
    *("title", "subtitle", "description", "audience", "responsible", "purpose_of_use"),
    *("starts_at", "ends_at", "doors_open_at", "venue", "room", "address", "map_url", "fee", "accessibility"),
    *("capacity", "selection", "organisation_cap", "application_opens_at", "application_closes_at"),
    *("results_on", "offer_hours", "keeps_waiting_list", "pledge", "pre_question", "table_size"),
    *("handouts_numbered", "certificate_rule", "certificate_minutes", "public_number_name", "most_weight"),
    *("weighs_own_kind", "fee_amount"),
)
CONTACT = ("contact_name", "contact_phone", "contact_fax", "contact_mail")
PERSONAL = (*CONTACT, "speakers")
SEATS = frozenset({"capacity", "organisation_cap", "sectors", "groups"})
"""Fields that decide how many seats there are for whom."""
RULES = SEATS | {"most_weight", "first_timer_weight", "weighs_own_kind"}
"""Fields that a draw follows: they rest from freezing to drawing, and need a reason afterwards."""


def snapshot(event: Event) -> dict[str, str]:
    """Every field of the log as text, the rows of one table joined by line feeds."""
    found = {name: _text(getattr(event, name)) for name in PLAIN}
    found["first_timer_weight"] = f"{event.first_timer_halves / 2:g}"
    found["sessions"] = _rows((one.title, one.starts_at, one.ends_at) for one in event.sessions)
    found["sectors"] = _rows((one.name, one.reserved, one.cap) for one in event.sectors)
    found["groups"] = _rows(
        (one.name, one.sector.name if one.sector else "", one.reserved, one.cap, one.release_on)
        for one in event.groups
    )
    found["professions"] = _rows(sorted((row.group.name, row.profession.name) for row in event.professions))
    found["programme"] = _rows(
        (one.starts_at, one.minutes, one.title, one.note, one.credit_code) for one in event.programme
    )
    found["speakers"] = _rows((one.title, one.speaker, one.speaker_affiliation) for one in event.programme)
    return found | {name: getattr(event, name) for name in CONTACT}


def log_changes(
    event: Event, before: Mapping[str, str], after: Mapping[str, str], reason: str = ""
) -> frozenset[str]:
    """Write an entry for every field that differs; returns their names. The reason stands with changes of the rules."""
    changed = frozenset(name for name in after if before[name] != after[name])
    for name in after:
        if name in changed:
            detail = {"field": name}
            if name not in PERSONAL:
                detail |= {"from": before[name], "to": after[name]}
            if reason and name in RULES:
                detail["reason"] = reason
            record(verb=CHANGED, subject=("event", event.id), event_id=event.id, detail=detail)
    db.session.flush()
    return changed


def _rows(rows: Iterable[Iterable[object]]) -> str:
    return "\n".join("\t".join(_text(cell) for cell in row) for row in rows)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
