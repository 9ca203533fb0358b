"""Master data and people."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainings.core import clock
from trainings.core.db import Base, Identified, enum_column
from trainings.directory.identity import Likeness


class Sector(Identified, Base):
    """医療, 介護・福祉, 行政・地域, 市民・その他."""

    __tablename__ = "sector"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    sort: Mapped[int]


class ProfessionGroup(Identified, Base):
    """The group that quotas and tables count by, unless an event regroups. `css` names its fixed colour."""

    __tablename__ = "profession_group"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    mark: Mapped[str] = mapped_column(String(1))
    css: Mapped[str] = mapped_column(String(10))
    sector_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sector.id", ondelete="RESTRICT"))
    sort: Mapped[int]
    sector: Mapped[Sector] = relationship(lazy="joined")


class Profession(Identified, Base):
    """What a person attends as. `skill_group` names the targets in the skills framework; empty = none."""

    __tablename__ = "profession"

    code: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    group_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("profession_group.id", ondelete="RESTRICT"))
    skill_group: Mapped[str] = mapped_column(String(40), default="")
    licence_number_label: Mapped[str] = mapped_column(String(60), default="")
    usual_channel: Mapped[str] = mapped_column(String(80), default="")
    jp_core_role_code: Mapped[str] = mapped_column(String(60), default="")
    sort: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    group: Mapped[ProfessionGroup] = relationship(lazy="joined")


class DistrictKind(StrEnum):
    IN_CITY = "in_city"
    NEIGHBOUR = "neighbour"
    OTHER = "other"


class District(Identified, Base):
    """The area of a community support centre (圏域); neighbouring cities and the rest are districts of another kind."""

    __tablename__ = "district"

    name: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[DistrictKind] = mapped_column(enum_column(DistrictKind), default=DistrictKind.IN_CITY)
    sort: Mapped[int] = mapped_column(default=0)


class OrganisationKind(StrEnum):
    CLINIC = "clinic"
    HOSPITAL = "hospital"
    DENTAL = "dental"
    PHARMACY = "pharmacy"
    HOME_NURSING = "home_nursing"
    CARE_MANAGEMENT = "care_management"
    SUPPORT_CENTRE = "support_centre"
    HOME_CARE = "home_care"
    DAY_CARE = "day_care"
    FACILITY = "facility"
    EQUIPMENT = "equipment"
    CONSULTATION = "consultation"
    PUBLIC = "public"
    OTHER = "other"


class Organisation(Identified, Base):
    """A clinic, pharmacy, station or office (事業所). number: the official 10 digits as text, where there is one."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("number IS NULL OR length(number) = 10", name="number_has_ten_digits"),
        UniqueConstraint("name", "district_id", name="uq_organisation_name_district_id"),
        Index("ix_organisation_search_key", "search_key"),
    )

    name: Mapped[str] = mapped_column(String(120))
    kana: Mapped[str] = mapped_column(String(120), default="")
    kind: Mapped[OrganisationKind] = mapped_column(enum_column(OrganisationKind))
    district_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("district.id", ondelete="RESTRICT"))
    number: Mapped[str | None] = mapped_column(String(10), unique=True)
    search_key: Mapped[str] = mapped_column(String(260))
    active: Mapped[bool] = mapped_column(default=True)
    district: Mapped[District] = relationship(lazy="joined")


class Association(Identified, Base):
    """A professional association or liaison group (団体・連絡会): the channel by which people heard of an event."""

    __tablename__ = "association"

    name: Mapped[str] = mapped_column(String(80), unique=True)
    sort: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)


PARTICIPANT = "participant"
"""The code of the one role that counts towards capacity, quotas and draw: whoever has another is there by word of the
organisers."""


class EventRole(Identified, Base):
    """As what somebody takes part (参加者, 講師 …). code: fixed; applications name it. certified: whether who attends in
    it gets a certificate."""

    __tablename__ = "event_role"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    certified: Mapped[bool] = mapped_column(default=True)
    sort: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)


class Person(Identified, Base):
    """History across events; no account, no password.

    The newest values of what this person's applications said. A merged person keeps its rows and points to the one
    it was merged into; everything reads through the canonical person.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_merged_into_itself"),
        Index("ix_person_name_key", "name_key"),
        Index("ix_person_kana", "family_kana", "given_kana"),
        Index("ix_person_given_kana", "given_kana"),
        Index("ix_person_licence_number", "licence_number"),
        Index("ix_person_mail", "mail"),
        Index("ix_person_phone_digits", "phone_digits"),
        # Few people were merged: of all the others the database need not think.
        Index(
            "ix_person_merged_into_id",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    family: Mapped[str] = mapped_column(String(60))
    given: Mapped[str] = mapped_column(String(60))
    family_kana: Mapped[str] = mapped_column(String(80), default="")
    given_kana: Mapped[str] = mapped_column(String(80), default="")
    name_key: Mapped[str] = mapped_column(String(120))
    """Family and given name exactly as typed, joined by a line feed: for equality only."""
    search_key: Mapped[str] = mapped_column(String(300))
    mail: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    phone_digits: Mapped[str] = mapped_column(String(30), default="")
    profession_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("profession.id", ondelete="RESTRICT"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="RESTRICT")
    )
    licence_number: Mapped[str] = mapped_column(String(30), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    erased_at: Mapped[datetime | None]
    profession: Mapped[Profession | None] = relationship(lazy="joined")
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")

    @property
    def full_name(self) -> str:
        return f"{self.family} {self.given}".strip()

    @property
    def name_parts(self) -> tuple[str, str, str, str]:
        return self.family, self.given, self.family_kana, self.given_kana

    @property
    def full_kana(self) -> str:
        return f"{self.family_kana} {self.given_kana}".strip()


class PersonAddress(Identified, Base):
    """A mail address that asked for somebody's history: who may see, apart from whose history it is.

    person_id: whom the applications under this address point to; read through the canonical person. The address opens
    something only once it was confirmed by a click on a link that was mailed to it. A second address of one person opens
    nothing until the first one agreed (agreed_by_id) or staff did (vouched_at); what each of them sees is a rule of
    registration.addresses.
    """

    __tablename__ = "person_address"
    __table_args__ = (
        UniqueConstraint("person_id", "mail", name="uq_person_address_person_id_mail"),
        CheckConstraint("agreed_by_id IS NULL OR agreed_by_id <> id", name="not_agreed_by_itself"),
        CheckConstraint("vouched_at IS NULL OR refused_at IS NULL", name="vouched_or_refused"),
        Index("ix_person_address_mail", "mail"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    mail: Mapped[str] = mapped_column(String(254))
    """Folded, in small letters: for equality. Mails go to the address as an application has it."""
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    agreed_by_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("person_address.id", ondelete="RESTRICT")
    )
    vouched_at: Mapped[datetime | None]
    vouched_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    refused_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When the first address was asked about this one."""
    link_version: Mapped[int] = mapped_column(default=1)
    link_fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the person link's secret (core.codes.secret_for(link_key, "person", id, link_version))."""
    confirm_fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the confirming link's secret (core.codes.secret_for(link_key, "address", id, link_version))."""
    person: Mapped[Person] = relationship()


class CandidateState(StrEnum):
    OPEN = "open"
    MERGED = "merged"
    DISTINCT = "distinct"


class PersonCandidate(Identified, Base):
    """Two people who may be one; staff decide. While one is open for an event, its draw refuses."""

    __tablename__ = "person_candidate"
    __table_args__ = (
        CheckConstraint("person_id <> other_id", name="two_people"),
        Index("uq_person_candidate_pair", "person_id", "other_id", unique=True),
        Index("ix_person_candidate_state", "state", "created_at"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    other_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    likeness: Mapped[Likeness] = mapped_column(enum_column(Likeness))
    state: Mapped[CandidateState] = mapped_column(enum_column(CandidateState), default=CandidateState.OPEN)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")
    other: Mapped[Person] = relationship(foreign_keys=[other_id], lazy="joined")
