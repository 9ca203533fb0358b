"""When an application may come in, and until when it may be corrected, given up or handed on: asked by the acts and by every
page that offers them."""

from __future__ import annotations

from datetime import datetime

from trainings.core import clock
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventState
from trainings.registration.models import BY_STAFF, Application, Channel
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.states import State


def why_closed(
    event: Event, channel: Channel, role: str = PARTICIPANT, arrived_at: datetime | None = None
) -> RegistrationRefusal | None:
    """Why nobody can be taken in now in this role by this channel; None when they can. Pages say so before anything
    is typed. What staff enter may come in after closing, until the list is frozen. arrived_at: when it came; None for
    now."""
    instant = clock.now()
    if arrived_at is not None and arrived_at > instant:
        return RegistrationRefusal.ARRIVES_LATER
    if event.state != EventState.PUBLISHED:
        return RegistrationRefusal.NOT_PUBLISHED
    if event.list_frozen_at is not None and role == PARTICIPANT:
        return RegistrationRefusal.LIST_FROZEN
    if (arrived_at or instant) < event.application_opens_at:
        return RegistrationRefusal.NOT_OPEN_YET
    if instant >= (event.ends_at if channel in BY_STAFF else event.application_closes_at):
        return RegistrationRefusal.CLOSED
    return None


def closed_to_staff(event: Event) -> RegistrationRefusal | None:
    """Why staff can enter nobody at all now, neither a participant nor a speaker."""
    return why_closed(event, Channel.FAX, role="")


def why_fixed(application: Application, *, by_staff: bool = False) -> RegistrationRefusal | None:
    """Why it can be neither corrected nor given up; None when it can. Staff may after the beginning too."""
    if not application.is_open:
        return RegistrationRefusal.NOT_LIVE
    return RegistrationRefusal.EVENT_BEGUN if not by_staff and application.event.has_begun else None


def why_kept(application: Application) -> RegistrationRefusal | None:
    """Why its seat cannot be handed on; None when it can."""
    if application.state != State.CONFIRMED:
        return RegistrationRefusal.NOT_CONFIRMED
    return RegistrationRefusal.EVENT_BEGUN if application.event.has_begun else None
