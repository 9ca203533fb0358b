"""The scans API v1: what door devices speak. JSON in and out; a bearer token and nothing else lets a device in."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from trainings.accounts.access import by_device, public
from trainings.checkin import actions, queries, texts
from trainings.checkin.desk.answers import roster_entry, seen, withheld
from trainings.checkin.desk.bodies import (
    Unacceptable,
    read_attempt,
    read_id,
    read_instant,
    read_walk_in,
)
from trainings.checkin.desk.openapi import document
from trainings.checkin.models import Device
from trainings.checkin.passages.scanning import ForeignScan, counts_exits, record_attempts
from trainings.core import actor, clock, codes, names
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.requests import sizes
from trainings.core.requests.late_forms import csrf
from trainings.core.requests.shorter import shorten
from trainings.core.web import blueprint, error_page
from trainings.events.models import Event
from trainings.events.queries import mapped_professions
from trainings.events.whereabouts import news_of
from trainings.registration.models import Application

bp = blueprint("door_api")
csrf.exempt(bp)
bp.after_request(shorten)

MARKER = "tsudoi-door-1"
"""In every answer: a captive portal's page is no answer of ours, whatever its status."""
LARGEST_BATCH = 200
LARGEST_CURSOR = 2**63 - 1
MOST_UNSENT = 1_000_000
LARGEST_PART = 500
"""Scans in one answer to a desk that comes back, and lines of the roster where it takes them in parts."""
UNSEEN = timedelta(minutes=1)
"""How long a change may be on its way: written with its time, but not yet committed when a desk asked. So the changes
of the last minute come twice, which changes nothing."""


class _NotAllowed(Exception):
    """The device may not do this now; code tells it why."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code, self.status = code, status


def answer_with(payload: dict[str, Any], status: int = 200) -> ResponseReturnValue:
    told = {"marker": MARKER, "now": clock.now().isoformat(), **payload}
    # Kana as they are: half as long on the way as written in escapes.
    text = current_app.json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, mimetype="application/json")


@bp.errorhandler(Unacceptable)
def _unacceptable(error: Unacceptable) -> ResponseReturnValue:
    return answer_with({"error": "bad_request", "field": str(error)}, 400)


@bp.errorhandler(_NotAllowed)
def _not_allowed(error: _NotAllowed) -> ResponseReturnValue:
    return answer_with({"error": error.code}, error.status)


@bp.errorhandler(Refused)
def _refused(refused: Refused) -> ResponseReturnValue:
    return answer_with({"error": refused.code, "say": refused.sentence(texts.REFUSALS)}, 422)


@bp.errorhandler(HTTPException)
def _http_error(error: HTTPException) -> ResponseReturnValue:
    if getattr(error, "original_exception", None) is not None:
        return error_page(
            error
        )  # the commit failed: whether that is a fault or a database away, the house says
    return answer_with({"error": error.name.lower().replace(" ", "_")}, error.code or 500)


def speaking_device() -> tuple[Device, Event]:
    """The device that speaks, and its event, while the door is open."""
    device, event, is_closed = sending_device()
    if is_closed:
        raise _NotAllowed("closed" if event.is_public else "withdrawn", 410)
    return device, event


def sending_device() -> tuple[Device, Event, bool]:
    """The device that sends its queue, its event, and whether the door is closed: then it may do so for some days more, and
    hears nothing of anybody. The door of an event that is not public any more is closed without an end to sending."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = queries.device_by_token(token) if scheme.lower() == "bearer" and token else None
    if found is None:
        raise _NotAllowed("unknown_device", 401)
    device, door = found
    if device.revoked_at is not None:
        _note_held(device)
        raise _NotAllowed("revoked", 401)
    actor.set_current(actor.Actor(actor.ActorKind.DEVICE, str(device.id)))
    if door.closed_at is None:
        return device, door.event, not door.event.is_public
    days = current_app.config["TSUDOI"].door_upload_days
    if clock.now() > door.closed_at + timedelta(days=days):
        raise _NotAllowed("closed", 410)
    return device, door.event, True


def _note_held(device: Device) -> None:
    """Keep how many records a revoked device says it still holds: organisers must know that they are missing. It is
    answered with no, so this is kept apart from the answer."""
    body = request.get_json(silent=True) if request.endpoint == f"{bp.name}.scans" else None
    if not isinstance(body, dict):
        return
    unsent, batch = body.get("unsent"), body.get("scans")
    if type(unsent) is not int or not 0 <= unsent < MOST_UNSENT or not isinstance(batch, list):
        return
    id = device.id
    db.session.rollback()
    actions.note_held(device_id=id, held=unsent + len(batch))


@bp.get("/api/v1/door/openapi.json")
@public
def description() -> ResponseReturnValue:
    """What this API takes and gives, for whoever writes a device of their own."""
    return document()


# -- reading ------------------------------------------------------------------------------------------------


@bp.get("/api/v1/door/event")
@by_device
def event_facts() -> ResponseReturnValue:
    """Event, groups and words: what a desk needs beside the people, whom it then takes in parts. `people`: how many lines
    there are in all."""
    device, event = _roster_owner()
    begun = clock.now()
    facts, edition = _facts(event)
    return answer_with(
        {
            "device": _named(device),
            **facts,
            "edition": edition,
            "people": queries.roster_size(event.id),
            "roster_at": begun.isoformat(),
            **_state(event),
        }
    )


@bp.get("/api/v1/door/guests")
@by_device
def guests() -> ResponseReturnValue:
    """A part of the roster: lines after one, by their ids, so that a desk goes on where it was broken off, whatever has
    changed since; what has is among the changes since it began. `next`: whom the following part comes after."""
    _, event = _roster_owner()
    after, most = _part()
    lines, following = _cut(queries.roster_part(event.id, after=after, most=most + 1), most)
    return answer_with(
        {
            "roster": lines,
            "next": following,
            "people": queries.roster_size(event.id),
            "edition": _facts(event)[1],
        }
    )


def _roster_owner() -> tuple[Device, Event]:
    """The device that asks for the roster, and its event, once it may be had."""
    device, event = speaking_device()
    days = current_app.config["TSUDOI"].door_roster_days
    if clock.now() < event.starts_at - timedelta(days=days):
        raise _NotAllowed("too_early", 403)
    return device, event


def _named(device: Device) -> dict[str, str]:
    return {"id": str(device.id), "name": device.name}


def _part() -> tuple[uuid.UUID | None, int]:
    """Whom a part begins after, and how many lines it may have."""
    after = read_id(request.args, "after") if "after" in request.args else None
    most = request.args.get("most", type=int)
    if most is None or not 1 <= most <= LARGEST_PART:
        raise Unacceptable("most")
    return after, most


def _cut(people: Sequence[Application], most: int) -> tuple[list[dict[str, Any]], str | None]:
    """So many lines of the roster, and the id of the last where there are more."""
    following = str(people[most - 1].id) if len(people) > most else None
    return [roster_entry(one) for one in people[:most]], following


@bp.get("/api/v1/door/roster")
@by_device
def roster() -> ResponseReturnValue:
    """Event, people and all scans so far in one answer, as desks ask whose page is older than the parts."""
    device, event = _roster_owner()
    begun = clock.now()
    facts, edition = _facts(event)
    scans = queries.scans_after(event.id, 0)
    return answer_with(
        {
            "device": _named(device),
            **facts,
            "edition": edition,
            "roster": [roster_entry(application) for application in queries.roster(event.id)],
            "roster_at": begun.isoformat(),
            "scans": [seen(scan) for scan in scans],
            "cursor": scans[-1].cursor if scans else 0,
            **_state(event),
        }
    )


def _facts(event: Event) -> tuple[dict[str, Any], str]:
    """What a desk needs beside people and scans, and a digest of it: a desk with another edition loads everything anew."""
    facts = {
        "event": {
            "title": event.title,
            "doors_open_at": event.doors_open_at.isoformat(),
            "held": event.is_held,
            "news": news_of(event),
            "exits": counts_exits(event),
            "fee": event.fee_amount,
            "sessions": [{"id": str(one.id), "ends_at": one.ends_at.isoformat()} for one in event.sessions],
            "professions": [
                {"id": str(one.id), "name": one.name, "group": one.group, "in_use": one.in_use}
                for one in mapped_professions(event)
            ],
        },
        "texts": {
            "says": texts.SAYS,
            "whys": texts.WHYS,
            "undone": texts.UNDONE,
            "still_in": texts.STILL_IN,
            "out": texts.OUT,
            "variants": names.VARIANTS,
        },
    }
    return facts, codes.fingerprint(json.dumps(facts, sort_keys=True))


@bp.get("/api/v1/door/changes")
@by_device
def changes() -> ResponseReturnValue:
    """What is new: scans of all desks after a cursor, and roster lines changed since the roster was asked for last.
    `more`: ask again at once. With `most`, people come in parts too: `next` is whom the following one comes after."""
    begun = clock.now()
    _, event = speaking_device()
    cursor = request.args.get("cursor", type=int)
    if cursor is None or not 0 <= cursor <= LARGEST_CURSOR:
        raise Unacceptable("cursor")
    since = read_instant(request.args, "roster_at") - UNSEEN
    following = None
    if "most" in request.args:
        after, most = _part()
        people = queries.roster_part(event.id, after=after, most=most + 1, changed_since=since)
        lines, following = _cut(people, most)
    else:
        most = LARGEST_PART
        lines = [roster_entry(one) for one in queries.roster(event.id, since)]
    scans = queries.scans_after(event.id, cursor, limit=most + 1)
    more, scans = len(scans) > most, scans[:most]
    return answer_with(
        {
            "scans": [seen(scan) for scan in scans],
            "cursor": scans[-1].cursor if scans else cursor,
            "more": more or following is not None,
            "roster": lines,
            "next": following,
            "roster_at": begun.isoformat(),
            "edition": _facts(event)[1],
            **_state(event),
        }
    )


@bp.get("/api/v1/door/counts")
@by_device
def counts() -> ResponseReturnValue:
    """Arrived of expected, by group and in all; seats left."""
    _, event = speaking_device()
    return answer_with(_state(event))


def _state(event: Event) -> dict[str, Any]:
    """Arrivals, seats left in all and by group (None: no limit), and the names of all desks."""
    rows = queries.arrivals_by_group(event)
    begun = clock.now() >= event.starts_at
    left = None if event.capacity is None else max(0, event.capacity - actions.seats_taken(event, rows))
    return {
        "groups": [
            {
                "id": str(row.group.id),
                "name": row.group.name,
                "mark": row.group.mark,
                "css": row.group.css,
                "expected": row.expected,
                "arrived": row.arrived,
                "free": row.free(left, begun=begun),
            }
            for row in rows
        ],
        "expected": sum(row.expected for row in rows),
        "arrived": sum(row.arrived for row in rows),
        "free": left,
        "desks": {str(one.id): one.name for one in queries.devices_of(event.id)},
    }


# -- writing ------------------------------------------------------------------------------------------------


@bp.post("/api/v1/door/scans")
@by_device
@sizes.takes(kilobytes=500)
def scans() -> ResponseReturnValue:
    """A batch of scans; one answer each, in their order. An empty one only tells that the desk is alive."""
    device, event, is_closed = sending_device()
    body = body_of_request()
    batch = body.get("scans")
    if not isinstance(batch, list) or len(batch) > LARGEST_BATCH:
        raise Unacceptable("scans")
    attempts = [read_attempt(raw) for raw in batch]
    unsent = body.get("unsent", 0)
    if type(unsent) is not int or not 0 <= unsent < MOST_UNSENT:
        raise Unacceptable("unsent")
    if "now" in body:
        clock_off = round((read_instant(body, "now") - clock.now()).total_seconds())
        attempts = [replace(attempt, clock_off=clock_off) for attempt in attempts]
    try:
        answers = record_attempts(event_id=event.id, attempts=attempts, device=device)
    except ForeignScan:
        raise Unacceptable("scan_id") from None
    actions.heard_from(device=device, unsent=unsent)
    return answer_with({"answers": [withheld(one) for one in answers] if is_closed else answers})


@bp.post("/api/v1/door/walk-ins")
@by_device
def walk_ins() -> ResponseReturnValue:
    """One person without an application: name, kana, group; a reason when the event is full."""
    device, event, is_closed = sending_device()
    walk_in = read_walk_in(body_of_request())
    if is_closed and event.is_public:
        # Whoever it is came in hours ago; a refusal would only tell who has applied.
        walk_in = replace(walk_in, offline=True)
    try:
        answer = actions.admit_walk_in(event_id=event.id, walk_in=walk_in, device=device)
    except ForeignScan:
        raise Unacceptable("scan_id") from None
    return answer_with({"answers": [withheld(answer) if is_closed else answer]})


def body_of_request() -> dict[str, Any]:
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # thousands of brackets in one another
        body = None
    if not isinstance(body, dict):
        raise Unacceptable("body")
    return body
