"""The one decision at the door. Pure; static/js/door/decision.js is the same function, and one table of test vectors
(tests/unit/checkin/vectors.json) runs against both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

TicketState = Literal["confirmed", "waiting", "not_selected", "cancelled", "other_event", "unknown"]


@dataclass(frozen=True)
class Earlier:
    """An admitted scan of the same ticket in the same session that was not undone. at: ISO instant in UTC."""

    direction: Literal["in", "out"]
    at: str


@dataclass(frozen=True)
class Rules:
    """open: scanning has begun. exits: the event also scans who leaves (credit bodies need both)."""

    open: bool
    exits: bool = False


@dataclass(frozen=True)
class Decision:
    """outcome: admitted, repeated or refused. why: reason of a refusal, "" otherwise. since: when a repeated one
    was admitted first."""

    outcome: Literal["admitted", "repeated", "refused"]
    why: str = ""
    since: str = ""


def decide(ticket: TicketState, earlier: Sequence[Earlier], direction: str, rules: Rules) -> Decision:
    """What happens to one scan, from the state of its ticket, the earlier scans (oldest first) and the event's rules.

    The order of the questions is part of the contract: which ticket, whether it has a seat, whether the door is open,
    whether the person is inside.
    """
    if ticket in ("unknown", "other_event", "not_selected", "waiting", "cancelled"):
        return Decision("refused", ticket)
    if not rules.open:
        return Decision("refused", "not_open_yet")
    last = earlier[-1] if earlier else None
    if direction == "out":
        if last is None:
            return Decision("refused", "not_inside")
        return Decision("repeated", since=last.at) if last.direction == "out" else Decision("admitted")
    if last is None:
        return Decision("admitted")
    if last.direction == "in":
        return Decision("repeated", since=last.at)
    # Whoever has left may come in again where exits are counted; elsewhere a second entry is a mistake.
    return Decision("admitted") if rules.exits else Decision("refused", "left_already")


def decide_undo(undone: Literal["admitted", "repeated", "refused"] | None, taken_back: bool) -> Decision:
    """What happens to the wish to take a scan back. Only an entry that stands can be: a repeated or refused scan let
    nobody in, so that "taken back" would be untrue of it.

    undone: the outcome of the scan that it names; None when that is unknown, of another event or itself an undo.
    taken_back: whether an earlier undo names it.
    """
    if undone == "admitted" and not taken_back:
        return Decision("admitted")
    return Decision("refused", "nothing_to_undo")
