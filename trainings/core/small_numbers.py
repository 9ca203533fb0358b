"""The rule of small numbers: no figure of so few that it tells about one of them. Pure.

What the public and roles that see figures without names may read is counted by groups, and a group of one is a person. So
small groups are told together with others, in one line, whose sums again are not small. It is this one pooling that every
table, chart and file of a matter shows; else two of them could be subtracted from each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

SMALLEST = 5
"""So many people at least stand behind a figure by group."""
FEWEST_GROUPS = 2
"""So many groups with anybody in them stand behind a sum that is small itself."""
POOLED = "pooled"
"""Label of the groups that are told together."""


def told(n: int, smallest: int = SMALLEST) -> int | None:
    """A number as it may be told: itself, or None where it is small. Nobody at all is told, as 0."""
    return None if 0 < n < smallest else n


def with_differences(*parts: int) -> tuple[int, ...]:
    """The columns of a group of which each is a part of the one before (applied, got a seat), and what anybody subtracts:
    how many were turned away is as telling as how many were not."""
    return (*parts, *(whole - part for whole, part in combinations(parts, 2)))


def has_changed(now: Mapping[str, int], earlier: Sequence[Mapping[str, int]]) -> bool:
    """Whether a table is told again with another number in it, of any group.

    Then no sum of it may be told beside the lines of single groups: neither a total nor what stands for those told
    together, in whatever file or count of rows. Not even where it differs by many or by none, for that a sum is missing must
    tell nothing either. What stays are groups that differ from every earlier table by none or by many (`small_groups`).
    """
    return any(now.get(group, 0) != before.get(group, 0) for before in earlier for group in {*now, *before})


def small_groups(
    counts: Mapping[str, Sequence[int]], smallest: int = SMALLEST, *, together: Collection[str] = ()
) -> frozenset[str]:
    """The groups that may only be told together.

    counts: group → how many people each column of the table counts in it; a column that may be below zero is what is had by
    subtracting another table. together: those that were told together before, and stay so: shown apart they would be had by
    subtraction. A group is small when one of its numbers is. While
    the sum of a column over the small ones is small itself (so with one small group, which the total less all others would
    tell) the smallest remaining group that adds to this column joins them. Where none adds to it, and somebody stands in one
    of the small ones only, the smallest remaining one with anybody in it joins: nobody outside knows that it adds nothing.
    Ties are broken by the group's key, so that the result repeats. Where nothing is left to join, the sums are small
    themselves: tell them by `told`.
    """
    small = {group for group, row in counts.items() if any(0 < abs(n) < smallest for n in row)}
    small |= counts.keys() & set(together)
    rest = sorted(counts.keys() - small, key=lambda group: (tuple(counts[group]), group))
    while short := _short_columns(counts, small, smallest):
        joining = next((group for group in rest if any(counts[group][column] for column in short)), None)
        if joining is None and sum(any(counts[group]) for group in small) < FEWEST_GROUPS:
            joining = next((group for group in rest if any(counts[group])), None)
        if joining is None:
            break
        rest.remove(joining)
        small.add(joining)
    return frozenset(small)


def _short_columns(counts: Mapping[str, Sequence[int]], small: set[str], smallest: int) -> list[int]:
    """The columns whose sum over the small groups is small."""
    sums = [sum(column) for column in zip(*(counts[group] for group in small), strict=True)]
    return [place for place, n in enumerate(sums) if 0 < abs(n) < smallest]


def pool(counts: Mapping[str, int], k: int = SMALLEST) -> dict[str, str]:
    """Which label each group is shown under: its own or POOLED. counts: group → one number (≥ 0)."""
    small = small_groups({group: (n,) for group, n in counts.items()}, k)
    return {group: POOLED if group in small else group for group in counts}


def rounded_down(n: int, step: int = 5) -> int:
    """A count that may be shown while it still grows: 0, 5, 10, …"""
    return n // step * step
