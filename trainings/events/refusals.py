"""Why an act on an event can be refused."""

from enum import StrEnum


class EventRefusal(StrEnum):
    NOT_A_DRAFT = "not_a_draft"
    NO_SESSIONS = "no_sessions"
    NO_GROUPS = "no_groups"
    RESERVES_EXCEED_CAPACITY = "reserves_exceed_capacity"
    SECTOR_RESERVES_EXCEED_CAPACITY = "sector_reserves_exceed_capacity"
    NO_PURPOSE = "no_purpose"
    NO_VENUE = "no_venue"
    CLOSES_AFTER_START = "closes_after_start"
    CAPACITY_BELOW_CONFIRMED = "capacity_below_confirmed"
    SELECTION_FIXED = "selection_fixed"
    REASON_MISSING = "reason_missing"
    GROUP_IN_USE = "group_in_use"
    CLOSED = "closed"
