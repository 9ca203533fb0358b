"""次に起こること: what lies behind and before an applicant, as lines with a date."""

from __future__ import annotations

from dataclasses import dataclass

from trainings.core import clock
from trainings.core.web import jday, jtime
from trainings.events.models import Selection
from trainings.guest import texts
from trainings.registration.models import Application
from trainings.registration.states import LIVE, State


@dataclass(frozen=True)
class Line:
    """state: "done", "now" or ""."""

    when: str
    what: str
    note: str = ""
    state: str = ""


def timeline_of(application: Application) -> list[Line]:
    """At most four lines; nothing lies ahead of an application that has ended."""
    event = application.event
    lines = [Line(jday(application.submitted_at), texts.APPLIED, state="done")]
    if application.state not in LIVE:
        return lines
    if application.state == State.APPLIED and event.selection == Selection.LOTTERY:
        when = jday(event.results_on) if event.results_on else texts.DECIDED_SOON
        lines.append(Line(when, texts.RESULTS, texts.RESULTS_NOTE, "now"))
    elif application.state == State.CONFIRMED:
        lines.append(Line(jday(application.state_changed_at), texts.CONFIRMED, state="done"))
    else:
        lines.append(Line(jday(application.state_changed_at), texts.WAITING, texts.WAITING_NOTE, "now"))
    over = event.ends_at <= clock.now()
    lines.append(
        Line(
            f"{jday(event.starts_at)}{jtime(event.starts_at)}",
            texts.THE_DAY,
            "" if over else texts.DOORS.format(time=jtime(event.doors_open_at)),
            "done" if over else ("now" if application.state == State.CONFIRMED else ""),
        )
    )
    lines.append(Line(texts.OVER, texts.OVER_NOTE, "", "now" if over else ""))
    return lines
