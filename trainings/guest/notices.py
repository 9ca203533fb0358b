"""What has changed about an event since it was published, as guests read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainings.core import clock
from trainings.events.models import Event, EventNotice, NoticeKind
from trainings.events.queries import newest_notice, notices_of
from trainings.events.whereabouts import Difference, differences, headline
from trainings.registration.models import Application

MAY_NOT_SUIT = frozenset({NoticeKind.MOVED, NoticeKind.RESUMED})
"""Changes after which somebody who has applied may not be able to come."""


@dataclass(frozen=True)
class Shown:
    """A notice in words. is_held: whether the event takes place."""

    headline: str
    reason: str
    differences: Sequence[Difference]
    is_held: bool


def notice_to_show(event: Event) -> Shown | None:
    """The last change of an event; none of one that is over, for then nobody goes there any more."""
    notice = newest_notice(event)
    if notice is None or (event.is_held and event.ends_at <= clock.now()):
        return None
    return Shown(
        headline(notice),
        notice.reason,
        differences(notice.before, notice.after) if event.is_held else [],
        event.is_held,
    )


def notices_for(application: Application) -> Sequence[EventNotice]:
    """What has changed since somebody applied, oldest first."""
    if not application.event.revision:
        return []
    return [one for one in notices_of(application.event_id) if one.at >= application.submitted_at]


def may_not_suit(notices: Sequence[EventNotice]) -> bool:
    """Whether the last of them is another day, time or place."""
    return bool(notices) and notices[-1].kind in MAY_NOT_SUIT
