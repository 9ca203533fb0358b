"""What is told about a draw: to everybody, of groups only; to each applicant, of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainings.allocation import queries, texts
from trainings.allocation.draws import disclosure
from trainings.allocation.draws.disclosure import PublicLine, Veil
from trainings.allocation.draws.weights import WeightRule
from trainings.allocation.models import Draw, DrawVoid, FrozenList
from trainings.allocation.steps import Step, steps_after
from trainings.events.models import Event
from trainings.registration.models import Application
from trainings.registration.states import State
from trainings.seats.odds import Odds
from trainings.seats.reading import odds_of
from trainings.seats.record import canonical, digest, summary


@dataclass(frozen=True)
class GroupLine:
    """One group in a draw, for those who see everything. key: id of the group. odds: lowest and highest of its
    applicants, 0 to 1; None without applicants."""

    key: str
    name: str
    reserved: int
    kept: int
    cap: int | None
    applied: int
    placed: int
    selected: int
    odds: tuple[float, float] | None


@dataclass(frozen=True)
class PublicDraw:
    """One draw as anybody may see it. groups: without small numbers. applied, selected: people in all; None where they are
    few. is_again: the list is another one than at an earlier draw, and no sum is told. is_whole: the file holds everything
    that repeats the draw; else only odds by group, since the whole would single people out. reasons: the certificate in
    sentences, lowest odds first. weights: the rule that the weights follow, in words. steps: what happened to the list
    since it was frozen. list_digest, frozen_at: H, and when it was shown; None for a draw from before lists were kept."""

    draw: Draw
    void: DrawVoid | None
    groups: Sequence[PublicLine]
    applied: int | None
    selected: int | None
    is_again: bool
    reasons: Sequence[str]
    shortfalls: Sequence[str]
    is_whole: bool
    weights: str
    steps: Sequence[Step]
    list_digest: str
    frozen_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """What a draw said about one applicant. selected: it gave them a seat. mine, lowest, highest: odds, 0 to 1.
    why: the tight cut in words."""

    number: str
    selected: bool
    mine: float
    lowest: float
    highest: float
    why: str


def public_draws(draws: Sequence[Draw]) -> list[PublicDraw]:
    """Newest first, voided ones too."""
    voids = queries.voids_of(draws)
    shown = {
        one.digest: one.frozen_at
        for event_id in {draw.event_id for draw in draws}
        for one in queries.frozen_lists_of(event_id)
    }
    return [_public(draw, voids.get(draw.id), shown, veil_of(draw)) for draw in reversed(draws)]


def veil_of(draw: Draw) -> Veil:
    """What may not be told of a draw, with all that was shown of its event before."""
    return disclosure.veil_of([one.record for one in queries.draws_of(draw.event_id) if one.n <= draw.n])


def public_draw(draw: Draw) -> PublicDraw:
    """One draw alone."""
    return public_draws([draw])[0]


def undrawn_lists(event: Event, draws: Sequence[Draw]) -> list[FrozenList]:
    """Lists of an event that no draw was made from, newest first: the one that waits for its draw, and opened ones."""
    drawn = {digest(draw.record["frozen"]) for draw in draws}
    return [one for one in reversed(queries.frozen_lists_of(event.id)) if one.digest not in drawn]


def _public(draw: Draw, void: DrawVoid | None, shown: Mapping[str, datetime], veil: Veil) -> PublicDraw:
    """shown: H of a list → when it was frozen."""
    record, odds, names = draw.record, odds_of(draw.record), _names(draw)
    list_digest = digest(record["frozen"])
    applied, selected = disclosure.totals(record, veil)
    return PublicDraw(
        draw,
        void,
        disclosure.lines(record, names, veil, exact=disclosure.is_exact(odds, veil)),
        applied,
        selected,
        veil.is_again,
        disclosure.reasons(odds, names, _shares(odds), veil),
        disclosure.shortfalls(odds, names, veil.small),
        disclosure.is_whole(record, veil),
        texts.weights_in_words(_weight_rule(record)),
        steps_after(draw, shown.get(list_digest), void),
        list_digest,
        shown.get(list_digest),
    )


def public_file(draw: Draw) -> bytes:
    """The file that anybody may have: the whole record, or its summary where the whole would single people out."""
    veil = veil_of(draw)
    if disclosure.is_whole(draw.record, veil):
        return canonical(draw.record)
    return canonical(disclosure.public_summary(draw.record, odds_of(draw.record), _names(draw), veil))


def every_reason(draw: Draw) -> list[str]:
    """Shortfalls and reasons with all their numbers, for those who see everything."""
    odds, names, shares = odds_of(draw.record), _names(draw), _shares(odds_of(draw.record))
    return [
        *(texts.shortfall_in_words(one, names) for one in odds.shortfalls),
        *(texts.reason_in_words(odds.reason(n), names, shares[n]) for n in range(len(odds.levels))),
    ]


def standing_of(application: Application) -> Standing | None:
    """None for somebody about whom no draw that counts has decided, and for whoever had left before it."""
    draw = queries.valid_draw(application.event_id)
    entry = queries.entry_of(draw.id, application.id) if draw is not None else None
    if draw is None or entry is None:
        return None
    if application.state == State.CANCELLED and application.state_changed_at < draw.drawn_at:
        return None
    odds = odds_of(draw.record)
    each, unit = draw.record["frozen"]["odds"], draw.record["frozen"]["unit"]
    level = odds.level_of[entry.number]
    return Standing(
        entry.number,
        entry.number in draw.record["selected"],
        each[entry.number] / unit,
        min(each.values()) / unit,
        max(each.values()) / unit,
        texts.reason_in_words(odds.reason(level), _names(draw), _share(odds, level)),
    )


def _weight_rule(record: Mapping[str, Any]) -> WeightRule:
    """Records from before organisers could set it have the usual one."""
    rule = record["frozen"]["about"].get("weights", {"most": 4, "first_timer": 3})
    return WeightRule(rule["most"], rule["first_timer"], rule.get("kind", ""))


def _names(draw: Draw) -> Mapping[str, str]:
    """Key of a group or sector → its name, as it was when the draw was made."""
    about: Mapping[str, Any] = draw.record["frozen"]["about"]
    return {**about.get("sectors", {}), **about["groups"]}


def _shares(odds: Odds) -> list[tuple[float, float]]:
    return [_share(odds, level) for level in range(len(odds.levels))]


def _share(odds: Odds, level: int) -> tuple[float, float]:
    """Lowest and highest odds in a level, where people may weigh differently."""
    shares = [
        float(odds.levels[level].per_weight * odds.network.types[kind].weight)
        for kind in odds.levels[level].types
    ]
    return min(shares), max(shares)


def every_group(draw: Draw) -> list[GroupLine]:
    """All groups with all their numbers, for those who see everything."""
    record, names = draw.record, _names(draw)
    caps = {rule["key"]: rule for rule in record["frozen"]["rules"]["groups"]}
    unit = record["frozen"]["unit"]
    return [
        GroupLine(
            key=group["key"],
            name=names.get(group["key"], ""),
            reserved=caps[group["key"]]["reserved"],
            kept=record["frozen"]["honoured"]["groups"].get(group["key"], 0),
            cap=caps[group["key"]]["cap"],
            applied=group["candidates"],
            placed=group["placed"],
            selected=group["selected"],
            odds=(group["lowest_odds"] / unit, group["highest_odds"] / unit) if group["candidates"] else None,
        )
        for group in summary(record)["groups"]
    ]
