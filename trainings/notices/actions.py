"""Noting that somebody was told, and taking it back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from trainings.accounts.models import Staff
from trainings.allocation import offers
from trainings.audit.actions import record
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.queries import lock_event
from trainings.notices.models import How, Kind, Told
from trainings.notices.queries import Due, Telling, due_of
from trainings.notices.refusals import NoticeRefusal
from trainings.registration.models import Application
from trainings.registration.states import State


def note_told(
    *, event_id: uuid.UUID, tellings: Sequence[Telling], how: How, told_at: datetime | None, staff: Staff
) -> list[Told]:
    """Note that people of an event were told; an offer's time runs from then on. told_at: None for now.

    What was noted before stays as it was noted. Raises Refused: IN_FUTURE; NOT_DUE, when one of them has to be told
    something else by now; NOT_YET_SO, when it was not so yet at that time.
    """
    lock_event(event_id)
    instant = told_at or clock.now()
    if instant > clock.now():
        raise Refused(NoticeRefusal.IN_FUTURE)
    due = due_of(event_id, [one.application_id for one in tellings])
    noted: list[Told] = []
    for one in tellings:
        if _noted(one) is not None:
            continue
        application = db.session.get_one(Application, one.application_id, populate_existing=True)
        if one.due not in due.get(one.application_id, []):
            raise Refused(NoticeRefusal.NOT_DUE, name=application.full_name)
        if instant < one.due.edition.replace(second=0, microsecond=0):
            raise Refused(NoticeRefusal.NOT_YET_SO, name=application.full_name)
        noted.append(_note(application, one.due, how, instant, staff))
    db.session.flush()
    return noted


def _noted(one: Telling) -> Told | None:
    return db.session.scalar(
        select(Told).where(
            Told.application_id == one.application_id,
            Told.kind == one.due.kind,
            Told.edition == one.due.edition,
        )
    )


def _note(application: Application, due: Due, how: How, instant: datetime, staff: Staff) -> Told:
    row = Told(
        application_id=application.id,
        kind=due.kind,
        edition=due.edition,
        how=how,
        told_at=instant,
        staff_id=staff.id,
    )
    db.session.add(row)
    if due.kind == Kind.OFFER:
        offers.start_clock(application, instant, by_post=how == How.POST)
    record(
        verb="application.told",
        subject=("application", application.id),
        event_id=application.event_id,
        detail={"kind": due.kind.value, "how": how.value},
    )
    return row


def take_back(*, told_id: uuid.UUID) -> Told | None:
    """It was not told after all; an offer's time rests again. None if it was taken back before.

    Raises Refused: ANSWERED, when the offer has been answered, or has ended, meanwhile.
    """
    event_id = db.session.scalar(
        select(Application.event_id)
        .join(Told, Told.application_id == Application.id)
        .where(Told.id == told_id)
    )
    if event_id is None:
        return None
    lock_event(event_id)
    row = db.session.get_one(Told, told_id)
    application = db.session.get_one(Application, row.application_id, populate_existing=True)
    if row.kind == Kind.OFFER:
        if application.state != State.OFFERED or application.state_changed_at != row.edition:
            raise Refused(NoticeRefusal.ANSWERED, name=application.full_name)
        offers.rest_clock(application)
    db.session.delete(row)
    record(
        verb="application.untold",
        subject=("application", application.id),
        event_id=event_id,
        detail={"kind": row.kind.value, "how": row.how.value},
    )
    db.session.flush()
    return row
