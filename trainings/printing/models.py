"""What staff asked to have printed, and what became of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainings.accounts.models import Staff
from trainings.core import clock
from trainings.core.db import Base, Identified, enum_column
from trainings.events.models import Event


class PaperState(StrEnum):
    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


class Failure(StrEnum):
    """Why there is no paper. NO_ROOM: disk full; FAULT: ours, or a worker that was stopped again and again."""

    NOBODY = "nobody"
    NO_PRINTING = "no_printing"
    NO_ROOM = "no_room"
    FAULT = "fault"


class PaperOrder(Identified, Base):
    """One press of a button. The file lies beside it in the database: web and worker may be on two machines, and it goes
    with its row.

    kind: which paper (`worker.jobs`). chosen: what of it, as its maker understands it. done, total: people.
    """

    __tablename__ = "paper_order"
    __table_args__ = (
        CheckConstraint("(state = 'ready') = (content IS NOT NULL)", name="ready_has_content"),
        CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failed_has_failure"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(String(40))
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[PaperState] = mapped_column(enum_column(PaperState), default=PaperState.WAITING, index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[Failure | None] = mapped_column(enum_column(Failure))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    touched_at: Mapped[datetime] = mapped_column(default=clock.now)
    """When something last happened to it; a worker that makes it says so after every part."""
    file_name: Mapped[str] = mapped_column(String(200), default="")
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    expires_at: Mapped[datetime | None]
    staff: Mapped[Staff] = relationship()
    event: Mapped[Event] = relationship()
