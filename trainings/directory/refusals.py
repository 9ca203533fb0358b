"""Why an act on the directory, or on who is whom, can be refused."""

from enum import StrEnum


class DirectoryRefusal(StrEnum):
    NOT_FOUND = "not_found"
    NAME_TAKEN = "name_taken"
    NAME_RETIRED = "name_retired"
    NUMBER_TAKEN = "number_taken"
    CHANGED_MEANWHILE = "changed_meanwhile"
    ALREADY_ONE = "already_one"
    DECIDED_DISTINCT = "decided_distinct"
    BOTH_APPLIED = "both_applied"
    NOT_MERGED = "not_merged"
    NOT_DECIDED = "not_decided"
    ONLY_APPLICATION = "only_application"
    ALREADY_MATCHED = "already_matched"
    PERSON_ERASED = "person_erased"
    OFFICE_RETIRED = "office_retired"
    ROLE_NEEDED = "role_needed"
