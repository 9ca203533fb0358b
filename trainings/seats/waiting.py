"""The waiting list: its order, and who is offered a seat that falls free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trainings.seats.degrade import stopping_caps
from trainings.seats.network import TOTAL, Label
from trainings.seats.rules import LARGEST, Candidate, Honoured, Rules, Tally, check_candidates, tally
from trainings.seats.seed import WORD, WORD_BITS, word

LOG_UNIT = 1 << 40
# fmt: off
LOG_TABLE = (
    643173071356, 353963683636, 186834514936, 96166410953, 48811850439, 24593670513, 12344497886,
    6184257240, 3095142392, 1548326109, 774351967, 387223235, 193623433, 96814671, 48408074, 24204222,
    12102157, 6051090, 3025548, 1512775, 756388, 378194, 189097, 94548, 47274, 23637, 11819, 5909, 2955,
    1477, 739, 369, 185, 92, 46, 23, 12, 6, 3, 1,
)
# fmt: on
"""log2(1 + 2^-k) in units of 2^-40, rounded to the nearest, for k = 1 … 40."""


RANK_BITS = (LARGEST**2).bit_length()
"""Two fractions whose denominators are weights differ by 1 / LARGEST² or not at all: in so fine units their floors are in
the same order as they, and as equal, so that ranks are compared as whole numbers."""


def minus_log2(v: int) -> int:
    """-log2((v + 1) / 2^48) in units of 2^-40, for 0 ≤ v < 2^48; integers only.

    The number is scaled to 2^47 ≤ m < 2^48, then built up from 2^47 by factors 1 + 2^-k, each taken at most once
    (Briggs' shift and add; Muller, Elementary Functions, 2006, chapter 8). Error below 2^-34.
    """
    if v == WORD - 1:
        return 0
    shift = WORD_BITS - (v + 1).bit_length()
    m = (v + 1) << shift
    reached, log = WORD >> 1, 0
    for k, step in enumerate(LOG_TABLE, start=1):
        grown = reached + (reached >> k)
        if grown <= m:
            reached, log = grown, log + step
    return (shift + 1) * LOG_UNIT - log


def waiting_order(seed: bytes, waiting: Iterable[Candidate]) -> tuple[str, ...]:
    """Keys by rank: ascending E = -ln(u) / weight, u uniform from HMAC-SHA-256(seed, "wait" ‖ key); ties by key.

    So the first in rank is a person with probability weight / sum of weights, and so on down the list (Efraimidis,
    Spirakis, Information Processing Letters 97, 2006). The base of the logarithm changes nothing.
    """

    def rank(person: Candidate) -> tuple[int, str]:
        minus_log = minus_log2(word(seed, b"wait" + person.key.encode()))
        return (minus_log << RANK_BITS) // person.weight, person.key

    return tuple(person.key for person in sorted(waiting, key=rank))


class OfferReason(StrEnum):
    """Why this person is offered the seat, or why nobody is."""

    RESTORES = "restores"
    """A minimum that was honoured is no longer met, and this is the first in rank who restores it."""
    NEXT = "next"
    """The first in rank whose admission keeps all caps."""
    NOBODY = "nobody"
    """Nobody who waits may be admitted."""
    FULL = "full"
    """No seat is free."""


@dataclass(frozen=True)
class Passed:
    """Someone higher in rank who was not offered this seat. why: the sets whose cap they would exceed, or the minimum
    that they do not restore."""

    key: str
    why: tuple[Label, ...]


@dataclass(frozen=True)
class Offer:
    """The outcome of one free seat. key: who is offered it (None with NOBODY and FULL). short: minimums below what
    was honoured, before the offer. passed: those higher in rank, with the reason."""

    key: str | None
    reason: OfferReason
    short: tuple[Label, ...] = ()
    passed: tuple[Passed, ...] = ()


def next_offer(
    rules: Rules,
    honoured: Honoured,
    confirmed: Sequence[Candidate],
    waiting_in_rank: Sequence[Candidate],
    leaver: Candidate | None = None,
) -> Offer:
    """Who is offered the next free seat.

    confirmed: everyone who holds a seat or an open offer, the leaver no longer among them. Caps that they alone exceed
    (people placed by hand) count as just reached. If an honoured minimum that the leaver counted to (every
    honoured minimum when no leaver is given) is no longer met, the first in rank who restores it, while such a person
    waits: a group's before a sector's before a district's, more than one before one. Else the seat is released to
    the first in rank whose admission keeps all caps. Raises `SeatsRefused` for unusable candidates.
    """
    check_candidates(rules, confirmed, waiting_in_rank)
    if len(confirmed) >= rules.capacity:
        return Offer(None, OfferReason.FULL)
    now = tally(rules, confirmed)
    short = _short(rules, honoured, now)
    if leaver is not None:
        short = tuple(label for label in short if label in sets_of(rules, leaver))
    blocked = {person.key: stopping_caps(rules, now, person) for person in waiting_in_rank}
    free = [person for person in waiting_in_rank if not blocked[person.key]]
    if not free:
        return Offer(None, OfferReason.NOBODY, short, tuple(Passed(key, why) for key, why in blocked.items()))
    best = max(free, key=lambda person: _restored(rules, short, person))  # the first of several equal ones
    restored = [label for label in short if label in sets_of(rules, best)]
    passed: list[Passed] = []
    for person in waiting_in_rank:
        if person is best:
            break
        missing = tuple(label for label in restored if label not in sets_of(rules, person))
        passed.append(Passed(person.key, blocked[person.key] or missing))
    reason = OfferReason.RESTORES if restored else OfferReason.NEXT
    return Offer(best.key, reason, short, tuple(passed))


def sets_of(rules: Rules, person: Candidate) -> tuple[Label, ...]:
    """The sets with a reserve or cap of their own that a person counts to, and the total."""
    labels: list[Label] = [("group", person.group)]
    sector = rules.sector_of[person.group]
    if sector is not None:
        labels.append(("sector", sector))
    if person.organisation is not None:
        labels.append(("cell", person.group, person.organisation))
        labels.append(("organisation", person.organisation))
        if person.organisation in rules.district_of:
            labels.append(("district", rules.district_of[person.organisation]))
    return (*labels, TOTAL)


def _short(rules: Rules, honoured: Honoured, now: Tally) -> tuple[Label, ...]:
    """Honoured minimums that are no longer met, in the order of the rules."""
    short: list[Label] = []
    for kind, entries, wished, have in (
        ("group", rules.groups, honoured.groups, now.groups),
        ("sector", rules.sectors, honoured.sectors, now.sectors),
        ("district", rules.districts, honoured.districts, now.districts),
    ):
        short += [(kind, rule.key) for rule in entries if have.get(rule.key, 0) < wished.get(rule.key, 0)]
    return tuple(short)


def _restored(rules: Rules, short: tuple[Label, ...], person: Candidate) -> tuple[int, int, int]:
    """How many short groups, sectors and districts (0 or 1 each) a person would fill up."""
    kinds = [label[0] for label in sets_of(rules, person) if label in short]
    return kinds.count("group"), kinds.count("sector"), kinds.count("district")
