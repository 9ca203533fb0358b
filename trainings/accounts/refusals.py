"""Why an act on accounts can be refused."""

from enum import StrEnum


class AccountRefusal(StrEnum):
    NOT_FOUND = "not_found"
    LINK_DEAD = "link_dead"
    MAIL_TAKEN = "mail_taken"
    NOT_ACTIVE = "not_active"
    LAST_ADMIN = "last_admin"
    ONESELF = "oneself"
