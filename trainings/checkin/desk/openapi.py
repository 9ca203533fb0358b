"""The scans API v1 as an OpenAPI 3.1 document; held against the implementation by generated requests in the tests."""

from __future__ import annotations

from trainings.checkin.desk.schemas import (
    ANSWER,
    ATTEMPT,
    BADGE,
    COUNT,
    DEPUTY,
    ENVELOPE,
    FEE,
    FEE_TAKEN,
    GUEST,
    ID,
    INSTANT,
    LOCK,
    LOCK_SET,
    SEEN,
    SHOWN,
    STATE,
    TEXT,
    WALK_IN,
    Schema,
    list_of,
    object_of,
    or_none,
    ref,
)

_ERRORS = {
    "400": "The body is not of this form; `field` names what is wrong.",
    "401": "The token is unknown, or the device was revoked.",
    "403": "Too early for a roster.",
    "410": (
        "The door is closed (`closed`), or its event is not public any more (`withdrawn`): no roster any more, and "
        "after some days no upload either."
    ),
    "413": "The body is longer than any that a desk sends; the same in smaller batches is taken.",
}

_NEWS: dict[str, Schema] = {
    "scans": list_of(ref("Seen")),
    "cursor": COUNT,
    "roster": list_of(ref("Guest")),
    "roster_at": INSTANT,
    "edition": {
        "type": "string",
        "description": "A digest of event and texts; another one: load the roster anew.",
    },
}
_FACTS: dict[str, Schema] = {
    "device": object_of({"id": ID, "name": TEXT}),
    "event": {"type": "object"},
    "texts": {"type": "object"},
}
_NEXT: Schema = or_none(
    {"type": "string", "format": "uuid", "description": "`after` of the following part; null at the end."}
)
_AFTER: Schema = {
    "name": "after",
    "in": "query",
    "required": False,
    "description": "`next` of the part before; without it, from the beginning.",
    "schema": ID,
}
_MOST: Schema = {
    "name": "most",
    "in": "query",
    "required": True,
    "description": "Lines in this part.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 500},
}


def document() -> Schema:
    """The whole document as plain values."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tsudoi scans API",
            "version": "1",
            "description": "What door devices speak. A bearer token, given once at enrolment, lets a device in.",
        },
        "security": [{"device": []}],
        "paths": {
            "/api/v1/door/event": _get("What a desk needs beside the people.", "Event", "403"),
            "/api/v1/door/guests": _get(
                "A part of the roster, by id; what changes meanwhile is among the changes since `roster_at` of the event.",
                "Guests",
                "400",
                "403",
                parameters=[_MOST, _AFTER],
            ),
            "/api/v1/door/roster": _get(
                "Event, people and scans in one answer; it may be long.", "Roster", "403"
            ),
            "/api/v1/door/changes": _get(
                "What is new: scans of all desks after a cursor, and roster lines changed since.",
                "Changes",
                "400",
                parameters=[
                    {
                        "name": "cursor",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
                    },
                    {
                        "name": "roster_at",
                        "in": "query",
                        "required": True,
                        "description": "As the last answer with a roster said it.",
                        "schema": INSTANT,
                    },
                    _MOST
                    | {
                        "required": False,
                        "description": "Scans and roster lines in this part; without it, all lines.",
                    },
                    _AFTER,
                ],
            ),
            "/api/v1/door/counts": _get("Arrived of expected, and seats left.", "Counts"),
            "/api/v1/door/scans": _post(
                "A batch of scans, answered one by one. The same scan id again gets its first answer again; with other "
                "content it is kept beside the first, for review.",
                object_of(
                    {"scans": {"type": "array", "maxItems": 200, "items": ref("Attempt")}},
                    {"unsent": {"type": "integer", "minimum": 0, "maximum": 999_999}, "now": INSTANT},
                ),
                object_of({**ENVELOPE, "answers": list_of(ref("Answer"))}),
            ),
            "/api/v1/door/walk-ins": _post(
                "One person without an application; the same scan id again as for scans.",
                ref("WalkIn"),
                object_of({**ENVELOPE, "answers": list_of(ref("Answer"))}),
                refused=True,
            ),
            "/api/v1/door/deputies": _post(
                "Somebody who came in the place of an applicant (`application`); `undoes`: scans that had let that one in.",
                ref("Deputy"),
                object_of({**ENVELOPE, "answers": list_of(ref("Answer"))}),
                refused=True,
            ),
            "/api/v1/door/lock": _get("The PIN that locks this desk to scanning, as a salted hash.", "Lock")
            | _post(
                "The PIN that was set at the desk, as a salted hash; `hash` null ends the lock.",
                LOCK_SET,
                object_of({**ENVELOPE, "lock": or_none(ref("PinHash"))}),
            ),
            "/api/v1/door/lock/try": _post(
                "A PIN typed to open the desk, hashed with the lock's salt; `wrong`: wrong ones before it that the desk "
                "counted without network. After five the lock is `held`: staff have to set another PIN or take it away.",
                object_of(
                    {},
                    {
                        "hash": or_none(LOCK["properties"]["hash"]),
                        "wrong": {"type": "integer", "minimum": 0, "maximum": 1000},
                    },
                ),
                object_of({**ENVELOPE, "lock": or_none(ref("PinHash")), "opens": {"type": "boolean"}}),
            ),
            "/api/v1/door/badges": _post(
                "One badge to be printed at the desk; for whom is written down.",
                object_of({"application": ID}),
                object_of({**ENVELOPE, "badge": ref("Badge")}),
            ),
            "/api/v1/door/fees": _get(
                "Fees that were taken, at all desks; `since`: only what came in since that instant.",
                "Fees",
                "400",
                parameters=[
                    {
                        "name": "since",
                        "in": "query",
                        "required": False,
                        "description": "As `at` of the last answer.",
                        "schema": INSTANT,
                    }
                ],
            )
            | _post(
                "A fee taken from somebody (`application`, or `scan` by which they came in), or one given back (`undoes`). "
                "The same id with another content is refused.",
                ref("FeeTaken"),
                object_of({**ENVELOPE, "fee": ref("Fee")}),
                refused=True,
            ),
            "/api/v1/door/corrections": _post(
                "The profession of somebody at the door; refused with `guest` where it was corrected elsewhere.",
                object_of({"application": ID, "profession": ID}, {"shown": or_none(SHOWN)}),
                object_of({**ENVELOPE, "guest": or_none(ref("Guest"))}),
                refused=True,
            ),
        },
        "components": {
            "securitySchemes": {"device": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Guest": GUEST,
                "Seen": SEEN,
                "Answer": ANSWER,
                "Attempt": ATTEMPT,
                "WalkIn": WALK_IN,
                "Badge": BADGE,
                "Deputy": DEPUTY,
                "PinHash": LOCK,
                "Lock": object_of({**ENVELOPE, "lock": or_none(ref("PinHash"))}),
                "Fee": FEE,
                "FeeTaken": FEE_TAKEN,
                "Fees": object_of({**ENVELOPE, "fees": list_of(ref("Fee")), "at": INSTANT}),
                "Error": object_of({**ENVELOPE, "error": TEXT}, {"field": TEXT}),
                "Refusal": object_of({**ENVELOPE, "error": TEXT, "say": TEXT}, {"guest": ref("Guest")}),
                "Counts": object_of({**ENVELOPE, **STATE}),
                "Changes": object_of(
                    {
                        **ENVELOPE,
                        **STATE,
                        **_NEWS,
                        "more": {"type": "boolean", "description": "More waits; ask again at once."},
                        "next": _NEXT,
                    }
                ),
                "Event": object_of(
                    {
                        **ENVELOPE,
                        **STATE,
                        **_FACTS,
                        "edition": _NEWS["edition"],
                        "people": COUNT,
                        "roster_at": INSTANT,
                    }
                ),
                "Guests": object_of(
                    {
                        **ENVELOPE,
                        "roster": _NEWS["roster"],
                        "next": _NEXT,
                        "people": COUNT,
                        "edition": _NEWS["edition"],
                    }
                ),
                "Roster": object_of({**ENVELOPE, **STATE, **_FACTS, **_NEWS}),
            },
        },
    }


def _content(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _failures(*codes: str) -> Schema:
    return {code: {"description": _ERRORS[code], "content": _content(ref("Error"))} for code in codes}


def _get(summary: str, answer: str, *codes: str, parameters: list[Schema] | None = None) -> Schema:
    return {
        "get": {
            "summary": summary,
            "parameters": parameters or [],
            "responses": {
                "200": {"description": summary, "content": _content(ref(answer))},
                **_failures("401", "410", *codes),
            },
        }
    }


def _post(summary: str, body: Schema, answer: Schema, *, refused: bool = False) -> Schema:
    refusal = {"description": "A rule of the event refuses it.", "content": _content(ref("Refusal"))}
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": _content(body)},
            "responses": {
                "200": {"description": summary, "content": _content(answer)},
                **_failures("400", "401", "410", "413"),
                **({"422": refusal} if refused else {}),
            },
        }
    }
