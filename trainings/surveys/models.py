"""Questionnaires, runs, invitations, responses and free texts.

Anonymity is a matter of columns: `response` and `free_text` have no place for a person, time or address in anonymous
modes, and nothing says who has answered. It is a matter of places too: both lie on disk by their random keys (SQLite keeps
no rowid for them) and are only written by `core.traces.mix`.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainings.core import clock
from trainings.core.db import Base, Identified, enum_column
from trainings.events.models import Event

NO_CODE = "no_code"
"""Stratum of the answers that came without a code: whoever has the address of a run can send such a one."""


class Wave(StrEnum):
    SINGLE = "single"
    PRE = "pre"
    POST = "post"
    FOLLOWUP = "followup"


class Mode(StrEnum):
    ANONYMOUS_PAIRED = "anonymous_paired"
    ANONYMOUS = "anonymous"
    IDENTIFIED = "identified"


class ResponseChannel(StrEnum):
    LINK = "link"
    VENUE = "venue"
    PAPER = "paper"


class Review(StrEnum):
    """What staff decided about a free text; nothing appears anywhere before that."""

    PENDING = "pending"
    PUBLIC = "public"
    INTERNAL = "internal"
    REDACTED = "redacted"


class Questionnaire(Identified, Base):
    __tablename__ = "questionnaire"

    code: Mapped[str] = mapped_column(String(8), unique=True)
    title: Mapped[str] = mapped_column(String(120))


class QuestionnaireVersion(Identified, Base):
    """One wording of a questionnaire. Once a run with it has opened it is frozen and a trigger keeps it so."""

    __tablename__ = "questionnaire_version"
    __frozen_when__ = "frozen_at"
    __table_args__ = (
        UniqueConstraint("questionnaire_id", "n", name="uq_questionnaire_version_questionnaire_id_n"),
    )

    questionnaire_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("questionnaire.id", ondelete="RESTRICT"))
    n: Mapped[int]
    doc: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime | None]
    questionnaire: Mapped[Questionnaire] = relationship(lazy="joined")


class SurveyRun(Identified, Base):
    """One opening of one version for one event.

    k: the smallest group that is shown by itself. strata: the pooling fixed at closing, event group id → label.
    left_out: answers without a code that were more than people without one, taken out at closing. cleared_at: when the
    worker wrote the answers into new files after closing, so that nothing on disk tells their order.
    """

    __tablename__ = "survey_run"
    __fixed_columns__ = ("version_id", "mode", "k")
    __table_args__ = (
        UniqueConstraint("event_id", "wave", name="uq_survey_run_event_id_wave"),
        CheckConstraint("k >= 3", name="k_at_least_three"),
        CheckConstraint("opens_at < closes_at", name="opens_before_closes"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"))
    slug: Mapped[str] = mapped_column(String(26), unique=True)
    wave: Mapped[Wave] = mapped_column(enum_column(Wave))
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("questionnaire_version.id", ondelete="RESTRICT"))
    mode: Mapped[Mode] = mapped_column(enum_column(Mode, "survey_mode"))
    k: Mapped[int] = mapped_column(default=5)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    strata: Mapped[dict[str, str] | None] = mapped_column(JSON)
    left_out: Mapped[int] = mapped_column(default=0)
    cleared_at: Mapped[datetime | None]
    sealed_at: Mapped[datetime | None]
    event: Mapped[Event] = relationship(lazy="joined")
    version: Mapped[QuestionnaireVersion] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.opens_at <= clock.now() < self.closes_at


class SurveyInvitation(Identified, Base):
    """Who was invited, never who answered. pair_uuid is fixed at the first invitation, so that merging or erasing
    people never changes a pair; the secret in the mail is derived from it and a key outside the database."""

    __tablename__ = "survey_invitation"
    __table_args__ = (
        UniqueConstraint("event_id", "application_id", name="uq_survey_invitation_event_id_application_id"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"))
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    pair_uuid: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    stratum: Mapped[uuid.UUID] = mapped_column(ForeignKey("event_group.id", ondelete="RESTRICT"))


class SurveyResponse(Identified, Base):
    """One set of answers. stratum: the event group, as text, from closing on its label in the pooling, or NO_CODE;
    pair_token: None for an answer without a code."""

    __tablename__ = "response"
    __written_anew__ = True
    __table_args__ = (
        UniqueConstraint("run_id", "pair_token", name="uq_response_run_id_pair_token"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("survey_run.id", ondelete="RESTRICT"))
    pair_token: Mapped[str | None] = mapped_column(String(26))
    stratum: Mapped[str] = mapped_column(String(36))
    channel: Mapped[ResponseChannel] = mapped_column(enum_column(ResponseChannel))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))


class FreeText(Identified, Base):
    """A sentence that somebody wrote, apart from the response it came with.

    In paired mode its id is derived from the pair and the item by the key outside the database, so that a second
    answer can replace the first while no column joins a text to a response.
    """

    __tablename__ = "free_text"
    __written_anew__ = True
    __table_args__ = (
        CheckConstraint("review <> 'redacted' OR public_body IS NOT NULL", name="redacted_has_public_body"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("survey_run.id", ondelete="RESTRICT"), index=True)
    item_key: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    review: Mapped[Review] = mapped_column(enum_column(Review), default=Review.PENDING)
    public_body: Mapped[str | None] = mapped_column(Text)
