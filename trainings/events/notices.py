"""A public event that is moved, postponed, called off or held after all.

Each of these is a notice: those who applied are told of it, or staff say why not (registration.telling).
"""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from trainings.audit.actions import record
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.models import Event, EventNotice, EventState, NoticeKind
from trainings.events.publication import missing
from trainings.events.queries import lock_event, open_notice
from trainings.events.refusals import EventRefusal
from trainings.events.whereabouts import Whereabouts, and_later, whereabouts

STANDSTILLS = {
    NoticeKind.POSTPONED: EventState.POSTPONED,
    NoticeKind.CALLED_OFF: EventState.CALLED_OFF,
}


def note_move(event: Event, before: Whereabouts) -> EventNotice | None:
    """Note that a public event is at another time or place than before; None if it is not. Moved once more before anybody
    was told it is still one notice, which knows what those read who applied in between. The caller holds the lock."""
    after = whereabouts(event)
    if after == before or event.state != EventState.PUBLISHED:
        return None
    _revise(event)
    untold = open_notice(event.id)
    if untold is None or untold.kind not in (NoticeKind.MOVED, NoticeKind.RESUMED):
        return _add(event, NoticeKind.MOVED, before)
    untold.before = and_later(untold.before, untold.at, before)
    untold.after, untold.revision, untold.at = after, event.revision, clock.now()
    db.session.flush()
    return untold


def stand_still(*, event_id: uuid.UUID, kind: NoticeKind, reason: str) -> EventNotice:
    """Postpone an event to a day to be named, or call it off, with a reason that everybody may read. What was postponed
    can be called off; nobody applies, draws or is offered a seat until it is held after all.

    kind: POSTPONED or CALLED_OFF. Raises Refused: NOT_PUBLIC, CLOSED, REASON_MISSING.
    """
    event = lock_event(event_id)
    if event.state == EventState.CLOSED:
        raise Refused(EventRefusal.CLOSED)
    if event.state == EventState.DRAFT or event.state == STANDSTILLS[kind]:
        raise Refused(EventRefusal.NOT_PUBLIC)
    if not reason.strip():
        raise Refused(EventRefusal.REASON_MISSING_FOR_ALL)
    event.state, event.standstill_reason = STANDSTILLS[kind], reason.strip()
    _revise(event)
    before = whereabouts(event)
    if (untold := open_notice(event.id)) is not None:
        before = and_later(untold.before, untold.at, before)
        db.session.delete(untold)
    notice = _add(event, kind, before, reason=reason.strip())
    record(verb=f"event.{kind.value}", subject=("event", event.id), event_id=event.id)
    db.session.flush()
    return notice


def resume(*, event_id: uuid.UUID) -> EventNotice:
    """Hold an event after all, at the time and place that now stand in it. Raises Refused: IS_HELD, DAY_IS_PAST, and the
    first that `publication.missing` finds."""
    event = lock_event(event_id)
    if event.is_held:
        raise Refused(EventRefusal.IS_HELD)
    if event.starts_at <= clock.now():
        raise Refused(EventRefusal.DAY_IS_PAST)
    for refusal in missing(event)[:1]:
        raise refusal
    untold = open_notice(event.id)
    last = untold or newest_standstill(event.id)
    before = last.before if last else whereabouts(event)
    if untold is not None:
        db.session.delete(untold)
    event.state, event.standstill_reason = EventState.PUBLISHED, ""
    _revise(event)
    notice = _add(event, NoticeKind.RESUMED, before)
    record(verb="event.resumed", subject=("event", event.id), event_id=event.id)
    db.session.flush()
    return notice


def newest_standstill(event_id: uuid.UUID) -> EventNotice | None:
    """The last notice that an event is postponed or called off."""
    return db.session.scalar(
        select(EventNotice)
        .where(EventNotice.event_id == event_id, EventNotice.kind.in_(STANDSTILLS))
        .order_by(EventNotice.revision.desc())
        .limit(1)
    )


def settle(notice: EventNotice, *, told: int, untold_reason: str = "") -> None:
    """Note that those who applied were told, or why not. The caller holds the event's lock."""
    notice.settled_at, notice.told, notice.untold_reason = clock.now(), told, untold_reason
    detail: dict[str, Any] = {"kind": notice.kind.value, "n": told}
    record(
        verb="event.notice_sent" if told else "event.notice_kept",
        subject=("event_notice", notice.id),
        event_id=notice.event_id,
        detail=detail,
    )
    db.session.flush()


def _revise(event: Event) -> None:
    event.revision += 1
    event.revised_at = clock.now()


def _add(event: Event, kind: NoticeKind, before: Whereabouts, *, reason: str = "") -> EventNotice:
    notice = EventNotice(
        event_id=event.id,
        revision=event.revision,
        kind=kind,
        reason=reason,
        before=dict(before),
        after=whereabouts(event),
    )
    db.session.add(notice)
    db.session.flush()
    return notice
