"""What was issued to whom."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainings.core import clock
from trainings.core.db import Base, Identified
from trainings.registration.models import Application


class Certificate(Identified, Base):
    """受講証明書, as issued: the words are a copy, so that later corrections of the event do not rewrite it."""

    __tablename__ = "certificate"
    __table_args__ = (Index("ix_certificate_application_id", "application_id"),)

    application_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("application.id", ondelete="RESTRICT"), unique=True
    )
    number: Mapped[str] = mapped_column(String(24), unique=True)
    code: Mapped[str] = mapped_column(String(26), unique=True)
    """Random name of its public verification page; printed on it, so no secret."""
    name: Mapped[str] = mapped_column(String(130))
    event_title: Mapped[str] = mapped_column(String(120))
    held_on: Mapped[date]
    minutes: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str] = mapped_column(String(200), default="")
    application: Mapped[Application] = relationship()
