"""What a desk is told and shown: plain JSON, and nothing that a volunteer need not know."""

from __future__ import annotations

import uuid
from typing import Any

from trainings.checkin import texts
from trainings.checkin.decision import Decision
from trainings.checkin.models import Direction, Outcome, Why
from trainings.registration.models import Application


def answer_to(
    scan_id: uuid.UUID,
    decision: Decision,
    application: Application | None,
    direction: Direction,
    *,
    undo: bool = False,
) -> dict[str, Any]:
    """The answer to one scan: outcome, words, next step, and whom it was about."""
    outcome, why = Outcome(decision.outcome), Why(decision.why)
    say, then = texts.SAYS[outcome], ""
    if outcome == Outcome.REFUSED:
        say, then = texts.WHYS[why]
    elif undo:
        say = texts.UNDONE
    elif outcome == Outcome.ADMITTED and direction == Direction.OUT:
        say = texts.OUT
    return {
        "scan_id": str(scan_id),
        "outcome": outcome.value,
        "why": why.value,
        "say": say,
        "next": then,
        "since": decision.since,
        "undo": undo,
        "guest": roster_entry(application) if application else None,
    }


def roster_entry(application: Application) -> dict[str, Any]:
    """One line of a device's roster: ticket fingerprint and display fields; no contact data, no care note, only
    whether there is one."""
    return {
        "id": str(application.id),
        "ticket": application.ticket_fingerprint,
        "code": application.code,
        "name": application.full_name,
        "kana": application.full_kana,
        "office": application.organisation_name,
        "group": application.group.name,
        "mark": application.group.mark,
        "css": application.group.css,
        "table": application.table_number,
        "state": application.state.value,
        "role": application.role.value,
        "care": bool(application.care_note),
        "search": application.search_key,
    }
