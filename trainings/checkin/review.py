"""What happened at the door and asks for a look: admitted twice, let in against the answer, unknown codes, wrong clocks."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select

from trainings.accounts.models import Staff
from trainings.audit.actions import record
from trainings.checkin import queries
from trainings.checkin.attempts import Attempt
from trainings.checkin.models import Matter, Method, Outcome, Scan, ScanKind, Settlement, Why
from trainings.checkin.passages import not_undone, passages_of
from trainings.checkin.scanning import WRONG_CLOCK, lock_door, record_attempts
from trainings.core import clock
from trainings.core.db import db
from trainings.registration.models import Application

FOREIGN = frozenset({Why.UNKNOWN, Why.OTHER_EVENT})


@dataclass(frozen=True)
class Open:
    """One matter. application: None for an unknown code. desk, first_desk: names of devices, "" for staff. first: the
    admission that came before a second one. times: how often the same unknown code was read."""

    scan: Scan
    matter: Matter
    application: Application | None
    desk: str
    first: Scan | None
    first_desk: str
    times: int

    @property
    def can_be_undone(self) -> bool:
        """Whether it is an admission of its own that still stands."""
        return self.scan.outcome == Outcome.ADMITTED


def open_matters(event_id: uuid.UUID) -> list[Open]:
    """Everything that asks for a look and was not settled, in the order of arrival; the same unknown code once."""
    scans = [one for one in db.session.scalars(_asking(event_id)) if _matter(one) is not None]
    known = _applications(scans)
    desks = {one.id: one.name for one in queries.devices_of(event_id)}
    codes = Counter(one.code_fingerprint for one in scans if _matter(one) == Matter.UNKNOWN)
    told: set[str] = set()
    found = []
    for scan in scans:
        matter = _matter(scan)
        if matter is None or (matter == Matter.UNKNOWN and scan.code_fingerprint in told):
            continue
        told.add(scan.code_fingerprint)
        first = _first(scan) if matter == Matter.TWICE else None
        found.append(
            Open(
                scan=scan,
                matter=matter,
                application=known.get(scan.application_id) if scan.application_id else None,
                desk=_desk(desks, scan),
                first=first,
                first_desk=_desk(desks, first) if first else "",
                times=codes[scan.code_fingerprint] if matter == Matter.UNKNOWN else 1,
            )
        )
    return found


def count_open(event_id: uuid.UUID) -> int:
    """How many matters are open."""
    return len(open_matters(event_id))


def settle(*, event_id: uuid.UUID, scan_id: uuid.UUID, undo: bool, staff: Staff) -> None:
    """Settle one matter, with `undo` taking the admission back. Settled already: nothing happens.

    LookupError for a scan that the event does not have.
    """
    lock_door(event_id)
    scan = db.session.get(Scan, scan_id)
    if scan is None or scan.event_id != event_id:
        raise LookupError(f"event {event_id} has no scan {scan_id}")
    if db.session.get(Settlement, scan_id) is not None:
        return
    takes_back = undo and scan.outcome == Outcome.ADMITTED
    for one in _alike(scan):
        db.session.add(Settlement(scan_id=one.id, staff_id=staff.id, undone=takes_back and one.id == scan_id))
    record(
        verb="door.settled",
        subject=("scan", scan_id),
        event_id=event_id,
        detail={"undone": takes_back, "outcome": scan.outcome.value, "why": scan.why.value},
    )
    db.session.flush()
    if takes_back:
        taken_back = Attempt(
            scan_id=uuid.uuid4(), scanned_at=clock.now(), method=Method.SEARCH, undoes=scan_id
        )
        record_attempts(event_id=event_id, attempts=[taken_back], staff=staff)


def _asking(event_id: uuid.UUID) -> Select[tuple[Scan]]:
    """Attempts that may ask for a look and were not settled; an admission that was taken back asks no more."""
    settled = select(Settlement.scan_id).where(Settlement.scan_id == Scan.id).exists()
    return (
        select(Scan)
        .where(
            Scan.event_id == event_id,
            Scan.kind == ScanKind.SCAN,
            or_(Scan.flagged, Scan.why.in_(FOREIGN), Scan.scanned_at > Scan.received_at),
            ~settled,
            not_undone(),
        )
        .order_by(Scan.cursor)
    )


def _matter(scan: Scan) -> Matter | None:
    if scan.why in FOREIGN:
        return Matter.UNKNOWN
    if "clock_off" in scan.answer:
        return Matter.CLOCK
    if scan.flagged and scan.outcome == Outcome.REPEATED:
        return Matter.TWICE
    if scan.flagged:
        return Matter.FORCED if scan.forced else Matter.OFFLINE
    # A device that does not tell its own time shows it where a scan is dated later than it arrived.
    return Matter.CLOCK if scan.scanned_at > scan.received_at + WRONG_CLOCK else None


def _alike(scan: Scan) -> Sequence[Scan]:
    """The scan, and for an unknown code every other reading of it that is open."""
    if _matter(scan) != Matter.UNKNOWN or not scan.code_fingerprint:
        return [scan]
    same = select(Settlement.scan_id).where(Settlement.scan_id == Scan.id).exists()
    return db.session.scalars(
        select(Scan).where(
            Scan.event_id == scan.event_id,
            Scan.code_fingerprint == scan.code_fingerprint,
            Scan.why.in_(FOREIGN),
            ~same,
        )
    ).all()


def _applications(scans: Sequence[Scan]) -> dict[uuid.UUID, Application]:
    ids = {one.application_id for one in scans if one.application_id}
    rows = db.session.scalars(select(Application).where(Application.id.in_(ids))).unique()
    return {one.id: one for one in rows}


def _first(scan: Scan) -> Scan | None:
    """The admission that stood when this one came, in its session."""
    if scan.application_id is None:
        return None
    earlier = passages_of([scan.application_id])
    return next((one.scan for one in earlier if one.scan.id != scan.id), None)


def _desk(desks: dict[uuid.UUID, str], scan: Scan) -> str:
    return desks.get(scan.device_id, "") if scan.device_id else ""
