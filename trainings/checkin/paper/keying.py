"""Bringing in afterwards what was not scanned: the printed roster with its times, and the file a desk saved."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import select

from trainings.accounts.models import Staff
from trainings.audit.actions import record
from trainings.checkin.actions import WalkIn, admit_walk_in
from trainings.checkin.counter.correcting import correct_profession
from trainings.checkin.counter.deputies import admit_deputy
from trainings.checkin.counter.fees import take_fee
from trainings.checkin.counter.newcomers import check_kana
from trainings.checkin.desk.bodies import (
    Unacceptable,
    read_attempt,
    read_correction,
    read_deputy,
    read_fee,
    read_id,
    read_instant,
    read_walk_in,
)
from trainings.checkin.models import Device, Direction, Fee, Method, Outcome, Scan
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.facts import passed_at, passed_in, stands
from trainings.checkin.passages.scanning import ForeignScan, record_attempts
from trainings.checkin.queries import door_of
from trainings.checkin.refusals import CheckinRefusal
from trainings.core import clock, names
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.models import Session
from trainings.events.queries import lock_event
from trainings.registration.models import Application

FILE_FORMAT = "tsudoi-door-queue-1"
LARGEST_FILE = 20_000
"""Entries that one file may hold: four scans each of five thousand people."""
KINDS = frozenset({"scan", "walk_in", "correction", "deputy", "fee"})
LONGEST_NAME = 60
LONGEST_TIME = 20
MOST_PARTS = 20
"""Commas, at most, of one entry in a file."""
_TIME = re.compile(r"(\d{1,2})(?:\D(\d{1,2})\D?|(\d{2}))")
"""Hour and minute, with any one sign between them and behind them, or four (three) figures in a row."""


# -- the printed roster -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Keyed:
    """A time on the printed roster. typed: 13:05 or 1305, with a colon or words."""

    application_id: uuid.UUID
    direction: Direction
    typed: str


def key_in_roster(*, session: Session, sheet: uuid.UUID, rows: Sequence[Keyed], staff: Staff) -> int:
    """Record the times that a printed roster bears, as scans from paper by this member of staff; how many were new.

    sheet: id of the form; sending it twice changes nothing. Somebody's time is a fact: it is kept, and flagged, even
    where the door would have refused.
    Raises Refused: DOOR_NOT_OPEN, BAD_TIME, TIME_AHEAD, KEYED_BEFORE (this form brought another time before; facts:
    name, at), before anything is written.
    """
    event_id = session.event_id
    attempts = [
        Attempt(
            scan_id=uuid.uuid5(sheet, f"{row.application_id}:{row.direction.value}"),
            scanned_at=_instant(row, session),
            method=Method.ROSTER,
            direction=row.direction,
            application_id=row.application_id,
            session_id=session.id,
            offline=True,
        )
        for row in rows
        if row.typed.strip()
    ]
    lock_event(event_id)
    if door_of(event_id) is None:
        raise Refused(CheckinRefusal.DOOR_NOT_OPEN)
    known = _known(attempts)
    for attempt in attempts:
        if attempt.scan_id in known and known[attempt.scan_id] != attempt.scanned_at:
            raise Refused(
                CheckinRefusal.KEYED_BEFORE,
                name=db.session.get_one(Application, attempt.application_id).full_name,
                at=f"{clock.local(known[attempt.scan_id]):%H:%M}",
            )
    attempts.sort(key=lambda attempt: attempt.scanned_at)
    record_attempts(event_id=event_id, attempts=attempts, staff=staff)
    fresh = len(attempts) - len(known)
    if fresh:
        record(verb="roster.keyed_in", subject=("event", event_id), event_id=event_id, detail={"n": fresh})
    return fresh


@dataclass(frozen=True, kw_only=True)
class Addition:
    """Somebody who stands in the margin of the printed roster: three fields and a time, as typed."""

    name: str
    kana: str
    group_id: uuid.UUID | None
    typed: str


def key_in_walk_in(*, session: Session, sheet: uuid.UUID, added: Addition, staff: Staff) -> None:
    """Register somebody who came without an application while the door worked on paper. They were in, so that a full
    house does not matter, and whoever had applied after all is let in as such. Sending a form twice changes nothing; what
    was typed anew into it is somebody else, or another time of the same person.

    Raises Refused: DOOR_NOT_OPEN, NAME_MISSING, KANA_MISSING, KANA_STRANGE, GROUP_MISSING, BAD_TIME, TIME_AHEAD.
    """
    event_id = session.event_id
    lock_event(event_id)
    if door_of(event_id) is None:
        raise Refused(CheckinRefusal.DOOR_NOT_OPEN)
    check_kana(added.name, added.kana)  # a fact, but whoever types it sits before a screen
    if added.group_id is None:
        raise Refused(CheckinRefusal.GROUP_MISSING)
    said = (Method.WALK_IN.value, added.name, added.kana, str(added.group_id), added.typed)
    walk_in = WalkIn(
        scan_id=uuid.uuid5(sheet, "\n".join(names.as_typed(one) for one in said)),
        scanned_at=instant_typed(added.typed, session.starts_at),
        name=added.name,
        kana=added.kana,
        group_id=added.group_id,
        offline=True,
    )
    admit_walk_in(event_id=event_id, walk_in=walk_in, device=None, staff=staff)


@dataclass(frozen=True)
class Times:
    """When somebody came to a session first and left it last; None where no scan says so."""

    came: datetime | None = None
    left: datetime | None = None


def times_of(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Times]:
    """Application → what the scans of a session already say, of these."""
    found: dict[uuid.UUID, Times] = {}
    for application_id, direction, at in db.session.execute(
        select(Scan.application_id, Scan.direction, passed_at())
        .where(
            Scan.event_id == session.event_id,
            Scan.application_id.in_(ids),
            passed_in() == session.id,
            stands(),
        )
        .order_by(passed_at())
    ).tuples():
        if application_id is None:
            continue
        times = found.get(application_id, Times())
        if direction == Direction.OUT:
            found[application_id] = replace(times, left=at)
        elif times.came is None:
            found[application_id] = replace(times, came=at)
    return found


def _instant(row: Keyed, session: Session) -> datetime:
    facts = {"application": str(row.application_id), "direction": row.direction.value}
    return instant_typed(row.typed, session.starts_at, **facts)


def instant_typed(typed: str, day: datetime, **facts: str) -> datetime:
    """The instant that a time means on the day of another one: 13:05 or 1305, with a colon or words.

    Raises Refused: BAD_TIME, TIME_AHEAD (with these facts).
    """
    found = _TIME.fullmatch(names.narrow(typed[:LONGEST_TIME]))
    if found is None:
        raise Refused(CheckinRefusal.BAD_TIME, **facts)
    hour, minute = int(found[1]), int(found[2] or found[3])
    if hour > 23 or minute > 59:
        raise Refused(CheckinRefusal.BAD_TIME, **facts)
    instant = clock.at(clock.local(day).date(), time(hour, minute))
    if instant > clock.now():
        raise Refused(CheckinRefusal.TIME_AHEAD, **facts)
    return instant


def _known(attempts: Sequence[Attempt]) -> dict[uuid.UUID, datetime]:
    """Those that were recorded before, with the times that they bear."""
    ids = [one.scan_id for one in attempts]
    rows = db.session.execute(select(Scan.id, Scan.scanned_at).where(Scan.id.in_(ids)))
    return {row.id: row.scanned_at for row in rows}


# -- the file of a desk -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Imported:
    """What a file brought. known: entries that had come before. refused: entries that cannot be recorded, and why, with
    the name or else the time that they bear."""

    outcomes: dict[Outcome, int]
    known: int
    corrections: int
    fees: int
    refused: list[tuple[Refused, str]]

    @property
    def fresh(self) -> int:
        return sum(self.outcomes.values())


def import_queue(*, event_id: uuid.UUID, content: bytes, staff: Staff) -> Imported:
    """Record what a desk could not send, from the file that it saved: the same ids, so that it does not matter how often
    a file comes, or whether the desk sends its queue later after all.

    Raises Refused: BAD_FILE, OTHER_EVENTS_FILE, DOOR_NOT_OPEN.
    """
    file = _read(content)
    lock_event(event_id)
    if door_of(event_id) is None:
        raise Refused(CheckinRefusal.DOOR_NOT_OPEN)
    device = db.session.get(Device, file.device_id) if file.device_id else None
    if device is not None and device.event_id != event_id:
        raise Refused(CheckinRefusal.OTHER_EVENTS_FILE)
    outcomes = dict.fromkeys(Outcome, 0)
    known = corrections = fees = 0
    refused: list[tuple[Refused, str]] = []
    for entry in _corrected_once(file.entries):
        try:
            if entry.kind == "correction":
                corrections += _correct(event_id, entry.body)
                continue
            if entry.kind == "fee":
                fees += _take(event_id, entry.body, device, staff)
                continue
            answer = _record_entry(event_id, entry, device, staff)
        except Unacceptable:
            refused.append((Refused(CheckinRefusal.BAD_ENTRY), _called(entry)))
            continue
        except Refused as cannot:
            refused.append((cannot, _called(entry)))
            continue
        if answer is None:
            known += 1
        else:
            outcomes[Outcome(answer["outcome"])] += 1
    record(
        verb="queue.imported",
        subject=("event", event_id),
        event_id=event_id,
        detail={"device": str(device.id) if device else None, "n": sum(outcomes.values()), "known": known},
    )
    return Imported(outcomes, known, corrections, fees, refused)


@dataclass(frozen=True)
class _Entry:
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True)
class _File:
    device_id: uuid.UUID | None
    entries: list[_Entry]


def _read(content: bytes) -> _File:
    """The file as a whole, before anything is written; what stands in an entry is looked at when it is recorded, so that
    one which cannot be stops no other. Raises Refused: BAD_FILE."""
    if content.count(b",") + content.count(b"[") > MOST_PARTS * LARGEST_FILE:
        # Millions of empty lists take hundreds of megabytes; counting signs takes none.
        raise Refused(CheckinRefusal.BAD_FILE)
    try:
        told = json.loads(content)
        if told["format"] != FILE_FORMAT or len(told["entries"]) > LARGEST_FILE:
            raise ValueError
        device = read_id(told["device"], "id") if told.get("device") else None
        entries = [_Entry(one["kind"], one["body"]) for one in told["entries"]]
        if not all(one.kind in KINDS and isinstance(one.body, dict) for one in entries):
            raise ValueError
    except (ValueError, KeyError, TypeError, Unacceptable, RecursionError):
        raise Refused(CheckinRefusal.BAD_FILE) from None
    return _File(device, entries)


def _corrected_once(entries: Sequence[_Entry]) -> list[_Entry]:
    """The entries, with one correction a person: from what the desk had shown first to what it was told last. So a file
    that comes twice finds the second time what it has made itself."""
    first: dict[object, object] = {}
    last: dict[object, _Entry] = {}
    for entry in entries:
        if entry.kind == "correction":
            about = str(entry.body.get("application"))
            first.setdefault(about, entry.body.get("shown"))
            last[about] = entry
    return [
        _Entry(entry.kind, {**entry.body, "shown": first[str(entry.body.get("application"))]})
        if entry.kind == "correction"
        else entry
        for entry in entries
        if entry.kind != "correction" or entry is last[str(entry.body.get("application"))]
    ]


def _called(entry: _Entry) -> str:
    """How staff may find an entry on paper: the name typed at the desk, or when it was made."""
    if name := str(entry.body.get("name", "")).strip():
        return name[:LONGEST_NAME]
    try:
        return clock.local(read_instant(entry.body, "scanned_at")).strftime("%H:%M")
    except Unacceptable:
        return ""


def _record_entry(
    event_id: uuid.UUID, entry: _Entry, device: Device | None, staff: Staff
) -> dict[str, Any] | None:
    """The answer to one entry; None if it had come before."""
    known = db.session.get(Scan, read_id(entry.body, "scan_id")) is not None
    try:
        if entry.kind == "walk_in":
            walk_in = replace(read_walk_in(entry.body), offline=True)
            answer = admit_walk_in(event_id=event_id, walk_in=walk_in, device=device, staff=staff)
        elif entry.kind == "deputy":
            deputy = replace(read_deputy(entry.body), offline=True)
            answer = admit_deputy(event_id=event_id, deputy=deputy, device=device, staff=staff)
        else:
            attempt = read_attempt(entry.body)
            (answer,) = record_attempts(event_id=event_id, attempts=[attempt], device=device, staff=staff)
        return None if known and not answer.get("reused") else answer
    except (ForeignScan, LookupError):
        raise Refused(CheckinRefusal.OTHER_EVENTS_FILE) from None


def _correct(event_id: uuid.UUID, body: dict[str, Any]) -> int:
    correction = read_correction(body)
    try:
        before = db.session.get(Application, correction["application_id"])
        if before is not None and before.profession_id == correction["profession_id"]:
            return 0
        correct_profession(event_id=event_id, **correction)
    except LookupError:
        raise Refused(CheckinRefusal.OTHER_EVENTS_FILE) from None
    return 1


def _take(event_id: uuid.UUID, body: dict[str, Any], device: Device | None, staff: Staff) -> int:
    entry = read_fee(body)
    known = db.session.get(Fee, entry.fee_id) is not None
    try:
        take_fee(event_id=event_id, entry=entry, device=device, staff=staff)
    except (LookupError, ForeignScan):
        raise Refused(CheckinRefusal.OTHER_EVENTS_FILE) from None
    return 0 if known else 1
