"""Why an act on an event can be refused."""

from enum import StrEnum


class EventRefusal(StrEnum):
    NOT_A_DRAFT = "not_a_draft"
    CLOSED = "closed"
    # -- held or not
    NOT_PUBLIC = "not_public"
    REASON_MISSING_FOR_ALL = "reason_missing_for_all"
    IS_HELD = "is_held"
    DAY_IS_PAST = "day_is_past"
    NOT_HELD = "not_held"
    NOTICE_SETTLED = "notice_settled"
    NOTICE_CHANGED = "notice_changed"
    NOT_TOLD_WITHOUT_REASON = "not_told_without_reason"
    # -- mistakes
    HAS_APPLICATIONS = "has_applications"
    IS_PUBLIC = "is_public"
    WAS_PUBLIC = "was_public"
    # -- not ready to be seen
    NO_SESSIONS = "no_sessions"
    NO_VENUE = "no_venue"
    NO_CAPACITY = "no_capacity"
    NO_GROUPS = "no_groups"
    NO_PURPOSE = "no_purpose"
    NO_PLEDGE = "no_pledge"
    CLOSES_AFTER_START = "closes_after_start"
    RESERVE_FOR_NOBODY = "reserve_for_nobody"
    RESERVES_EXCEED_CAPACITY = "reserves_exceed_capacity"
    SECTOR_RESERVES_EXCEED_CAPACITY = "sector_reserves_exceed_capacity"
    SECTOR_CAP_BELOW_RESERVES = "sector_cap_below_reserves"
    SECTOR_RESERVE_ABOVE_CAPS = "sector_reserve_above_caps"
    # -- what applications and scans hold fast
    SELECTION_FIXED = "selection_fixed"
    CAPACITY_BELOW_CONFIRMED = "capacity_below_confirmed"
    PUBLIC_NUMBER_FIXED = "public_number_fixed"
    RULES_FROZEN = "rules_frozen"
    REASON_MISSING = "reason_missing"
    GROUP_IN_USE = "group_in_use"
    PROFESSION_IN_USE = "profession_in_use"
    SESSION_IN_USE = "session_in_use"
