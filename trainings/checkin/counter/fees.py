"""参加費 taken at the door: how much, from whom, at which desk, when. Rows are facts; taking one back is a row of its own."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from trainings.accounts.models import Staff
from trainings.checkin.models import Device, Fee, Scan
from trainings.checkin.passages.scanning import ForeignScan, lock_door
from trainings.checkin.refusals import CheckinRefusal
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.registration.models import Application

MOST_YEN = 1_000_000


@dataclass(frozen=True, kw_only=True)
class FeeEntry:
    """What a desk says it has taken, or given back. fee_id: made by the device; the same one again changes nothing.

    amount: in yen. application_id, or scan_id: the scan by which somebody came in whose application the desk does not know
    yet. undoes: id of the entry that this one takes back; its person and amount are those of that entry.
    """

    fee_id: uuid.UUID
    taken_at: datetime
    amount: int = 0
    application_id: uuid.UUID | None = None
    scan_id: uuid.UUID | None = None
    undoes: uuid.UUID | None = None


def take_fee(
    *, event_id: uuid.UUID, entry: FeeEntry, device: Device | None = None, staff: Staff | None = None
) -> Fee:
    """Record one fee, or that one was given back. Two desks that took one from the same person are two facts: the money
    lies in two boxes.

    Locks the door's row. LookupError when nobody of the event is meant. Raises Refused: NO_FEE_TO_UNDO; ForeignScan for
    an id that another event uses; FEE_SAID_OTHERWISE (facts: amount) for one that came with other content.
    """
    lock_door(event_id)
    known = db.session.get(Fee, entry.fee_id)
    if known is not None:
        if known.event_id != event_id:
            raise ForeignScan(str(known.id))
        if not _is_the_same(known, entry):
            raise Refused(CheckinRefusal.FEE_SAID_OTHERWISE, amount=known.amount)
        return known
    if entry.undoes is not None:
        undone = db.session.get(Fee, entry.undoes)
        if undone is None or undone.event_id != event_id or undone.undoes_id is not None or _undo_of(undone):
            raise Refused(CheckinRefusal.NO_FEE_TO_UNDO)
        application_id, amount = undone.application_id, undone.amount
    else:
        application_id, amount = _payer(event_id, entry), entry.amount
    fee = Fee(
        id=entry.fee_id,
        event_id=event_id,
        application_id=application_id,
        amount=amount,
        taken_at=entry.taken_at,
        device_id=device.id if device else None,
        staff_id=staff.id if staff else None,
        undoes_id=entry.undoes,
    )
    db.session.add(fee)
    db.session.flush()
    return fee


def _undo_of(fee: Fee) -> uuid.UUID | None:
    return db.session.scalar(select(Fee.id).where(Fee.undoes_id == fee.id))


def _is_the_same(known: Fee, entry: FeeEntry) -> bool:
    """Whether an entry says again what is kept of it. Whoever came in by a scan is known by now, or was never."""
    if entry.undoes != known.undoes_id or entry.taken_at != known.taken_at:
        return False
    named = entry.application_id is None or entry.application_id == known.application_id
    return entry.undoes is not None or (named and entry.amount == known.amount)


def _payer(event_id: uuid.UUID, entry: FeeEntry) -> uuid.UUID:
    application_id = entry.application_id
    if application_id is None and entry.scan_id is not None:
        scan = db.session.get(Scan, entry.scan_id)
        application_id = scan.application_id if scan is not None and scan.event_id == event_id else None
    application = db.session.get(Application, application_id) if application_id else None
    if application is None or application.event_id != event_id:
        raise LookupError(f"nobody pays {entry.fee_id}")
    return application.id


# -- reading ------------------------------------------------------------------------------------------------


def fees_of(event_id: uuid.UUID, since: datetime | None = None) -> Sequence[Fee]:
    """All rows of an event, or those that have arrived since then; in the order of arrival."""
    wanted: list[ColumnElement[bool]] = [Fee.event_id == event_id]
    if since is not None:
        wanted.append(Fee.received_at >= since)
    return db.session.scalars(select(Fee).where(*wanted).order_by(Fee.received_at, Fee.id)).all()


def fee_told(fee: Fee) -> dict[str, Any]:
    """A row as desks hear of it: ids and figures, no name."""
    return {
        "fee_id": str(fee.id),
        "application": str(fee.application_id),
        "amount": fee.amount,
        "at": fee.taken_at.isoformat(),
        "device": str(fee.device_id) if fee.device_id else None,
        "undoes": str(fee.undoes_id) if fee.undoes_id else None,
    }


def standing_fees(event_id: uuid.UUID) -> Sequence[Fee]:
    """What was taken and not given back, oldest first."""
    undo = aliased(Fee)
    return db.session.scalars(
        select(Fee)
        .where(
            Fee.event_id == event_id,
            Fee.undoes_id.is_(None),
            ~select(undo.id).where(undo.undoes_id == Fee.id).exists(),
        )
        .order_by(Fee.taken_at, Fee.id)
    ).all()


def any_taken(event_id: uuid.UUID) -> bool:
    """Whether anything was taken, given back or not."""
    return db.session.scalar(select(Fee.id).where(Fee.event_id == event_id).limit(1)) is not None


@dataclass
class Box:
    """What lies at one desk. name: "" for what staff brought in by file."""

    name: str
    people: int = 0
    yen: int = 0


@dataclass(frozen=True)
class Takings:
    """The fees of an event. by_application: standing entries of each payer; twice: those who have paid more than once."""

    boxes: list[Box]
    by_application: dict[uuid.UUID, list[Fee]]
    desks: dict[uuid.UUID, str]

    @property
    def yen(self) -> int:
        return sum(box.yen for box in self.boxes)

    @property
    def people(self) -> int:
        return len(self.by_application)

    @property
    def twice(self) -> list[uuid.UUID]:
        return [one for one, fees in self.by_application.items() if len(fees) > 1]

    def paid(self, application_id: uuid.UUID) -> int | None:
        """Yen of one person; None where nothing was taken."""
        fees = self.by_application.get(application_id)
        return sum(fee.amount for fee in fees) if fees else None

    def taken_by(self, application_id: uuid.UUID) -> list[str]:
        """The desks that took it, each once, in the order of their enrolment."""
        took = {fee.device_id for fee in self.by_application.get(application_id, [])}
        return [name for one, name in self.desks.items() if one in took]


def paid_twice(takings: Takings) -> Sequence[Application]:
    """Those from whom two desks have taken a fee, by kana."""
    return db.session.scalars(
        select(Application)
        .where(Application.id.in_(takings.twice))
        .order_by(Application.family_kana, Application.given_kana)
    ).all()


def takings_of(event_id: uuid.UUID) -> Takings:
    """Everything about the fees of an event, in two statements."""
    desks = {
        device_id: name
        for device_id, name in db.session.execute(
            select(Device.id, Device.name)
            .where(Device.event_id == event_id)
            .order_by(Device.created_at, Device.name)
        ).tuples()
    }
    by_application: dict[uuid.UUID, list[Fee]] = defaultdict(list)
    yen: Counter[uuid.UUID | None] = Counter()
    people: Counter[uuid.UUID | None] = Counter()
    for fee in standing_fees(event_id):
        by_application[fee.application_id].append(fee)
        yen[fee.device_id] += fee.amount
        people[fee.device_id] += 1
    boxes = [Box(name, people[one], yen[one]) for one, name in desks.items() if people[one]]
    if people[None]:
        boxes.append(Box("", people[None], yen[None]))
    return Takings(boxes, dict(by_application), desks)


@dataclass(frozen=True)
class Taking:
    """One fee that was taken: from whom, at which desk (None and "" for what staff brought in by file), and when and where
    it was given back, if it was."""

    person: Application
    device_id: uuid.UUID | None
    amount: int
    desk: str
    taken_at: datetime
    returned_at: datetime | None
    returned_at_desk: str


def every_taking(event_id: uuid.UUID) -> list[Taking]:
    """All that was taken at an event, given back or not, in the order in which it was taken; in two statements."""
    undo, at, back_at = aliased(Fee), aliased(Device), aliased(Device)
    rows = db.session.execute(
        select(Fee, Application, at.name, undo.taken_at, back_at.name)
        .join(Application, Application.id == Fee.application_id)
        .outerjoin(at, at.id == Fee.device_id)
        .outerjoin(undo, undo.undoes_id == Fee.id)
        .outerjoin(back_at, back_at.id == undo.device_id)
        .where(Fee.event_id == event_id, Fee.undoes_id.is_(None))
        .order_by(Fee.taken_at, Fee.id)
    ).tuples()
    return [
        Taking(person, fee.device_id, fee.amount, desk or "", fee.taken_at, returned_at, back_desk or "")
        for fee, person, desk, returned_at, back_desk in rows
    ]


def by_desk(takings: Takings, taken: Sequence[Taking]) -> list[tuple[str, list[Taking]]]:
    """What was taken at each desk, in the order of their enrolment; what came by file ("") last."""
    of: dict[uuid.UUID | None, list[Taking]] = defaultdict(list)
    for one in taken:
        of[one.device_id].append(one)
    desks: list[tuple[uuid.UUID | None, str]] = [*takings.desks.items(), (None, "")]
    return [(name, of[device_id]) for device_id, name in desks if device_id in of]
