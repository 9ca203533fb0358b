"""What of a door asks for a look, as the page of the review lists it."""

from __future__ import annotations

import uuid

from trainings.checkin import texts
from trainings.checkin.review.reading import Open, review_of
from trainings.core.db import db
from trainings.events.models import Event

ENOUGH = 10_000


def open_matters(event_id: uuid.UUID) -> list[Open]:
    """All of them, in the order of arrival."""
    found = review_of(db.session.get_one(Event, event_id), list(texts.MATTERS), size=ENOUGH)
    return sorted(found.page, key=lambda one: one.scan.cursor)
