"""The draw: who gets a seat, and in which order the others wait. Same inputs and seed, same result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainings.seats import network
from trainings.seats.degrade import Shortfall, degrade_network
from trainings.seats.rules import Candidate, Honoured, Rules, check_candidates, check_no_blocks
from trainings.seats.seed import shuffled
from trainings.seats.waiting import waiting_order


@dataclass(frozen=True)
class Step:
    """One turn of the seeded order."""

    key: str
    admitted: bool


@dataclass(frozen=True)
class DrawResult:
    """What a draw decided.

    selected: keys of the drawn (placed people are not among them), sorted. waiting: everyone else's keys in rank order.
    honoured: the reserves kept and F, the seats filled, placed people included. shortfalls: wishes that could
    not be met, with reasons. steps: the turns in their order.
    """

    selected: tuple[str, ...]
    waiting: tuple[str, ...]
    honoured: Honoured
    shortfalls: tuple[Shortfall, ...]
    steps: tuple[Step, ...]

    @property
    def fillable(self) -> int:
        """F: seats filled, placed people included."""
        return self.honoured.seats


def draw(
    rules: Rules, candidates: Sequence[Candidate], placed: Sequence[Candidate], seed: bytes
) -> DrawResult:
    """Draws by seeded order: each in turn is admitted if a legal roster keeping all that is honoured still exists.

    placed: people with a seat by hand; they count and are not drawn. seed: 32 bytes. The order of the lists does
    not matter. Raises `SeatsRefused` for unusable candidates or blocks; reserves that cannot be met are lowered.
    """
    check_candidates(rules, candidates, placed)
    check_no_blocks(candidates)
    seats = network.build(rules, candidates, placed)
    honoured, shortfalls = degrade_network(seats)
    type_of = {key: n for n, people in enumerate(seats.types, seats.first_type) for key in people.members}
    lower, upper = seats.lower_with(honoured), seats.upper.copy()
    closed: set[int] = set()
    steps: list[Step] = []
    for key in shuffled(seed, type_of):
        arc = type_of[key]
        admitted = False
        if arc not in closed:
            lower[arc] += 1
            admitted = lower[arc] <= upper[arc] and seats.graph.circulate(lower, upper).deficit == 0
            if not admitted:  # nor will anyone alike be: from here on the rosters still possible only shrink
                lower[arc] -= 1
                upper[arc] = lower[arc]
                closed.add(arc)
        steps.append(Step(key, bool(admitted)))
    selected = {step.key for step in steps if step.admitted}
    return DrawResult(
        selected=tuple(sorted(selected)),
        waiting=waiting_order(seed, [person for person in candidates if person.key not in selected]),
        honoured=honoured,
        shortfalls=shortfalls,
        steps=tuple(steps),
    )
