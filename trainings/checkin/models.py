"""The door of an event: devices, scans, fees, badges."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainings.core import clock
from trainings.core.db import Base, Identified, enum_column
from trainings.events.models import Event


class Door(Base):
    """Whether an event's door is open. Closing and reopening are in the audit trail; here is the present state."""

    __tablename__ = "door"
    __table_args__ = (CheckConstraint("device_limit BETWEEN 1 AND 99", name="device_limit_in_range"),)

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"), primary_key=True)
    link_fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the secret in the link that enrols a device; a new one voids the old."""
    link_version: Mapped[int] = mapped_column(default=1)
    device_limit: Mapped[int] = mapped_column(default=12)
    """How many devices one link may enrol: whoever finds it on a photo is stopped there."""
    screen_fingerprint: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the secret in the link of the lobby's screen; None while there is no such link."""
    screen_version: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]
    event: Mapped[Event] = relationship()


class Device(Identified, Base):
    """A tablet or phone at the door: check-in for one event and nothing else; no account."""

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint(
            "(lock_set_at IS NULL) = (lock_hash IS NULL) AND (lock_set_at IS NULL) = (lock_salt IS NULL)",
            name="lock_is_whole",
        ),
        Index("ix_device_event_id", "event_id"),
        Index(
            "uq_device_event_id_name",
            "event_id",
            "name",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(String(40))
    token_fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    link_version: Mapped[int] = mapped_column(default=1)
    """Of the door's link that enrolled it."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    acknowledged_at: Mapped[datetime | None]
    """When staff said that they know of it."""
    lock_salt: Mapped[str | None] = mapped_column(String(32))
    lock_hash: Mapped[str | None] = mapped_column(String(64))
    lock_set_at: Mapped[datetime | None]
    """The PIN that locks it to scanning (checkin.locks); never the PIN itself."""
    lock_wrong: Mapped[int] = mapped_column(default=0)
    """How many wrong PINs were typed since it was set or opened, as far as the server has heard."""
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    unsent: Mapped[int] = mapped_column(default=0)
    """How many scans the device said were still in its queue when it was last heard of."""


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class ScanKind(StrEnum):
    SCAN = "scan"
    UNDO = "undo"
    CORRECTION = "correction"


class Method(StrEnum):
    CAMERA = "camera"
    USB = "usb"
    SEARCH = "search"
    SELF = "self"
    ROSTER = "roster"
    WALK_IN = "walk_in"


class Outcome(StrEnum):
    ADMITTED = "admitted"
    REPEATED = "repeated"
    REFUSED = "refused"


class Why(StrEnum):
    """Why an attempt was refused, or what is worth noting about one that was not."""

    NONE = ""
    UNKNOWN = "unknown"
    OTHER_EVENT = "other_event"
    NOT_SELECTED = "not_selected"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    NOT_HELD = "not_held"
    NOT_OPEN_YET = "not_open_yet"
    LEFT_ALREADY = "left_already"
    NOT_INSIDE = "not_inside"
    NOTHING_TO_UNDO = "nothing_to_undo"


ODD_SQL = "(flagged OR why IN ('unknown', 'other_event') OR scanned_at > received_at)"
"""Scans that may ask for a look by what stands in them alone; a question in these very words is answered from an index."""


class Scan(Base):
    """One attempt at the door, refused ones and unknown codes too. Append-only; what takes a scan back or gives it
    another time is a row of its own.

    id: made by the device at scan time; the same id again gets the first answer again. cursor: order of arrival at the
    server, for devices that ask what is new. answer: what was decided, in codes and ids: a name could never be erased
    here, so it is looked up again whenever the answer is given.
    """

    __tablename__ = "scan"
    __append_only__ = True
    __chained_by__ = "received_at"
    __table_args__ = (
        UniqueConstraint("event_id", "cursor", name="uq_scan_event_id_cursor"),
        CheckConstraint("kind = 'scan' OR about_id IS NOT NULL", name="names_a_scan"),
        CheckConstraint("outcome = 'refused' OR application_id IS NOT NULL", name="admitted_has_application"),
        CheckConstraint(
            "device_id IS NOT NULL OR staff_id IS NOT NULL OR method = 'self'", name="somebody_scanned"
        ),
        Index("ix_scan_application_id", "application_id"),
        # Few scans are about another one: of all the others the database need not think.
        Index(
            "ix_scan_about_id",
            "about_id",
            "event_id",
            "cursor",
            sqlite_where=text("about_id IS NOT NULL"),
            postgresql_where=text("about_id IS NOT NULL"),
        ),
        Index("ix_scan_odd", "event_id", sqlite_where=text(ODD_SQL), postgresql_where=text(ODD_SQL)),
        Index("ix_scan_received_at", "received_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    cursor: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"))
    session_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("session.id", ondelete="RESTRICT"))
    application_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("application.id", ondelete="RESTRICT")
    )
    code_fingerprint: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of what was read, so that unknown codes can be told apart without keeping them."""
    kind: Mapped[ScanKind] = mapped_column(enum_column(ScanKind))
    about_id: Mapped[uuid.UUID | None]
    """The scan that an undo takes back or a correction gives another time; of a scan: the one that said the same before
    (`scanning._fact_of`). No foreign key: desks send when they can, and an undo may arrive before what it takes back."""
    direction: Mapped[Direction] = mapped_column(enum_column(Direction))
    method: Mapped[Method] = mapped_column(enum_column(Method, "scan_method"))
    scanned_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    device_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("device.id", ondelete="RESTRICT"))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    forced: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[Outcome] = mapped_column(enum_column(Outcome, "scan_outcome"))
    why: Mapped[Why] = mapped_column(enum_column(Why, "scan_why"), default=Why.NONE)
    flagged: Mapped[bool] = mapped_column(default=False)
    """A fact that staff should look at: forced, admitted twice offline, clock far off."""
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)


class Matter(StrEnum):
    """Why a scan asks for a look."""

    TWICE = "twice"
    FORCED = "forced"
    OFFLINE = "offline"
    NO_ENTRY = "no_entry"
    UNKNOWN = "unknown"
    CLOCK = "clock"
    OVERTAKEN = "overtaken"
    REUSED = "reused"
    ODD_NAME = "odd_name"
    ODD_KANA = "odd_kana"


class Settlement(Base):
    """Staff have looked at a scan that asked for it. undone: they took the admission back."""

    __tablename__ = "door_settlement"
    __append_only__ = True

    scan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("scan.id", ondelete="RESTRICT"), primary_key=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    settled_at: Mapped[datetime] = mapped_column(default=clock.now)
    undone: Mapped[bool] = mapped_column(default=False)


class Fee(Base):
    """参加費 taken from somebody, or given back: a row of its own that names the one it undoes. Append-only.

    id: made by the device. amount: in yen; of an undo, what it gives back.
    """

    __tablename__ = "door_fee"
    __append_only__ = True
    __table_args__ = (
        CheckConstraint("amount BETWEEN 0 AND 1000000", name="amount_in_range"),
        CheckConstraint("device_id IS NOT NULL OR staff_id IS NOT NULL", name="somebody_took_it"),
        Index("ix_door_fee_event_id_received_at", "event_id", "received_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"))
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    amount: Mapped[int]
    taken_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    device_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("device.id", ondelete="RESTRICT"))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    undoes_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("door_fee.id", ondelete="RESTRICT"), unique=True
    )


class BadgePrint(Identified, Base):
    """A badge was printed for somebody, by staff or at a desk. Append-only."""

    __tablename__ = "badge_print"
    __append_only__ = True
    __table_args__ = (
        CheckConstraint("device_id IS NOT NULL OR staff_id IS NOT NULL", name="somebody_printed"),
        Index("ix_badge_print_application_id", "application_id"),
    )

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    printed_at: Mapped[datetime] = mapped_column(default=clock.now)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    device_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("device.id", ondelete="RESTRICT"))
