"""Seats that fall free: offered to the next, accepted, declined, expired; and lists that close.

Every function here recomputes from the present state, so a job may run twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from trainings.allocation import queries
from trainings.allocation.refusals import AllocationRefusal
from trainings.audit.actions import record
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.models import Event, EventState, Selection
from trainings.events.queries import lock_event
from trainings.registration.mails import tell
from trainings.registration.models import Application
from trainings.registration.people.reach import reaches
from trainings.registration.seat_rules import candidates_of, counted_in, firsts_in, released_groups, rules_of
from trainings.registration.states import HOLDS_SEAT, Reason, State
from trainings.registration.transitions import change_state
from trainings.seats.admission import readmit
from trainings.seats.degrade import degrade
from trainings.seats.record import honoured_of
from trainings.seats.rules import Honoured, Rules
from trainings.seats.waiting import next_offer

SHORTEST_OFFER = timedelta(hours=3)
"""When less than this is left before the start, nobody is asked by mail any more: staff call from the list."""
ON_ITS_WAY = timedelta(days=2)
"""So long a letter travels."""


def offer_free_seats(*, event_id: uuid.UUID) -> int:
    """Offer every free seat of an event to the next in rank whose admission is legal. How many were offered.

    Does nothing before a lottery's draw, after the start, and while too little time is left for an answer.
    """
    event = lock_event(event_id)
    if event.state != EventState.PUBLISHED or not _list_is_in_order(event):
        return 0
    expires_at = offer_expiry(event, clock.now())
    if expires_at is None:
        return 0
    offered = 0
    while (application := next_in_line(event)) is not None:
        until = expires_at if reaches(application) else max(expires_at, kept_until(event))
        change_state(application, State.OFFERED, Reason.SEAT_FREED, offer_expires_at=until)
        tell(application, "offered")
        offered += 1
    return offered


def offer_expiry(event: Event, instant: datetime) -> datetime | None:
    """Until when an offer made at this instant stands: the event's hours, but never less than half of the time that is
    left before the doors open; None when that would be under three hours."""
    left = event.doors_open_at - instant
    length = min(timedelta(hours=event.offer_hours), left / 2)
    return instant + length if length >= SHORTEST_OFFER else None


def kept_until(event: Event) -> datetime:
    """Until when a seat is kept for somebody whom no mail reaches and whom nobody has told yet: as long as seats are offered
    with a time to answer at all. Their own time begins when they are told."""
    return event.doors_open_at - 2 * SHORTEST_OFFER


def start_clock(application: Application, told_at: datetime, *, by_post: bool) -> None:
    """Somebody whom no mail reaches was told of their offer: from now on they have as long as everybody who reads a mail,
    and a letter is given two days to arrive. The caller holds the event's lock."""
    event = application.event
    begins = told_at + ON_ITS_WAY if by_post else told_at
    ends = offer_expiry(event, begins) or begins + SHORTEST_OFFER
    application.offer_expires_at, application.offer_told_at = min(ends, event.doors_open_at), told_at
    db.session.flush()


def rest_clock(application: Application) -> None:
    """They were not told after all, or the mail that offered it came back. The caller holds the event's lock."""
    assert application.offer_expires_at is not None, "only an offer has a clock"
    application.offer_expires_at = max(application.offer_expires_at, kept_until(application.event))
    application.offer_told_at = None
    db.session.flush()


def unheard_offers() -> list[Application]:
    """Offers whose time runs although their person cannot have heard of them: the mail came back."""
    return [
        one
        for one in queries.offers_without_mail()
        if one.offer_expires_at is not None and one.offer_expires_at < kept_until(one.event)
    ]


def rest_unheard(*, event_id: uuid.UUID) -> int:
    """Let every offer of an event rest of which its person has heard nothing. How many."""
    lock_event(event_id)
    unheard = [one for one in unheard_offers() if one.event_id == event_id]
    for application in unheard:
        rest_clock(application)
        record(verb="application.offer_rests", subject=("application", application.id), event_id=event_id)
    db.session.flush()
    return len(unheard)


def _list_is_in_order(event: Event) -> bool:
    return event.selection == Selection.FIRST_COME or queries.valid_draw(event.id) is not None


def next_in_line(event: Event) -> Application | None:
    """Who gets the seat that is free: the first in rank whose admission is legal; None while there is none."""
    if event.state != EventState.PUBLISHED or not _list_is_in_order(event):
        return None
    candidates = firsts_in(event.id, [State.WAITING])
    if not candidates:
        return None
    rules = rules_of(event)
    holding = counted_in(event.id, HOLDS_SEAT)
    if event.selection == Selection.FIRST_COME:
        # The same rule as at the counter: reserves not yet released are held against phantoms.
        admitted = readmit(rules, holding, candidates, released_groups(event))
        key = admitted[0] if admitted else None
    else:
        key = next_offer(rules, _honoured(event, rules), holding, candidates).key
    return db.session.get_one(Application, uuid.UUID(key)) if key is not None else None


def _honoured(event: Event, rules: Rules) -> Honoured:
    """The reserves that the draw honoured, less those released since: a group's from its date on, a sector's once every
    group of the sector is released, a district's once every group of the event is (as for first come)."""
    draw = queries.valid_draw(event.id)
    if draw is None:
        return degrade(rules, [], [])[0]
    kept = honoured_of(draw.record)
    still_held = {group.key for group in rules.groups} - set(released_groups(event))
    sectors = {group.sector for group in rules.groups if group.key in still_held}
    return replace(
        kept,
        groups={key: n if key in still_held else 0 for key, n in kept.groups.items()},
        sectors={key: n if key in sectors else 0 for key, n in kept.sectors.items()},
        districts={key: n if still_held else 0 for key, n in kept.districts.items()},
    )


def answer_offer(*, application_id: uuid.UUID, accept: bool) -> Application:
    """Take or decline an offered seat. Accepting an accepted one again changes nothing.

    Raises Refused: NO_OFFER, OFFER_ENDED, NOT_HELD.
    """
    application = _locked(application_id)
    if accept and application.state == State.CONFIRMED:
        return application
    if application.state == State.EXPIRED or (
        application.offer_expires_at is not None
        and application.offer_expires_at <= clock.now()
        and application.event.is_held
    ):
        raise Refused(AllocationRefusal.OFFER_ENDED)
    if application.state != State.OFFERED:
        raise Refused(AllocationRefusal.NO_OFFER)
    if not application.event.is_held:
        raise Refused(AllocationRefusal.NOT_HELD)
    if accept:
        change_state(application, State.CONFIRMED, Reason.ACCEPTED)
        tell(application, "confirmed")
    else:
        change_state(application, State.DECLINED, Reason.DECLINED)
    return application


def _locked(application_id: uuid.UUID) -> Application:
    event_id = db.session.scalar(db.select(Application.event_id).where(Application.id == application_id))
    if event_id is None:
        raise LookupError(f"no application {application_id}")
    lock_event(event_id)
    return db.session.get_one(Application, application_id, populate_existing=True)


def expire_offer(*, application_id: uuid.UUID) -> bool:
    """End one offer whose time is over; its seat goes to the next by the `seat_freed` job. False if it was answered."""
    application = _locked(application_id)
    if application.state != State.OFFERED or application.offer_expires_at is None:
        return False
    if application.offer_expires_at > clock.now() or not application.event.is_held:
        return False
    change_state(application, State.EXPIRED, Reason.OFFER_EXPIRED)
    tell(application, "expired")
    return True


def renew_offers(*, event: Event) -> int:
    """An event is held after all: offers that rested with it stand anew; those for which too little time is left end with
    their hours. How many stand. The caller holds the event's lock."""
    expires_at = offer_expiry(event, clock.now())
    if expires_at is None:
        return 0
    offered = queries.participants(event.id, [State.OFFERED])
    for application in offered:
        heard = application.offer_told_at is not None or reaches(application)
        application.offer_expires_at = expires_at if heard else max(expires_at, kept_until(event))
    db.session.flush()
    return len(offered)


def readmit_waiting(*, event_id: uuid.UUID) -> int:
    """At a release date: run first-come admission again down the waiting list, in order of arrival. For a lottery the
    released seats are offered like any other free seat. How many got a seat or an offer."""
    event = lock_event(event_id)
    if event.state != EventState.PUBLISHED or event.starts_at <= clock.now():
        return 0
    if event.selection != Selection.FIRST_COME:
        return offer_free_seats(event_id=event_id)
    waiting = {str(one.id): one for one in queries.waiting_in_rank(event_id)}
    holding = candidates_of(event, queries.participants(event_id, HOLDS_SEAT))
    admitted = readmit(
        rules_of(event), holding, candidates_of(event, waiting.values()), released_groups(event)
    )
    for key in admitted:
        change_state(waiting[key], State.CONFIRMED, Reason.RESERVE_RELEASED)
        tell(waiting[key], "confirmed")
    return len(admitted)


def close_waiting_list(*, event_id: uuid.UUID) -> int:
    """When an event has begun: open offers expire, and everyone still waiting is not selected. How many were waiting."""
    event = lock_event(event_id)
    if event.starts_at > clock.now() or not event.is_held:
        return 0
    for application in queries.participants(event_id, [State.OFFERED]):
        change_state(application, State.EXPIRED, Reason.OFFER_EXPIRED)
    waiting: Sequence[Application] = queries.participants(event_id, [State.WAITING])
    for application in waiting:
        change_state(application, State.NOT_SELECTED, Reason.LIST_CLOSED)
        tell(application, "not_selected")
    record(
        verb="waiting_list.closed", subject=("event", event_id), event_id=event_id, detail={"n": len(waiting)}
    )
    return len(waiting)
