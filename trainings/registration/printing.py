"""Whose name or office holds letters that no font of this machine can draw."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from trainings.core.db import db
from trainings.core.paper import letters
from trainings.registration.models import Application
from trainings.registration.states import LIVE


@dataclass(frozen=True)
class Unprintable:
    """An application and the letters that would be crossed boxes on its certificate or badge."""

    application_id: uuid.UUID
    name: str
    letters: tuple[str, ...]


def unprintable_names(event_id: uuid.UUID) -> list[Unprintable]:
    """Everybody at an event whose printed words have such letters, by kana."""
    rows = db.session.execute(
        select(Application.id, Application.family, Application.given, Application.organisation_name)
        .where(Application.event_id == event_id, Application.state.in_(LIVE))
        .order_by(Application.family_kana, Application.given_kana, Application.id)
    ).tuples()
    return [
        Unprintable(application_id, f"{family} {given}".strip(), found)
        for application_id, family, given, office in rows
        if (found := letters.missing(family, given, office))
    ]
