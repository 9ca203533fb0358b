"""Who was told what without a mail."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainings.accounts.models import Staff
from trainings.core import clock
from trainings.core.db import Base, Identified, enum_column
from trainings.registration.models import Application


class Kind(StrEnum):
    """What people have to be told of."""

    RECEIPT = "receipt"
    RESULT = "result"
    OFFER = "offer"
    CHANGED = "changed"
    CALLED_OFF = "called_off"
    TICKET = "ticket"
    CERTIFICATE = "certificate"
    SURVEY = "survey"


class How(StrEnum):
    FAX = "fax"
    POST = "post"
    PHONE = "phone"
    HAND = "hand"


class Told(Identified, Base):
    """Somebody was told of one thing. edition: since when that is so; what changes afterwards has to be told anew.

    The row goes when staff take it back; the trail keeps both.
    """

    __tablename__ = "told"
    __table_args__ = (
        UniqueConstraint("application_id", "kind", "edition", name="uq_told_application_id_kind_edition"),
    )

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    kind: Mapped[Kind] = mapped_column(enum_column(Kind, "notice_of"))
    edition: Mapped[datetime]
    how: Mapped[How] = mapped_column(enum_column(How, "told_how"))
    told_at: Mapped[datetime]
    noted_at: Mapped[datetime] = mapped_column(default=clock.now)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"), index=True)
    staff: Mapped[Staff] = relationship(lazy="joined")
    application: Mapped[Application] = relationship()
