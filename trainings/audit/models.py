"""The audit table and the chains of digests. Append-only."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trainings.core import clock
from trainings.core.actor import ActorKind
from trainings.core.db import Base, Identified, enum_column


class AuditEntry(Identified, Base):
    """One act. `detail` holds ids, codes and field names, never personal values: those could not be erased."""

    __tablename__ = "audit_entry"
    __append_only__ = True
    __chained_by__ = "at"
    __table_args__ = (
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
        Index("ix_audit_entry_event_id_at", "event_id", "at"),
    )

    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_kind: Mapped[ActorKind] = mapped_column(enum_column(ActorKind))
    actor_id: Mapped[str | None] = mapped_column(String(60))
    verb: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(60))
    event_id: Mapped[uuid.UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ChainLink(Base):
    """One row of a chained table, in the order in which the worker found it. digest: SHA-256 over the digest before it
    and all that the row holds, so that no row can be changed, taken out or put in between without breaking a later one."""

    __tablename__ = "chain_link"
    __append_only__ = True
    __table_args__ = (UniqueConstraint("chain", "row_id", name="uq_chain_link_chain_row_id"),)

    chain: Mapped[str] = mapped_column(String(40), primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    row_id: Mapped[uuid.UUID]
    row_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
