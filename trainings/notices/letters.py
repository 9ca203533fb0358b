"""What a letter says: sentences made from what somebody has not been told, in the order of what matters most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainings.certificates.models import Certificate
from trainings.core.web import jdatetime, jday, jtime
from trainings.events.models import Event, EventNotice, NoticeKind, Selection
from trainings.events.whereabouts import differences, known_since, when_of
from trainings.notices import texts
from trainings.notices.models import Kind
from trainings.notices.queries import Due
from trainings.registration.models import Application
from trainings.registration.states import State
from trainings.surveys.models import SurveyRun

URGENT_FIRST = (
    *(Kind.CALLED_OFF, Kind.OFFER, Kind.CHANGED, Kind.RESULT, Kind.TICKET),
    *(Kind.CERTIFICATE, Kind.SURVEY, Kind.RECEIPT),
)


@dataclass(frozen=True)
class Facts:
    """What letters of one event are made from, beside the applications. certificate: of this person."""

    event: Event
    notice: EventNotice | None = None
    certificate: Certificate | None = None
    run: SurveyRun | None = None


@dataclass(frozen=True)
class Said:
    """headline: of the letter. paragraphs: one after the other. shows_ticket: its QR is printed. asks_answer: there is
    something to tick and send back. shows_survey: the QR of the questionnaire is printed."""

    headline: str
    paragraphs: Sequence[str]
    shows_ticket: bool = False
    asks_answer: bool = False
    shows_survey: bool = False


def said(application: Application, dues: Sequence[Due], facts: Facts) -> Said:
    """The letter that tells somebody everything in `dues`."""
    kinds = [kind for kind in URGENT_FIRST if kind in {one.kind for one in dues}]
    paragraphs = [line for kind in kinds for line in _PARTS[kind](application, facts) if line]
    comes = application.state == State.CONFIRMED and facts.event.is_held
    shows_ticket = comes and bool({Kind.RESULT, Kind.TICKET, Kind.CHANGED} & set(kinds))
    if Kind.CALLED_OFF not in kinds:
        paragraphs += _where(application, facts.event)
    return Said(
        _headline(kinds[0], application, facts),
        paragraphs,
        shows_ticket,
        Kind.OFFER in kinds,
        Kind.SURVEY in kinds and not shows_ticket,
    )


def _headline(kind: Kind, application: Application, facts: Facts) -> str:
    if kind == Kind.RESULT:
        return texts.RESULTS[application.state]
    if kind == Kind.CHANGED and facts.notice is not None:
        return texts.CHANGES[facts.notice.kind]
    return texts.HEADLINES[kind]


def _where(application: Application, event: Event) -> list[str]:
    """The event's day and place, as far as they are still to come, and the number by which somebody asks."""
    lines = []
    if application.is_open and event.is_held:
        doors = texts.DOORS.format(time=jtime(event.doors_open_at))
        lines = [
            texts.WHEN.format(when=jdatetime(event.starts_at), doors=doors),
            texts.WHERE.format(place=f"{event.venue} {event.room}".strip()),
        ]
    return [*lines, texts.NUMBER.format(code=application.code)]


def _receipt(application: Application, facts: Facts) -> list[str]:
    event = facts.event
    draws = application.waits_for_draw
    return [
        texts.RECEIVED,
        texts.RECEIVED_DRAW.format(closes=jdatetime(event.application_closes_at)) if draws else "",
    ]


def _result(application: Application, facts: Facts) -> list[str]:
    lost = application.state == State.NOT_SELECTED and facts.event.selection == Selection.LOTTERY
    return [
        texts.SWAPPED.get(application.reason, "") if application.state != State.CONFIRMED else "",
        texts.SAYS[application.state],
        texts.FAVOURED if lost else "",
        texts.NOT_COMING if application.state in (State.CONFIRMED, State.WAITING) else "",
    ]


def _offer(application: Application, facts: Facts) -> list[str]:
    if application.offer_told_at is not None and application.offer_expires_at is not None:
        return [texts.OFFERED.format(until=jdatetime(application.offer_expires_at))]
    return [texts.OFFERED_AFTER.format(hours=facts.event.offer_hours)]


def _changed(application: Application, facts: Facts) -> list[str]:
    notice = facts.notice
    if notice is None:
        return []
    known = known_since(notice.before, application.submitted_at)
    if notice.kind == NoticeKind.POSTPONED:
        return [*_stands_still(notice, when_of(known)), texts.NEW_DAY_FOLLOWS]
    lines = [
        texts.CHANGED_TO.format(what=one.what, after=one.after, before=one.before)
        for one in differences(known, notice.after)
    ]
    return [*lines, texts.STAYS[application.state == State.CONFIRMED], texts.NOT_COMING]


def _stands_still(notice: EventNotice, known: str) -> list[str]:
    return [
        texts.ONCE.format(before=known),
        texts.BECAUSE.format(reason=" ".join(notice.reason.split())),
    ]


def _called_off(application: Application, facts: Facts) -> list[str]:
    if facts.notice is None:
        return [texts.STAY_AWAY]
    known = known_since(facts.notice.before, application.submitted_at)
    return [
        *_stands_still(facts.notice, when_of(known)),
        texts.STAY_AWAY,
        texts.NUMBER.format(code=application.code),
    ]


def _ticket(_application: Application, _facts: Facts) -> list[str]:
    return [texts.NEW_TICKET]


def _certificate(_application: Application, facts: Facts) -> list[str]:
    return [texts.CERTIFIED.format(number=facts.certificate.number)] if facts.certificate else []


def _survey(_application: Application, facts: Facts) -> list[str]:
    return [texts.ASKED.format(until=jday(facts.run.closes_at))] if facts.run else []


_PARTS = {
    Kind.RECEIPT: _receipt,
    Kind.RESULT: _result,
    Kind.OFFER: _offer,
    Kind.CHANGED: _changed,
    Kind.CALLED_OFF: _called_off,
    Kind.TICKET: _ticket,
    Kind.CERTIFICATE: _certificate,
    Kind.SURVEY: _survey,
}
