"""Bar 4: many draws of 180 → 100: every rule kept, always F seats, and everyone as often as their odds say."""

from __future__ import annotations

import hashlib
import math
import os
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace

from bench.results import Row
from bench.seats.by_hand import draw_by_hand
from bench.seats.peers import gini
from bench.seats.seeded_order import draw_in_order
from tests.unit.seats.cases import Case, evening, keeps_everything
from trainings.seats.odds import Odds, fair_odds
from trainings.seats.pushing import push_cycles
from trainings.seats.rounding import UNIT

DRAWS = 100_000
BASELINE_DRAWS = 2_000
SLOWEST = 5.0


@dataclass
class Counted:
    """What many draws came to. seconds: of one core, spent drawing."""

    draws: int = 0
    seconds: float = 0.0
    broken: int = 0
    seats: Counter[int] = field(default_factory=Counter)
    selected: Counter[str] = field(default_factory=Counter)


def seed(n: int) -> bytes:
    return hashlib.sha256(f"draw {n}".encode()).digest()


def count(case: Case, odds: Odds, numbers: Iterable[int]) -> Counted:
    """Draws with the seeds of these numbers; every roster is checked by plain counting."""
    counted = Counted()
    people = {person.key: person for person in case[1]}
    for n in numbers:
        start = time.process_time()
        selected, _ = push_cycles(odds.network, odds.z, seed(n))
        counted.seconds += time.process_time() - start
        counted.draws += 1
        counted.seats[len(selected)] += 1
        counted.broken += not keeps_everything(case, odds.honoured, [people[key] for key in selected])
        counted.selected.update(selected)
    return counted


def z_scores(odds: Odds, counted: Counted) -> list[float]:
    """For everyone neither certain nor excluded: how many standard deviations their count is off their odds."""
    scores = []
    for key, z in odds.z.items():
        if 0 < z < UNIT:
            expected = counted.draws * z / UNIT
            scores.append((counted.selected[key] - expected) / math.sqrt(expected * (1 - z / UNIT)))
    return scores


def _share(numbers: range) -> Counted:
    case = evening()
    return count(case, fair_odds(*case), numbers)


def rows() -> list[Row]:
    cores = os.cpu_count() or 1
    shares = [range(start, DRAWS, 4 * cores) for start in range(4 * cores)]
    case = evening()
    odds = fair_odds(*case)
    total = Counted()
    with ProcessPoolExecutor(cores) as pool:
        for part in pool.map(_share, shares):
            total.draws += part.draws
            total.seconds += part.seconds
            total.broken += part.broken
            total.seats += part.seats
            total.selected += part.selected
    scores = z_scores(odds, total)
    mean = sum(score**2 for score in scores) / len(scores)
    off = sum(n for seats, n in total.seats.items() if seats != odds.honoured.seats)
    return [
        Row("draws 180 → 100", total.draws, "draws"),
        Row("  rosters that break a rule", total.broken, "rosters", None, 0, "value", "less"),
        Row("  rosters with other than F seats", off, "rosters", None, 0, "value", "less"),
        Row("  mean z², at least", mean, "", None, 0.8, "value", "more"),
        Row("  mean z², at most", mean, "", None, 1.2, "value", "less"),
        Row("  largest |z|", max(abs(score) for score in scores), "", None, 4.5, "value", "less"),
        Row("  time of a draw", 1000 * total.seconds / total.draws, "ms", None, SLOWEST, "value", "less"),
        *_baselines(),
    ]


def _baselines() -> list[Row]:
    """Fair odds beside the two older ways of drawing, everybody weighing the same, as those know no weights."""
    rules, candidates, placed = evening()
    case: Case = rules, [replace(person, weight=1) for person in candidates], placed
    people = {person.key: person for person in case[1]}
    odds = fair_odds(*case)
    exact = [float(value) for value in odds.exact.values()]
    found: list[Row] = []
    for name, draw in (("by hand", draw_by_hand), ("by seeded order", draw_in_order)):
        rosters = [draw(odds, seed(n)) for n in range(BASELINE_DRAWS)]
        missed = sum(
            not keeps_everything(case, odds.honoured, [people[key] for key in roster]) for roster in rosters
        )
        counts = Counter(key for roster in rosters for key in roster)
        counted = [counts[key] / BASELINE_DRAWS for key in people]
        found += [
            Row(f"{name}: draws that miss a minimum or a seat", 100 * missed / BASELINE_DRAWS, "%"),
            Row(f"  lowest odds, fair against {name}", min(exact), "odds", min(counted)),
            Row(f"  Gini index, fair against {name}", gini(exact), "", gini(counted)),
        ]
    return found
