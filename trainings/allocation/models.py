"""Commitments, frozen lists, draws and their entries. All append-only: voiding is a row of its own."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainings.core import clock
from trainings.core.db import Base, Identified, enum_column


class DrawCommitment(Identified, Base):
    """A secret made when the event is published, and its SHA-256, which is shown from then on.

    The secret itself is never shown before the draw: whoever knew it could choose whom to enter.
    """

    __tablename__ = "draw_commitment"
    __append_only__ = True
    __table_args__ = (UniqueConstraint("event_id", "n", name="uq_draw_commitment_event_id_n"),)

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"))
    n: Mapped[int]
    secret: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class FrozenList(Identified, Base):
    """The list of an event as it was when it was frozen: all that a draw takes from it, fixed before the seed can be known.

    part: the `frozen` part of the record to come (docs/lottery-specification.md), in draw numbers. digest: H, its SHA-256 in
    canonical JSON, which is shown from then on. numbers: id of each application in it, drawn from or placed by hand → its
    draw number. A list that was opened again stays here; the newest counts while the event's list is frozen.
    """

    __tablename__ = "frozen_list"
    __append_only__ = True
    __table_args__ = (UniqueConstraint("event_id", "n", name="uq_frozen_list_event_id_n"),)

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"))
    n: Mapped[int]
    part: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    numbers: Mapped[dict[str, str]] = mapped_column(JSON)
    frozen_at: Mapped[datetime] = mapped_column(default=clock.now)


class Draw(Identified, Base):
    """One draw with everything needed to repeat it.

    record: rules, candidates under random draw numbers, seed and result (docs/lottery-specification.md); no names, no
    受付番号. digest: SHA-256 of the record in canonical JSON; previous_digest chains it to the event's earlier draw.
    """

    __tablename__ = "draw"
    __append_only__ = True
    __table_args__ = (
        UniqueConstraint("event_id", "n", name="uq_draw_event_id_n"),
        CheckConstraint("n >= 1", name="n_from_one"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"))
    n: Mapped[int]
    commitment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("draw_commitment.id", ondelete="RESTRICT"))
    public_number: Mapped[str] = mapped_column(String(80), default="")
    seed: Mapped[str] = mapped_column(String(64))
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    previous_digest: Mapped[str] = mapped_column(String(64), default="")
    drawn_at: Mapped[datetime] = mapped_column(default=clock.now)
    drawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    commitment: Mapped[DrawCommitment] = relationship(lazy="joined")


class DrawEntry(Identified, Base):
    """Which random draw number stood for which application. The public record holds the numbers only; each person
    sees their own."""

    __tablename__ = "draw_entry"
    __append_only__ = True
    __table_args__ = (
        UniqueConstraint("draw_id", "number", name="uq_draw_entry_draw_id_number"),
        UniqueConstraint("draw_id", "application_id", name="uq_draw_entry_draw_id_application_id"),
    )

    draw_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("draw.id", ondelete="RESTRICT"))
    application_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("application.id", ondelete="RESTRICT"), index=True
    )
    number: Mapped[str] = mapped_column(String(16))
    odds_numerator: Mapped[int | None]
    """Odds × 2³⁰, exact; empty for a draw by seeded order, which has no published odds."""


class VoidCause(StrEnum):
    """Why a draw was taken back, as far as everybody is told."""

    LIST = "list"
    RULES = "rules"
    NUMBER = "number"
    EVENT = "event"
    OTHER = "other"


class DrawVoid(Identified, Base):
    """A draw that no longer counts, and why. Both draws stay public, and the cause; the reason, which staff typed, is for
    those who see names."""

    __tablename__ = "draw_void"
    __append_only__ = True

    draw_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("draw.id", ondelete="RESTRICT"), unique=True)
    cause: Mapped[VoidCause] = mapped_column(enum_column(VoidCause))
    reason: Mapped[str] = mapped_column(Text)
    voided_at: Mapped[datetime] = mapped_column(default=clock.now)
    voided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
