"""What is allowed about an event, but probably not meant; some of it is asked about before it is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from trainings.core import clock
from trainings.core.web import jdate, jdatetime, jday
from trainings.events.changes import Standing
from trainings.events.models import Event, EventState, Selection


class Doubt(StrEnum):
    DAY_PAST = "day_past"
    WINDOW_OVER = "window_over"
    NO_RESULTS_DAY = "no_results_day"
    RESULTS_BEFORE_CLOSE = "results_before_close"
    RESULTS_AFTER_EVENT = "results_after_event"
    RELEASE_AFTER_EVENT = "release_after_event"
    RELEASE_BEFORE_DRAW = "release_before_draw"
    RELEASE_BEFORE_OPENING = "release_before_opening"
    DEADLINE_SHORTENED = "deadline_shortened"
    CAP_BELOW_CONFIRMED = "cap_below_confirmed"
    SECTOR_CAP_BELOW_CONFIRMED = "sector_cap_below_confirmed"
    OFFICE_CAP_BELOW_CONFIRMED = "office_cap_below_confirmed"
    RESERVES_ABOVE_LEFT = "reserves_above_left"
    CAPS_BELOW_CAPACITY = "caps_below_capacity"
    GROUP_WITHOUT_PROFESSIONS = "group_without_professions"
    PROGRAMME_BEYOND_END = "programme_beyond_end"


ASKED = frozenset(Doubt) - {
    Doubt.NO_RESULTS_DAY,
    Doubt.CAPS_BELOW_CAPACITY,
    Doubt.GROUP_WITHOUT_PROFESSIONS,
}
"""Contradictions: nothing is stored with one that was not there before, until the organiser says that it is meant. The
others only stand above the page."""


class Doubted(NamedTuple):
    """A doubt and the facts of its sentence."""

    doubt: Doubt
    facts: tuple[tuple[str, object], ...]

    @classmethod
    def of(cls, doubt: Doubt, **facts: object) -> Doubted:
        return cls(doubt, tuple(facts.items()))


def doubts(event: Event, standing: Standing) -> list[Doubted]:
    """What an organiser should look at once more."""
    return [*_of_days(event), *_of_seats(event, standing), *_of_programme(event)]


def to_ask(after: Collection[Doubted], before: Collection[Doubted] = ()) -> list[Doubted]:
    """The contradictions among them that were not there before."""
    return [one for one in after if one.doubt in ASKED and one not in before]


def digest(asked: Collection[Doubted]) -> str:
    """What a page sends back to say that exactly these were read; empty for none."""
    return hashlib.sha256(repr(sorted(asked)).encode()).hexdigest() if asked else ""


def of_day(day: date) -> list[Doubted]:
    """The same of an event that is about to be made on a day."""
    return [Doubted.of(Doubt.DAY_PAST, day=jdate(day))] if day < clock.today() else []


def _of_days(event: Event) -> Iterator[Doubted]:
    now, day = clock.now(), clock.local(event.starts_at).date()
    if event.state != EventState.CLOSED and event.starts_at <= now:
        yield Doubted.of(Doubt.DAY_PAST, day=jdate(day))
    if event.application_closes_at <= now < event.starts_at and event.published_at is None:
        yield Doubted.of(Doubt.WINDOW_OVER)
    if event.selection == Selection.LOTTERY:
        if event.results_on is None:
            yield Doubted.of(Doubt.NO_RESULTS_DAY)
        elif event.results_on < clock.local(event.application_closes_at).date():
            yield Doubted.of(Doubt.RESULTS_BEFORE_CLOSE)
    if event.results_on is not None and event.results_on > day:
        yield Doubted.of(Doubt.RESULTS_AFTER_EVENT, day=jday(event.results_on))
    for group in event.groups:
        if group.reserved and group.release_on is not None and group.release_on > day:
            yield Doubted.of(Doubt.RELEASE_AFTER_EVENT, name=group.name, day=jday(group.release_on))
        elif group.reserved and group.release_on is not None:
            yield from _of_early_release(event, group.name, group.release_on)


def _of_early_release(event: Event, name: str, day: date) -> Iterator[Doubted]:
    """A reserve that is over before anybody could have had it."""
    closes = clock.local(event.application_closes_at).date()
    drawn = max(event.results_on or closes, closes)
    if event.selection == Selection.LOTTERY and day <= drawn:
        yield Doubted.of(Doubt.RELEASE_BEFORE_DRAW, name=name, day=jday(day), drawn=jday(drawn))
    elif event.selection == Selection.FIRST_COME and day <= clock.local(event.application_opens_at).date():
        yield Doubted.of(Doubt.RELEASE_BEFORE_OPENING, name=name, day=jday(day))


def of_deadline(event: Event, until: datetime, applications: int) -> list[Doubted]:
    """Of a public event whose deadline was until now: people have read it, and some count on it."""
    closes = event.application_closes_at
    if event.published_at is None or closes >= until or until <= clock.now() or not applications:
        return []
    facts = {"before": jdatetime(until), "after": jdatetime(closes), "n": applications}
    return [Doubted.of(Doubt.DEADLINE_SHORTENED, **facts)]


def _of_seats(event: Event, standing: Standing) -> Iterator[Doubted]:
    held = standing.confirmed_by_group
    for group in event.groups:
        n = held.get(group.id, 0)
        if group.cap is not None and n > group.cap:
            yield Doubted.of(Doubt.CAP_BELOW_CONFIRMED, name=group.name, cap=group.cap, confirmed=n)
    for sector in event.sectors:
        n = sum(held.get(group.id, 0) for group in event.groups if group.sector_id == sector.id)
        if sector.cap is not None and n > sector.cap:
            yield Doubted.of(Doubt.SECTOR_CAP_BELOW_CONFIRMED, name=sector.name, cap=sector.cap, confirmed=n)
    if event.organisation_cap is not None and standing.most_of_office > event.organisation_cap:
        yield Doubted.of(
            Doubt.OFFICE_CAP_BELOW_CONFIRMED, cap=event.organisation_cap, confirmed=standing.most_of_office
        )
    if event.capacity is not None and standing.confirmed:
        left = event.capacity - standing.confirmed
        reserved = _still_reserved(event, standing)
        if reserved > left:
            yield Doubted.of(Doubt.RESERVES_ABOVE_LEFT, reserved=reserved, left=left)
    yield from _of_groups(event)


def _still_reserved(event: Event, standing: Standing) -> int:
    """Seats that reserves ask for beyond what those confirmed have filled of them; what was released asks for none."""
    open_of = {
        group.id: max(group.reserved - standing.confirmed_by_group.get(group.id, 0), 0)
        if group.release_on is None or group.release_on > clock.today()
        else 0
        for group in event.groups
    }
    in_all = sum(open_of[group.id] for group in event.groups if group.sector_id is None)
    for sector in event.sectors:
        inside = [group for group in event.groups if group.sector_id == sector.id]
        in_groups = sum(open_of[group.id] for group in inside)
        confirmed = sum(standing.confirmed_by_group.get(group.id, 0) for group in inside)
        still_held = any(group.release_on is None or group.release_on > clock.today() for group in inside)
        in_all += max(in_groups, sector.reserved - confirmed if still_held else 0)
    return in_all


def _of_groups(event: Event) -> Iterator[Doubted]:
    held_by = event.inviting_groups
    for group in event.groups:
        if group.id not in held_by and (event.is_public or not group.reserved):
            yield Doubted.of(Doubt.GROUP_WITHOUT_PROFESSIONS, name=group.name)
    caps = [group.cap for group in event.groups if group.id in held_by]
    if event.capacity is not None and caps and None not in caps:
        in_all = sum(cap for cap in caps if cap is not None)
        if in_all < event.capacity:
            yield Doubted.of(Doubt.CAPS_BELOW_CAPACITY, caps=in_all, capacity=event.capacity)


def _of_programme(event: Event) -> Iterator[Doubted]:
    if event.programme:
        last = event.programme[-1]
        beyond = last.starts_at + timedelta(minutes=last.minutes) - event.ends_at
        if beyond > timedelta():
            yield Doubted.of(Doubt.PROGRAMME_BEYOND_END, minutes=int(beyond.total_seconds() // 60))
