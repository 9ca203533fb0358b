"""Quotas in proportion to another capacity. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Quota = tuple[int, int | None]
"""Reserved seats and cap; None for no cap."""


def scaled(quotas: Sequence[Quota], before: int, after: int) -> list[Quota]:
    """The same quotas for `after` seats instead of `before`. Reserves together keep their share of the seats, by largest
    remainder, the first named first where remainders are equal; a cap is rounded up, and never below its reserve."""
    share = Fraction(after, before)
    exact = [reserved * share for reserved, _ in quotas]
    whole = [int(one) for one in exact]
    left = min(int(sum(exact) + Fraction(1, 2)), after) - sum(whole)
    by_remainder = sorted(range(len(quotas)), key=lambda place: (whole[place] - exact[place], place))
    for place in by_remainder[: max(left, 0)]:
        whole[place] += 1
    return [
        (reserved, None if cap is None else max(reserved, -int(-cap * share // 1)))
        for reserved, (_, cap) in zip(whole, quotas, strict=True)
    ]
