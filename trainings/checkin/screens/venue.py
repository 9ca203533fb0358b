"""The venue's own code: guests scan it with their phones at the door. It changes, so that nobody checks in from home. Pure.

The code of a moment follows from the installation's key, the event and the 30 seconds in which the moment lies; nothing is
stored.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from trainings.core import codes

SECONDS = 30
"""A new code is shown every so many seconds."""
ACCEPTED = 6
"""So many codes are accepted, the one on show included: three minutes."""
REMEMBERED = 240
"""So many are known as old ones (two hours), to tell a guest who was slow from somebody who guesses."""


class Age(StrEnum):
    FRESH = "fresh"
    OLD = "old"
    UNKNOWN = "unknown"


def venue_code(key: str, event_id: uuid.UUID, version: int, instant: datetime) -> str:
    """The code on show at an instant: 26 characters. version: of the door's link; renewing it voids these codes too."""
    return _of_step(key, event_id, version, _step(instant))


def age_of(code: str, key: str, event_id: uuid.UUID, version: int, instant: datetime) -> Age:
    """Whether a code is accepted at an instant, was once, or never."""
    now = _step(instant)
    for back in range(REMEMBERED):
        if code.lower() == _of_step(key, event_id, version, now - back):
            return Age.FRESH if back < ACCEPTED else Age.OLD
    return Age.UNKNOWN


def possible_numbers(typed: str, prefix: str) -> frozenset[str]:
    """The 受付番号 that a guest may mean: the event's prefix may be left out, and so may the hyphen after it.

    typed: folded (core.names.code).
    """
    if "-" in typed:
        return frozenset({typed})
    begins = {typed, typed.removeprefix(prefix)} if typed else set()
    return frozenset(f"{prefix}-{digits}" for digits in begins if digits)


def _step(instant: datetime) -> int:
    return int(instant.timestamp()) // SECONDS


def _of_step(key: str, event_id: uuid.UUID, version: int, step: int) -> str:
    return codes.secret_for(key, f"venue {step}", event_id, version)
