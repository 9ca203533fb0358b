"""The one decision at the door. Pure; static/js/door/decision.js is the same function, and one table of test vectors
(tests/unit/checkin/vectors.json) runs against both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

TicketState = Literal["confirmed", "waiting", "not_selected", "cancelled", "other_event", "unknown"]

BY_OTHER_SCANS = frozenset({"left_already", "not_inside"})
"""Refusals that come from the other scans that were known at that moment, not from the ticket or the hour."""


@dataclass(frozen=True)
class Earlier:
    """A scan of the same ticket in the same session that was not refused nor undone, and that changed where the person
    is. at: ISO instant in UTC."""

    direction: Literal["in", "out"]
    at: str


@dataclass(frozen=True)
class Rules:
    """open: scanning has begun. exits: the event also scans who leaves (credit bodies need both). held: it was neither
    postponed nor called off at the time of the scan."""

    open: bool
    exits: bool = False
    held: bool = True


@dataclass(frozen=True)
class Decision:
    """outcome: admitted, repeated or refused. why: reason of a refusal, "" otherwise. since: when a repeated one
    was admitted first."""

    outcome: Literal["admitted", "repeated", "refused"]
    why: str = ""
    since: str = ""


def decide(ticket: TicketState, earlier: Sequence[Earlier], direction: str, rules: Rules) -> Decision:
    """What happens to one scan, from the state of its ticket, the earlier scans (oldest first) and the event's rules.

    The order of the questions is part of the contract: which ticket, whether it has a seat, whether the event is held,
    whether the door is open, whether the person is inside.
    """
    if ticket in ("unknown", "other_event", "not_selected", "waiting", "cancelled"):
        return Decision("refused", ticket)
    if not rules.held:
        return Decision("refused", "not_held")
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


def is_passage(outcome: str, why: str) -> bool:
    """Whether a scan says that its person passed the door. One that was refused for what other desks had told by then
    does: whether they had is a matter of the network, and the person stood there with a good ticket."""
    return outcome != "refused" or why in BY_OTHER_SCANS


def decide_undo(passage: bool, taken_back: bool) -> Decision:
    """What happens to the wish to take a scan back. Only a passage that stands can be: of a ticket that was turned away
    "taken back" would be untrue.

    passage: whether the scan that it names is known and says that somebody passed (`is_passage`). taken_back: whether an
    earlier undo names it.
    """
    return Decision("admitted") if passage and not taken_back else Decision("refused", "nothing_to_undo")
