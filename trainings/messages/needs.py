"""What of mails and of work behind the pages waits for a hand: what failed for good."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select

from trainings.core.db import db
from trainings.core.jobs import failed_jobs
from trainings.core.needs import Need, need
from trainings.messages import texts
from trainings.messages.models import Message, MessageState


def needs(event_id: uuid.UUID | None = None) -> list[Need]:
    """Of one event, or of all and of the house."""
    counted = (
        select(Message.event_id, func.count())
        .where(Message.state == MessageState.FAILED)
        .group_by(Message.event_id)
    )
    if event_id is not None:
        counted = counted.where(Message.event_id == event_id)
    found = [
        need(
            "failed_mails",
            texts.NEEDS,
            "messages.index",
            event_id=id,
            args={"state": MessageState.FAILED.value},
            slug_as="event",
            n=n,
        )
        for id, n in db.session.execute(counted)
    ]
    if event_id is None and (jobs := failed_jobs()):
        found.append(need("failed_jobs", texts.NEEDS, "messages.index", n=len(jobs)))
    return found
