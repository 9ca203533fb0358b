"""Chains of digests over append-only tables: what tells whether a row was taken out or changed past the triggers.

Whoever is the administrator of the database can switch triggers off. So the worker links every row of a chained table
to the one before it: digest(n) = SHA-256(digest(n − 1) ‖ row n), beginning with the empty text. `flask audit verify`
computes them again. The newest digest of each table (its head), written down elsewhere, vouches for everything before it;
without one, somebody who also writes the whole chain anew stays unseen. Rows wait for the worker to be linked, mostly
less than a minute.

A row is digested as JSON of its columns by name, without those that are empty. So a column may be added to a chained
table, empty in old rows; none may be renamed or dropped any more.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from typing import Any

from sqlalchemy import Column, Table, insert, select

from trainings.audit.models import ChainLink
from trainings.core import clock
from trainings.core.db import Base, db, lock_words

LATE = timedelta(days=1)
"""A row whose transaction ended so long after its time is found by `verify` only."""
UNLINKED = timedelta(hours=1)
"""A row that is older and in no chain came in past the worker."""
AT_ONCE = 1000


class Trouble(StrEnum):
    """What is wrong with a place in a chain."""

    ROW_MISSING = "row_missing"
    ROW_CHANGED = "row_changed"
    LINK_MISSING = "link_missing"
    ROW_OUTSIDE = "row_outside"
    HEAD_UNKNOWN = "head_unknown"


@dataclass(frozen=True)
class Finding:
    """n: place in the chain, 0 where there is none. at: when the row was written, None where nobody knows."""

    trouble: Trouble
    n: int
    row_id: uuid.UUID | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Chain:
    """What `verify` saw of one table. head: the newest digest, "" for an empty chain."""

    table: str
    links: int
    head: str
    findings: tuple[Finding, ...]


def chained_tables() -> list[tuple[Table, Column[Any]]]:
    """Every chained table, with the column that says when a row was written, by name."""
    found = []
    for mapper in Base.registry.mappers:
        table = mapper.local_table
        if mapper.class_.__chained_by__ and isinstance(table, Table):
            found.append((table, table.c[mapper.class_.__chained_by__]))
    return sorted(found, key=lambda one: one[0].name)


def extend_chains() -> None:
    """Link all rows that are in no chain yet; a duty of the worker."""
    for table, at in chained_tables():
        lock_words(f"chain {table.name}")
        _extend(table, at)


def _extend(table: Table, at: Column[Any]) -> None:
    last = db.session.execute(
        select(ChainLink.n, ChainLink.digest, ChainLink.row_at)
        .where(ChainLink.chain == table.name)
        .order_by(ChainLink.n.desc())
        .limit(1)
    ).one_or_none()
    n, digest = (last.n, last.digest) if last else (0, "")
    wanted = _unlinked(table)
    if last is not None:
        wanted = wanted.where(at >= last.row_at - LATE)
    links = []
    for row in db.session.execute(wanted.order_by(at, table.c.id)).mappings():
        n, digest = n + 1, digest_of(digest, dict(row))
        links.append(
            {"chain": table.name, "n": n, "row_id": row["id"], "row_at": row[at.name], "digest": digest}
        )
    if links:
        db.session.execute(insert(ChainLink), links)


def _unlinked(table: Table) -> Any:
    linked = select(ChainLink.n).where(ChainLink.chain == table.name, ChainLink.row_id == table.c.id).exists()
    return select(table).where(~linked)


def digest_of(before: str, row: Mapping[str, Any]) -> str:
    """Digest of a row behind another digest, 64 hexadecimal digits."""
    told = {name: _plain(value) for name, value in row.items() if value is not None}
    line = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{line}".encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, uuid.UUID) else value


# -- checking -----------------------------------------------------------------------------------------------


def verify_chains(heads: Mapping[str, str]) -> list[Chain]:
    """Compute every chain again. heads: table → a digest that somebody wrote down earlier; each must still be there.

    LookupError for the head of a table that has no chain.
    """
    tables = chained_tables()
    unknown = set(heads) - {table.name for table, _ in tables}
    if unknown:
        raise LookupError(", ".join(sorted(unknown)))
    return [_verify(table, at, heads.get(table.name, "")) for table, at in tables]


def _verify(table: Table, at: Column[Any], noted: str) -> Chain:
    findings: list[Finding] = []
    n, head, knows_noted = 0, "", not noted
    for link, row in _links_with_rows(table):
        if link["link_n"] != n + 1:
            findings.append(Finding(Trouble.LINK_MISSING, n + 1))
        n = link["link_n"]
        found = Finding(Trouble.ROW_MISSING, n, link["link_row_id"], link["link_row_at"])
        if row is None:
            findings.append(found)
        elif digest_of(head, row) != link["link_digest"]:
            findings.append(Finding(Trouble.ROW_CHANGED, n, found.row_id, found.at))
        # From the digest as it is stored, so that one broken row does not make all later ones look broken.
        head = link["link_digest"]
        knows_noted = knows_noted or head == noted
    outside = select(table.c.id, at).where(at < clock.now() - UNLINKED, table.c.id.in_(_ids_outside(table)))
    findings += [
        Finding(Trouble.ROW_OUTSIDE, 0, row[0], row[1]) for row in db.session.execute(outside.order_by(at))
    ]
    if not knows_noted:
        findings.append(Finding(Trouble.HEAD_UNKNOWN, 0))
    return Chain(table.name, n, head, tuple(findings))


def _ids_outside(table: Table) -> Any:
    return _unlinked(table).with_only_columns(table.c.id)


def _links_with_rows(table: Table) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Each link in its order, with its row, or None where that is gone."""
    link = ChainLink.__table__
    statement = (
        select(*(column.label(f"link_{column.name}") for column in link.c), *table.c)
        .select_from(link.outerjoin(table, link.c.row_id == table.c.id))
        .where(link.c.chain == table.name)
        .order_by(link.c.n)
    )
    names = [column.name for column in table.c]
    for found in db.session.execute(statement).yield_per(AT_ONCE).mappings():
        yield dict(found), None if found["id"] is None else {name: found[name] for name in names}
