"""What the rules mean for the people who have applied so far: for the organiser, before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainings.seats.degrade import Shortfall, degrade
from trainings.seats.rules import Candidate, Honoured, Rules, Tally, tally


@dataclass(frozen=True)
class Meaning:
    """seats: F, placed people included. honoured: what is kept of each reserve. shortfalls: minimums that cannot be met
    and what fills fewer seats than the capacity, with the limits to blame. released: reserved seats that return to
    everyone. wanted: applicants and placed people by set."""

    seats: int
    honoured: Honoured
    shortfalls: tuple[Shortfall, ...]
    released: int
    wanted: Tally


def meaning(rules: Rules, candidates: Sequence[Candidate], placed: Sequence[Candidate] = ()) -> Meaning:
    """What a draw by these rules could fill. Raises `SeatsRefused` for unusable candidates."""
    honoured, shortfalls = degrade(rules, candidates, placed)
    released = sum(s.wished - s.met for s in shortfalls if s.label[0] == "group")
    return Meaning(honoured.seats, honoured, shortfalls, released, tally(rules, (*candidates, *placed)))
