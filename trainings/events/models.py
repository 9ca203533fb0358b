"""An event with its sessions, programme, groups and the map from professions to groups."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainings.core import clock
from trainings.core.db import Base, Identified, enum_column
from trainings.directory.models import Profession


class EventKind(StrEnum):
    HUNDRED = "hundred"
    CASE_CONFERENCE = "case_conference"
    SYMPOSIUM = "symposium"
    CITIZENS_LECTURE = "citizens_lecture"
    FAIR = "fair"
    LIAISON = "liaison"


class EventState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    POSTPONED = "postponed"
    """Not on its day; another one is to be named."""
    CALLED_OFF = "called_off"
    CLOSED = "closed"


NOT_HELD = frozenset({EventState.POSTPONED, EventState.CALLED_OFF})
"""States of an event that was public and for which nothing goes on: no applications, draws, offers, entries."""

APPLICANTS_WITHOUT_CAPACITY = 2000
"""So many numbers an event without a capacity is thought to need."""


class Selection(StrEnum):
    """How seats are given. review, members and none belong to later presets."""

    FIRST_COME = "first_come"
    LOTTERY = "lottery"
    REVIEW = "review"
    MEMBERS = "members"
    NONE = "none"


class Responsible(StrEnum):
    """取扱主体: who is responsible for the personal data of this event."""

    CITY = "city"
    ASSOCIATION = "association"
    JOINT = "joint"


class CertificateRule(StrEnum):
    NONE = "none"
    ALL_SESSIONS = "all_sessions"
    MINUTES = "minutes"


class Event(Identified, Base):
    """One gathering.

    slug: its random public name in addresses. capacity: seats for participants; None = open.
    organisation_cap: at most so many participants of one organisation; None = no cap.
    code_prefix: begins the 受付番号 of its applications (K12).
    """

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
        CheckConstraint("organisation_cap IS NULL OR organisation_cap > 0", name="organisation_cap_positive"),
        CheckConstraint("fee_amount IS NULL OR fee_amount BETWEEN 1 AND 100000", name="fee_amount_in_range"),
        CheckConstraint("most_weight BETWEEN 2 AND 6", name="most_weight_in_range"),
        CheckConstraint("first_timer_halves BETWEEN 2 AND 6", name="first_timer_halves_in_range"),
        CheckConstraint("application_opens_at < application_closes_at", name="opens_before_closes"),
        CheckConstraint("state = 'draft' OR published_at IS NOT NULL", name="published_has_time"),
        CheckConstraint(
            "(certificate_rule = 'minutes') = (certificate_minutes IS NOT NULL)",
            name="minutes_rule_has_minutes",
        ),
        Index("ix_event_state_starts_at", "state", "starts_at"),
    )

    slug: Mapped[str] = mapped_column(String(26), unique=True)
    kind: Mapped[EventKind] = mapped_column(enum_column(EventKind))
    title: Mapped[str] = mapped_column(String(120))
    subtitle: Mapped[str] = mapped_column(String(160), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    audience: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[EventState] = mapped_column(enum_column(EventState), default=EventState.DRAFT)
    responsible: Mapped[Responsible] = mapped_column(enum_column(Responsible), default=Responsible.JOINT)
    purpose_of_use: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(String(80), default="")
    contact_phone: Mapped[str] = mapped_column(String(30), default="")
    contact_fax: Mapped[str] = mapped_column(String(30), default="", server_default="")
    contact_mail: Mapped[str] = mapped_column(String(254), default="", server_default="")

    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """First and last instant of its sessions, kept equal to them by the action that changes sessions."""
    doors_open_at: Mapped[datetime]
    venue: Mapped[str] = mapped_column(String(120), default="")
    room: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(160), default="")
    map_url: Mapped[str] = mapped_column(String(300), default="")
    fee: Mapped[str] = mapped_column(String(60), default="")
    fee_amount: Mapped[int | None]
    """Yen that the door takes from each person; None where it takes nothing."""
    accessibility: Mapped[str] = mapped_column(Text, default="")

    capacity: Mapped[int | None]
    selection: Mapped[Selection] = mapped_column(enum_column(Selection))
    organisation_cap: Mapped[int | None]
    most_weight: Mapped[int] = mapped_column(default=4)
    """Weight in a draw after many refusals in a row; never below 2, so that a refusal always counts at the next draw."""
    first_timer_halves: Mapped[int] = mapped_column(default=3)
    """By how much a first-timer weighs more, in halves: 2 = no more than others, 3 = half as much again."""
    weighs_own_kind: Mapped[bool] = mapped_column(default=False)
    """Whether only earlier events of the same kind count for the weights; else all do."""
    application_opens_at: Mapped[datetime]
    application_closes_at: Mapped[datetime]
    results_on: Mapped[date | None]
    """The day on which results go out, as promised on the event page."""
    code_prefix: Mapped[str] = mapped_column(String(6))
    offer_hours: Mapped[int] = mapped_column(default=48)
    keeps_waiting_list: Mapped[bool] = mapped_column(default=True)
    """False: after the draw everyone without a seat is not_selected at once."""

    pledge: Mapped[str] = mapped_column(Text, default="")
    """Confidentiality pledge that applicants must accept; empty = none."""
    pre_question: Mapped[str] = mapped_column(String(200), default="")
    """A question to applicants in their words for the speakers; empty = none."""
    table_size: Mapped[int | None]
    handouts_numbered: Mapped[bool] = mapped_column(default=False)
    certificate_rule: Mapped[CertificateRule] = mapped_column(
        enum_column(CertificateRule), default=CertificateRule.NONE
    )
    certificate_minutes: Mapped[int | None]
    list_frozen_at: Mapped[datetime | None]
    """From here on nobody is added to or changed in the list that a draw is about to use, or has used."""
    public_number_name: Mapped[str] = mapped_column(String(120), default="")
    """The public number named beforehand that enters the draw's seed, such as a lottery result of a later day; empty
    where organisers chose to draw without one."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0)
    """How often its day, time or place, or whether it is held, has changed since it was public: SEQUENCE of its calendar
    entries."""
    revised_at: Mapped[datetime | None]
    """When that was last."""
    standstill_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it is postponed or called off, in words for everybody; empty while it is held."""
    copied_from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"))

    sessions: Mapped[list[Session]] = relationship(
        order_by="Session.starts_at", cascade="all, delete-orphan", back_populates="event"
    )
    programme: Mapped[list[ProgrammeItem]] = relationship(
        order_by="ProgrammeItem.position", cascade="all, delete-orphan"
    )
    sectors: Mapped[list[EventSector]] = relationship(
        order_by="EventSector.sort", cascade="all, delete-orphan"
    )
    groups: Mapped[list[EventGroup]] = relationship(
        order_by="EventGroup.sort", cascade="all, delete-orphan", back_populates="event"
    )
    professions: Mapped[list[EventProfession]] = relationship(cascade="all, delete-orphan")

    @property
    def inviting_groups(self) -> frozenset[uuid.UUID]:
        """Its groups that somebody new could apply in: those with a profession in use."""
        return frozenset(row.event_group_id for row in self.professions if row.profession.active)

    @property
    def is_public(self) -> bool:
        return self.state != EventState.DRAFT

    @property
    def expected_people(self) -> int:
        """How many may apply: twice the seats, and some where there is no end of seats."""
        return 2 * self.capacity if self.capacity else APPLICANTS_WITHOUT_CAPACITY

    @property
    def is_held(self) -> bool:
        """Neither postponed nor called off."""
        return self.state not in NOT_HELD

    @property
    def has_begun(self) -> bool:
        """Its hour has come; that of an event that is postponed or called off never does."""
        return self.is_held and self.starts_at <= clock.now()

    @property
    def takes_applications(self) -> bool:
        """Published, the application window is open now, and no list is fixed for a draw."""
        return (
            self.state == EventState.PUBLISHED
            and self.list_frozen_at is None
            and self.application_opens_at <= clock.now() < self.application_closes_at
        )


class Session(Identified, Base):
    """A dated part of an event; attendance is kept per session."""

    __tablename__ = "session"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="starts_before_ends"),)

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    event: Mapped[Event] = relationship(back_populates="sessions")


class ProgrammeItem(Identified, Base):
    """One line of the timetable: a talk with its speaker and minutes, or a break (no speaker)."""

    __tablename__ = "programme_item"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes_positive"),)

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    title: Mapped[str] = mapped_column(String(160))
    note: Mapped[str] = mapped_column(String(200), default="")
    speaker: Mapped[str] = mapped_column(String(80), default="")
    speaker_affiliation: Mapped[str] = mapped_column(String(120), default="")
    credit_code: Mapped[str] = mapped_column(String(40), default="")


class EventSector(Identified, Base):
    """A sector of this event, with its own reserve and cap."""

    __tablename__ = "event_sector"
    __table_args__ = (
        UniqueConstraint("event_id", "name", name="uq_event_sector_event_id_name"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("cap IS NULL OR cap >= reserved", name="cap_not_below_reserved"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    reserved: Mapped[int] = mapped_column(default=0)
    cap: Mapped[int | None]
    sort: Mapped[int] = mapped_column(default=0)


class EventGroup(Identified, Base):
    """A profession group of this event with its quota (枠): reserved seats (最低), cap (上限), release date (開放日).

    release_on: local date; from 00:00 of it on the reserve no longer holds seats back.
    """

    __tablename__ = "event_group"
    __table_args__ = (
        UniqueConstraint("event_id", "name", name="uq_event_group_event_id_name"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("cap IS NULL OR cap >= reserved", name="cap_not_below_reserved"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    sector_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("event_sector.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(40))
    mark: Mapped[str] = mapped_column(String(1))
    css: Mapped[str] = mapped_column(String(10))
    sort: Mapped[int]
    reserved: Mapped[int] = mapped_column(default=0)
    cap: Mapped[int | None]
    release_on: Mapped[date | None]
    event: Mapped[Event] = relationship(back_populates="groups")
    sector: Mapped[EventSector | None] = relationship(lazy="joined")


class EventProfession(Base):
    """The event's own map: which of its groups a profession counts to. A profession without a row may not apply."""

    __tablename__ = "event_profession"

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    profession_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("profession.id", ondelete="RESTRICT"), primary_key=True
    )
    event_group_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("event_group.id", ondelete="CASCADE"), index=True
    )
    profession: Mapped[Profession] = relationship(lazy="joined")
    group: Mapped[EventGroup] = relationship()


class NoticeKind(StrEnum):
    MOVED = "moved"
    POSTPONED = "postponed"
    CALLED_OFF = "called_off"
    RESUMED = "resumed"


class EventNotice(Identified, Base):
    """What of a public event those who applied have to hear: another day, time or place, or that it is not held.

    revision: of the event, with this change. before, after: when and where it is (`whereabouts.whereabouts`). settled_at:
    since staff told them, or said why not; told: how many mails that was.
    """

    __tablename__ = "event_notice"
    __table_args__ = (
        UniqueConstraint("event_id", "revision", name="uq_event_notice_event_id_revision"),
        CheckConstraint("(settled_at IS NULL) = (told IS NULL)", name="settled_has_number"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    revision: Mapped[int]
    kind: Mapped[NoticeKind] = mapped_column(enum_column(NoticeKind))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    reason: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    settled_at: Mapped[datetime | None]
    told: Mapped[int | None]
    untold_reason: Mapped[str] = mapped_column(Text, default="")
    event: Mapped[Event] = relationship()
