"""Figures of a run. Pure; every function says its formula.

Shapes: an answer column is a list with one entry per response; entries are codes, numbers or `Missing`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from trainings.surveys.questionnaires import Answer, Item, ItemType, Missing

AGREES = ("5", "4")


@dataclass(frozen=True)
class Summary:
    """Of one item in one group. n: valid answers. counts: code → how many, in the order of the page.
    mean, sd, median: of numeric items, None when n is too small (mean, median: 0; sd: below 2).
    agree: share (0–1) of the two agreeing codes of a Likert item."""

    n: int
    counts: dict[str, int]
    missing: dict[Missing, int]
    mean: float | None
    sd: float | None
    median: float | None
    agree: float | None


def summarise(item: Item, column: Sequence[Answer]) -> Summary:
    """Count, mean x̄ = Σx/n, sample standard deviation s = √(Σ(x−x̄)²/(n−1)), median (mean of the middle two)."""
    missing = Counter(value for value in column if isinstance(value, Missing))
    valid = [value for value in column if not isinstance(value, Missing)]
    counts = Counter(code for value in valid for code in (value if isinstance(value, list) else [str(value)]))
    ordered = (
        {code: counts.get(code, 0) for code in item.codes} if item.codes else dict(sorted(counts.items()))
    )
    numbers = sorted(float(str(value)) for value in valid) if _is_numeric(item) else []
    mean = sum(numbers) / len(numbers) if numbers else None
    spread = (
        sqrt(sum((x - mean) ** 2 for x in numbers) / (len(numbers) - 1))
        if mean is not None and len(numbers) > 1
        else None
    )
    agree = (
        sum(counts[code] for code in AGREES) / len(valid) if item.type == ItemType.LIKERT5 and valid else None
    )
    return Summary(
        n=len(valid),
        counts=ordered,
        missing={reason: missing.get(reason, 0) for reason in Missing},
        mean=mean,
        sd=spread,
        median=_median(numbers),
        agree=agree,
    )


def _is_numeric(item: Item) -> bool:
    return item.type in (ItemType.LIKERT5, ItemType.SCALE, ItemType.NUMBER)


def _median(ordered: Sequence[float]) -> float | None:
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def representativeness(answers: Mapping[str, int], attendees: Mapping[str, int]) -> float | None:
    """D = ½ Σ |share of answers − share of attendees| over the groups: 0 when they agree, 1 when disjoint.

    None when nobody answered or nobody came.
    """
    answered, came = sum(answers.values()), sum(attendees.values())
    if not answered or not came:
        return None
    groups = set(answers) | set(attendees)
    return sum(abs(answers.get(group, 0) / answered - attendees.get(group, 0) / came) for group in groups) / 2
