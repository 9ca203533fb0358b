"""What anybody may read of a draw: groups, odds and reasons, without a number of so few that it tells of one of them.

Odds are as telling as numbers: whoever knows the seats of a cap and the odds knows how many share it. So where anything is
pooled, odds are told in steps and reasons without numbers, and those of small groups alone not at all. The whole stays in
the record, which auditors get, and each applicant reads their own odds and reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainings.allocation import texts
from trainings.core.small_numbers import (
    FEWEST_GROUPS,
    SMALLEST,
    has_changed,
    small_groups,
    told,
    with_differences,
)
from trainings.seats.odds import Odds
from trainings.seats.record import singled_out, summary

Names = Mapping[str, str]


@dataclass(frozen=True)
class PublicLine:
    """One group, or all small ones together (is_pooled; names them). applied, decided: people, those placed by hand
    included; None where it is small, or, is_withheld, a sum beside an earlier one. odds: in words, "" without. reserved,
    kept, cap: None for the pooled ones."""

    keys: tuple[str, ...]
    name: str
    is_pooled: bool
    reserved: int | None
    kept: int | None
    cap: int | None
    applied: int | None
    decided: int | None
    odds: str
    is_withheld: bool = False


@dataclass(frozen=True)
class Veil:
    """What may not be told of a draw. small: keys of the groups that are only told together. is_again: another list was
    shown by an earlier draw of the event, so that no sum is told."""

    small: frozenset[str]
    is_again: bool = False


def veil_of(records: Sequence[Mapping[str, Any]]) -> Veil:
    """Of the last of an event's draws.

    records: all draws up to it, oldest first; anybody may have kept what was shown of the earlier ones. Small is by how
    many applied, got a seat and were turned away, and by how many more or fewer applied than at an earlier draw: that is
    who was left out of a list by mistake. Who got a seat is drawn anew for all, and tells of nobody.
    """
    small: frozenset[str] = frozenset()
    earlier: list[dict[str, int]] = []
    is_again = False
    for record in records:
        people = {group["key"]: _people(group) for group in summary(record)["groups"]}
        applied = {key: row[0] for key, row in people.items()}
        rows = {
            key: (*with_differences(*row), *(row[0] - before.get(key, 0) for before in earlier))
            for key, row in people.items()
        }
        small = small_groups(rows, together=small)
        is_again = has_changed(applied, earlier)
        earlier.append(applied)
    return Veil(small, is_again)


def _people(group: Mapping[str, Any]) -> tuple[int, int]:
    return group["candidates"] + group["placed"], group["selected"] + group["placed"]


def is_whole(record: Mapping[str, Any], veil: Veil) -> bool:
    """Whether the public file may hold everything that repeats the draw."""
    return not veil.small and not veil.is_again and singled_out(record, SMALLEST) == 0


def totals(record: Mapping[str, Any], veil: Veil) -> tuple[int | None, int | None]:
    """How many stood on the list and how many were drawn, as anybody may read it."""
    if veil.is_again:
        return None, None
    return told(len(record["frozen"]["candidates"])), told(len(record["selected"]))


def is_exact(odds: Odds, veil: Veil) -> bool:
    """Whether odds and reasons may be told with their numbers: no group is small, nobody shares a level with few, and no
    group has few that were placed by hand, since who applied less who was drawn tells them."""
    by_hand = Counter(one.group for one in odds.placed)
    return (
        not veil.small
        and not veil.is_again
        and min(by_hand.values(), default=SMALLEST) >= SMALLEST
        and all(odds.reason(n).people >= SMALLEST for n in range(len(odds.levels)))
    )


def lines(record: Mapping[str, Any], names: Names, veil: Veil, *, exact: bool) -> list[PublicLine]:
    """The groups in their order, small ones as one line at the end."""
    frozen = record["frozen"]
    rules = {rule["key"]: rule for rule in frozen["rules"]["groups"]}
    found, pooled = [], []
    for group in summary(record)["groups"]:
        key = group["key"]
        if key in veil.small:
            pooled.append(group)
            continue
        applied, decided = _people(group)
        low, high = group["lowest_odds"], group["highest_odds"]
        unit = frozen["unit"]
        found.append(
            PublicLine(
                keys=(key,),
                name=names.get(key, ""),
                is_pooled=False,
                reserved=rules[key]["reserved"],
                kept=frozen["honoured"]["groups"].get(key, 0),
                cap=rules[key]["cap"],
                applied=applied,
                decided=decided,
                odds="" if low is None else _odds(low / unit, high / unit, exact=exact),
            )
        )
    return [*found, _together(pooled, names, veil)] if pooled else found


def _together(groups: Sequence[Mapping[str, Any]], names: Names, veil: Veil) -> PublicLine:
    people = [_people(group) for group in groups]
    applied, decided = (sum(column) for column in zip(*people, strict=True))
    stands_alone = sum(any(row) for row in people) < FEWEST_GROUPS
    turned_away = told(applied - decided)
    return PublicLine(
        keys=tuple(group["key"] for group in groups),
        name=texts.small_groups_in_words([names.get(group["key"], "") for group in groups]),
        is_pooled=True,
        reserved=None,
        kept=None,
        cap=None,
        applied=None if veil.is_again else told(applied),
        decided=None if veil.is_again or (stands_alone and turned_away is None) else told(decided),
        is_withheld=veil.is_again,
        odds="",
    )


def _odds(lowest: float, highest: float, *, exact: bool) -> str:
    return texts.odds_range(lowest, highest) if exact else texts.odds_in_steps(lowest, highest)


def reasons(odds: Odds, names: Names, share: Sequence[tuple[float, float]], veil: Veil) -> list[str]:
    """Why the odds are as they are, lowest first. share: lowest and highest odds of each level."""
    if is_exact(odds, veil):
        return [texts.reason_in_words(odds.reason(n), names, share[n]) for n in range(len(odds.levels))]
    sentences = [
        texts.reason_without_numbers(odds.reason(n), names, share[n])
        for n, level in enumerate(odds.levels)
        if not {odds.network.types[kind].group for kind in level.types} <= veil.small
    ]
    return [*dict.fromkeys(sentences), texts.AGAIN_WITHHELD if veil.is_again else texts.SMALL_WITHHELD]


def shortfalls(odds: Odds, names: Names, small: Collection[str]) -> list[str]:
    """Which wishes could not be met; of those about small groups only that there are some."""
    touched = _touched(odds, small)
    sentences = [
        texts.SHORTFALL_OF_SMALL if short.label[-1] in touched else texts.shortfall_in_words(short, names)
        for short in odds.shortfalls
    ]
    return list(dict.fromkeys(sentences))


def _touched(odds: Odds, small: Collection[str]) -> set[str]:
    """The small groups and the sectors they are in."""
    sectors = {rule.sector for rule in odds.network.rules.groups if rule.key in small and rule.sector}
    return {*small, *sectors}


def public_summary(record: Mapping[str, Any], odds: Odds, names: Names, veil: Veil) -> dict[str, Any]:
    """The public file where the whole record would tell of few people: the groups as on the page, and the digests of the
    whole record and of the list that was frozen. Where no sum is told, neither are the numbers that were drawn and those
    that wait: they can be counted."""
    touched = _touched(odds, veil.small)
    every = summary(record)
    kept = every["honoured"]
    told_groups = [
        {
            "keys": list(line.keys),
            "applied": line.applied,
            "decided": line.decided,
            "odds": line.odds,
        }
        for line in lines(record, names, veil, exact=is_exact(odds, veil))
    ]
    honoured = {
        "groups": {key: n for key, n in kept["groups"].items() if key not in touched},
        "sectors": {key: n for key, n in kept["sectors"].items() if key not in touched},
        "districts": {} if veil.small else kept["districts"],
        "seats": kept["seats"],
    }
    if veil.is_again:
        honoured["seats"] = None
        every = {key: value for key, value in every.items() if key not in ("selected", "waiting")}
    return every | {"groups": told_groups, "honoured": honoured}
