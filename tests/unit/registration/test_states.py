"""The table of states, walked pair by pair."""

from __future__ import annotations

import itertools

import pytest

from trainings.registration.states import CHANGES, HOLDS_SEAT, LIVE, OPEN, State, may_change
from trainings.registration.texts import REASONS, STATES

ALLOWED = {
    ("applied", "confirmed"),
    ("applied", "waiting"),
    ("applied", "not_selected"),
    ("applied", "cancelled"),
    ("waiting", "offered"),
    ("waiting", "confirmed"),
    ("waiting", "not_selected"),
    ("waiting", "cancelled"),
    ("offered", "confirmed"),
    ("offered", "declined"),
    ("offered", "expired"),
    ("offered", "cancelled"),
    ("confirmed", "substituted"),
    ("confirmed", "cancelled"),
    # a voided draw
    ("waiting", "applied"),
    ("offered", "applied"),
    ("confirmed", "applied"),
    ("not_selected", "applied"),
    # two of one office swap after a draw
    ("confirmed", "waiting"),
    ("confirmed", "not_selected"),
    ("not_selected", "confirmed"),
    # a possible duplicate is settled: it stands for itself, takes the place of the one before, or ends
    ("duplicate", "applied"),
    ("duplicate", "waiting"),
    ("duplicate", "offered"),
    ("duplicate", "confirmed"),
    ("duplicate", "cancelled"),
    # staff undo it while nobody else has been touched
    ("cancelled", "applied"),
    ("cancelled", "waiting"),
    ("cancelled", "offered"),
    ("cancelled", "confirmed"),
    ("declined", "offered"),
}
"""Written down from the design, apart from the product's table."""

ENDS = frozenset({State.NOT_SELECTED, State.DECLINED, State.EXPIRED, State.SUBSTITUTED, State.CANCELLED})


@pytest.mark.parametrize(("before", "after"), list(itertools.product(State, State)))
def test_change_is_allowed_exactly_if_the_design_says_so(before: State, after: State) -> None:
    assert may_change(before, after) is ((before.value, after.value) in ALLOWED)


def test_table_has_a_row_for_every_state() -> None:
    assert set(CHANGES) == set(State)


def test_live_states_are_those_with_a_way_on_but_for_a_voided_draw_a_swap_and_an_undo() -> None:
    undone = {State.CANCELLED, State.DECLINED}
    assert {state for state in State if CHANGES[state] - {State.APPLIED}} - undone == OPEN | {
        State.NOT_SELECTED
    }
    assert {state for one in undone for state in CHANGES[one]} == LIVE
    assert CHANGES[State.NOT_SELECTED] == {State.APPLIED, State.CONFIRMED}
    assert set(State) - OPEN == ENDS
    assert {State.DUPLICATE} == OPEN - LIVE


def test_every_open_state_can_be_cancelled_and_no_other() -> None:
    assert {state for state in State if may_change(state, State.CANCELLED)} == OPEN


def test_seats_are_held_by_live_states_only() -> None:
    assert HOLDS_SEAT < LIVE


def test_every_state_and_reason_has_words() -> None:
    assert set(STATES) == set(State)
    assert all(REASONS.values())
    assert all(STATES.values())
