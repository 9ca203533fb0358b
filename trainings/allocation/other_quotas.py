"""Quotas that an organiser may wish for beside those of groups, sectors and organisations: which fit, and where they go.

What fits is decided for anybody who may apply, not for those who did: a quota that fits today must not break tomorrow's
draw. Organisations always count, capped or not, since a cap may be set at any time. Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from trainings.seats.families import CountedSet, Nested, two_families
from trainings.seats.rules import Rules, SeatsRefused

OTHER = "other"
ORGANISATIONS = ("one office", "another office")
PASTS = ("first", "refused", "came")


class Who(StrEnum):
    """Whom another quota would count."""

    GROUPS = "groups"
    FIRST_TIMERS = "first"
    REFUSED = "refused"


class Place(StrEnum):
    """Where a quota that fits is typed in."""

    CAPACITY = "capacity"
    GROUP = "group"
    SECTOR = "sector"
    NEW_SECTOR = "new_sector"
    EACH_GROUP = "each_group"
    """Sectors do not stand in sectors: each group gets its part."""


@dataclass(frozen=True)
class Fits:
    """place: where to type it. sector: key of the sector that is meant, or that it touches; None: none."""

    place: Place
    sector: str | None = None


@dataclass(frozen=True)
class Crosses:
    """crossed: (kind, key) of a group or sector that it overlaps in part, as it does organisations. claimed, true: the odds
    that three such quotas of one seat would promise, and those that there are. inside: keys of the groups that the
    nearest quota that works would count; None: no quota does, a weight does it instead."""

    crossed: tuple[str, str]
    claimed: Fraction
    true: Fraction
    inside: frozenset[str] | None


def other_quota(rules: Rules, who: Who, groups: Collection[str] = ()) -> Fits | Crosses:
    """What becomes of a quota for `who`. groups: keys of the groups that it counts, for GROUPS; at least one."""
    people = [
        (group.key, office, past) for group in rules.groups for office in ORGANISATIONS for past in PASTS
    ]
    chosen = frozenset(groups)
    names = {person: " ".join(person) for person in people}
    other = {p for p in people if (p[0] in chosen if who == Who.GROUPS else p[2] == who.value)}
    in_sector = {
        sector.key: frozenset(group.key for group in rules.groups if group.sector == sector.key)
        for sector in rules.sectors
    }
    sets = [
        (OTHER, "", other),
        *(("group", group.key, {p for p in people if p[0] == group.key}) for group in rules.groups),
        *(("sector", key, {p for p in people if p[0] in inside}) for key, inside in in_sector.items()),
        *(("organisation", office, {p for p in people if p[1] == office}) for office in ORGANISATIONS),
    ]
    try:
        two_families(
            [
                CountedSet(f"{kind}:{key}", frozenset(names[person] for person in members))
                for kind, key, members in sets
            ]
        )
    except SeatsRefused as refused:
        return _crosses(refused, who, chosen, in_sector)
    return _place(rules, chosen, in_sector)


def _crosses(
    refused: SeatsRefused, who: Who, chosen: frozenset[str], in_sector: dict[str, frozenset[str]]
) -> Crosses:
    labels = [tuple(name.split(":", 1)) for name in _names(refused.facts["crossing"])]
    kind, key = next(label for label in labels if label[0] in ("group", "sector"))
    claimed, true = refused.facts["claimed"], refused.facts["true"]
    assert isinstance(claimed, Fraction)
    assert isinstance(true, Fraction)
    inside = None
    if who == Who.GROUPS and isinstance(refused.facts["way_out"], Nested):
        # Of two sets that cross either may give way: the one that is asked for does.
        inside = chosen & in_sector[key]
    return Crosses((kind, key), claimed, true, inside)


def _names(crossing: object) -> tuple[str, ...]:
    assert isinstance(crossing, tuple)
    return crossing


def _place(rules: Rules, chosen: frozenset[str], in_sector: dict[str, frozenset[str]]) -> Fits:
    if chosen == {group.key for group in rules.groups}:
        return Fits(Place.CAPACITY)
    if len(chosen) == 1:
        return Fits(Place.GROUP)
    for key, inside in in_sector.items():
        if chosen == inside:
            return Fits(Place.SECTOR, key)
        if chosen & inside:
            return Fits(Place.EACH_GROUP, key)
    return Fits(Place.NEW_SECTOR)
