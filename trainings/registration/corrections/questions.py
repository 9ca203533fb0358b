"""What staff are asked before they touch somebody's application."""

from __future__ import annotations

from flask import url_for

from trainings.core import clock
from trainings.core.requests.asking import Question
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event
from trainings.registration import texts
from trainings.registration.models import Application
from trainings.registration.queries import anybody_waits
from trainings.registration.states import HOLDS_SEAT, State


def about_cancelling(one: Application) -> Question:
    says = [
        texts.CANCELS.format(name=one.full_name, title=one.event.title, state=texts.STATES[one.state]),
        texts.SEAT_IS_OFFERED if one.state in HOLDS_SEAT and _is_offered_on(one.event) else "",
        texts.MAILS_TO.format(mail=one.mail) if one.mail else texts.NOBODY_MAILED,
        _undone_how_long(one),
    ]
    return Question(texts.CANCELLING, says, texts.CANCEL.format(name=one.full_name), _back(one))


def _undone_how_long(one: Application) -> str:
    """Until when the cancellation could be undone (restoring.py); nothing of one that never can."""
    if one.state == State.DUPLICATE or not one.event.is_held or one.event.ends_at <= clock.now():
        return texts.NEVER_UNDONE
    in_draw = one.state == State.APPLIED and one.role == PARTICIPANT
    if in_draw and one.event.list_frozen_at is not None:
        return texts.NEVER_UNDONE
    return texts.UNDONE_WHILE_OPEN if in_draw else texts.UNDONE_WHILE_FREE


def _is_offered_on(event: Event) -> bool:
    """Whether a seat that falls free goes to the next: not once the event has begun, does not take place, or keeps no
    list and nobody waits from before."""
    goes_on = event.is_held and not event.has_begun
    return goes_on and (event.keeps_waiting_list or anybody_waits(event.id))


def about_renewing(one: Application) -> Question:
    says = [
        texts.RENEWS.format(name=one.full_name),
        texts.PRINTED_DIE,
        texts.MAILS_NEW_LINK.format(mail=one.mail) if one.mail else texts.NOBODY_MAILED,
    ]
    return Question(texts.RENEWING, says, texts.RENEW, _back(one))


def _back(one: Application) -> tuple[str, str]:
    return url_for("registration.application", application_id=one.id), texts.BACK_UNDONE
