"""The picture of the README: everybody's odds at a 百人の集い, by group, drawn from a hat and with fair odds.

`python -m bench.seats.picture` writes docs/images/odds-by-group.svg: 148 applicants (as many of each group as in the
rehearsal) for the 100 seats of the preset, everybody weighing the same. A bar reaches from the lowest odds in the group to
the highest. Fair odds are exact; those of the hat are counted over many draws.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from html import escape
from pathlib import Path

from bench.rehearse import BY_GROUP
from bench.seats.by_hand import draw_by_hand
from bench.seats.draws import seed
from tests.unit.seats.cases import Case
from trainings.events.models import EventKind
from trainings.events.presets import PRESETS
from trainings.seats.odds import Odds, fair_odds
from trainings.seats.rules import Candidate, GroupRule, Rules

FILE = Path(__file__).resolve().parents[2] / "docs" / "images" / "odds-by-group.svg"
DRAWS = 5_000
OFFICES = 60
LARGE_OFFICE = 12
"""So many nurses apply from one hospital, which may send three."""

Ranges = dict[str, tuple[float, float]]
"""Group → lowest and highest odds of its applicants."""


def applicants() -> Case:
    """The rules of the preset and the people who apply; nobody's name, only group and office."""
    preset = PRESETS[EventKind.HUNDRED]
    groups = tuple(GroupRule(name, quota.reserved, quota.cap) for name, quota in preset.quotas.items())
    rules = Rules(capacity=preset.capacity, groups=groups, organisation_cap=preset.organisation_cap)
    chance = random.Random(148)
    people: list[Candidate] = []
    for group, count in zip(preset.quotas, BY_GROUP.values(), strict=True):
        for n in range(count):
            in_hospital = group == "看護" and n < LARGE_OFFICE
            office = "hospital" if in_hospital else f"office {chance.randrange(OFFICES)}"
            people.append(Candidate(f"{len(people):03}", group, office, 1))
    return rules, people, []


def ranges(odds: Odds, each: Mapping[str, float]) -> Ranges:
    """The lowest and the highest of everybody's odds, by group."""
    found: Ranges = {}
    for person in odds.candidates:
        low, high = found.get(person.group, (1.0, 0.0))
        found[person.group] = min(low, each[person.key]), max(high, each[person.key])
    return found


def from_a_hat(odds: Odds) -> Ranges:
    """Counted over many draws by hand."""
    counts = Counter(key for n in range(DRAWS) for key in draw_by_hand(odds, seed(n)))
    return ranges(odds, {person.key: counts[person.key] / DRAWS for person in odds.candidates})


# -- drawing ------------------------------------------------------------------------------------------------------

LEFT, WIDTH, ROW, TOP = 190, 480, 40, 64
HAT, FAIR = "#8a8a8a", "#197a4b"


def svg(odds: Odds, hat: Ranges, fair: Ranges) -> str:
    """Two bars a group, with their ends in figures."""
    groups = list(fair)
    height = TOP + ROW * len(groups) + 40
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 120} {height}" '
            'font-family="sans-serif" font-size="13" role="img" '
            'aria-label="Odds by group: drawn from a hat, and with fair odds">'
        ),
        f'<rect width="100%" height="{height}" fill="#fff"/>',
        _key(LEFT, HAT, "names from a hat: lowest to highest odds in the group"),
        _key(LEFT, FAIR, "Tsudoi: lowest to highest odds in the group", 20),
    ]
    for share in range(0, 101, 25):
        x = LEFT + WIDTH * share / 100
        lines.append(f'<path d="M{x} {TOP - 8}V{height - 30}" stroke="#ddd"/>')
        lines.append(f'<text x="{x}" y="{height - 12}" text-anchor="middle" fill="#555">{share} %</text>')
    for row, group in enumerate(groups):
        y = TOP + ROW * row
        count = sum(person.group == group for person in odds.candidates)
        lines.append(
            f'<text x="{LEFT - 12}" y="{y + 18}" text-anchor="end">{escape(group)}（{count}人）</text>'
        )
        lines += [_bar(y, HAT, hat[group]), _bar(y + 14, FAIR, fair[group])]
    return "\n".join([*lines, "</svg>", ""])


def _key(x: float, colour: str, words: str, down: int = 0) -> str:
    return (
        f'<rect x="{x}" y="{14 + down}" width="18" height="9" fill="{colour}"/>'
        f'<text x="{x + 26}" y="{23 + down}">{escape(words)}</text>'
    )


def _bar(y: float, colour: str, ends: tuple[float, float]) -> str:
    low, high = (LEFT + WIDTH * end for end in ends)
    words = f"{ends[0]:.0%}" if round(ends[0], 2) == round(ends[1], 2) else f"{ends[0]:.0%}–{ends[1]:.0%}"
    return (
        f'<rect x="{low - 2:.1f}" y="{y + 4}" width="{high - low + 4:.1f}" height="9" fill="{colour}"/>'
        f'<text x="{high + 8:.1f}" y="{y + 13}" font-size="11" fill="#333">{words}</text>'
    )


def main() -> None:
    """Write the picture and say what it shows."""
    odds = fair_odds(*applicants())
    fair = ranges(odds, {key: float(value) for key, value in odds.exact.items()})
    hat = from_a_hat(odds)
    FILE.write_text(svg(odds, hat, fair), encoding="utf-8")
    for group in fair:
        print(
            f"{group:12} hat {hat[group][0]:.3f}–{hat[group][1]:.3f}   fair {fair[group][0]:.3f}–{fair[group][1]:.3f}"
        )


if __name__ == "__main__":
    main()
