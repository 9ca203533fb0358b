"""Why it cannot be noted that somebody was told."""

from enum import StrEnum


class NoticeRefusal(StrEnum):
    IN_FUTURE = "in_future"
    NOT_YET_SO = "not_yet_so"
    NOT_DUE = "not_due"
    ANSWERED = "answered"
