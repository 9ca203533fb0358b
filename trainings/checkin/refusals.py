"""Why an act at the door can be refused. What a scan is refused for is `models.Why`."""

from enum import StrEnum


class CheckinRefusal(StrEnum):
    NOT_PUBLISHED = "not_published"
    NOT_ENDED = "not_ended"
    DOOR_NOT_OPEN = "door_not_open"
    DOOR_CLOSED = "door_closed"
    NAME_MISSING = "name_missing"
    NAME_HOLDS_ADDRESS = "name_holds_address"
    KANA_MISSING = "kana_missing"
    GROUP_MISSING = "group_missing"
    OVER_CAPACITY = "over_capacity"
    ALREADY_APPLIED = "already_applied"
    BAD_TABLE = "bad_table"
    PROFESSION_NOT_INVITED = "profession_not_invited"
    BAD_TIME = "bad_time"
    TIME_AHEAD = "time_ahead"
    BAD_FILE = "bad_file"
    BAD_ENTRY = "bad_entry"
    OTHER_EVENTS_FILE = "other_events_file"
    LINK_RENEWED = "link_renewed"
    LINK_USED_UP = "link_used_up"
    DEVICE_NAMED = "device_named"
    BAD_LIMIT = "bad_limit"
    NO_FEE_TO_UNDO = "no_fee_to_undo"
