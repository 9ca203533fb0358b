"""A city of many events, in bulk: the one that has people is written again and again by the database, with ids of its own."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import DateTime, Table, Uuid, text
from sqlalchemy.engine import Connection

from bench.site import Site
from trainings.core.db import Base, UtcDateTime, db
from trainings.core.web import beside_requests

LARGEST_EVENT = 10_000
LONGEST_BUILD = 20 * 60
"""Seconds for making one size on one database; what there is by then is measured."""
LOTTERY = 0xFFF
"""Number of the copy that is a lottery to come."""

_PEOPLE = "SELECT person_id FROM application WHERE event_id = :event"
OF_THE_EVENT = {
    "event": "id = :event",
    **dict.fromkeys(
        ("session", "event_sector", "event_group", "event_profession", "audit_entry", "message", "scan"),
        "event_id = :event",
    ),
    "person": f"id IN ({_PEOPLE})",
    "application": "event_id = :event",
    "certificate": "application_id IN (SELECT id FROM application WHERE event_id = :event)",
    "person_candidate": f"person_id IN ({_PEOPLE}) AND other_id IN ({_PEOPLE})",
    "person_address": f"person_id IN ({_PEOPLE})",
    "evidence": f"person_id IN ({_PEOPLE})",
}
"""Table → which of its rows are written again."""
ONES_OWN = frozenset(
    [
        "id",
        "event_id",
        "person_id",
        "canonical_person_id",
        "other_id",
        "application_id",
        "session_id",
        "event_group_id",
        "sector_id",
        "about_id",
        "substitute_for_id",
        "merged_into_id",
        "slug",
        "code",
        "number",
        "message_id",
        "link_fingerprint",
        "ticket_fingerprint",
        "confirm_fingerprint",
    ]
)
"""Columns that differ from copy to copy: they bear its number."""
PAST = {"event": {"state": "'closed'"}}
TO_BE_DRAWN = {
    "event": {"selection": "'lottery'"},
    "application": dict.fromkeys(("waiting_rank", "table_number"), "NULL")
    | {"state": "'applied'", "reason": "'received'"},
}
"""Table → column → what stands there in a copy."""
NO_LOTTERY_YET = frozenset({"scan", "certificate", "evidence", "audit_entry", "message", "person_address"})


@dataclass(frozen=True)
class City:
    """A site with one event that has people."""

    site: Site
    event_id: uuid.UUID

    def add_lottery(self) -> uuid.UUID:
        """The same people under other names, who wait for a draw; its event."""
        with beside_requests(self.site.app), db.engine.begin() as connection:
            self._copy(connection, LOTTERY, TO_BE_DRAWN, frozenset(OF_THE_EVENT) - NO_LOTTERY_YET, days=0)
        return _own(self.event_id, LOTTERY)

    def grow(self, first: int, copies: int) -> int:
        """So many events more, a week apart and over; how many there was time for. first: how many there are."""
        begun, made = time.monotonic(), 0
        with beside_requests(self.site.app):
            if db.engine.dialect.name == "sqlite":
                with db.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_autocheckpoint=100000")
            while made < copies and time.monotonic() - begun < LONGEST_BUILD:
                made += 1
                with db.engine.begin() as connection:
                    number = first + made
                    self._copy(connection, number, PAST, frozenset(OF_THE_EVENT), days=40 + 7 * number)
        return made

    def settle(self) -> None:
        """Statistics, as PostgreSQL's autovacuum makes them; on SQLite nobody does."""
        if self.site.name != "postgresql":
            return
        with beside_requests(self.site.app), db.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()

    def _copy(
        self,
        connection: Connection,
        number: int,
        differs: Mapping[str, Mapping[str, str]],
        tables: frozenset[str],
        *,
        days: int,
    ) -> None:
        is_sqlite = connection.dialect.name == "sqlite"
        event = self.event_id.hex if is_sqlite else str(self.event_id)
        for name, which in OF_THE_EVENT.items():
            if name not in tables:
                continue
            table = Base.metadata.tables[name]
            says = {
                column.name: differs.get(name, {}).get(column.name)
                or _column(table, column.name, number, days, is_sqlite=is_sqlite)
                for column in table.columns
            }
            given = which if is_sqlite else which.replace(":event", "CAST(:event AS uuid)")
            connection.execute(
                text(
                    f"INSERT INTO {name} ({', '.join(says)}) SELECT {', '.join(says.values())} FROM {name} WHERE {given}"
                ),
                {"event": event},
            )


def _column(table: Table, name: str, number: int, days: int, *, is_sqlite: bool) -> str:
    kind = table.columns[name].type
    if name in ONES_OWN and (name, table.name) != ("number", "organisation"):
        # A random id says so by a 4 where a copy has an 8; other marks are hexadecimal and have no z.
        if isinstance(kind, Uuid) and is_sqlite:
            return f"substr({name}, 1, 9) || '{number:03x}8' || substr({name}, 14)"
        if isinstance(kind, Uuid):
            said = f"CAST({name} AS text)"
            return f"CAST(substr({said}, 1, 10) || '{number:03x}-8' || substr({said}, 16) AS uuid)"
        mark = f"'z{number:03x}'"
        if name == "message_id":
            return f"{mark} || {name}"
        if (table.name, name) == ("application", "code"):
            return f"{mark} || substr({name}, 3)"
        return f"{mark} || substr({name}, 5)"
    if days and table.name in ("event", "session") and isinstance(kind, UtcDateTime | DateTime):
        if is_sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f', {name}, '-{days} days')"
        return f"{name} - interval '{days} days'"
    return name


def _own(id: uuid.UUID, number: int) -> uuid.UUID:
    return uuid.UUID(f"{id.hex[:9]}{number:03x}8{id.hex[13:]}")
