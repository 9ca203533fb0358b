"""The scans API v1 as an OpenAPI 3.1 document; held against the implementation by generated requests in the tests."""

from __future__ import annotations

from typing import Any

from trainings.checkin.models import Direction, Method, Outcome, ScanKind, Why

Schema = dict[str, Any]

ID: Schema = {"type": "string", "format": "uuid"}
INSTANT: Schema = {
    "type": "string",
    "format": "date-time",
    "description": "With an offset; between the years 2001 and 2199.",
}
NOTHING: Schema = {"type": "null"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "required": sorted(required),
        "properties": {**required, **(optional or {})},
    }


def _or_none(schema: Schema) -> Schema:
    return {"anyOf": [schema, NOTHING]}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _typed(longest: int, shortest: int = 0) -> Schema:
    return {"type": "string", "minLength": shortest, "maxLength": longest, "pattern": "^[^\\u0000]*$"}


def _one_of(kind: Any) -> Schema:
    return {"type": "string", "enum": [member.value for member in kind]}


_ENVELOPE: dict[str, Schema] = {"marker": {"const": "tsudoi-door-1"}, "now": INSTANT}
"""In every answer, so that a captive portal's page is never taken for one."""

_GUEST = _object(
    {
        "id": ID,
        "ticket": {"type": "string", "description": "SHA-256 of the ticket's code."},
        "code": TEXT,
        "name": TEXT,
        "kana": TEXT,
        "office": TEXT,
        "group": TEXT,
        "profession": TEXT,
        "mark": TEXT,
        "css": TEXT,
        "table": _or_none({"type": ["integer", "string"]}),
        "state": TEXT,
        "role": TEXT,
        "care": {"type": "boolean", "description": "Whether there is a care note; never its text."},
        "search": TEXT,
    }
)
_SEEN = _object(
    {
        "scan_id": ID,
        "application": _or_none(ID),
        "session": _or_none(ID),
        "outcome": _one_of(Outcome),
        "why": _one_of(Why),
        "kind": _one_of(ScanKind),
        "undoes": _or_none(ID),
        "corrects": _or_none(ID) | {"description": "The scan whose time and session are those of this row."},
        "again_of": _or_none(ID) | {"description": "The scan that this one says again: taken back with it."},
        "direction": _one_of(Direction),
        "at": INSTANT,
        "device": _or_none(ID),
    }
)
_STATE: dict[str, Schema] = {
    "groups": _list(
        _object(
            {
                "id": ID,
                "name": TEXT,
                "mark": TEXT,
                "css": TEXT,
                "expected": COUNT,
                "arrived": COUNT,
                "free": _or_none(COUNT),
            }
        )
    ),
    "expected": COUNT,
    "arrived": COUNT,
    "free": _or_none(COUNT),
    "desks": {"type": "object", "additionalProperties": TEXT},
}
_ANSWER = _object(
    {
        "scan_id": ID,
        "outcome": _one_of(Outcome),
        "why": _one_of(Why),
        "say": TEXT,
        "next": TEXT,
        "since": {"type": ["string", "null"]},
        "desk": TEXT,
        "session": _or_none(ID),
        "undo": FLAG,
        "guest": _or_none(_ref("Guest")),
    }
)
_ATTEMPT = _object(
    {"scan_id": ID, "scanned_at": INSTANT, "method": _one_of(Method)},
    {
        "direction": _one_of(Direction),
        "ticket": _typed(100),
        "application": _or_none(ID),
        "session": _or_none(ID),
        "forced": FLAG,
        "offline": FLAG,
        "undoes": _or_none(ID),
    },
)
_WALK_IN = _object(
    {"scan_id": ID, "scanned_at": INSTANT, "name": _typed(60), "kana": _typed(80), "group": ID},
    {"reason": _typed(200), "offline": FLAG},
)
_FEE = _object(
    {
        "fee_id": ID,
        "application": ID,
        "amount": {"type": "integer", "minimum": 0, "maximum": 1_000_000, "description": "Yen."},
        "at": INSTANT,
        "device": _or_none(ID),
        "undoes": _or_none(ID),
    }
)
_FEE_TAKEN = _object(
    {"fee_id": ID, "taken_at": INSTANT},
    {
        "amount": {"type": "integer", "minimum": 0, "maximum": 1_000_000, "description": "Yen."},
        "application": _or_none(ID),
        "scan": _or_none(ID),
        "undoes": _or_none(ID),
    },
)
_DEPUTY = _object(
    {"scan_id": ID, "scanned_at": INSTANT, "application": ID, "name": _typed(60), "kana": _typed(80)},
    {"undoes": {"type": "array", "maxItems": 20, "items": ID}, "offline": FLAG},
)
_LOCK = _object(
    {
        "salt": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "rounds": {"type": "integer", "description": "Of PBKDF2-SHA-256."},
        "set_at": INSTANT,
    }
)
_LOCK_SET: Schema = {
    "oneOf": [
        _object({name: _LOCK["properties"][name] for name in ("salt", "hash")}),
        _object({"hash": NOTHING}),
    ]
}
_FITTED = _object(
    {"size": {"type": "integer", "description": "Points."}, "lines": _list(TEXT)},
)
"""A text as it fits on the badge."""
_BADGE = _object(
    {
        **dict.fromkeys(("name", "kana", "office", "mark", "css", "code"), TEXT),
        "printed": _object(dict.fromkeys(("event", "kana", "name", "office", "group"), _FITTED)),
        "table": _or_none({"type": "integer"}),
        "qr": _object(
            {"size": COUNT, "path": {"type": "string", "description": "Of an SVG, `size` by `size`."}}
        ),
    }
)
_ERRORS = {
    "400": "The body is not of this form; `field` names what is wrong.",
    "401": "The token is unknown, or the device was revoked.",
    "403": "Too early for a roster.",
    "410": "The door is closed: no roster any more, and after some days no upload either.",
    "413": "The body is longer than any that a desk sends; the same in smaller batches is taken.",
}

_NEWS: dict[str, Schema] = {
    "scans": _list(_ref("Seen")),
    "cursor": COUNT,
    "roster": _list(_ref("Guest")),
    "roster_at": INSTANT,
    "edition": {
        "type": "string",
        "description": "A digest of event and texts; another one: load the roster anew.",
    },
}
_FACTS: dict[str, Schema] = {
    "device": _object({"id": ID, "name": TEXT}),
    "event": {"type": "object"},
    "texts": {"type": "object"},
}
_NEXT: Schema = _or_none(
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
                "A batch of scans, answered one by one. The same scan id again gets its first answer again.",
                _object(
                    {"scans": {"type": "array", "maxItems": 200, "items": _ref("Attempt")}},
                    {"unsent": {"type": "integer", "minimum": 0, "maximum": 999_999}, "now": INSTANT},
                ),
                _object({**_ENVELOPE, "answers": _list(_ref("Answer"))}),
            ),
            "/api/v1/door/walk-ins": _post(
                "One person without an application.",
                _ref("WalkIn"),
                _object({**_ENVELOPE, "answers": _list(_ref("Answer"))}),
                refused=True,
            ),
            "/api/v1/door/deputies": _post(
                "Somebody who came in the place of an applicant (`application`); `undoes`: scans that had let that one in.",
                _ref("Deputy"),
                _object({**_ENVELOPE, "answers": _list(_ref("Answer"))}),
                refused=True,
            ),
            "/api/v1/door/lock": _get("The PIN that locks this desk to scanning, as a salted hash.", "Lock")
            | _post(
                "The PIN that was set at the desk, as a salted hash; `hash` null ends the lock.",
                _LOCK_SET,
                _object({**_ENVELOPE, "lock": _or_none(_ref("PinHash"))}),
            ),
            "/api/v1/door/badges": _post(
                "One badge to be printed at the desk; for whom is written down.",
                _object({"application": ID}),
                _object({**_ENVELOPE, "badge": _ref("Badge")}),
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
                "A fee taken from somebody (`application`, or `scan` by which they came in), or one given back (`undoes`).",
                _ref("FeeTaken"),
                _object({**_ENVELOPE, "fee": _ref("Fee")}),
                refused=True,
            ),
            "/api/v1/door/corrections": _post(
                "The profession of somebody who stands at the door.",
                _object({"application": ID, "profession": ID}),
                _object({**_ENVELOPE, "guest": _or_none(_ref("Guest"))}),
                refused=True,
            ),
        },
        "components": {
            "securitySchemes": {"device": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Guest": _GUEST,
                "Seen": _SEEN,
                "Answer": _ANSWER,
                "Attempt": _ATTEMPT,
                "WalkIn": _WALK_IN,
                "Badge": _BADGE,
                "Deputy": _DEPUTY,
                "PinHash": _LOCK,
                "Lock": _object({**_ENVELOPE, "lock": _or_none(_ref("PinHash"))}),
                "Fee": _FEE,
                "FeeTaken": _FEE_TAKEN,
                "Fees": _object({**_ENVELOPE, "fees": _list(_ref("Fee")), "at": INSTANT}),
                "Error": _object({**_ENVELOPE, "error": TEXT}, {"field": TEXT}),
                "Refusal": _object({**_ENVELOPE, "error": TEXT, "say": TEXT}),
                "Counts": _object({**_ENVELOPE, **_STATE}),
                "Changes": _object(
                    {
                        **_ENVELOPE,
                        **_STATE,
                        **_NEWS,
                        "more": {"type": "boolean", "description": "More waits; ask again at once."},
                        "next": _NEXT,
                    }
                ),
                "Event": _object(
                    {
                        **_ENVELOPE,
                        **_STATE,
                        **_FACTS,
                        "edition": _NEWS["edition"],
                        "people": COUNT,
                        "roster_at": INSTANT,
                    }
                ),
                "Guests": _object(
                    {
                        **_ENVELOPE,
                        "roster": _NEWS["roster"],
                        "next": _NEXT,
                        "people": COUNT,
                        "edition": _NEWS["edition"],
                    }
                ),
                "Roster": _object({**_ENVELOPE, **_STATE, **_FACTS, **_NEWS}),
            },
        },
    }


def _content(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _failures(*codes: str) -> Schema:
    return {code: {"description": _ERRORS[code], "content": _content(_ref("Error"))} for code in codes}


def _get(summary: str, answer: str, *codes: str, parameters: list[Schema] | None = None) -> Schema:
    return {
        "get": {
            "summary": summary,
            "parameters": parameters or [],
            "responses": {
                "200": {"description": summary, "content": _content(_ref(answer))},
                **_failures("401", "410", *codes),
            },
        }
    }


def _post(summary: str, body: Schema, answer: Schema, *, refused: bool = False) -> Schema:
    refusal = {"description": "A rule of the event refuses it.", "content": _content(_ref("Refusal"))}
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
