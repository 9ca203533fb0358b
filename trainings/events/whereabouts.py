"""When and where an event is, as it can be kept and laid beside what it was. Pure but for reading the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from trainings.core import clock
from trainings.core.web import jdatetime, jday, jtime
from trainings.events import texts
from trainings.events.models import Event, EventNotice, NoticeKind
from trainings.events.queries import newest_notice, notices_of

Whereabouts = Mapping[str, Any]
STANDSTILL_KINDS = frozenset({NoticeKind.POSTPONED, NoticeKind.CALLED_OFF})


def whereabouts(event: Event) -> dict[str, Any]:
    """Its sessions, when its doors open, and its place; what of an event nobody must be left to find out."""
    return {
        "sessions": sorted([_instant(one.starts_at), _instant(one.ends_at)] for one in event.sessions),
        **{name: _instant(getattr(event, name)) for name in ("starts_at", "ends_at", "doors_open_at")},
        **{name: getattr(event, name) for name in ("venue", "room", "address")},
    }


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


_LATER = "later"
"""In what an event was: [instant, whereabouts] for each change that nobody was told of, oldest first."""


def and_later(before: Whereabouts, since: datetime, then: Whereabouts) -> dict[str, Any]:
    """What an event was, and that from an instant on it stood otherwise without a word to anybody."""
    return {**before, _LATER: [*before.get(_LATER, []), [_instant(since), dict(then)]]}


def known_since(before: Whereabouts, submitted_at: datetime) -> Whereabouts:
    """What somebody read of an event who applied at this instant."""
    steps = [then for since, then in before.get(_LATER, []) if datetime.fromisoformat(since) < submitted_at]
    known: Whereabouts = steps[-1] if steps else before
    return known


@dataclass(frozen=True)
class Stood:
    """What was so of an event at some instant. held: it was neither postponed nor called off then."""

    held: bool
    doors_open_at: datetime


def stood_at(event: Event, instant: datetime) -> Stood:
    """What whoever stood at the door then could go by. A fact of the door is judged by this, not by what was decided later;
    asks nothing about an event that has not changed since."""
    if event.revised_at is None or instant >= event.revised_at:
        return Stood(event.is_held, event.doors_open_at)
    held, doors_open_at = True, event.doors_open_at
    for notice in notices_of(event.id):
        if notice.at > instant:
            told = known_since(notice.before, instant)["doors_open_at"]
            return Stood(held, datetime.fromisoformat(told))
        held = notice.kind not in STANDSTILL_KINDS
    return Stood(held, doors_open_at)


def overtakes(notice: EventNotice) -> bool:
    """Whether what happened at the door before this notice belongs to an evening that was not held to its end, or to
    another day."""
    if notice.kind in STANDSTILL_KINDS:
        return True
    before, after = (
        clock.local(datetime.fromisoformat(of["starts_at"])) for of in (notice.before, notice.after)
    )
    return before.date() != after.date()


def is_as_before(before: Whereabouts, after: Whereabouts) -> bool:
    """Whether an event is again what it was at first."""
    return {name: value for name, value in before.items() if name != _LATER} == dict(after)


@dataclass(frozen=True)
class Difference:
    """One thing that is different now, in words: what, how it was, how it is."""

    what: str
    before: str
    after: str


def differences(before: Whereabouts, after: Whereabouts) -> list[Difference]:
    """What somebody who knew the one has to hear of the other."""
    rows = ((texts.WHEN, when_of), (texts.DOORS, _doors), (texts.WHERE, _where))
    told = [Difference(what, words(before), words(after)) for what, words in rows]
    return [row for row in told if row.before != row.after]


def when_of(of: Whereabouts) -> str:
    """Its sessions in words."""
    spans = of["sessions"] or [[of["starts_at"], of["ends_at"]]]
    return texts.LIST.join(_span(*(datetime.fromisoformat(end) for end in span)) for span in spans)


def _span(starts_at: datetime, ends_at: datetime) -> str:
    same_day = clock.local(starts_at).date() == clock.local(ends_at).date()
    return texts.SPAN.format(
        begins=jdatetime(starts_at), ends=jtime(ends_at) if same_day else jdatetime(ends_at)
    )


def _doors(of: Whereabouts) -> str:
    opens, begins = (datetime.fromisoformat(of[name]) for name in ("doors_open_at", "starts_at"))
    same_day = clock.local(opens).date() == clock.local(begins).date()
    at = jtime(opens) if same_day else jday(opens) + jtime(opens)
    return texts.FROM.format(time=at)


def _where(of: Whereabouts) -> str:
    place = " ".join(of[name] for name in ("venue", "room") if of[name])
    return texts.PLACE.format(place=place, address=of["address"]) if of["address"] else place


def headline(notice: EventNotice, known: Whereabouts | None = None) -> str:
    """A notice in a few words: what of time and place has changed, or that it is not held. known: what its reader has read
    of the event; by default what it was at first."""
    if notice.kind != NoticeKind.MOVED:
        return texts.NOTICES[notice.kind]
    changed = {row.what for row in differences(known or notice.before, notice.after)}
    return texts.MOVED.get(frozenset(changed), texts.NOTICES[notice.kind])


def news_of(event: Event) -> str:
    """What whoever stands at the door should know, in one line; "" for an event that is as it was published."""
    notice = newest_notice(event)
    if notice is None:
        return ""
    line = told_in_a_line(notice)
    return texts.NEWS.format(headline=headline(notice), line=line) if line else headline(notice)


def told_in_a_line(notice: EventNotice) -> str:
    """What is different, for a timeline: how it is, and how it was; for an event that is not held, why."""
    if notice.reason:
        return notice.reason
    return texts.SENTENCES.join(
        texts.NOW_AND_BEFORE.format(what=row.what, now=row.after, before=row.before)
        for row in differences(notice.before, notice.after)
    )
