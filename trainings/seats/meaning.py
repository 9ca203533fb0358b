"""What the rules mean for the people who have applied so far: for the organiser, before anything is drawn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from trainings.seats.degrade import Shortfall, degrade
from trainings.seats.odds import Odds, Reason, fair_odds
from trainings.seats.rules import Candidate, Honoured, Rules, Tally, tally

Key = TypeVar("Key", str, str | None)


@dataclass(frozen=True)
class Prospect:
    """What the rules leave of the seats: F, placed people included; minimums that cannot be met; and reserved seats of
    groups that return to everyone."""

    seats: int
    shortfalls: tuple[Shortfall, ...]

    @property
    def released(self) -> int:
        return released_by(self.shortfalls)


def prospect(rules: Rules, candidates: Sequence[Candidate], placed: Sequence[Candidate] = ()) -> Prospect:
    """As `meaning`, without anybody's odds: it takes no longer than counting them."""
    honoured, shortfalls = degrade(rules, candidates, placed)
    return Prospect(honoured.seats, shortfalls)


def released_by(shortfalls: Iterable[Shortfall]) -> int:
    return sum(one.wished - one.met for one in shortfalls if one.label[0] == "group")


@dataclass(frozen=True)
class Range:
    """Odds of several people, exact: the lowest, the mean and the highest."""

    people: int
    lowest: Fraction
    mean: Fraction
    highest: Fraction


@dataclass(frozen=True)
class Hardest:
    """Whom the rules hit: the people with the lowest odds of all, and what they share."""

    odds: Fraction
    people: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True, eq=False)
class Meaning:
    """What a draw would do.

    seats: F, placed people included. honoured: what is kept of each reserve. shortfalls: minimums that cannot be met,
    and why fewer seats than the capacity are filled, with the limits to blame. released: reserved seats of groups that
    return to everyone. wanted: applicants and placed people by set. by_group, by_organisation: odds of the applicants
    there (only those with applicants; None for people without an organisation). hardest: None without applicants.
    """

    seats: int
    honoured: Honoured
    shortfalls: tuple[Shortfall, ...]
    released: int
    wanted: Tally
    by_group: Mapping[str, Range]
    by_organisation: Mapping[str | None, Range]
    hardest: Hardest | None
    odds: Odds


def meaning(rules: Rules, candidates: Sequence[Candidate], placed: Sequence[Candidate] = ()) -> Meaning:
    """What a draw by these rules would do now: seats, reserves, and everyone's odds.

    Two of these side by side show what a changed rule does. Raises `SeatsRefused` for unusable candidates.
    """
    odds = fair_odds(rules, candidates, placed)
    return Meaning(
        seats=odds.honoured.seats,
        honoured=odds.honoured,
        shortfalls=odds.shortfalls,
        released=released_by(odds.shortfalls),
        wanted=tally(rules, (*candidates, *placed)),
        by_group=_ranges((person.group, odds.exact[person.key]) for person in candidates),
        by_organisation=_ranges((person.organisation, odds.exact[person.key]) for person in candidates),
        hardest=_hardest(odds),
        odds=odds,
    )


def _ranges(pairs: Iterable[tuple[Key, Fraction]]) -> dict[Key, Range]:
    values: dict[Key, list[Fraction]] = defaultdict(list)
    for key, value in pairs:
        values[key].append(value)
    return {key: range_of(odds) for key, odds in values.items()}


def range_of(odds: Sequence[Fraction]) -> Range:
    """Many people share few odds: these are added up as often as they occur."""
    times = Counter(odds)
    total = sum((share * n for share, n in times.items()), Fraction(0))
    return Range(len(odds), min(times), total / len(odds), max(times))


def _hardest(odds: Odds) -> Hardest | None:
    if not odds.exact:
        return None
    lowest = min(odds.exact.values())
    people = tuple(sorted(key for key, value in odds.exact.items() if value == lowest))
    return Hardest(lowest, people, odds.reason(odds.level_of[people[0]]))
