"""One scan as a device reports it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from trainings.checkin.models import Direction, Method


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """ticket: what was read; application_id: what was chosen by search.

    forced: the desk let the person in whatever the answer; offline: it did so on its own word, without the server;
    undoes: id of the scan that this one takes back; corrects: of the one that happened at the time told here, as staff
    say; again_of: of the one that it says again. clock_off: by how many seconds the device's clock was ahead of ours when
    it sent the scan; behind: negative. said: a digest of its content as a device told it, "" for what none did; beside: the
    id under which it came, if another content had come under that (`sameness`).
    odd_name: whoever came in was entered with a name that holds an address; odd_kana: with kana that are none.
    """

    scan_id: uuid.UUID
    scanned_at: datetime
    method: Method
    direction: Direction = Direction.IN
    ticket: str = ""
    application_id: uuid.UUID | None = None
    session_id: uuid.UUID | None = None
    forced: bool = False
    offline: bool = False
    undoes: uuid.UUID | None = None
    corrects: uuid.UUID | None = None
    again_of: uuid.UUID | None = None
    clock_off: int = 0
    said: str = ""
    beside: uuid.UUID | None = None
    odd_name: bool = False
    odd_kana: bool = False
