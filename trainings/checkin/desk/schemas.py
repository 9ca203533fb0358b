"""The shapes of what desks say and are told, as JSON Schema: what openapi.py describes the scans API with. Pure."""

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


def object_of(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "required": sorted(required),
        "properties": {**required, **(optional or {})},
    }


def or_none(schema: Schema) -> Schema:
    return {"anyOf": [schema, NOTHING]}


def list_of(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def typed(longest: int, shortest: int = 0) -> Schema:
    return {"type": "string", "minLength": shortest, "maxLength": longest, "pattern": "^[^\\u0000]*$"}


def one_of(kind: Any) -> Schema:
    return {"type": "string", "enum": [member.value for member in kind]}


ENVELOPE: dict[str, Schema] = {"marker": {"const": "tsudoi-door-1"}, "now": INSTANT}
"""In every answer, so that a captive portal's page is never taken for one."""

GUEST = object_of(
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
        "table": or_none({"type": ["integer", "string"]}),
        "state": TEXT,
        "role": TEXT,
        "care": {"type": "boolean", "description": "Whether there is a care note; never its text."},
        "search": TEXT,
    }
)
SEEN = object_of(
    {
        "scan_id": ID,
        "application": or_none(ID),
        "session": or_none(ID),
        "outcome": one_of(Outcome),
        "why": one_of(Why),
        "kind": one_of(ScanKind),
        "undoes": or_none(ID),
        "corrects": or_none(ID) | {"description": "The scan whose time and session are those of this row."},
        "again_of": or_none(ID) | {"description": "The scan that this one says again: taken back with it."},
        "direction": one_of(Direction),
        "at": INSTANT,
        "device": or_none(ID),
    }
)
STATE: dict[str, Schema] = {
    "groups": list_of(
        object_of(
            {
                "id": ID,
                "name": TEXT,
                "mark": TEXT,
                "css": TEXT,
                "expected": COUNT,
                "arrived": COUNT,
                "free": or_none(COUNT),
            }
        )
    ),
    "expected": COUNT,
    "arrived": COUNT,
    "free": or_none(COUNT),
    "desks": {"type": "object", "additionalProperties": TEXT},
}
ANSWER = object_of(
    {
        "scan_id": ID,
        "outcome": one_of(Outcome),
        "why": one_of(Why),
        "say": TEXT,
        "next": TEXT,
        "since": {"type": ["string", "null"]},
        "desk": TEXT,
        "session": or_none(ID),
        "undo": FLAG,
        "guest": or_none(ref("Guest")),
    },
    {
        "reused": {
            "type": "boolean",
            "description": "Another content had come under this id: that stands, and this one is kept beside it for review.",
        }
    },
)
ATTEMPT = object_of(
    {"scan_id": ID, "scanned_at": INSTANT, "method": one_of(Method)},
    {
        "direction": one_of(Direction),
        "ticket": typed(100),
        "application": or_none(ID),
        "session": or_none(ID),
        "forced": FLAG,
        "offline": FLAG,
        "undoes": or_none(ID),
    },
)
WALK_IN = object_of(
    {"scan_id": ID, "scanned_at": INSTANT, "name": typed(60), "kana": typed(80), "group": ID},
    {"reason": typed(200), "offline": FLAG},
)
FEE = object_of(
    {
        "fee_id": ID,
        "application": ID,
        "amount": {"type": "integer", "minimum": 0, "maximum": 1_000_000, "description": "Yen."},
        "at": INSTANT,
        "device": or_none(ID),
        "undoes": or_none(ID),
    }
)
FEE_TAKEN = object_of(
    {"fee_id": ID, "taken_at": INSTANT},
    {
        "amount": {"type": "integer", "minimum": 0, "maximum": 1_000_000, "description": "Yen."},
        "application": or_none(ID),
        "scan": or_none(ID),
        "undoes": or_none(ID),
    },
)
DEPUTY = object_of(
    {"scan_id": ID, "scanned_at": INSTANT, "application": ID, "name": typed(60), "kana": typed(80)},
    {"undoes": {"type": "array", "maxItems": 20, "items": ID}, "offline": FLAG},
)
SHOWN = typed(60) | {
    "description": "The profession that the desk had on its screen; empty for none. Without it nothing is compared."
}
LOCK = object_of(
    {
        "salt": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "rounds": {"type": "integer", "description": "Of PBKDF2-SHA-256."},
        "set_at": INSTANT,
        "held": {"type": "boolean", "description": "After five wrong PINs no PIN opens it; staff have to."},
    }
)
LOCK_SET: Schema = {
    "oneOf": [
        object_of({name: LOCK["properties"][name] for name in ("salt", "hash")}),
        object_of({"hash": NOTHING}),
    ]
}
FITTED = object_of(
    {"size": {"type": "integer", "description": "Points."}, "lines": list_of(TEXT)},
)
"""A text as it fits on the badge."""
BADGE = object_of(
    {
        **dict.fromkeys(("name", "kana", "office", "mark", "css", "code"), TEXT),
        "printed": object_of(dict.fromkeys(("event", "kana", "name", "office", "group"), FITTED)),
        "table": or_none({"type": "integer"}),
        "qr": object_of(
            {"size": COUNT, "path": {"type": "string", "description": "Of an SVG, `size` by `size`."}}
        ),
    }
)
