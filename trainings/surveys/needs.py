"""What of surveys waits for a hand: texts that nobody has read, and few answers shortly before the end."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from trainings.core import clock
from trainings.core.db import db
from trainings.core.needs import Need, need
from trainings.core.small_numbers import rounded_down
from trainings.core.web import jdate
from trainings.surveys import texts
from trainings.surveys.models import FreeText, Review, SurveyInvitation, SurveyRun
from trainings.surveys.queries import answer_count

SHORTLY = timedelta(days=3)
"""Before the end; later nobody could be asked any more."""
INVITED_ENOUGH = 10
"""Among fewer people even "not half of them" says something about somebody."""


def needs(event_id: uuid.UUID | None = None) -> list[Need]:
    """Of one event, or of all."""
    return [*_unread(event_id), *_few_answers(event_id)]


def _few_answers(event_id: uuid.UUID | None) -> Iterator[Need]:
    """Not half of those invited, counted as rounded down as everywhere while answers come in."""
    now = clock.now()
    invited = (
        select(func.count())
        .where(SurveyInvitation.event_id == SurveyRun.event_id)
        .correlate(SurveyRun)
        .scalar_subquery()
    )
    ending = select(SurveyRun, invited).where(
        SurveyRun.closed_at.is_(None),
        SurveyRun.opens_at <= now,
        SurveyRun.closes_at > now,
        SurveyRun.closes_at <= now + SHORTLY,
    )
    if event_id is not None:
        ending = ending.where(SurveyRun.event_id == event_id)
    for run, n in db.session.execute(ending):
        if n >= INVITED_ENOUGH and 2 * rounded_down(answer_count(run)) < n:
            yield need(
                "few_answers",
                texts.NEEDS,
                "surveys.overview",
                event_id=run.event_id,
                until=jdate(run.closes_at),
            )


def _unread(event_id: uuid.UUID | None) -> list[Need]:
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
