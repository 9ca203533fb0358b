"""Pooling of small groups, so that no figure can be traced to a person. Pure.

Rule (evaluation.md): at closing, groups with fewer than k answers are merged into one; while that one is still
short, the smallest remaining group joins it. One pooling per run serves every table, chart and file.
"""

from __future__ import annotations

from collections.abc import Mapping

POOLED = "pooled"
"""Label of the merged groups."""


def pool(counts: Mapping[str, int], k: int) -> dict[str, str]:
    """Which label each group is shown under: its own or POOLED.

    counts: group → number of answers (≥ 0); a group without answers needs no label of its own. Ties are broken by
    the group's key, so that the result repeats. With fewer than k answers in all, everything is POOLED, and the
    caller publishes nothing.
    """
    small = {group for group, n in counts.items() if n < k}
    rest = sorted((group for group in counts if group not in small), key=lambda group: (counts[group], group))
    pooled_n = sum(counts[group] for group in small)
    while 0 < pooled_n < k and rest:
        joining = rest.pop(0)
        small.add(joining)
        pooled_n += counts[joining]
    return {group: POOLED if group in small else group for group in counts}


def rounded_down(n: int, step: int = 5) -> int:
    """A count that may be shown while a run is open: 0, 5, 10, …"""
    return n // step * step
