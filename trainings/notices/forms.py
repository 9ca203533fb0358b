"""What staff say when somebody was told."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from flask_wtf import FlaskForm
from wtforms.validators import InputRequired

from trainings.core import clock
from trainings.core.fields import RadioField
from trainings.events.fields import Clock, Day
from trainings.notices import texts
from trainings.notices.models import Kind
from trainings.notices.queries import Due, Telling


class ToldForm(FlaskForm):  # type: ignore[misc]
    """How and when; who it was, the boxes beside the names say."""

    how = RadioField(
        "知らせた方法",
        choices=[(one.value, words) for one, words in texts.WAYS.items()],
        validators=[InputRequired("知らせた方法を選んでください")],
    )
    day = Day("知らせた日")
    hour = Clock("知らせた時刻")

    def validate(self, extra_validators: object = None) -> bool:
        """A time on another day is asked for; of today, none means now."""
        fine: bool = super().validate(extra_validators)
        if fine and self.day.data not in (None, clock.today()) and self.hour.data is None:
            self.hour.errors = ["今日でないときは、知らせた時刻も入れてください"]
            return False
        return fine

    def instant(self) -> datetime | None:
        """None for now."""
        if self.hour.data is None:
            return None
        return clock.at(self.day.data or clock.today(), self.hour.data)


def value_of(application_id: uuid.UUID, due: Due) -> str:
    """What the box beside one thing to tell sends."""
    return f"{application_id} {due.kind.value} {due.edition.isoformat()}"


def tellings_of(values: Sequence[str]) -> list[Telling]:
    """What was ticked; nonsense is left out."""
    found = []
    for value in values:
        try:
            id, kind, edition = value[:200].split(" ")
            due = Due(Kind(kind), datetime.fromisoformat(edition))
            if due.edition.tzinfo is not None:
                found.append(Telling(uuid.UUID(id), due))
        except ValueError:
            continue
    return found
