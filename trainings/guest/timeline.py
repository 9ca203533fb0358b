"""次に起こること: what lies behind and before an applicant, as lines with a date."""

from __future__ import annotations

from dataclasses import dataclass

from trainings.core import clock
from trainings.core.web import jday, jtime
from trainings.events.models import CertificateRule, EventState
from trainings.guest import texts
from trainings.registration.models import Application
from trainings.registration.states import State


@dataclass(frozen=True)
class Line:
    """state: "done", "now" or ""."""

    when: str
    what: str
    note: str = ""
    state: str = ""


def timeline_of(application: Application) -> list[Line]:
    """What has happened, where it stands now, and what lies ahead; nothing lies ahead of an application that ended."""
    lines = [Line(jday(application.submitted_at), texts.APPLIED, state="done")]
    if not application.is_open:
        return [*lines, Line(jday(application.state_changed_at), texts.ENDED[application.state], state="now")]
    if application.told_state == State.APPLIED:
        lines += _until_the_results(application)
    elif application.state == State.CONFIRMED:
        lines.append(Line(jday(application.state_changed_at), texts.CONFIRMED, state="done"))
    else:
        lines += _on_the_list(application)
    return [*lines, *_the_day(application)]


def _until_the_results(application: Application) -> list[Line]:
    event = application.event
    if not application.waits_for_draw:
        return [Line(texts.NOW, texts.BEING_DECIDED, state="now")]
    closed = event.application_closes_at <= clock.now()
    when = jday(event.results_on) if event.results_on else texts.DECIDED_SOON
    return [
        Line(jday(event.application_closes_at), texts.CLOSING, state="done" if closed else "now"),
        Line(when, texts.RESULTS, texts.RESULTS_NOTE, "now" if closed else ""),
    ]


def _on_the_list(application: Application) -> list[Line]:
    if application.state == State.OFFERED:
        lines = [Line(jday(application.state_changed_at), texts.OFFERED, texts.OFFERED_NOTE, "now")]
    else:
        lines = [Line(jday(application.state_changed_at), texts.WAITING, texts.WAITING_NOTE, "now")]
    release_days = {
        group.release_on
        for group in application.event.groups
        if group.reserved and group.release_on is not None and group.release_on > clock.today()
    }
    return lines + [Line(jday(day), texts.RELEASE, texts.RELEASE_NOTE) for day in sorted(release_days)]


def _the_day(application: Application) -> list[Line]:
    event = application.event
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
