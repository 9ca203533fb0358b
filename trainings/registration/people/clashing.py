"""Two applications of one person at one event, once that is settled: one stands, the other ends and its seat falls free."""

from __future__ import annotations

from trainings.core.db import db
from trainings.events.models import Selection
from trainings.registration.mails import tell
from trainings.registration.models import Application
from trainings.registration.people.addresses import is_confirmed
from trainings.registration.states import HOLDS_SEAT, Reason, State, may_change
from trainings.registration.transitions import change_state

BEST_FIRST = (State.CONFIRMED, State.OFFERED, State.WAITING, State.APPLIED)


def end_second(ending: Application, staying: Application) -> None:
    """End one of two, and tell its address. A seat that is left over goes to whoever waits. Where seats were given in the
    order of arrival, the one that stays has the better place of the two: the person was there by then. By lot, whoever
    stood on the list twice has no claim to the luckier number. The caller holds the event's lock."""
    held_seat = ending.state in HOLDS_SEAT
    by_arrival = ending.event.selection == Selection.FIRST_COME
    if by_arrival and counts_alike(staying, ending) and _is_better(ending, staying):
        take_place(staying, ending)
        held_seat = False
    else:
        change_state(ending, State.CANCELLED, Reason.CANCELLED_AS_DUPLICATE)
        staying.table_number = staying.table_number or ending.table_number
    _tell_ended(ending, staying, held_seat)


def _is_better(one: Application, other: Application) -> bool:
    def worth(application: Application) -> tuple[int, int]:
        return BEST_FIRST.index(application.state), application.waiting_rank or 0

    return worth(one) < worth(other) and (one.state == other.state or may_change(other.state, one.state))


def _tell_ended(ending: Application, staying: Application, held_seat: bool) -> None:
    """Nothing about the application that stays, unless whoever reads this mailbox has shown that both are theirs."""
    if ending.mail and ending.mail == staying.mail and is_confirmed(ending.mail):
        tell(staying, "made_one", ended=ending)
    else:
        tell(ending, "cancelled", held_seat=held_seat)


def take_place(application: Application, before: Application) -> None:
    """Seat, rank and table of the one before, so that nobody who waits comes in between."""
    state, rank, expires_at = before.state, before.waiting_rank, before.offer_expires_at
    change_state(before, State.CANCELLED, Reason.CANCELLED_AS_DUPLICATE, passed_on=True)
    application.table_number = before.table_number
    if application.state != state:
        change_state(application, state, Reason.SETTLED, offer_expires_at=expires_at)
        if state != State.APPLIED:
            tell(application, state.value)
    application.waiting_rank = rank
    db.session.flush()


def counts_alike(application: Application, before: Application) -> bool:
    """Whether the one can have the seat of the other."""
    return (application.event_group_id, application.role) == (before.event_group_id, before.role)
