"""The scans that bear on a batch, read in one statement under the door's lock, together with those that the batch adds.

A desk that was offline sends a hundred scans at once: asking for the earlier scans of each would hold every other desk
up behind the lock.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import cast

from sqlalchemy import Select, Table, bindparam, func, insert, or_, select

from trainings.checkin.models import Outcome, Scan, ScanKind
from trainings.core.db import db

_ROWS = cast(Table, Scan.__table__)


def _bearing() -> Select[tuple[int]]:
    """The event's last cursor, beside each scan that bears on the batch. Plain rows and one statement that is put together
    once: whatever this costs, all other desks wait for it."""
    last = (
        select(func.coalesce(func.max(_ROWS.c.cursor), 0).label("last"))
        .where(_ROWS.c.event_id == bindparam("event_id"))
        .subquery()
    )
    bears = or_(
        _ROWS.c.id.in_(bindparam("scan_ids", expanding=True)),
        _ROWS.c.undoes_id.in_(bindparam("undone_ids", expanding=True)),
        _ROWS.c.application_id.in_(bindparam("application_ids", expanding=True)),
    )
    return select(last.c.last, *_ROWS.c).select_from(last.outerjoin(_ROWS, bears))


_BEARING = _bearing()
_INSERT = insert(_ROWS)


class Ledger:
    """known: by id; none of them belongs to the session. The caller holds the door's lock from before the reading until
    its transaction ends."""

    def __init__(self, scans: Collection[Scan], last_cursor: int) -> None:
        self.known: dict[uuid.UUID, Scan] = {}
        self._undos: dict[uuid.UUID, Scan] = {}
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
        undone_ids: Collection[uuid.UUID],
        application_ids: Collection[uuid.UUID],
    ) -> Ledger:
        """scan_ids: of the batch, since one that is known is answered as before, whichever event's it is.
        undone_ids: scans that the batch takes back. application_ids: everyone whom the batch is about."""
        rows = db.session.execute(
            _BEARING,
            {
                "event_id": event_id,
                "scan_ids": [*scan_ids, *undone_ids],
                "undone_ids": list(undone_ids),
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
        if scan.undoes_id is not None:
            self._undos[scan.undoes_id] = scan

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

    def taken_back(self, scan_id: uuid.UUID) -> bool:
        """Whether an undo names this scan."""
        return scan_id in self._undos

    def standing(self, application_id: uuid.UUID, session_id: uuid.UUID | None) -> list[Scan]:
        """The admitted scans of one application in one session that no undo takes back, oldest first."""
        return sorted(
            (
                scan
                for scan in self.known.values()
                if scan.application_id == application_id
                and scan.session_id == session_id
                and scan.kind == ScanKind.SCAN
                and scan.outcome == Outcome.ADMITTED
                and not self.taken_back(scan.id)
            ),
            key=lambda scan: (scan.scanned_at, scan.cursor),
        )
