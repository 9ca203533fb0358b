"""How organisers draw today, as a baseline: reserved seats first, then names from a hat."""

from __future__ import annotations

from trainings.seats.degrade import stopping_caps
from trainings.seats.odds import Odds
from trainings.seats.rules import Candidate, tally
from trainings.seats.seed import shuffled


def draw_by_hand(odds: Odds, seed: bytes) -> tuple[str, ...]:
    """Keys of the selected. Whoever is drawn and would break a cap is put aside; nobody looks ahead."""
    rules = odds.network.rules
    people = {person.key: person for person in odds.candidates}
    hat = [people[key] for key in shuffled(seed, people)]
    roster: list[Candidate] = list(odds.placed)

    def take(person: Candidate) -> None:
        if person not in roster and not stopping_caps(rules, tally(rules, roster), person):
            roster.append(person)

    for group in rules.groups:
        for person in (one for one in hat if one.group == group.key):
            if sum(one.group == group.key for one in roster) < group.reserved:
                take(person)
    for person in hat:
        take(person)
    return tuple(person.key for person in roster if person.key in people)
