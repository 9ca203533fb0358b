"""Why an act on seats can be refused."""

from enum import StrEnum


class AllocationRefusal(StrEnum):
    NOT_A_LOTTERY = "not_a_lottery"
    NOT_HELD = "not_held"
    STILL_OPEN = "still_open"
    ALREADY_FROZEN = "already_frozen"
    NOT_FROZEN = "not_frozen"
    ALREADY_DRAWN = "already_drawn"
    NOT_DRAWN = "not_drawn"
    DOOR_OPEN = "door_open"
    OPEN_CANDIDATES = "open_candidates"
    FREE_ENTRIES = "free_entries"
    NO_COMMITMENT = "no_commitment"
    PUBLIC_NUMBER_MISSING = "public_number_missing"
    NOBODY_APPLIED = "nobody_applied"
    REASON_MISSING = "reason_missing"
    NOT_PLACEABLE = "not_placeable"
    FULL = "full"
    LIST_FROZEN = "list_frozen"
    NO_SUCH_GROUP = "no_such_group"
    NO_SWAP = "no_swap"
    NO_OFFER = "no_offer"
    OFFER_ENDED = "offer_ended"
