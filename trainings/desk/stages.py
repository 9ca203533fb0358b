"""The stage bar of an event: its dates in words."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, select

from trainings.allocation.models import Draw, DrawVoid
from trainings.core import clock
from trainings.core.db import db
from trainings.core.web import jdatetime, jday
from trainings.desk import texts
from trainings.events.models import Event, EventGroup, EventState, Selection
from trainings.events.stages import Dates, Progress, StageKey, present_stage, progress
from trainings.events.texts import STAGES, STATES
from trainings.surveys.models import SurveyRun


@dataclass(frozen=True)
class Stage:
    """name and note as shown; state: "done", "now" or ""."""

    name: str
    note: str
    state: str


@dataclass(frozen=True)
class _Facts:
    """What other features know of some events. answers_until: when the newest survey ends; evaluated: one has ended."""

    drawn: frozenset[uuid.UUID]
    evaluated: frozenset[uuid.UUID]
    answers_until: dict[uuid.UUID, datetime]
    released_on: dict[uuid.UUID, date]


def stages_of(event: Event) -> list[Stage]:
    """All seven stages of an event with what is known of their dates; only one of an event that is not held."""
    return stages_of_events([event])[event.id]


def stages_of_events(events: Sequence[Event]) -> dict[uuid.UUID, list[Stage]]:
    """The same for many events, in three statements."""
    facts = _facts([event.id for event in events])
    return {event.id: _stages(event, facts) for event in events}


def stage_names(events: Sequence[Event]) -> dict[uuid.UUID, str]:
    """Only the name of each event's present stage."""
    now = Progress.NOW.value
    return {
        event_id: next(stage.name for stage in stages if stage.state == now)
        for event_id, stages in stages_of_events(events).items()
    }


def _facts(event_ids: Sequence[uuid.UUID]) -> _Facts:
    runs = db.session.execute(
        select(SurveyRun.event_id, func.max(SurveyRun.closes_at), func.max(SurveyRun.closed_at))
        .where(SurveyRun.event_id.in_(event_ids))
        .group_by(SurveyRun.event_id)
    ).all()
    drawn = db.session.scalars(
        select(Draw.event_id).where(
            Draw.event_id.in_(event_ids), ~exists().where(DrawVoid.draw_id == Draw.id)
        )
    )
    released = db.session.execute(
        select(EventGroup.event_id, func.min(EventGroup.release_on))
        .where(EventGroup.event_id.in_(event_ids), EventGroup.reserved > 0)
        .group_by(EventGroup.event_id)
    )
    return _Facts(
        drawn=frozenset(drawn),
        evaluated=frozenset(event_id for event_id, _, closed_at in runs if closed_at is not None),
        answers_until={event_id: closes_at for event_id, closes_at, _ in runs},
        released_on={event_id: day for event_id, day in released if day is not None},
    )


def _stages(event: Event, facts: _Facts) -> list[Stage]:
    if not event.is_held:
        since = jday(event.revised_at or event.starts_at)
        return [Stage(STATES[event.state], texts.SINCE.format(day=since), Progress.NOW.value)]
    is_lottery = event.selection == Selection.LOTTERY
    present = present_stage(
        Dates(
            published=event.state != EventState.DRAFT,
            closed=event.state == EventState.CLOSED,
            drawn=not is_lottery or event.id in facts.drawn,
            evaluated=event.id in facts.evaluated,
            application_opens_at=event.application_opens_at,
            application_closes_at=event.application_closes_at,
            doors_open_at=event.doors_open_at,
        ),
        clock.now(),
    )
    states = progress(present)
    notes = _notes(event, facts, is_lottery=is_lottery)
    return [Stage(STAGES[key], notes.get(key, ""), states[key].value) for key in StageKey]


def _notes(event: Event, facts: _Facts, *, is_lottery: bool) -> dict[StageKey, str]:
    notes = {
        StageKey.OPEN: texts.OPEN_UNTIL.format(until=jdatetime(event.application_closes_at)),
        StageKey.THE_DAY: jday(event.starts_at),
    }
    if event.published_at is not None:
        notes[StageKey.PREPARING] = texts.PUBLIC_SINCE.format(day=jday(event.published_at))
    if is_lottery and event.results_on is not None:
        notes[StageKey.SELECTING] = jday(event.results_on)
    elif not is_lottery:
        notes[StageKey.SELECTING] = texts.NO_DRAW
    if event.id in facts.released_on:
        notes[StageKey.SETTLED] = texts.RELEASED_ON.format(day=jday(facts.released_on[event.id]))
    if event.id in facts.answers_until:
        notes[StageKey.EVALUATION] = texts.ANSWERS_UNTIL.format(day=jday(facts.answers_until[event.id]))
    return notes
