"""Whom the attempts of a batch mean: everyone named by ticket, 受付番号 or choice, read in one statement, and one more
where it takes scans back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from trainings.checkin.models import Scan
from trainings.checkin.passages.attempts import Attempt
from trainings.core import codes, names
from trainings.core.db import db
from trainings.registration.models import Application
from trainings.registration.queries import applications_at_door


class Guests:
    """ids: of all whom the batch means, at other events too."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        found = applications_at_door(
            ids={one.application_id for one in attempts if one.application_id} | _taken_back(attempts),
            tickets={_ticket(one) for one in attempts if _ticket(one)},
            numbers={_number(one) for one in attempts if _number(one)},
        )
        self._by_id = {one.id: one for one in found}
        self._by_ticket = {one.ticket_fingerprint: one for one in found}
        self._by_number = {one.code: one for one in found}
        self.ids = set(self._by_id)

    def meant_by(self, attempt: Attempt) -> Application | None:
        """Whoever an attempt names; None for a ticket or number that nobody has."""
        if attempt.application_id is not None:
            return self._by_id.get(attempt.application_id)
        if ticket := _ticket(attempt):
            return self._by_ticket.get(ticket)
        return self._by_number.get(_number(attempt))

    def of_answer(self, scan: Scan) -> Application | None:
        """Whom a stored scan's answer is about."""
        kept = scan.answer["application"]
        return self.by_id(uuid.UUID(kept)) if kept else None

    def by_id(self, application_id: uuid.UUID) -> Application | None:
        return self._by_id.get(application_id) or db.session.get(Application, application_id)


def _taken_back(attempts: Sequence[Attempt]) -> set[uuid.UUID]:
    """The applications of known scans that the batch takes back."""
    undone = [one.undoes for one in attempts if one.undoes]
    if not undone:
        return set()
    named = select(Scan.application_id).where(Scan.id.in_(undone), Scan.application_id.is_not(None))
    return {one for one in db.session.scalars(named) if one is not None}


def _ticket(attempt: Attempt) -> str:
    """The fingerprint of what was read, if it has a ticket's form."""
    text = attempt.ticket.upper()
    return codes.fingerprint(text) if attempt.application_id is None and codes.is_ticket(text) else ""


def _number(attempt: Attempt) -> str:
    """What was read as a 受付番号, if it is no ticket."""
    return "" if attempt.application_id is not None or _ticket(attempt) else names.code(attempt.ticket)
