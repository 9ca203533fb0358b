"""What the rules of an event mean for the people who applied so far, and what changed rules would mean. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from trainings.allocation import queries, texts
from trainings.allocation.draws.weights import (
    Past,
    WeightRule,
    consecutive_refusals,
    counted,
    is_first_timer,
    weight,
)
from trainings.events.changes import EventChange
from trainings.events.models import Event, EventGroup, Selection
from trainings.registration.seat_rules import UNLIMITED, candidates_of, counted_in, rows_in, rules_of
from trainings.registration.states import HOLDS_SEAT, State
from trainings.seats.meaning import Meaning, Range, meaning, prospect, range_of
from trainings.seats.rules import Candidate, GroupRule, Rules, SectorRule

UNDECIDED = (State.APPLIED, State.WAITING)


@dataclass(frozen=True)
class Crowd:
    """The participants of an event as its rules see them.

    undecided: those who want a seat; they carry their weights in a draw that is to come, and name nobody
    otherwise. seated: those who have one. offices: key of
    an organisation → its name. pasts: how earlier applications of the undecided ended, in their order; empty where no draw
    is to come, so that no odds can be told. rule: how the event as it stands weighs them.
    """

    undecided: tuple[Candidate, ...]
    pasts: tuple[tuple[Past, ...], ...]
    seated: tuple[Candidate, ...]
    offices: Mapping[str, str]
    rule: WeightRule

    @property
    def has_odds(self) -> bool:
        return bool(self.pasts)

    def weighed(self, rule: WeightRule) -> Crowd:
        """The same people, weighing as a rule says."""
        if not self.has_odds:
            return self
        # Thousands of people have few different pasts.
        weights = {past: weight(past, rule) for past in set(self.pasts)}
        people = zip(self.undecided, self.pasts, strict=True)
        return replace(
            self,
            undecided=tuple(
                one if one.weight == weights[past] else replace(one, weight=weights[past])
                for one, past in people
            ),
        )


@dataclass(frozen=True)
class GroupRow:
    """A group under some rules. wanted: applicants and people with a seat. odds: None where nobody is drawn.
    points: (odds, people), ascending."""

    group: EventGroup
    wanted: int
    reserved: int
    cap: int | None
    odds: Range | None
    points: tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class OfficeRow:
    """An organisation with more than one applicant; None as key and name stands for people without an organisation."""

    key: str | None
    name: str | None
    odds: Range


@dataclass(frozen=True)
class PastRow:
    """People to whom the same happened before, as far as it counts now. weights: the lowest and highest, in halves; two
    where a trial counts other events."""

    is_first_timer: bool
    refusals: int
    weights: tuple[int, int]
    odds: Range


@dataclass(frozen=True)
class Ruling:
    """Rules and what they mean, in rows and sentences. lowest: None where nobody is drawn.

    shortfalls: minimums that cannot be met and why seats stay empty. hardest: who the people with the lowest odds are, and
    why they have them.
    """

    capacity: int
    seats: int
    released: int
    applicants: int
    seated: int
    groups: tuple[GroupRow, ...]
    offices: tuple[OfficeRow, ...]
    pasts: tuple[PastRow, ...]
    lowest: Fraction | None
    lowest_people: int
    highest: Fraction | None
    shortfalls: tuple[str, ...]
    hardest: tuple[str, ...]


def crowd_of(event: Event) -> Crowd:
    """Everybody who counts for seats, in a number of statements that does not grow with them."""
    rule = queries.weight_rule_of(event)
    if event.selection != Selection.LOTTERY or queries.valid_draw(event.id) is not None:
        undecided = counted_in(event.id, UNDECIDED)
        return Crowd(tuple(undecided), (), tuple(counted_in(event.id, HOLDS_SEAT)), {}, rule)
    return _drawn_crowd(event, rule)


def _drawn_crowd(event: Event, rule: WeightRule) -> Crowd:
    """Of a draw that is to come: each with what happened to them before."""
    undecided = rows_in(event.id, UNDECIDED)
    seated = rows_in(event.id, HOLDS_SEAT)
    people = [one.canonical_person_id for one in undecided]
    histories = queries.histories(people, event.id)
    pasts = tuple(tuple(histories[person]) for person in people)
    names = {}
    everybody = (*undecided, *seated)
    candidates = candidates_of(event, everybody)
    for application, candidate in zip(everybody, candidates, strict=True):
        if candidate.organisation is not None:
            names[candidate.organisation] = application.organisation_name or candidate.organisation
    crowd = Crowd(
        tuple(candidates[: len(undecided)]),
        pasts,
        tuple(candidates[len(undecided) :]),
        names,
        rule,
    )
    return crowd.weighed(rule)


def rules_after(change: EventChange) -> Rules:
    """The rules as a change would leave them; as `rules_of` reads them from an event. All its rows are known ones."""
    sectors = {
        place: SectorRule(str(row.id), row.reserved, row.cap)
        for place, row in enumerate(change.sectors)
        if row.reserved or row.cap is not None
    }
    return Rules(
        capacity=change.values["capacity"] or UNLIMITED,
        groups=tuple(
            GroupRule(
                key=str(row.id),
                reserved=row.reserved,
                cap=row.cap,
                sector=sectors[row.sector].key if row.sector in sectors else None,
            )
            for row in change.groups
        ),
        sectors=tuple(sectors.values()),
        organisation_cap=change.values["organisation_cap"],
    )


def names_of(event: Event) -> dict[str, str]:
    """Key of a group or sector → its name."""
    groups = {str(group.id): group.name for group in event.groups}
    return groups | {str(sector.id): sector.name for sector in event.sectors}


def weights_after(event: Event, change: EventChange) -> WeightRule:
    """The weights as a change would leave them."""
    return WeightRule(
        change.values.get("most_weight", event.most_weight),
        change.values.get("first_timer_halves", event.first_timer_halves),
        event.kind.value if change.values.get("weighs_own_kind", event.weighs_own_kind) else "",
    )


def ruling_of(event: Event, crowd: Crowd, rules: Rules | None = None) -> Ruling:
    """What rules mean for the crowd; without `rules` those of the event."""
    rules = rules or rules_of(event)
    means = meaning(rules, crowd.undecided, crowd.seated) if crowd.has_odds else None
    left = means or prospect(rules, crowd.undecided, crowd.seated)
    names = names_of(event)
    odds = list(means.odds.exact.values()) if means else []
    return Ruling(
        capacity=rules.capacity,
        seats=left.seats,
        released=left.released,
        applicants=len(crowd.undecided),
        seated=len(crowd.seated),
        groups=_groups(event, crowd, rules, means),
        offices=_offices(crowd, means) if means else (),
        pasts=_pasts(crowd, means) if means else (),
        lowest=min(odds, default=None),
        lowest_people=odds.count(min(odds)) if odds else 0,
        highest=max(odds, default=None),
        shortfalls=tuple(texts.shortfall_in_words(one, names) for one in left.shortfalls),
        hardest=_hardest(crowd, means, names) if means else (),
    )


def _groups(event: Event, crowd: Crowd, rules: Rules, means: Meaning | None) -> tuple[GroupRow, ...]:
    points: dict[str, Counter[Fraction]] = {rule.key: Counter() for rule in rules.groups}
    if means:
        for person in crowd.undecided:
            points[person.group][means.odds.exact[person.key]] += 1
    by_key = {str(group.id): group for group in event.groups}
    wanted = Counter(person.group for person in (*crowd.undecided, *crowd.seated))
    return tuple(
        GroupRow(
            group=by_key[rule.key],
            wanted=wanted[rule.key],
            reserved=rule.reserved,
            cap=rule.cap,
            odds=means.by_group.get(rule.key) if means else None,
            points=tuple((float(share), n) for share, n in sorted(points[rule.key].items())),
        )
        for rule in rules.groups
    )


def _offices(crowd: Crowd, means: Meaning) -> tuple[OfficeRow, ...]:
    """Organisations of several applicants, and all people without one: lowest odds first."""
    rows = [
        OfficeRow(key, None if key is None else crowd.offices[key], found)
        for key, found in means.by_organisation.items()
        if key is None or found.people > 1
    ]
    return tuple(sorted(rows, key=lambda row: (row.odds.lowest, -row.odds.people, row.name or "")))


def _pasts(crowd: Crowd, means: Meaning) -> tuple[PastRow, ...]:
    """By what happened before: those without anything in their favour first."""
    weighs: dict[tuple[bool, int], list[int]] = {}
    odds: dict[tuple[bool, int], list[Fraction]] = {}
    kinds: dict[tuple[Past, ...], tuple[bool, int]] = {}
    for past in set(crowd.pasts):
        outcomes = counted(past, crowd.rule)
        kinds[past] = is_first_timer(outcomes), consecutive_refusals(outcomes)
    for person, past in zip(crowd.undecided, crowd.pasts, strict=False):
        key = kinds[past]
        weighs.setdefault(key, []).append(person.weight)
        odds.setdefault(key, []).append(means.odds.exact[person.key])
    return tuple(
        PastRow(*key, (min(weighs[key]), max(weighs[key])), range_of(shares))
        for key, shares in sorted(odds.items())
    )


def _hardest(crowd: Crowd, means: Meaning, names: Mapping[str, str]) -> tuple[str, ...]:
    """Nobody is hit where everybody gets a seat."""
    if means.hardest is None or means.hardest.odds == 1:
        return ()
    hit = set(means.hardest.people)
    people = [person for person in crowd.undecided if person.key in hit]
    share = float(means.hardest.odds)
    level = _level_range(means, means.odds.level_of[means.hardest.people[0]])
    return (
        texts.hit_in_words(
            share,
            len(people),
            _most(names[person.group] for person in people),
            _most(crowd.offices[person.organisation] for person in people if person.organisation),
        ),
        texts.reason_in_words(means.hardest.reason, names, level),
    )


def _level_range(means: Meaning, level: int) -> tuple[float, float]:
    this = means.odds.levels[level]
    weights = {means.odds.network.types[n].weight for n in this.types}
    return float(this.per_weight * min(weights)), float(this.per_weight * max(weights))


def _most(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(names).most_common())
