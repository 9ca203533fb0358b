"""Telling those who applied that an event is moved, not held or held after all; or noting why nobody is told."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.web import render_mail
from trainings.events.models import EventNotice, NoticeKind
from trainings.events.notices import settle
from trainings.events.queries import lock_event
from trainings.events.refusals import EventRefusal
from trainings.events.whereabouts import differences, headline, is_as_before, known_since, when_of
from trainings.registration.mails import tell
from trainings.registration.models import Application
from trainings.registration.states import OPEN


@dataclass(frozen=True)
class Audience:
    """Who has an open application from before the change. mailed: by mail; others: they gave no address, so staff call."""

    mailed: Sequence[Application]
    others: Sequence[Application]


def audience_of(notice: EventNotice) -> Audience:
    """Everybody whom a notice concerns, speakers and staff too, in the order of arrival: who applied before the change, and
    of a move only who has read of another time or place than the one that holds."""
    candidates = db.session.scalars(
        select(Application)
        .where(
            Application.event_id == notice.event_id,
            Application.state.in_(OPEN),
            Application.submitted_at <= notice.at,
        )
        .order_by(Application.submitted_at, Application.id)
    ).all()
    found = [one for one in candidates if notice.kind != NoticeKind.MOVED or _differs(notice, one)]
    return Audience([one for one in found if one.mail], [one for one in found if not one.mail])


def preview(notice: EventNotice, application: Application, link: str) -> tuple[str, str]:
    """Subject and body of the mail as one of them will get it. link: what stands for the address of their own page."""
    return render_mail(
        f"registration/mail/{_template(notice)}.txt",
        application=application,
        event=notice.event,
        link=link,
        names_are_told=True,
        **_facts(notice, application),
    )


def tell_applicants(*, notice_id: uuid.UUID, revision: int, mails: int) -> int:
    """Queue the mail to everybody whom a notice concerns; how many those were.

    revision, mails: of the page on which staff pressed. Raises Refused: NOTICE_SETTLED; NOTICE_CHANGED when either is not so
    any more.
    """
    notice = _locked(notice_id, revision)
    audience = audience_of(notice)
    if len(audience.mailed) != mails:
        raise Refused(EventRefusal.NOTICE_CHANGED)
    for application in audience.mailed:
        tell(application, _template(notice), **_facts(notice, application))
    settle(notice, told=mails)
    return mails


def tell_nobody(*, notice_id: uuid.UUID, revision: int, reason: str) -> None:
    """Note why nobody is told. Raises Refused: NOTICE_SETTLED, NOTICE_CHANGED, NOT_TOLD_WITHOUT_REASON."""
    notice = _locked(notice_id, revision)
    if not reason.strip():
        raise Refused(EventRefusal.NOT_TOLD_WITHOUT_REASON)
    settle(notice, told=0, untold_reason=reason.strip())


def settle_if_nobody(notice: EventNotice | None) -> bool:
    """Whether there is a notice that somebody has to hear; one that concerns nobody is settled, or goes if the event is
    again where it was. The caller holds the event's lock."""
    if notice is None or notice.settled_at is not None:
        return False
    audience = audience_of(notice)
    if audience.mailed or audience.others:
        return True
    if notice.kind == NoticeKind.MOVED and is_as_before(notice.before, notice.after):
        db.session.delete(notice)
        db.session.flush()
    else:
        settle(notice, told=0)
    return False


def _locked(notice_id: uuid.UUID, revision: int) -> EventNotice:
    event_id = db.session.scalar(select(EventNotice.event_id).where(EventNotice.id == notice_id))
    if event_id is None:
        raise Refused(EventRefusal.NOTICE_CHANGED)
    lock_event(event_id)
    notice = db.session.get(EventNotice, notice_id, populate_existing=True)
    if notice is None or notice.revision != revision:
        raise Refused(EventRefusal.NOTICE_CHANGED)
    if notice.settled_at is not None:
        raise Refused(EventRefusal.NOTICE_SETTLED)
    return notice


def _template(notice: EventNotice) -> str:
    return f"event_{notice.kind.value}"


def _differs(notice: EventNotice, application: Application) -> bool:
    return bool(differences(known_since(notice.before, application.submitted_at), notice.after))


def _facts(notice: EventNotice, application: Application) -> dict[str, Any]:
    known = known_since(notice.before, application.submitted_at)
    return {
        "headline": headline(notice, known),
        "reason": notice.reason,
        "when": when_of(notice.after),
        "known_when": when_of(known),
        "differences": differences(known, notice.after),
    }
