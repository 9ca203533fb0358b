"""Why an act on an application can be refused."""

from enum import StrEnum


class RegistrationRefusal(StrEnum):
    NOT_PUBLISHED = "not_published"
    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    LIST_FROZEN = "list_frozen"
    PROFESSION_NOT_INVITED = "profession_not_invited"
    ALREADY_APPLIED = "already_applied"
    FULL = "full"
    OFFICE_FULL = "office_full"
    PLEDGE_MISSING = "pledge_missing"
    NOT_LIVE = "not_live"
    EVENT_BEGUN = "event_begun"
    ALREADY_IN = "already_in"
    SOMEBODY_ELSE = "somebody_else"
    GROUP_FIXED = "group_fixed"
    NOT_CONFIRMED = "not_confirmed"
    SUBSTITUTE_OTHER_GROUP = "substitute_other_group"
    SUBSTITUTE_SAME_PERSON = "substitute_same_person"
    CHANGED_MEANWHILE = "changed_meanwhile"
    SENT_BEFORE = "sent_before"
    REASON_MISSING = "reason_missing"
    ARRIVES_LATER = "arrives_later"
