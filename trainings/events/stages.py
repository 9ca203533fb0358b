"""Where an event stands on its way 準備→受付中→抽選→確定→当日→評価→報告. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StageKey(StrEnum):
    PREPARING = "preparing"
    OPEN = "open"
    SELECTING = "selecting"
    SETTLED = "settled"
    THE_DAY = "the_day"
    EVALUATION = "evaluation"
    REPORT = "report"


class Progress(StrEnum):
    DONE = "done"
    NOW = "now"
    AHEAD = ""


@dataclass(frozen=True)
class Dates:
    """What decides the stage. drawn: results are out, or there is nothing to draw. evaluated: a survey has ended."""

    published: bool
    closed: bool
    drawn: bool
    evaluated: bool
    application_opens_at: datetime
    application_closes_at: datetime
    doors_open_at: datetime


def present_stage(dates: Dates, instant: datetime) -> StageKey:
    """The stage at an instant."""
    if dates.closed:
        return StageKey.REPORT if dates.evaluated else StageKey.EVALUATION
    if not dates.published or instant < dates.application_opens_at:
        return StageKey.PREPARING
    if instant < dates.application_closes_at:
        return StageKey.OPEN
    if instant >= dates.doors_open_at:
        return StageKey.THE_DAY
    return StageKey.SETTLED if dates.drawn else StageKey.SELECTING


def progress(present: StageKey) -> dict[StageKey, Progress]:
    """Each stage as done, now or ahead."""
    order = list(StageKey)
    place = order.index(present)
    return {
        stage: Progress.DONE if n < place else Progress.NOW if n == place else Progress.AHEAD
        for n, stage in enumerate(order)
    }
