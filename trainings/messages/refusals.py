"""Why an act on the outbox can be refused."""

from enum import StrEnum


class MessageRefusal(StrEnum):
    NOT_FOUND = "not_found"
    NOT_FAILED = "not_failed"
