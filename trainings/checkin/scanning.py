"""Recording what happens at the door: one meaning for every way in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from trainings.accounts.models import Staff
from trainings.checkin import queries
from trainings.checkin.answers import answer_given, answer_kept
from trainings.checkin.decision import Decision, Earlier, Rules, TicketState, decide
from trainings.checkin.models import Device, Direction, Door, Method, Outcome, Scan, ScanKind, Why
from trainings.core import clock, codes
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.events.actions import RECLOSED
from trainings.events.models import CertificateRule, Event, Session
from trainings.registration.models import Application
from trainings.registration.queries import application_by_code, application_by_ticket
from trainings.registration.states import State

TICKET_STATES: dict[State, TicketState] = {
    State.CONFIRMED: "confirmed",
    State.APPLIED: "waiting",
    State.WAITING: "waiting",
    State.OFFERED: "waiting",
    State.NOT_SELECTED: "not_selected",
    State.DECLINED: "cancelled",
    State.EXPIRED: "cancelled",
    State.SUBSTITUTED: "cancelled",
    State.CANCELLED: "cancelled",
}


class ForeignScan(Exception):
    """A scan id is in use at another event: a fault of the device, for ids are random."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One scan as a device reports it. ticket: what was read; application_id: what was chosen by search.

    forced: the desk let the person in whatever the answer; offline: it did so on its own word, without the server;
    undoes: id of the scan that this one takes back.
    """

    scan_id: uuid.UUID
    scanned_at: datetime
    method: Method
    direction: Direction = Direction.IN
    ticket: str = ""
    application_id: uuid.UUID | None = None
    session_id: uuid.UUID | None = None
    forced: bool = False
    offline: bool = False
    undoes: uuid.UUID | None = None


def record_attempts(
    *,
    event_id: uuid.UUID,
    attempts: Sequence[Attempt],
    device: Device | None = None,
    staff: Staff | None = None,
) -> list[dict[str, Any]]:
    """Store each attempt and return its answer, in the order given. The same scan id gets its first answer again.

    Locks the door's row: of two desks with the same ticket one admits and the other hears "repeated".
    LookupError when the event's door was never opened; ForeignScan.
    """
    door = lock_door(event_id)
    cursor = queries.next_cursor(event_id)
    answers = []
    for attempt in attempts:
        scan = db.session.get(Scan, attempt.scan_id)
        if scan is None:
            scan = _record(door, attempt, cursor, device, staff)
            cursor += 1
        elif scan.event_id != event_id:
            raise ForeignScan(str(scan.id))
        kept = scan.answer["application"]
        application = db.session.get(Application, uuid.UUID(kept)) if kept else None
        answers.append(answer_given(scan, application))
    if door.closed_at is not None:
        enqueue(RECLOSED, subject=event_id)
    return answers


def lock_door(event_id: uuid.UUID) -> Door:
    """The event's door, its row locked until the end of the transaction; scans of one event come one after the other,
    which also makes their cursors gapless in the order of commits. LookupError if it was never opened."""
    door = db.session.scalar(
        select(Door)
        .where(Door.event_id == event_id)
        .with_for_update(key_share=True, of=Door)
        .execution_options(populate_existing=True)
    )
    if door is None:
        raise LookupError(f"event {event_id} has no door")
    return door


def counts_exits(event: Event) -> bool:
    """Whether who leaves is scanned too: where a certificate is earned by minutes."""
    return event.certificate_rule == CertificateRule.MINUTES


def _record(door: Door, attempt: Attempt, cursor: int, device: Device | None, staff: Staff | None) -> Scan:
    event = door.event
    if attempt.undoes is not None:
        return _record_undo(event, attempt, cursor, device, staff)
    application, ticket = _find(event, attempt)
    session = _session(event, attempt)
    session_id = session.id if session else None
    earlier = queries.earlier_scans(application.id, session_id) if application else []
    decision = decide(
        ticket,
        [Earlier(scan.direction.value, scan.scanned_at.isoformat()) for scan in earlier],
        attempt.direction.value,
        Rules(open=attempt.scanned_at >= event.doors_open_at, exits=counts_exits(event)),
    )
    ours = application if ticket != "other_event" else None
    decision, flagged = _as_fact(attempt, decision, ours)
    kept = answer_kept(decision, ours, desk=_desk_of(earlier[-1]) if decision.since else "")
    if application is not None and ours is None:
        kept["event"] = application.event.title
    return _store(
        event,
        attempt,
        cursor,
        application_id=ours.id if ours else None,
        session_id=session_id,
        outcome=Outcome(decision.outcome),
        why=Why(decision.why),
        flagged=flagged,
        answer=kept,
        device=device,
        staff=staff,
    )


def _desk_of(scan: Scan) -> str:
    device = db.session.get(Device, scan.device_id) if scan.device_id else None
    return device.name if device else ""


def _as_fact(attempt: Attempt, decision: Decision, application: Application | None) -> tuple[Decision, bool]:
    """What has happened at a desk is a fact: who was let in against the answer, or without it, is recorded as admitted
    and flagged. A ticket that two desks admitted offline gives one attendance (the second stays "repeated") and a
    flag. application: None when it is unknown or of another event; nobody of this event came in then."""
    let_in = attempt.forced or attempt.offline
    if decision.outcome == "refused" and let_in:
        return (Decision("admitted") if application is not None else decision), True
    return decision, decision.outcome == "repeated" and attempt.offline


def _find(event: Event, attempt: Attempt) -> tuple[Application | None, TicketState]:
    if attempt.application_id is not None:
        application = db.session.get(Application, attempt.application_id)
    elif codes.is_ticket(attempt.ticket.upper()):
        application = application_by_ticket(attempt.ticket)
    else:
        application = application_by_code(attempt.ticket)
    if application is None:
        return None, "unknown"
    if application.event_id != event.id:
        return application, "other_event"
    return application, TICKET_STATES[application.state]


def _session(event: Event, attempt: Attempt) -> Session | None:
    chosen = next((one for one in event.sessions if one.id == attempt.session_id), None)
    return chosen or queries.session_at(event, attempt.scanned_at)


def _record_undo(
    event: Event, attempt: Attempt, cursor: int, device: Device | None, staff: Staff | None
) -> Scan:
    undone = db.session.scalar(select(Scan).where(Scan.id == attempt.undoes, Scan.event_id == event.id))
    taken = db.session.scalar(select(Scan.id).where(Scan.undoes_id == attempt.undoes))
    possible = undone is not None and undone.kind == ScanKind.SCAN and taken is None
    application = (
        db.session.get(Application, undone.application_id) if undone and undone.application_id else None
    )
    decision = Decision("admitted") if possible and application else Decision("refused", Why.NOTHING_TO_UNDO)
    return _store(
        event,
        attempt,
        cursor,
        kind=ScanKind.UNDO if decision.outcome == "admitted" else ScanKind.SCAN,
        undoes_id=attempt.undoes if decision.outcome == "admitted" else None,
        application_id=application.id if application else None,
        session_id=undone.session_id if undone else None,
        outcome=Outcome(decision.outcome),
        why=Why(decision.why),
        flagged=False,
        answer=answer_kept(decision, application),
        device=device,
        staff=staff,
    )


def _store(
    event: Event,
    attempt: Attempt,
    cursor: int,
    *,
    application_id: uuid.UUID | None,
    session_id: uuid.UUID | None,
    outcome: Outcome,
    why: Why,
    flagged: bool,
    answer: dict[str, Any],
    device: Device | None,
    staff: Staff | None,
    kind: ScanKind = ScanKind.SCAN,
    undoes_id: uuid.UUID | None = None,
) -> Scan:
    scan = Scan(
        id=attempt.scan_id,
        cursor=cursor,
        event_id=event.id,
        session_id=session_id,
        application_id=application_id,
        code_fingerprint=codes.fingerprint(attempt.ticket) if attempt.ticket else "",
        kind=kind,
        undoes_id=undoes_id,
        direction=attempt.direction,
        method=attempt.method,
        scanned_at=attempt.scanned_at,
        received_at=clock.now(),
        device_id=device.id if device else None,
        staff_id=staff.id if staff else None,
        forced=attempt.forced,
        outcome=outcome,
        why=why,
        flagged=flagged,
        answer=answer,
    )
    db.session.add(scan)
    db.session.flush()
    return scan
