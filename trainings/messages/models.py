"""The outbox table."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from trainings.core import clock
from trainings.core.db import Base, Identified, enum_column


class MessageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    LEFT = "left"
    """It failed, and staff have said that it is not sent. Its text stays, so that they may think otherwise."""


class Failure(StrEnum):
    """Why the last attempt to send failed."""

    UNREACHABLE = "unreachable"
    NOT_LET_IN = "not_let_in"
    NO_ANSWER = "no_answer"
    CUT_OFF = "cut_off"
    LATER = "later"
    SENDER_REFUSED = "sender_refused"
    ADDRESS_REFUSED = "address_refused"
    MAIL_REFUSED = "mail_refused"
    UNUSABLE = "unusable"
    NO_TEXT = "no_text"
    INTERRUPTED = "interrupted"
    RESTORED = "restored"


class Message(Identified, Base):
    """One mail to one address.

    body: plain text, emptied once the mail was sent (its links open somebody's pages); None for a mail whose text the
    worker makes while sending (`late_body` names the maker, `reference` is what it needs), so that a secret in it is
    stored nowhere.
    reference: opaque id of what the mail is about, for the feature that caused it.
    last_error: the server's own words at the last failed attempt.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("(body IS NULL) <> (late_body IS NULL)", name="body_or_late_body"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        CheckConstraint("state <> 'sending' OR sending_since IS NOT NULL", name="sending_has_time"),
        CheckConstraint("state NOT IN ('failed', 'left') OR failure IS NOT NULL", name="failed_has_reason"),
        Index("ix_message_state_next_attempt_at", "state", "next_attempt_at"),
        Index("ix_message_event_id", "event_id"),
        Index("ix_message_to_address", "to_address"),
        Index("ix_message_mailbox_created_at", "mailbox", "created_at"),
    )

    to_address: Mapped[str] = mapped_column(String(254))
    mailbox: Mapped[str] = mapped_column(String(254), default="")
    """The address folded (addresses.mailbox_of), for a mail that somebody outside has caused; else empty."""
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str | None] = mapped_column(Text)
    late_body: Mapped[str | None] = mapped_column(String(60))
    purpose: Mapped[str] = mapped_column(String(60))
    reference: Mapped[str | None] = mapped_column(String(60))
    event_id: Mapped[uuid.UUID | None]
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[MessageState] = mapped_column(enum_column(MessageState), default=MessageState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(default=clock.now)
    sending_since: Mapped[datetime | None]
    failure: Mapped[Failure | None] = mapped_column(enum_column(Failure))
    last_error: Mapped[str | None] = mapped_column(Text)
    resent_after_crash: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]
