"""Copying an event: each feature copies its own part, in one transaction."""

from __future__ import annotations

from datetime import date

from trainings.events.actions import copy_event
from trainings.events.models import Event
from trainings.skills.actions import copy_for_event


def copy_whole_event(*, source: Event, on: date, title: str) -> Event:
    """A draft with everything of another event but its applications."""
    made = copy_event(source=source, on=on, title=title)
    copy_for_event(source=source, target=made)
    return made
