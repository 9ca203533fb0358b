"""What happened at the door and asks for a look: admitted twice, let in against the answer, unknown codes, wrong clocks."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, literal_column, select, union

from trainings.accounts.models import Staff
from trainings.audit.actions import record
from trainings.checkin import queries
from trainings.checkin.models import ODD_SQL, Matter, Method, Outcome, Scan, ScanKind, Settlement, Why
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.decision import is_passage
from trainings.checkin.passages.facts import Passed, not_undone, passed_at, stands
from trainings.checkin.passages.scanning import lock_door, record_attempts
from trainings.checkin.review.matters import BEFORE_UNKNOWN, FOREIGN, Matters
from trainings.core import clock
from trainings.core.db import db
from trainings.core.paging import Page, part_of
from trainings.events.models import Event, EventNotice
from trainings.registration.models import Application


@dataclass(frozen=True)
class Open:
    """One matter. application: None for an unknown code. at: the time that counts. desk, other_desk: names of devices,
    "" for staff. other: what another desk has recorded of the same person. against: what the answer would have been.
    times: how often the same unknown code was read. foreign_event: title of the event whose ticket it is."""

    scan: Scan
    matter: Matter
    application: Application | None
    at: datetime
    desk: str
    other: Passed | None
    other_desk: str
    against: Why
    times: int
    foreign_event: str

    @property
    def can_be_undone(self) -> bool:
        """Whether it is a passage of its own that still stands."""
        return self.matter != Matter.TWICE and is_passage(self.scan.outcome, self.scan.why)

    @property
    def shifts(self) -> bool:
        """Whether it is known by how much the desk's clock was off."""
        return self.matter == Matter.CLOCK and self.can_be_undone and "clock_off" in self.scan.answer

    @property
    def right_at(self) -> datetime:
        """When it was by our clock, as far as anybody knows."""
        return _right_time(self.scan)


@dataclass(frozen=True)
class _Unread:
    """A code that is of no ticket, as the database counts it: cursor of its first reading, and how many there were."""

    cursor: int
    times: int
    matter: Matter = Matter.UNKNOWN


@dataclass(frozen=True)
class Review:
    """Open matters by kind, a page of them, and how many there are of each kind."""

    page: Page[Open]
    counts: Counter[Matter]


def review_of(event: Event, kinds: Sequence[Matter], *, size: int) -> Review:
    """Everything that asks for a look and was not settled, in this order of kinds and then of arrival; the same unknown
    code once. Of unknown codes, of which there may be thousands, only those that the page shows are read."""
    listed = _listed(event)
    listed.sort(key=lambda one: kinds.index(one.matter))
    page = part_of(listed, size=size).showing(lambda rows: _read(event.id, rows))
    return Review(page, Counter(one.matter for one in listed))


def counts_open(event_id: uuid.UUID | None = None) -> dict[uuid.UUID, int]:
    """Event → how many matters are open, of one event or of all; events without any are left out."""
    counts = Counter(
        dict(
            db.session.execute(
                select(Scan.event_id, func.count(Scan.code_fingerprint.distinct()))
                .where(*_unread(event_id))
                .group_by(Scan.event_id)
            )
            .tuples()
            .all()
        )
    )
    scans, matters = _looked_at(event_id)
    counts.update(scan.event_id for scan in scans if matters.of(scan) is not None)
    return dict(counts)


def count_open(event_id: uuid.UUID) -> int:
    """How many matters of one event are open."""
    return counts_open(event_id).get(event_id, 0)


def _listed(event: Event) -> list[Open | _Unread]:
    scans, matters = _looked_at(event.id)
    asking = [(scan, matter) for scan in scans if (matter := matters.of(scan)) is not None]
    known = _applications([scan for scan, _ in asking])
    desks = _desks(event.id)
    unread = db.session.execute(
        select(func.min(Scan.cursor), func.count())
        .where(*_unread(event.id))
        .group_by(Scan.code_fingerprint)
        .order_by(func.min(Scan.cursor))
    ).tuples()
    return [
        *(_opened(scan, matter, desks, matters, known) for scan, matter in asking),
        *(_Unread(cursor, times) for cursor, times in unread),
    ]


def _read(event_id: uuid.UUID, listed: Sequence[Open | _Unread]) -> list[Open]:
    """The same with the first reading of each unknown code."""
    cursors = [one.cursor for one in listed if isinstance(one, _Unread)]
    if not cursors:
        return [one for one in listed if isinstance(one, Open)]
    desks = _desks(event_id)
    first = {
        scan.cursor: scan
        for scan in db.session.scalars(
            select(Scan).where(Scan.event_id == event_id, Scan.cursor.in_(cursors))
        )
    }
    return [
        replace(_opened(first[one.cursor], one.matter, desks), times=one.times)
        if isinstance(one, _Unread)
        else one
        for one in listed
    ]


def _opened(
    scan: Scan,
    matter: Matter,
    desks: Mapping[uuid.UUID, str],
    matters: Matters | None = None,
    known: Mapping[uuid.UUID, Application] | None = None,
) -> Open:
    passed = matters.passed(scan) if matters else None
    other = matters.other(scan) if matters and matter == Matter.TWICE else None
    return Open(
        scan=scan,
        matter=matter,
        application=known.get(scan.application_id) if known and scan.application_id else None,
        at=passed.at if passed else scan.scanned_at,
        desk=_desk(desks, scan),
        other=other,
        other_desk=_desk(desks, other.scan) if other else "",
        against=Why(scan.answer.get("against", "")),
        times=1,
        foreign_event=scan.answer.get("event", ""),
    )


def settle(*, event_id: uuid.UUID, scan_id: uuid.UUID, undo: bool, staff: Staff) -> None:
    """Settle one matter, with `undo` taking the passage back. Settled already: nothing happens.

    LookupError for a scan that the event does not have.
    """
    lock_door(event_id)
    scan = _scan(event_id, scan_id)
    takes_back = undo and is_passage(scan.outcome, scan.why)
    if not _settle(scan, staff, undone=takes_back):
        return
    if takes_back:
        taken_back = Attempt(
            scan_id=uuid.uuid4(), scanned_at=clock.now(), method=Method.SEARCH, undoes=scan_id
        )
        record_attempts(event_id=event_id, attempts=[taken_back], staff=staff)


def settle_many(*, event_id: uuid.UUID, scan_ids: Collection[uuid.UUID], shift: bool, staff: Staff) -> int:
    """Settle several matters at once, with `shift` moving each by what its desk's clock was off; how many were open still.

    LookupError for a scan that the event does not have.
    """
    lock_door(event_id)
    fresh = [scan for scan in (_scan(event_id, one) for one in scan_ids) if _settle(scan, staff)]
    if shift:
        _correct(event_id, [(scan, _right_time(scan)) for scan in fresh], staff)
    return len(fresh)


def take_back_many(*, event_id: uuid.UUID, scan_ids: Collection[uuid.UUID], staff: Staff) -> int:
    """Take several passages back at once; how many matters were open still. LookupError for a scan that the event does not
    have."""
    lock_door(event_id)
    found = [_scan(event_id, one) for one in scan_ids]
    fresh = [one for one in found if is_passage(one.outcome, one.why) and _settle(one, staff, undone=True)]
    undos = [
        Attempt(scan_id=uuid.uuid4(), scanned_at=clock.now(), method=Method.SEARCH, undoes=one.id)
        for one in fresh
    ]
    record_attempts(event_id=event_id, attempts=undos, staff=staff)
    return len(fresh)


def correct_time(*, event_id: uuid.UUID, scan_id: uuid.UUID, at: datetime, staff: Staff) -> None:
    """Say when somebody passed whose desk had a wrong clock. A row of its own: the scan stays as it was told, and the time
    given last counts. Settles the matter.

    LookupError for a scan that the event does not have, or that says of nobody that they passed.
    """
    lock_door(event_id)
    scan = _scan(event_id, scan_id)
    _settle(scan, staff)
    _correct(event_id, [(scan, at)], staff)


def stands_at(*, event_id: uuid.UUID, scan_id: uuid.UUID) -> datetime:
    """When somebody passed as far as it is known now; the door is locked, so that nobody says otherwise meanwhile.

    LookupError for a scan that the event does not have, or that is no passage.
    """
    lock_door(event_id)
    known = select(passed_at()).where(Scan.id == scan_id, Scan.event_id == event_id, stands())
    at = db.session.scalar(known)
    if at is None:
        raise LookupError(f"event {event_id} has no passage {scan_id}")
    return at


def _correct(event_id: uuid.UUID, times: Sequence[tuple[Scan, datetime]], staff: Staff) -> None:
    corrections = [
        Attempt(scan_id=uuid.uuid4(), scanned_at=at, method=Method.SEARCH, corrects=scan.id)
        for scan, at in times
    ]
    record_attempts(event_id=event_id, attempts=corrections, staff=staff)
    for scan, at in times:
        detail = {"from": scan.scanned_at.isoformat(), "to": at.isoformat()}
        record(verb="door.time_corrected", subject=("scan", scan.id), event_id=event_id, detail=detail)


def _right_time(scan: Scan) -> datetime:
    if "clock_off" in scan.answer:
        return scan.scanned_at - timedelta(seconds=scan.answer["clock_off"])
    return min(scan.scanned_at, scan.received_at)


def _scan(event_id: uuid.UUID, scan_id: uuid.UUID) -> Scan:
    scan = db.session.get(Scan, scan_id)
    if scan is None or scan.event_id != event_id:
        raise LookupError(f"event {event_id} has no scan {scan_id}")
    return scan


def _settle(scan: Scan, staff: Staff, *, undone: bool = False) -> bool:
    """Whether it was open."""
    if db.session.get(Settlement, scan.id) is not None:
        return False
    for one in _alike(scan):
        db.session.add(Settlement(scan_id=one.id, staff_id=staff.id, undone=undone and one.id == scan.id))
    record(
        verb="door.settled",
        subject=("scan", scan.id),
        event_id=scan.event_id,
        detail={"undone": undone, "outcome": scan.outcome.value, "why": scan.why.value},
    )
    db.session.flush()
    return True


def _looked_at(event_id: uuid.UUID | None) -> tuple[Sequence[Scan], Matters]:
    """Attempts of which the scans of their people must say whether they ask for a look: all but unknown codes."""
    scans = db.session.scalars(
        select(Scan).where(Scan.id.in_(_asking(event_id))).order_by(Scan.event_id, Scan.cursor)
    ).all()
    ids = {scan.event_id for scan in scans}
    events = (
        {one.id: one for one in db.session.scalars(select(Event).where(Event.id.in_(ids)))} if ids else {}
    )
    return scans, Matters(scans, events)


_ODD: ColumnElement[bool] = literal_column(ODD_SQL)


def _unread(event_id: uuid.UUID | None) -> Iterator[ColumnElement[bool]]:
    """Codes of no ticket, read at one event or any, that ask for a look."""
    yield _ODD
    yield _is_unknown()
    yield from _not_settled(event_id)


def _asking(event_id: uuid.UUID | None) -> CompoundSelect[tuple[uuid.UUID]]:
    """The other attempts that may ask for a look. Two questions, so that each is answered from an index."""
    others = (~_is_unknown(), *_not_settled(event_id))
    return union(select(Scan.id).where(_ODD, *others), select(Scan.id).where(_may_be_overtaken(), *others))


def _not_settled(event_id: uuid.UUID | None) -> Iterator[ColumnElement[bool]]:
    """A passage that was taken back asks no more either."""
    if event_id is not None:
        yield Scan.event_id == event_id
    yield Scan.kind == ScanKind.SCAN
    yield ~select(Settlement.scan_id).where(Settlement.scan_id == Scan.id).exists()
    yield not_undone()


def _is_unknown() -> ColumnElement[bool]:
    """A code of no ticket, and nothing else that asks; as `Matters` says of one scan."""
    return and_(
        Scan.why.in_(FOREIGN),
        *(Scan.answer[odd].as_string().is_(None) for odd in BEFORE_UNKNOWN),
    )


def _may_be_overtaken() -> ColumnElement[bool]:
    """Scanned before something of the event was changed; which changes matter is for `Matters` to say."""
    later = select(EventNotice.id).where(
        EventNotice.event_id == Scan.event_id, EventNotice.at > Scan.scanned_at
    )
    changed = select(EventNotice.event_id)
    return and_(Scan.event_id.in_(changed), Scan.outcome != Outcome.REFUSED, later.exists())


def _alike(scan: Scan) -> Sequence[Scan]:
    """The scan, and for an unknown code every other reading of it that is open."""
    if scan.why not in FOREIGN or not scan.code_fingerprint:
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


def _desks(event_id: uuid.UUID) -> dict[uuid.UUID, str]:
    return {one.id: one.name for one in queries.devices_of(event_id)}


def _desk(desks: Mapping[uuid.UUID, str], scan: Scan) -> str:
    return desks.get(scan.device_id, "") if scan.device_id else ""
