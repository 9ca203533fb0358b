"""The application."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainings.core import clock
from trainings.core.counts import Counts
from trainings.core.db import Base, Identified, enum_column
from trainings.directory.models import PARTICIPANT, Association, Organisation, Person, Profession
from trainings.events.models import Event, EventGroup, Selection
from trainings.registration.states import HOLDS_SEAT, LIVE, OPEN, Reason, State

_LIVE_SQL = "state IN (" + ", ".join(f"'{state.value}'" for state in sorted(LIVE)) + ")"


TYPED_OFFICE_SQL = "organisation_id IS NULL AND organisation_name <> '' AND NOT organisation_kept"
"""An office that was typed freely and that nobody has settled; a question in these very words is answered from an index."""
_SEATED_SQL = "{row}.state IN (" + ", ".join(f"'{state.value}'" for state in sorted(HOLDS_SEAT)) + ")"
_PARTICIPANT_SQL = f"{{row}}.role = '{PARTICIPANT}'"


class Channel(StrEnum):
    WEB = "web"
    OFFICE = "office"
    FAX = "fax"
    PHONE = "phone"
    POSTCARD = "postcard"
    WALK_IN = "walk_in"
    SUBSTITUTE = "substitute"


BY_STAFF = frozenset({Channel.FAX, Channel.PHONE, Channel.POSTCARD})
"""Channels that staff enter; they may come in after closing, until the list is frozen."""


class Application(Identified, Base):
    """One person's request for one seat at one event, with its own copy of what was typed.

    person_id: as found when it was made, never re-pointed. canonical_person_id: whoever that person was merged into;
    kept by merge and undo, so that "one live application per event and person" is an index.
    waiting_rank: place in the waiting order of the whole event, from 1; first come: order of arrival.
    """

    __tablename__ = "application"
    __table_args__ = (
        Index(
            "uq_application_live_person",
            "event_id",
            "canonical_person_id",
            unique=True,
            sqlite_where=text(_LIVE_SQL),
            postgresql_where=text(_LIVE_SQL),
        ),
        UniqueConstraint("event_id", "idempotency_key", name="uq_application_event_id_idempotency_key"),
        CheckConstraint("table_number IS NULL OR table_number > 0", name="table_number_positive"),
        CheckConstraint("(state = 'offered') = (offer_expires_at IS NOT NULL)", name="offer_has_expiry"),
        CheckConstraint("profession_id IS NOT NULL OR channel = 'walk_in'", name="profession_unless_walk_in"),
        CheckConstraint(
            "decision_reason <> '' OR reason NOT IN ('placed_by_hand', 'refused_by_hand', 'swapped')",
            name="by_hand_has_reason",
        ),
        Index("ix_application_event_id_state", "event_id", "state"),
        Index("ix_application_event_id_changed_at", "event_id", "changed_at"),
        Index("ix_application_canonical_person_id", "canonical_person_id"),
        Index("ix_application_mail", "mail"),
        Index("ix_application_event_id_waiting_rank", "event_id", "waiting_rank"),
        Index("ix_application_event_id_organisation_id", "event_id", "organisation_id"),
        Index(
            "ix_application_typed_office",
            "event_id",
            sqlite_where=text(TYPED_OFFICE_SQL),
            postgresql_where=text(TYPED_OFFICE_SQL),
        ),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    canonical_person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    code: Mapped[str] = mapped_column(String(14), unique=True)
    role: Mapped[str] = mapped_column(
        String(40), ForeignKey("event_role.code", ondelete="RESTRICT"), default=PARTICIPANT
    )
    """The code of a role (directory.models.EventRole)."""
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    state: Mapped[State] = mapped_column(enum_column(State, "application_state"), default=State.APPLIED)
    reason: Mapped[Reason] = mapped_column(enum_column(Reason, "state_reason"), default=Reason.RECEIVED)
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    """The words that staff gave for a decision by hand; shown on the board, never mailed."""
    state_changed_at: Mapped[datetime] = mapped_column(default=clock.now)

    family: Mapped[str] = mapped_column(String(60))
    given: Mapped[str] = mapped_column(String(60))
    family_kana: Mapped[str] = mapped_column(String(80), default="")
    given_kana: Mapped[str] = mapped_column(String(80), default="")
    search_key: Mapped[str] = mapped_column(String(400))
    mail: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    fax: Mapped[str] = mapped_column(String(30), default="", server_default="")
    """Asked for only by staff who enter what came on paper."""
    profession_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("profession.id", ondelete="RESTRICT"))
    """None only for a walk-in, of whom the door asks no more than the group."""
    profession_note: Mapped[str] = mapped_column(String(60), default="")
    event_group_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("event_group.id", ondelete="RESTRICT"), index=True
    )
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="RESTRICT")
    )
    organisation_name: Mapped[str] = mapped_column(String(120), default="")
    """As chosen or typed; with no organisation_id a free entry, matched to the directory before a draw. Empty = none."""
    organisation_kept: Mapped[bool] = mapped_column(default=False)
    """Staff decided that the free entry stays as typed: it is in no directory, and its people are each their own."""
    licence_number: Mapped[str] = mapped_column(String(30), default="")
    heard_via_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("association.id", ondelete="RESTRICT"))
    heard_via_note: Mapped[str] = mapped_column(String(80), default="")
    pre_answer: Mapped[str] = mapped_column(Text, default="")
    care_note: Mapped[str] = mapped_column(Text, default="")
    pledged_at: Mapped[datetime | None]
    submitter_name: Mapped[str] = mapped_column(String(80), default="")
    priority: Mapped[int | None]

    idempotency_key: Mapped[str] = mapped_column(String(40))
    sent_edition: Mapped[str] = mapped_column(String(400), default="")
    """What the form said that was sent with this key (core.requests.editions); empty where no page was sent."""
    link_version: Mapped[int] = mapped_column(default=1)
    link_fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of core.codes.secret_for(link_key, "application", id, link_version)."""
    ticket_version: Mapped[int] = mapped_column(default=1)
    secrets_renewed_at: Mapped[datetime | None]
    """When staff last gave it a new link and ticket, because the old ones were in the wrong hands."""
    ticket_fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of core.codes.ticket_for(ticket_key, id, ticket_version)."""
    table_number: Mapped[int | None]
    waiting_rank: Mapped[int | None]
    offer_expires_at: Mapped[datetime | None]
    offer_told_at: Mapped[datetime | None]
    """When staff told somebody whom no mail reaches of their offer: from then on its time runs."""
    substitute_for_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("application.id", ondelete="RESTRICT"), unique=True
    )
    submitted_at: Mapped[datetime] = mapped_column(default=clock.now)
    """When it arrived: first come counts from here. The trail says when it was typed."""
    entered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    known_told_at: Mapped[datetime | None]
    """A possible duplicate: when the address of the application that stood before was told of it."""
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    """When anything in this row last changed; it becomes visible a moment later, with its transaction."""

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    canonical_person: Mapped[Person] = relationship(foreign_keys=[canonical_person_id])
    profession: Mapped[Profession | None] = relationship(lazy="joined")
    group: Mapped[EventGroup] = relationship(lazy="joined")
    organisation: Mapped[Organisation | None] = relationship()
    heard_via: Mapped[Association | None] = relationship()

    @property
    def full_name(self) -> str:
        return f"{self.family} {self.given}".strip()

    @property
    def full_kana(self) -> str:
        return f"{self.family_kana} {self.given_kana}".strip()

    @property
    def name_parts(self) -> tuple[str, str, str, str]:
        return self.family, self.given, self.family_kana, self.given_kana

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def came_late(self) -> bool:
        """Whether it arrived by FAX, telephone or postcard after the deadline, and staff took it all the same."""
        return self.channel in BY_STAFF and self.submitted_at >= self.event.application_closes_at

    @property
    def told_state(self) -> State:
        """What whoever applied is told: that somebody may have applied before is nobody's business but the staff's."""
        return State.APPLIED if self.state == State.DUPLICATE else self.state

    @property
    def waits_for_draw(self) -> bool:
        """Whether a draw decides; otherwise staff do, or a seat is given at once."""
        draws_lots = self.event.selection == Selection.LOTTERY
        return draws_lots and (self.state != State.DUPLICATE or self.event.list_frozen_at is None)


class SeatCount(Base):
    """How many participants of a group of an event hold a seat, and how many wait: kept by the database itself, so that
    whoever applies to a large hall need not count it. No row stands for a group of which nobody ever did either."""

    __tablename__ = "seat_count"
    __counts__ = Counts(
        table="application",
        by="event_group_id",
        watched=("state", "role"),
        columns={
            "seated": f"{_PARTICIPANT_SQL} AND {_SEATED_SQL}",
            "waiting": f"{_PARTICIPANT_SQL} AND {{row}}.state = '{State.WAITING.value}'",
        },
    )

    event_group_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("event_group.id", ondelete="CASCADE"), primary_key=True
    )
    seated: Mapped[int]
    waiting: Mapped[int]


class LinkRequest(Identified, Base):
    """Somebody asked for the links of an address. The worker looks the address up, so that the answer on the page takes
    as long for an unknown one, and deletes the row with its work."""

    __tablename__ = "link_request"

    mail: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
