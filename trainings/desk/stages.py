"""The stage bar of an event: its dates in words."""

from __future__ import annotations

from dataclasses import dataclass

from trainings.allocation.queries import valid_draw
from trainings.core import clock
from trainings.core.web import jday
from trainings.events import texts
from trainings.events.models import Event, EventState, Selection
from trainings.events.stages import Dates, StageKey, present_stage, progress


@dataclass(frozen=True)
class Stage:
    """name and note as shown; state: "done", "now" or ""."""

    name: str
    note: str
    state: str


def stages_of(event: Event) -> list[Stage]:
    """All seven stages of an event with what is known of their dates."""
    drawn = event.selection != Selection.LOTTERY or valid_draw(event.id) is not None
    present = present_stage(
        Dates(
            published=event.state != EventState.DRAFT,
            closed=event.state == EventState.CLOSED,
            drawn=drawn,
            application_opens_at=event.application_opens_at,
            application_closes_at=event.application_closes_at,
            doors_open_at=event.doors_open_at,
            ends_at=event.ends_at,
        ),
        clock.now(),
    )
    release = [group.release_on for group in event.groups if group.release_on]
    notes = {
        StageKey.PREPARING: jday(event.published_at) if event.published_at else "",
        StageKey.OPEN: f"{jday(event.application_opens_at)}–{jday(event.application_closes_at)}",
        StageKey.SELECTING: jday(event.results_on)
        if event.results_on and event.selection == Selection.LOTTERY
        else "",
        StageKey.SETTLED: jday(min(release)) if release else "",
        StageKey.THE_DAY: jday(event.starts_at),
        StageKey.EVALUATION: jday(event.closed_at) if event.closed_at else "",
        StageKey.REPORT: "",
    }
    states = progress(present)
    return [Stage(texts.STAGES[key], notes[key], states[key].value) for key in StageKey]
