"""Closing an event: one transaction across the door, the ledger of skills and the survey."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from trainings.certificates.actions import issue_certificates
from trainings.checkin.actions import close_door
from trainings.checkin.queries import door_of
from trainings.events.actions import mark_closed
from trainings.events.models import EventState
from trainings.events.queries import lock_event
from trainings.printing.actions import withdraw_papers
from trainings.skills.actions import write_attendance
from trainings.surveys.actions import open_run


@dataclass(frozen=True)
class Closing:
    """What closing did. attended: people present; evidence: rows written; certificates: newly issued."""

    attended: int
    evidence: int
    certificates: int


def close_event(*, event_id: uuid.UUID) -> Closing:
    """Close the door and everything that follows from it: attendance evidence, certificates, the survey.

    May run again after the door was reopened: it writes only what has changed since.
    """
    event = lock_event(event_id)
    attended = close_door(event_id=event_id)
    evidence = write_attendance(event=event, attended=attended)
    certificates = issue_certificates(event_id=event_id)
    open_run(event=event, attended=attended)
    mark_closed(event=event)
    withdraw_papers(event_id)
    return Closing(len(attended), evidence, len(certificates))


def close_again(*, event_id: uuid.UUID) -> Closing | None:
    """Write what has changed since an event was closed: a late scan, or an application that turned out to be somebody
    else's. A door that was reopened stays open: closing it will write the same. A door that was
    closed before the event began has closed nothing."""
    event = lock_event(event_id)
    door = door_of(event_id)
    is_shut = door is not None and door.closed_at is not None and event.state == EventState.CLOSED
    return close_event(event_id=event_id) if is_shut else None
