"""States of an application and the one table of allowed changes."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    APPLIED = "applied"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    NOT_SELECTED = "not_selected"
    OFFERED = "offered"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUBSTITUTED = "substituted"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"
    """Taken beside a live application of the same person: it holds no seat and no place, and is counted nowhere, until
    staff have settled whose it is."""


LIVE = frozenset({State.APPLIED, State.WAITING, State.OFFERED, State.CONFIRMED})
"""States in which a person still has, or may still get, a seat."""

OPEN = LIVE | {State.DUPLICATE}
"""States in which whoever applied may still correct the application or give it up."""

HOLDS_SEAT = frozenset({State.CONFIRMED, State.OFFERED})
"""States that occupy a seat: an offered seat is kept free for its person until the offer ends."""

CHANGES: dict[State, frozenset[State]] = {
    State.APPLIED: frozenset({State.CONFIRMED, State.WAITING, State.NOT_SELECTED, State.CANCELLED}),
    # waiting → confirmed: first-come admission at a release date, and placing by hand with a reason.
    # … → applied: the draw that had decided was voided.
    State.WAITING: frozenset(
        {State.OFFERED, State.CONFIRMED, State.NOT_SELECTED, State.CANCELLED, State.APPLIED}
    ),
    State.OFFERED: frozenset(
        {State.CONFIRMED, State.DECLINED, State.EXPIRED, State.CANCELLED, State.APPLIED}
    ),
    # confirmed ↔ waiting, not_selected: after a draw, two of one office and group swap.
    State.CONFIRMED: frozenset(
        {State.SUBSTITUTED, State.CANCELLED, State.APPLIED, State.WAITING, State.NOT_SELECTED}
    ),
    State.NOT_SELECTED: frozenset({State.APPLIED, State.CONFIRMED}),
    # declined, cancelled → …: staff undo it while the seat is free (corrections/restoring.py).
    State.DECLINED: frozenset({State.OFFERED}),
    State.EXPIRED: frozenset(),
    State.SUBSTITUTED: frozenset(),
    State.CANCELLED: LIVE,
    # … → waiting, offered, confirmed: it takes the place of the one that stood before.
    State.DUPLICATE: LIVE | {State.CANCELLED},
}


class Reason(StrEnum):
    """Why a state changed; written to the audit trail and shown to the person in words."""

    RECEIVED = "received"
    FIRST_COME = "first_come"
    NO_LEGAL_SEAT = "no_legal_seat"
    DRAWN = "drawn"
    NOT_DRAWN = "not_drawn"
    LIST_CLOSED = "list_closed"
    RESERVE_RELEASED = "reserve_released"
    SEAT_FREED = "seat_freed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OFFER_EXPIRED = "offer_expired"
    CANCELLED_BY_APPLICANT = "cancelled_by_applicant"
    CANCELLED_BY_STAFF = "cancelled_by_staff"
    CANCELLED_AS_DUPLICATE = "cancelled_as_duplicate"
    PLACED_BY_HAND = "placed_by_hand"
    REFUSED_BY_HAND = "refused_by_hand"
    SUBSTITUTE = "substitute"
    WALK_IN = "walk_in"
    DRAW_VOIDED = "draw_voided"
    SWAPPED = "swapped"
    SETTLED = "settled"
    RESTORED = "restored"
    """Of the trail only: what was cancelled stands again, for the reason for which it stood before."""


def may_change(before: State, after: State) -> bool:
    """Whether the table allows the change."""
    return after in CHANGES[before]
