"""What each setting of an event does to somebody who wants to come, by selection and way in; written by hand from the
design. Whoever adds a column to the event says here what it does, or why it has no part in that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trainings.events.models import EventState, Selection

WEB, COLLEAGUE, PROXY, WALK_IN = "web", "colleague", "proxy", "walk-in"
WAYS = (WEB, COLLEAGUE, PROXY, WALK_IN)
"""The public form; the same for a colleague of one's office; staff, from paper; and the door."""

FORMS = (WEB, COLLEAGUE, PROXY)
CONFIRMED, WAITING, APPLIED = "confirmed", "waiting", "applied"
FIRST_COME, LOTTERY = Selection.FIRST_COME, Selection.LOTTERY


@dataclass(frozen=True)
class Row:
    """settings: columns of the event; beside them days from now for its moments. said: what the newcomer says otherwise.
    outcome: by (selection, way); a state, or the code of the refusal. Before them one person of the same office and group
    has applied, who is confirmed where first come decides."""

    name: str
    outcome: dict[tuple[Selection, str], str]
    settings: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)


def outcomes(first_come: str, lottery: str, walk_in: str, *ways: str) -> dict[tuple[Selection, str], str]:
    """The same for each of the forms, unless ways are said; at the door whatever the selection."""
    found = {(FIRST_COME, way): first_come for way in ways or FORMS}
    found |= {(LOTTERY, way): lottery for way in ways or FORMS}
    return found | {(selection, WALK_IN): walk_in for selection in (FIRST_COME, LOTTERY)}


ROWS = (
    Row("nothing special", outcomes(CONFIRMED, APPLIED, CONFIRMED)),
    Row(
        # Where lots are drawn the first applicant holds no seat yet, so the door has one.
        "capacity, with a waiting list",
        outcomes(WAITING, APPLIED, "over_capacity") | {(LOTTERY, WALK_IN): CONFIRMED},
        {"capacity": 1},
    ),
    Row(
        "capacity, keeps_waiting_list",
        outcomes("full", APPLIED, "over_capacity") | {(LOTTERY, WALK_IN): CONFIRMED},
        {"capacity": 1, "keeps_waiting_list": False},
    ),
    Row(
        "keeps_waiting_list, seats left",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"keeps_waiting_list": False},
    ),
    Row("capacity, none", outcomes(CONFIRMED, APPLIED, CONFIRMED), {"capacity": None}),
    Row(
        "organisation_cap, with a waiting list",
        outcomes(WAITING, APPLIED, CONFIRMED),
        {"organisation_cap": 1},
    ),
    Row(
        "organisation_cap, keeps_waiting_list",
        outcomes("office_full", APPLIED, CONFIRMED),
        {"organisation_cap": 1, "keeps_waiting_list": False},
    ),
    Row(
        "organisation_cap, somebody of another office",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"organisation_cap": 1, "keeps_waiting_list": False},
        {"organisation_name": "もみじ薬局"},
    ),
    Row("group cap, with a waiting list", outcomes(WAITING, APPLIED, CONFIRMED), {"group.cap": 1}),
    Row(
        "group cap, keeps_waiting_list",
        outcomes("full", APPLIED, CONFIRMED),
        {"group.cap": 1, "keeps_waiting_list": False},
    ),
    Row(
        # Two seats: one is taken, one is kept for doctors. The door gives seats to whoever has come.
        "group reserved for others, with a waiting list",
        outcomes(WAITING, APPLIED, CONFIRMED),
        {"capacity": 2, "doctors.reserved": 1},
    ),
    Row(
        "group reserved for others, keeps_waiting_list",
        outcomes("full", APPLIED, CONFIRMED),
        {"capacity": 2, "doctors.reserved": 1, "keeps_waiting_list": False},
    ),
    Row(
        "group release_on, past",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"capacity": 2, "doctors.reserved": 1, "doctors.release_on": -1, "keeps_waiting_list": False},
    ),
    Row(
        "pledge, not given",
        outcomes("pledge_missing", "pledge_missing", CONFIRMED),
        {"pledge": "話しません。"},
    ),
    Row(
        "pledge, given", outcomes(CONFIRMED, APPLIED, CONFIRMED), {"pledge": "話しません。"}, {"pledged": "y"}
    ),
    Row(
        "application_opens_at, ahead",
        outcomes("not_open_yet", "not_open_yet", CONFIRMED),
        {"application_opens_at": 1},
    ),
    Row(
        # Late FAX: staff may enter what came on paper after closing.
        "application_closes_at, past",
        outcomes("closed", "closed", CONFIRMED) | {(FIRST_COME, PROXY): CONFIRMED, (LOTTERY, PROXY): APPLIED},
        {"application_closes_at": -0.5},
    ),
    Row("list_frozen_at", outcomes("list_frozen", "list_frozen", CONFIRMED), {"list_frozen_at": -0.1}),
    Row(
        "state, called off",
        outcomes("not_published", "not_published", "no_walk_ins"),
        {"state": EventState.CALLED_OFF},
    ),
    Row(
        "state, postponed",
        outcomes("not_published", "not_published", "no_walk_ins"),
        {"state": EventState.POSTPONED},
    ),
    Row(
        # The door still brings in what it has kept, and whoever stands there.
        "state, closed",
        outcomes("not_published", "not_published", CONFIRMED),
        {"state": EventState.CLOSED},
    ),
    Row("fee_amount", outcomes(CONFIRMED, APPLIED, CONFIRMED), {"fee_amount": 1000}),
    Row(
        "pre_question, unanswered",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"pre_question": "何を聞きたいですか"},
    ),
)

NO_PART: dict[str, str] = {
    **dict.fromkeys(("id", "slug", "code_prefix", "copied_from_id"), "names it"),
    **dict.fromkeys(("kind",), "a preset: it has filled the other settings"),
    **dict.fromkeys(
        ("title", "subtitle", "description", "audience", "purpose_of_use", "responsible"), "words"
    ),
    **dict.fromkeys(("contact_name", "contact_phone", "venue", "room", "address", "map_url", "fee"), "words"),
    **dict.fromkeys(("accessibility", "public_number_name", "standstill_reason"), "words"),
    **dict.fromkeys(("starts_at", "ends_at", "doors_open_at"), "moments of its sessions"),
    **dict.fromkeys(("most_weight", "first_timer_halves", "weighs_own_kind"), "odds of a draw"),
    **dict.fromkeys(("results_on", "offer_hours"), "after the decision"),
    **dict.fromkeys(("table_size", "handouts_numbered"), "in the room"),
    **dict.fromkeys(("certificate_rule", "certificate_minutes"), "afterwards"),
    **dict.fromkeys(
        ("created_at", "published_at", "closed_at", "revision", "revised_at"), "notes of what was done"
    ),
}
"""Columns that decide nothing about who gets in, and why."""

SELECTION = "selection"
"""The column that the table has a side of its own for."""
