"""The scans that bear on a batch, read in one statement under the door's lock, together with those that the batch adds.

A desk that was offline sends a hundred scans at once: asking for the earlier scans of each would hold every other desk
up behind the lock.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import Select, Table, bindparam, func, insert, or_, select, true, union_all

from trainings.checkin.models import Outcome, Scan, ScanKind
from trainings.checkin.passages.decision import is_passage
from trainings.core.db import db
from trainings.core.restoration import Restoration

_ROWS = cast(Table, Scan.__table__)


def _bearing() -> Select[tuple[int]]:
    """The event's last cursor, beside each scan that bears on the batch. Plain rows and one statement that is put together
    once: whatever this costs, all other desks wait for it."""
    newest = select(func.max(_ROWS.c.cursor).label("n")).where(_ROWS.c.event_id == bindparam("event_id"))
    # Desks have heard of scans that a restored database does not know: what comes now must come after those.
    both = union_all(newest, select(func.max(Restoration.cursors_above))).subquery()
    last = select(func.coalesce(func.max(both.c.n), 0).label("last")).subquery()
    bears = or_(
        _ROWS.c.id.in_(bindparam("scan_ids", expanding=True)),
        _ROWS.c.about_id.in_(bindparam("scan_ids", expanding=True)),
        _ROWS.c.application_id.in_(bindparam("application_ids", expanding=True)),
    )
    # An undo that came before its scan knows nobody's application. A join of its own, for a subquery among the
    # alternatives would keep PostgreSQL from using their indexes.
    taken_back = _ROWS.alias()
    undone_before = (
        select(*_ROWS.c)
        .join(taken_back, taken_back.c.id == _ROWS.c.about_id)
        .where(
            _ROWS.c.application_id.is_(None),
            taken_back.c.application_id.in_(bindparam("application_ids", expanding=True)),
        )
    )
    bearing = union_all(select(*_ROWS.c).where(bears), undone_before).subquery()
    return select(last.c.last, *bearing.c).select_from(last.outerjoin(bearing, true()))


_BEARING = _bearing()
_INSERT = insert(_ROWS)


class Ledger:
    """known: by id; none of them belongs to the session. The caller holds the door's lock from before the reading until
    its transaction ends."""

    def __init__(self, scans: Collection[Scan], last_cursor: int) -> None:
        self.known: dict[uuid.UUID, Scan] = {}
        self._undone: set[tuple[uuid.UUID, uuid.UUID | None]] = set()
        self._corrections: dict[uuid.UUID, Scan] = {}
        self._new: list[Scan] = []
        self._last_cursor = last_cursor
        for scan in scans:
            self._enter(scan)

    @classmethod
    def read(
        cls,
        event_id: uuid.UUID,
        *,
        scan_ids: Collection[uuid.UUID],
        application_ids: Collection[uuid.UUID],
    ) -> Ledger:
        """scan_ids: of the batch, since one that is known is answered as before, whichever event's it is; and of the scans
        that it takes back or corrects. application_ids: everyone whom the batch is about."""
        rows = db.session.execute(
            _BEARING,
            {
                "event_id": event_id,
                "scan_ids": list(scan_ids),
                "application_ids": list(application_ids),
            },
        ).all()
        found = [row._asdict() for row in rows if row.id is not None]
        last = rows[0][0]
        for one in found:
            del one["last"]
        return cls([Scan(**one) for one in found], last)

    def _enter(self, scan: Scan) -> None:
        self.known[scan.id] = scan
        if scan.kind == ScanKind.UNDO:
            self._undone.add((scan.event_id, scan.about_id))
        elif scan.kind == ScanKind.CORRECTION and scan.about_id is not None:
            known = self._corrections.get(scan.about_id)
            if known is None or known.cursor < scan.cursor:
                self._corrections[scan.about_id] = scan

    def also(self, scan_id: uuid.UUID) -> None:
        """Read one more scan, if there is one."""
        row = db.session.execute(select(*_ROWS.c).where(_ROWS.c.id == scan_id)).one_or_none()
        if row is not None and scan_id not in self.known:
            self._enter(Scan(**row._asdict()))

    def add(self, scan: Scan) -> Scan:
        """Give a new scan the next cursor; what follows in the batch sees it."""
        self._last_cursor += 1
        scan.cursor = self._last_cursor
        self._enter(scan)
        self._new.append(scan)
        return scan

    def write(self) -> None:
        """Store what was added, in one statement."""
        if self._new:
            names = _ROWS.c.keys()
            db.session.execute(_INSERT, [{name: getattr(scan, name) for name in names} for scan in self._new])
            self._new.clear()

    def said_once(self, scan_id: uuid.UUID) -> uuid.UUID:
        """The id that the desk gave: what says the same again is taken back and corrected with what it repeats."""
        scan = self.known.get(scan_id)
        return (scan.about_id if scan and scan.kind == ScanKind.SCAN else None) or scan_id

    def named(self, scan_id: uuid.UUID, event_id: uuid.UUID) -> list[Scan]:
        """The scans of the event that an undo or a correction of this id is about: the one that a desk gave this id, and
        the one that says the same again."""
        return [
            scan
            for scan in self.known.values()
            if scan.kind == ScanKind.SCAN
            and scan.event_id == event_id
            and scan_id in (scan.id, scan.about_id)
        ]

    def taken_back(self, scan: Scan) -> bool:
        """Whether an undo names this scan."""
        return (scan.event_id, scan.about_id or scan.id) in self._undone

    def at(self, scan: Scan) -> datetime:
        """When the person of a scan passed."""
        return self._latest(scan).scanned_at

    def _latest(self, scan: Scan) -> Scan:
        return self._corrections.get(scan.about_id or scan.id, scan)

    def passages(self, application_id: uuid.UUID) -> list[Scan]:
        """Those of one application that stand, by their time (`passages.stands`)."""
        return sorted(
            (
                scan
                for scan in self.known.values()
                if scan.application_id == application_id
                and scan.kind == ScanKind.SCAN
                and is_passage(scan.outcome, scan.why)
                and not self.taken_back(scan)
            ),
            key=lambda scan: (self.at(scan), scan.cursor),
        )

    def turns(self, application_id: uuid.UUID, session_id: uuid.UUID | None) -> list[Scan]:
        """What a desk's answer goes by: the passages in one session that changed where the person is, oldest first. A
        refused one does not turn the next into a repetition."""
        found: list[Scan] = []
        for scan in self.passages(application_id):
            if scan.outcome == Outcome.REFUSED or self._latest(scan).session_id != session_id:
                continue
            if not found or found[-1].direction != scan.direction:
                found.append(scan)
        return found
