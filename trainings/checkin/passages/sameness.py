"""Whether something that came once more under the same id is the same. A desk sends again whatever it has had no answer
to; another content under a known id is a fault of a device, and still somebody stood there: it is kept beside the first one,
under an id of its own, for review.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from typing import Any

from flask import current_app

from trainings.checkin.models import Scan

_SIGNS = 24


def said(*parts: object) -> str:
    """A digest of all that a device said of one entry; by a key, for names are among it and none may be guessed back."""
    text = "\0".join(map(str, parts))
    key: str = current_app.config["TSUDOI"].link_key
    return hmac.new(key.encode(), f"said|{text}".encode(), hashlib.sha256).hexdigest()[:_SIGNS]


def says_otherwise(known: Scan, event_id: uuid.UUID, digest: str) -> bool:
    """Whether a known scan of this event was told with another content. digest: "" where nothing was sent by a device."""
    kept: Mapping[str, Any] = known.answer
    return known.event_id == event_id and bool(digest) and kept.get("said", digest) != digest


def beside(scan_id: uuid.UUID, digest: str) -> uuid.UUID:
    """The id of the other content: the same at every repetition, so that it is kept once."""
    return uuid.uuid5(scan_id, f"said otherwise {digest}")
