"""What an organiser may ask to be changed about an event: plain rows, as the page sends them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class SessionChange:
    """A session. id: None for a new one; a known session that no row names is removed."""

    id: uuid.UUID | None
    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class SectorChange:
    """A row of the table of sectors. id: None for a new one. An empty name removes the sector."""

    id: uuid.UUID | None
    name: str
    reserved: int = 0
    cap: int | None = None


@dataclass(frozen=True)
class GroupChange:
    """A row of the table of groups. id: None for a new one. An empty name removes the group.

    sector: row of the table of sectors that it belongs to; None = to none.
    """

    id: uuid.UUID | None
    name: str
    reserved: int = 0
    cap: int | None = None
    release_on: date | None = None
    sector: int | None = None


@dataclass(frozen=True)
class ItemChange:
    """A line of the programme, in its new order, with the instant at which it begins."""

    title: str
    minutes: int
    starts_at: datetime
    note: str = ""
    speaker: str = ""
    speaker_affiliation: str = ""
    credit_code: str = ""


@dataclass(frozen=True)
class Standing:
    """What the floors above know of an event and its editing needs, read under the event's lock.

    groups, professions, sessions: those that applications or scans point to. confirmed_by_group: seats taken or offered;
    most_of_office: the most that one office has.
    """

    has_applications: bool = False
    confirmed: int = 0
    confirmed_by_group: Mapping[uuid.UUID, int] = field(default_factory=dict)
    most_of_office: int = 0
    drawn: bool = False
    groups: frozenset[uuid.UUID] = frozenset()
    professions: frozenset[uuid.UUID] = frozenset()
    sessions: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True, kw_only=True)
class EventChange:
    """Everything of an event as it shall be.

    values: column → new value, for plain columns. professions: profession id → row of `groups` that it counts to,
    None = may not apply; professions that are not named stay as they are. reason: why, where a reason is needed.
    """

    values: Mapping[str, Any]
    sessions: Sequence[SessionChange]
    sectors: Sequence[SectorChange]
    groups: Sequence[GroupChange]
    professions: Mapping[uuid.UUID, int | None]
    programme: Sequence[ItemChange]
    reason: str = ""
