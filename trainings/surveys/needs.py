"""What of surveys waits for a hand: texts that nobody has read."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select

from trainings.core.db import db
from trainings.core.needs import Need, need
from trainings.surveys import texts
from trainings.surveys.models import FreeText, Review, SurveyRun


def needs(event_id: uuid.UUID | None = None) -> list[Need]:
    """Of one event, or of all."""
    counted = (
        select(SurveyRun.event_id, func.count())
        .join(FreeText, FreeText.run_id == SurveyRun.id)
        .where(FreeText.review == Review.PENDING)
        .group_by(SurveyRun.event_id)
    )
    if event_id is not None:
        counted = counted.where(SurveyRun.event_id == event_id)
    return [
        need("unread", texts.NEEDS, "surveys.overview", event_id=id, n=n)
        for id, n in db.session.execute(counted)
    ]
