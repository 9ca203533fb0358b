"""Recording what happens at the door: one meaning for every way in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from trainings.accounts.models import Staff
from trainings.checkin import queries
from trainings.checkin.desk.answers import answer_given, answer_kept
from trainings.checkin.models import Device, Direction, Door, Outcome, Scan, ScanKind, Why
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.decision import (
    Decision,
    Earlier,
    Rules,
    TicketState,
    decide,
    decide_undo,
    is_passage,
)
from trainings.checkin.passages.guests import Guests
from trainings.checkin.passages.ledger import Ledger
from trainings.checkin.passages.sameness import beside, says_otherwise
from trainings.core import clock, codes
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.events.actions import RECLOSED
from trainings.events.models import CertificateRule, Event, Session
from trainings.events.whereabouts import stood_at
from trainings.registration.models import Application
from trainings.registration.people.reading import twins_at
from trainings.registration.states import State

TICKET_STATES: dict[State, TicketState] = {
    State.CONFIRMED: "confirmed",
    State.APPLIED: "waiting",
    State.WAITING: "waiting",
    State.OFFERED: "waiting",
    State.DUPLICATE: "waiting",
    State.NOT_SELECTED: "not_selected",
    State.DECLINED: "cancelled",
    State.EXPIRED: "cancelled",
    State.SUBSTITUTED: "cancelled",
    State.CANCELLED: "cancelled",
}

WRONG_CLOCK = timedelta(minutes=2)
"""A device whose clock is further off than this writes times that somebody has to look at."""


class ForeignScan(Exception):
    """A scan id is in use at another event: a fault of the device, for ids are random."""


def record_attempts(
    *,
    event_id: uuid.UUID,
    attempts: Sequence[Attempt],
    device: Device | None = None,
    staff: Staff | None = None,
) -> list[dict[str, Any]]:
    """Store each attempt and return its answer, in the order given. The same scan id gets its first answer again; if
    that was no, never arrived, and somebody was let in meanwhile, that fact becomes a scan of its own (`_fact_of`). Another
    content under the same id is kept beside it, for review (`sameness`).

    Locks the door's row: of two desks with the same ticket one admits and the other hears "repeated".
    LookupError when the event's door was never opened; ForeignScan.
    """
    guests = Guests(attempts)
    twins = twins_at(event_id, guests.ids)
    closed_at = lock_door(event_id)
    event = db.session.get_one(Event, event_id)
    ledger = Ledger.read(
        event_id,
        scan_ids=[
            *(attempt.scan_id for attempt in attempts),
            *(_fact_id(attempt.scan_id) for attempt in attempts if attempt.offline),
            *(attempt.undoes for attempt in attempts if attempt.undoes),
            *(attempt.corrects for attempt in attempts if attempt.corrects),
        ],
        application_ids=guests.ids | {twin for found in twins.values() for twin in found},
    )
    scans = []
    told = []
    for sent in attempts:
        attempt = _apart(event_id, sent, ledger)
        told.append(attempt)
        scan = ledger.known.get(attempt.scan_id)
        if scan is None:
            scan = _record(event, attempt, guests, ledger, device, staff)
            _note_twin(scan, twins, ledger)
        elif scan.event_id != event_id:
            raise ForeignScan(str(scan.id))
        elif (fact := _fact_of(scan, attempt)) is not None and fact.scan_id not in ledger.known:
            _record(event, fact, guests, ledger, device, staff)
        scans.append(scan)
    ledger.write()
    answers = [
        answer_given(scan, guests.of_answer(scan)) | _under(attempt.beside)
        for scan, attempt in zip(scans, told, strict=True)
    ]
    if closed_at is not None:
        enqueue(RECLOSED, subject=event_id)
    return answers


def _apart(event_id: uuid.UUID, attempt: Attempt, ledger: Ledger) -> Attempt:
    """The attempt, under an id of its own where another content has come under its id."""
    known = ledger.known.get(attempt.scan_id)
    if known is None or not says_otherwise(known, event_id, attempt.said):
        return attempt
    other = beside(attempt.scan_id, attempt.said)
    ledger.also(other)
    return replace(attempt, scan_id=other, beside=attempt.scan_id)


def _note_twin(scan: Scan, twins: Mapping[uuid.UUID, Mapping[uuid.UUID, str]], ledger: Ledger) -> None:
    """Keep in the answer that somebody is in already who may be the same person: staff have not decided, so this one comes
    in too, and the desk looks who it is."""
    is_entry = (
        scan.kind == ScanKind.SCAN and scan.outcome == Outcome.ADMITTED and scan.direction == Direction.IN
    )
    if not is_entry or scan.application_id is None:
        return
    inside = [code for id, code in twins.get(scan.application_id, {}).items() if ledger.passages(id)]
    if inside:
        scan.answer = scan.answer | {"twin": inside[0]}


def _under(beside: uuid.UUID | None) -> dict[str, Any]:
    """What came under an id that was in use is answered under that id, so that the desk knows which of its entries it is."""
    return {"scan_id": str(beside), "reused": True} if beside else {}


_LOCKING = (
    select(Door.closed_at)
    .where(Door.event_id == bindparam("event_id"))
    .with_for_update(key_share=True, of=Door)
)


def lock_door(event_id: uuid.UUID) -> datetime | None:
    """Lock the row of the event's door until the end of the transaction, and tell when it was closed; scans of one event
    come one after the other, which also makes their cursors gapless in the order of commits. LookupError if it was
    never opened."""
    row = db.session.execute(_LOCKING, {"event_id": event_id}).one_or_none()
    if row is None:
        raise LookupError(f"event {event_id} has no door")
    closed_at: datetime | None = row.closed_at
    return closed_at


def counts_exits(event: Event) -> bool:
    """Whether who leaves is scanned too: where a certificate is earned by minutes."""
    return event.certificate_rule == CertificateRule.MINUTES


def _record(
    event: Event, attempt: Attempt, guests: Guests, ledger: Ledger, device: Device | None, staff: Staff | None
) -> Scan:
    if attempt.undoes is not None:
        return _record_undo(event, attempt, guests, ledger, device, staff)
    if attempt.corrects is not None:
        return _record_correction(event, attempt, guests, ledger, staff)
    application = guests.meant_by(attempt)
    ticket = _ticket_state(event, application)
    session = _session(event, attempt)
    session_id = session.id if session else None
    earlier = ledger.turns(application.id, session_id) if application else []
    decision = decide(
        ticket,
        [Earlier(scan.direction.value, ledger.at(scan).isoformat()) for scan in earlier],
        attempt.direction.value,
        _rules(event, attempt.scanned_at),
    )
    ours = application if ticket != "other_event" else None
    told, (decision, flagged) = decision, _as_fact(attempt, decision, ours)
    kept = answer_kept(decision, ours, desk=_desk_of(earlier[-1]) if decision.since else "")
    if told.why != decision.why:
        kept["against"] = told.why
    if application is not None and ours is None:
        kept["event"] = application.event.title
    odd = {"odd_name": attempt.odd_name, "odd_kana": attempt.odd_kana}
    for what in (what for what, is_so in odd.items() if is_so):
        kept[what], flagged = True, True
    if attempt.beside is not None:
        kept["reused"], flagged = True, True
    if not flagged and abs(attempt.clock_off) > WRONG_CLOCK.total_seconds():
        kept["clock_off"], flagged = attempt.clock_off, True
    return ledger.add(
        _scan(
            event,
            attempt,
            about_id=attempt.again_of,
            application_id=ours.id if ours else None,
            session_id=session_id,
            outcome=Outcome(decision.outcome),
            why=Why(decision.why),
            flagged=flagged,
            answer=kept,
            device=device,
            staff=staff,
        )
    )


def _rules(event: Event, scanned_at: datetime) -> Rules:
    """By what stood when it was scanned: a desk without network cannot know what was decided later."""
    then = stood_at(event, scanned_at)
    return Rules(open=scanned_at >= then.doors_open_at, exits=counts_exits(event), held=then.held)


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


def _fact_of(scan: Scan, attempt: Attempt) -> Attempt | None:
    """What has to be recorded beside a scan that is known: the desk sent it, was told no or "already in" by an answer that
    never arrived, and says now that it let the person in on its own word."""
    answered_no = scan.kind == ScanKind.SCAN and scan.outcome != Outcome.ADMITTED and not scan.flagged
    if not answered_no or not attempt.offline or attempt.undoes is not None:
        return None
    return replace(attempt, scan_id=_fact_id(attempt.scan_id), again_of=attempt.scan_id)


def _fact_id(scan_id: uuid.UUID) -> uuid.UUID:
    """The same for every repetition, so that the fact is stored once."""
    return uuid.uuid5(scan_id, "let in on the desk's word")


def _ticket_state(event: Event, application: Application | None) -> TicketState:
    if application is None:
        return "unknown"
    return TICKET_STATES[application.state] if application.event_id == event.id else "other_event"


def _session(event: Event, attempt: Attempt) -> Session | None:
    chosen = next((one for one in event.sessions if one.id == attempt.session_id), None)
    return chosen or queries.session_at(event, attempt.scanned_at)


def _record_undo(
    event: Event, attempt: Attempt, guests: Guests, ledger: Ledger, device: Device | None, staff: Staff | None
) -> Scan:
    assert attempt.undoes is not None, "the caller has seen that this attempt takes one back"
    undone_id = ledger.said_once(attempt.undoes)
    named = ledger.named(undone_id, event.id)
    passages = [scan for scan in named if is_passage(scan.outcome, scan.why)]
    decision = decide_undo(bool(passages), any(ledger.taken_back(scan) for scan in named))
    about = next((scan for scan in passages or named if scan.application_id), None)
    application = guests.by_id(about.application_id) if about and about.application_id else None
    # Kept by the id that it names in any case: the scan itself may arrive later, and is born taken back then.
    scan = ledger.add(
        _scan(
            event,
            attempt,
            kind=ScanKind.UNDO,
            about_id=undone_id,
            application_id=application.id if application else None,
            session_id=about.session_id if about else None,
            outcome=Outcome(decision.outcome),
            why=Why(decision.why),
            flagged=False,
            answer={},
            device=device,
            staff=staff,
        )
    )
    scan.answer |= answer_kept(decision, application)
    if application is not None and decision.outcome == "admitted":
        scan.answer |= _still_in(application, ledger)
    return scan


def _record_correction(
    event: Event, attempt: Attempt, guests: Guests, ledger: Ledger, staff: Staff | None
) -> Scan:
    """LookupError where nobody passed by the scan that it names."""
    assert attempt.corrects is not None, "the caller has seen that this attempt corrects one"
    named = ledger.named(ledger.said_once(attempt.corrects), event.id)
    about = next((scan for scan in named if is_passage(scan.outcome, scan.why)), None)
    if about is None or about.application_id is None:
        raise LookupError(f"nobody passed by scan {attempt.corrects}")
    session = _session(event, attempt)
    return ledger.add(
        _scan(
            event,
            replace(attempt, direction=about.direction),
            kind=ScanKind.CORRECTION,
            about_id=about.about_id or about.id,
            application_id=about.application_id,
            session_id=session.id if session else None,
            outcome=Outcome.ADMITTED,
            why=Why.NONE,
            flagged=False,
            answer=answer_kept(Decision("admitted"), guests.by_id(about.application_id)),
            device=None,
            staff=staff,
        )
    )


def _still_in(application: Application, ledger: Ledger) -> dict[str, str]:
    """Since when and by which desk somebody is in all the same whose scan was taken back; nothing for nobody."""
    entries = [one for one in ledger.passages(application.id) if one.direction == Direction.IN]
    if not entries:
        return {}
    return {"since": ledger.at(entries[0]).isoformat(), "desk": _desk_of(entries[0])}


def _scan(
    event: Event,
    attempt: Attempt,
    *,
    application_id: uuid.UUID | None,
    session_id: uuid.UUID | None,
    outcome: Outcome,
    why: Why,
    flagged: bool,
    answer: dict[str, Any],
    device: Device | None,
    staff: Staff | None,
    about_id: uuid.UUID | None,
    kind: ScanKind = ScanKind.SCAN,
) -> Scan:
    return Scan(
        id=attempt.scan_id,
        event_id=event.id,
        session_id=session_id,
        application_id=application_id,
        code_fingerprint=codes.fingerprint(attempt.ticket) if attempt.ticket else "",
        kind=kind,
        about_id=about_id,
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
        answer={**answer, "said": attempt.said} if attempt.said else answer,
    )
