"""次に起こること: what lies behind and before an applicant, as lines with a date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from trainings.core import clock
from trainings.core.web import jday, jtime
from trainings.events.models import CertificateRule, EventState, Selection
from trainings.events.whereabouts import headline, told_in_a_line
from trainings.guest import texts
from trainings.guest.notices import notices_for
from trainings.registration.models import Application
from trainings.registration.states import State


@dataclass(frozen=True)
class Line:
    """state: "done", "now" or ""."""

    when: str
    what: str
    note: str = ""
    state: str = ""


Dated = tuple[datetime, Line]


def timeline_of(application: Application) -> list[Line]:
    """What has happened, where it stands now, and what lies ahead; nothing lies ahead of an application that ended, nor of
    an event that was called off."""
    past = [(application.submitted_at, Line(jday(application.submitted_at), texts.APPLIED, state="done"))]
    news = [
        (one.at, Line(jday(one.at), headline(one), told_in_a_line(one), "done"))
        for one in notices_for(application)
    ]
    changed_at = application.state_changed_at
    if not application.is_open:
        draws_lots = application.event.selection == Selection.LOTTERY
        without = application.state == State.NOT_SELECTED and not draws_lots
        ended = Line(
            jday(changed_at), texts.NO_SEAT if without else texts.ENDED[application.state], state="now"
        )
        return [*_in_order([*past, *(one for one in news if one[0] < changed_at)]), ended]
    if application.event.state == EventState.CALLED_OFF:
        lines = _in_order([*past, *news])
        return [*lines[:-1], replace(lines[-1], state="now")]
    ahead: list[Line] = []
    if application.told_state == State.APPLIED:
        ahead = _until_the_results(application)
    elif application.state == State.CONFIRMED:
        past.append((changed_at, Line(jday(changed_at), texts.CONFIRMED, state="done")))
    else:
        offered = application.state == State.OFFERED
        what, note = (texts.OFFERED, texts.OFFERED_NOTE) if offered else (texts.WAITING, texts.WAITING_NOTE)
        begun = application.event.has_begun
        past.append(
            (changed_at, Line(jday(changed_at), what, "" if begun else note, "done" if begun else "now"))
        )
        ahead = _releases(application)
    return [*_in_order([*past, *news]), *ahead, *_the_day(application)]


def _in_order(lines: list[Dated]) -> list[Line]:
    return [line for _, line in sorted(lines, key=lambda one: one[0])]


def _until_the_results(application: Application) -> list[Line]:
    event = application.event
    if not application.waits_for_draw:
        return [Line(texts.NOW, texts.BEING_DECIDED, state="now")]
    closed = event.application_closes_at <= clock.now()
    when = jday(event.results_on) if event.results_on else texts.DECIDED_SOON
    return [
        Line(jday(event.application_closes_at), texts.CLOSING, state="done" if closed else "now"),
        Line(when, texts.RESULTS, "" if event.has_begun else texts.RESULTS_NOTE, "now" if closed else ""),
    ]


def _releases(application: Application) -> list[Line]:
    release_days = {
        group.release_on
        for group in application.event.groups
        if group.reserved and group.release_on is not None and group.release_on > clock.today()
    }
    return [Line(jday(day), texts.RELEASE, texts.RELEASE_NOTE) for day in sorted(release_days)]


def _the_day(application: Application) -> list[Line]:
    event = application.event
    if event.state == EventState.POSTPONED:
        return [Line(texts.DAY_UNKNOWN, texts.THE_DAY, texts.DAY_UNKNOWN_NOTE)]
    over = event.ends_at <= clock.now()
    comes = application.state == State.CONFIRMED
    day = Line(
        f"{jday(event.starts_at)}{jtime(event.starts_at)}",
        texts.THE_DAY,
        texts.DOORS.format(time=jtime(event.doors_open_at)) if comes and not over else "",
        "done" if over else ("now" if comes else ""),
    )
    if not comes or event.state == EventState.CLOSED:
        return [day]
    certificate = event.certificate_rule != CertificateRule.NONE
    note = texts.OVER_NOTE_CERTIFICATE if certificate else texts.OVER_NOTE
    return [day, Line(texts.OVER, note, "", "now" if over else "")]
