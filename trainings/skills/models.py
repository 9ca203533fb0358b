"""The framework with its skills, levels and targets; what an event teaches; the ledger of evidence."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainings.core import clock
from trainings.core.db import Base, Identified, enum_column
from trainings.events.models import EventKind

HIGHEST_LEVEL = 4


class Framework(Identified, Base):
    """One version of the skills framework. attend_cap: attendance alone never lifts anyone above this level."""

    __tablename__ = "framework"
    __table_args__ = (UniqueConstraint("code", "version", name="uq_framework_code_version"),)

    code: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(200), default="")
    licence: Mapped[str] = mapped_column(String(80), default="")
    attend_cap: Mapped[int] = mapped_column(default=1)
    supersedes_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("framework.id", ondelete="RESTRICT"))


class SkillKind(StrEnum):
    DOMAIN = "domain"
    SKILL = "skill"


class Skill(Identified, Base):
    """A domain, or a skill inside one. guid stays the same from version to version of the framework."""

    __tablename__ = "skill"
    __table_args__ = (
        UniqueConstraint("framework_id", "code", name="uq_skill_framework_id_code"),
        CheckConstraint("(kind = 'skill') = (parent_id IS NOT NULL)", name="skill_has_domain"),
    )

    guid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    framework_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("framework.id", ondelete="RESTRICT"))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("skill.id", ondelete="RESTRICT"))
    code: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[SkillKind] = mapped_column(enum_column(SkillKind))
    position: Mapped[int]


class Level(Identified, Base):
    """Words of one level 0–4, for the whole framework or for one skill."""

    __tablename__ = "level"
    __table_args__ = (
        CheckConstraint(f"n BETWEEN 0 AND {HIGHEST_LEVEL}", name="n_in_range"),
        UniqueConstraint("framework_id", "skill_id", "n", name="uq_level_framework_id_skill_id_n"),
    )

    framework_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("framework.id", ondelete="RESTRICT"))
    skill_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("skill.id", ondelete="RESTRICT"))
    n: Mapped[int]
    label: Mapped[str] = mapped_column(String(40))
    descriptor: Mapped[str] = mapped_column(Text, default="")


class Target(Identified, Base):
    """The level that a skill group is meant to reach. No row means 対象外, which is not the same as 0."""

    __tablename__ = "target"
    __table_args__ = (
        CheckConstraint(f"level BETWEEN 1 AND {HIGHEST_LEVEL}", name="level_in_range"),
        CheckConstraint("weight BETWEEN 1 AND 3", name="weight_in_range"),
        CheckConstraint("valid_to IS NULL OR valid_from < valid_to", name="valid_from_before_to"),
        UniqueConstraint(
            "skill_group", "skill_id", "valid_from", name="uq_target_skill_group_skill_id_valid_from"
        ),
    )

    framework_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("framework.id", ondelete="RESTRICT"))
    skill_group: Mapped[str] = mapped_column(String(40))
    skill_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("skill.id", ondelete="RESTRICT"), index=True)
    level: Mapped[int]
    weight: Mapped[int] = mapped_column(default=1)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class EvidenceKind(StrEnum):
    ATTEND = "attend"
    TEST = "test"
    OBSERVATION = "observation"
    REVOKE = "revoke"


class Evidence(Identified, Base):
    """A fact that raises a level, or revokes one that did. Append-only: a mistake is a revoke row with its reason.

    repetition: 0 at first; how often the same attendance was revoked before (a door reopened and closed again).
    """

    __tablename__ = "evidence"
    __append_only__ = True
    __table_args__ = (
        CheckConstraint(f"level BETWEEN 0 AND {HIGHEST_LEVEL}", name="level_in_range"),
        CheckConstraint("(kind = 'revoke') = (revokes_id IS NOT NULL)", name="revoke_names_evidence"),
        Index(
            "uq_evidence_attendance",
            "person_id",
            "skill_id",
            "event_id",
            "repetition",
            unique=True,
            sqlite_where=text("kind = 'attend'"),
            postgresql_where=text("kind = 'attend'"),
        ),
        Index("ix_evidence_skill_id_person_id", "skill_id", "person_id"),
        Index("ix_evidence_event_id", "event_id"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    skill_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("skill.id", ondelete="RESTRICT"))
    level: Mapped[int]
    kind: Mapped[EvidenceKind] = mapped_column(enum_column(EvidenceKind))
    observed_on: Mapped[date]
    expires_on: Mapped[date | None]
    event_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"))
    assessor: Mapped[str] = mapped_column(String(80), default="")
    revokes_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("evidence.id", ondelete="RESTRICT"), unique=True
    )
    repetition: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by: Mapped[str] = mapped_column(String(60), default="")


class Contribution(Identified, Base):
    """What a kind of event usually teaches: from a level up to a level, and how likely a gain is (0–1)."""

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("event_kind", "skill_id", name="uq_contribution_event_kind_skill_id"),
        CheckConstraint("from_level < to_level", name="from_below_to"),
        CheckConstraint("p_gain BETWEEN 0 AND 1", name="p_gain_is_share"),
    )

    event_kind: Mapped[EventKind] = mapped_column(enum_column(EventKind))
    skill_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("skill.id", ondelete="RESTRICT"))
    from_level: Mapped[int]
    to_level: Mapped[int]
    p_gain: Mapped[float]
    valid_months: Mapped[int | None]


class EventSkill(Base):
    """A skill that one event teaches, and up to which level."""

    __tablename__ = "event_skill"
    __table_args__ = (CheckConstraint(f"to_level BETWEEN 1 AND {HIGHEST_LEVEL}", name="to_level_in_range"),)

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("skill.id", ondelete="RESTRICT"), primary_key=True)
    to_level: Mapped[int]
    valid_months: Mapped[int | None]
    skill: Mapped[Skill] = relationship(lazy="joined")
