"""The rules of one event's seats, the people who want them, and what is checked before anything is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

LARGEST = 1_000_000
"""Upper limit of every number in rules and of the list of candidates: keeps all sums within 64-bit integers."""


class Fault(StrEnum):
    """Why rules or a list of candidates cannot be used at all. Infeasible reserves are none: those are degraded."""

    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    CAP_BELOW_RESERVED = "cap_below_reserved"
    DUPLICATE_KEY = "duplicate_key"
    UNKNOWN_SECTOR = "unknown_sector"
    UNKNOWN_GROUP = "unknown_group"
    ORGANISATION_IN_TWO_DISTRICTS = "organisation_in_two_districts"
    DUPLICATE_CANDIDATE = "duplicate_candidate"
    BLOCK_IN_DRAW = "block_in_draw"
    RULES_CROSS = "rules_cross"


class SeatsRefused(ValueError):
    """The rules or candidates are unusable. code: a `Fault`; facts: plain values that a sentence may name."""

    def __init__(self, code: Fault, **facts: object) -> None:
        super().__init__(f"{code}: {facts}")
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class GroupRule:
    """Quota of a profession group, in seats. cap None = none. sector: key of the `SectorRule` it belongs to."""

    key: str
    reserved: int = 0
    cap: int | None = None
    sector: str | None = None


@dataclass(frozen=True)
class SectorRule:
    """Quota of a sector (several groups together), in seats."""

    key: str
    reserved: int = 0
    cap: int | None = None


@dataclass(frozen=True)
class DistrictRule:
    """Quota of a district, in seats. organisations: keys of those in it; an organisation is in one at most."""

    key: str
    reserved: int = 0
    cap: int | None = None
    organisations: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """One person who wants a seat, or has one.

    key: unique in its list (a random draw number in a draw). organisation None = a person without an organisation, who is
    their own for every cap. weight: odds are equalised per unit of weight; any positive integer scale.
    block: key shared by people who come together or not at all; allowed in first come only.
    """

    key: str
    group: str
    organisation: str | None = None
    weight: int = 1
    block: str | None = None


@dataclass(frozen=True)
class Rules:
    """All rules of one event. The order of `groups` (then sectors, districts) is the published order in which
    reserves are honoured when not all can be.

    organisation_cap: at most so many of one organisation. cell_cap: at most so many of one organisation in one group.
    Raises `SeatsRefused` when a number is negative or above LARGEST, a cap lies below its reserve, a key occurs
    twice, a group names an unknown sector, or an organisation lies in two districts.
    """

    capacity: int
    groups: tuple[GroupRule, ...]
    sectors: tuple[SectorRule, ...] = ()
    organisation_cap: int | None = None
    cell_cap: int | None = None
    districts: tuple[DistrictRule, ...] = ()

    def __post_init__(self) -> None:
        _check_number("capacity", self.capacity)
        _check_number("organisation_cap", self.organisation_cap, least=1)
        _check_number("cell_cap", self.cell_cap, least=1)
        for kind, entries in (("group", self.groups), ("sector", self.sectors), ("district", self.districts)):
            _check_unique(kind, (entry.key for entry in entries))
            for entry in entries:
                _check_number(f"{kind}_reserved", entry.reserved, key=entry.key)
                _check_number(f"{kind}_cap", entry.cap, key=entry.key)
                if entry.cap is not None and entry.cap < entry.reserved:
                    raise SeatsRefused(Fault.CAP_BELOW_RESERVED, kind=kind, key=entry.key)
        known = {sector.key for sector in self.sectors}
        for group in self.groups:
            if group.sector is not None and group.sector not in known:
                raise SeatsRefused(Fault.UNKNOWN_SECTOR, group=group.key, sector=group.sector)
        seen: dict[str, str] = {}
        for district in self.districts:
            for organisation in sorted(district.organisations):
                if organisation in seen:
                    raise SeatsRefused(
                        Fault.ORGANISATION_IN_TWO_DISTRICTS,
                        organisation=organisation,
                        districts=(seen[organisation], district.key),
                    )
                seen[organisation] = district.key

    @property
    def all_quotas(self) -> tuple[GroupRule | SectorRule | DistrictRule, ...]:
        """Everything that has a reserve, in the order in which reserves are honoured."""
        return (*self.groups, *self.sectors, *self.districts)

    @cached_property
    def sector_of(self) -> Mapping[str, str | None]:
        """Group → its sector, for every group."""
        return {group.key: group.sector for group in self.groups}

    @cached_property
    def district_of(self) -> Mapping[str, str]:
        """Organisation → its district, for those in one that has a rule."""
        return {name: district.key for district in self.districts for name in district.organisations}


@dataclass(frozen=True)
class Tally:
    """How many of some people stand in each set that a rule may count, in persons. Absent keys count as 0."""

    total: int = 0
    sectors: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[tuple[str, str], int] = field(default_factory=dict)
    organisations: Mapping[str, int] = field(default_factory=dict)
    districts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Honoured:
    """What of the reserves can be kept, in seats, placed people included.

    Every reserve of the rules has its key here. seats: F, the most seats that can be filled while keeping them.
    """

    groups: Mapping[str, int]
    sectors: Mapping[str, int]
    districts: Mapping[str, int]
    seats: int


def tally(rules: Rules, people: Iterable[Candidate]) -> Tally:
    """Counts people by every set of the rules. Raises KeyError for an unknown group (see `check_candidates`)."""
    sectors: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    cells: Counter[tuple[str, str]] = Counter()
    organisations: Counter[str] = Counter()
    districts: Counter[str] = Counter()
    total = 0
    for person in people:
        total += 1
        groups[person.group] += 1
        sector = rules.sector_of[person.group]
        if sector is not None:
            sectors[sector] += 1
        if person.organisation is not None:
            cells[person.group, person.organisation] += 1
            organisations[person.organisation] += 1
            district = rules.district_of.get(person.organisation)
            if district is not None:
                districts[district] += 1
    return Tally(total, sectors, groups, cells, organisations, districts)


def together(one: Tally, other: Tally) -> Tally:
    """Both of two tallies of different people."""
    return Tally(
        one.total + other.total,
        Counter(one.sectors) + Counter(other.sectors),
        Counter(one.groups) + Counter(other.groups),
        Counter(one.cells) + Counter(other.cells),
        Counter(one.organisations) + Counter(other.organisations),
        Counter(one.districts) + Counter(other.districts),
    )


def check_candidates(rules: Rules, *lists: Iterable[Candidate]) -> None:
    """Raises `SeatsRefused` for an unknown group, a weight out of range, or a key that occurs twice in all lists."""
    seen: set[str] = set()
    for people in lists:
        for person in people:
            if person.group not in rules.sector_of:
                raise SeatsRefused(Fault.UNKNOWN_GROUP, candidate=person.key, group=person.group)
            _check_number("weight", person.weight, least=1, candidate=person.key)
            if person.key in seen:
                raise SeatsRefused(Fault.DUPLICATE_CANDIDATE, candidate=person.key)
            seen.add(person.key)
    _check_number("candidates", len(seen))


def check_no_blocks(candidates: Iterable[Candidate]) -> None:
    """Raises `SeatsRefused` when people of a draw want to come together or not at all.

    Indivisible blocks break total unimodularity: a feasible vector of odds need not be a lottery over legal rosters.
    """
    sizes = Counter(person.block for person in candidates if person.block is not None)
    for block, size in sorted(sizes.items()):
        if size > 1:
            raise SeatsRefused(Fault.BLOCK_IN_DRAW, block=block, size=size)


def _check_number(name: str, value: int | None, least: int = 0, **facts: object) -> None:
    if value is not None and not least <= value <= LARGEST:
        raise SeatsRefused(
            Fault.NUMBER_OUT_OF_RANGE, name=name, value=value, least=least, most=LARGEST, **facts
        )


def _check_unique(kind: str, keys: Iterable[str]) -> None:
    for key, times in Counter(keys).items():
        if times > 1:
            raise SeatsRefused(Fault.DUPLICATE_KEY, kind=kind, key=key)
