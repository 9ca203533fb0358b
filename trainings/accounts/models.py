"""Staff members, their roles and sign-in links."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainings.core import clock
from trainings.core.db import Base, Identified, enum_column


class Role(StrEnum):
    ADMIN = "admin"
    PLANNER = "planner"
    TRAINER = "trainer"
    VIEWER = "viewer"


class Staff(Identified, Base):
    """A person of the city or the association. Leaving staff are made inactive; the audit trail still names them."""

    __tablename__ = "staff"

    mail: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    department: Mapped[str] = mapped_column(String(80), default="")
    active: Mapped[bool] = mapped_column(default=True)
    session_version: Mapped[int] = mapped_column(default=1)
    """Raising it ends every session of this person."""
    morning_mail: Mapped[bool] = mapped_column(default=True)
    """Whether she gets a mail in the morning about what waits for a hand."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    role_rows: Mapped[list[StaffRole]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(row.role for row in self.role_rows)


class StaffRole(Identified, Base):
    __tablename__ = "staff_role"
    __table_args__ = (UniqueConstraint("staff_id", "role", name="uq_staff_role_staff_id_role"),)

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(enum_column(Role))


class SignInLink(Identified, Base):
    """A single-use link by mail, valid for 15 minutes, whatever is asked for after it; only its fingerprint is kept."""

    __tablename__ = "sign_in_link"

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    next_path: Mapped[str] = mapped_column(String(300), default="")
    """Own path that was asked for before signing in; empty = the first page of the menu."""
    used_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    """Since its owner was made inactive or got another address."""
    staff: Mapped[Staff] = relationship()


class SignInRequest(Identified, Base):
    """Somebody asked for a sign-in link. The worker looks the address up, so that the answer on the page takes as long for
    an unknown one, and deletes the row with its work."""

    __tablename__ = "sign_in_request"

    mail: Mapped[str] = mapped_column(String(254))
    next_path: Mapped[str] = mapped_column(String(300), default="")
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
