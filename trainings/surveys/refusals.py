"""Why an act on a survey can be refused."""

from enum import StrEnum


class SurveyRefusal(StrEnum):
    NOT_OPEN = "not_open"
    ALREADY_CLOSED = "already_closed"
    ANSWERED_BEFORE = "answered_before"
    UNKNOWN_CODE = "unknown_code"
    CODE_NEEDED = "code_needed"
    BAD_ANSWERS = "bad_answers"
    REDACTION_EMPTY = "redaction_empty"
    STILL_OPEN = "still_open"
