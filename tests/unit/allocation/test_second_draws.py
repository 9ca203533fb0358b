"""What is told of a second draw beside the first: nothing that anybody could subtract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainings.allocation.draws.disclosure import lines, totals, veil_of
from trainings.core.small_numbers import SMALLEST, has_changed

GROUPS = ("a", "b", "c", "d")
Told = list[tuple[frozenset[str], int]]
"""Groups, and how many applied of all of them together."""


def record_of(applied: Mapping[str, int], seats: int) -> dict[str, Any]:
    """As much of a draw as is told of; the first `seats` of the list are drawn, so that many where all find room."""
    people = [(f"{group}{n}", group) for group in GROUPS for n in range(applied[group])]
    numbers = [number for number, _ in people]
    return {
        **dict.fromkeys(
            ("format", "commitment", "secret", "public_number", "seed", "previous", "digest"), ""
        ),
        "selected": numbers[:seats],
        "waiting": numbers[seats:],
        "frozen": {
            "rules": {"groups": [{"key": group, "reserved": 0, "cap": None} for group in GROUPS]},
            "candidates": [{"number": number, "group": group} for number, group in people],
            "placed": [],
            "odds": dict.fromkeys(numbers, 1),
            "about": {},
            "honoured": {"groups": {}},
            "unit": 2,
        },
    }


def told_of(records: Sequence[dict[str, Any]]) -> Told:
    """Every number of applicants that the last of these draws tells, and each that it tells by telling who got a seat where
    all did."""
    veil = veil_of(records)
    found: Told = []
    for line in lines(records[-1], {}, veil, exact=False):
        found += [(frozenset(line.keys), n) for n in (line.applied,) if n is not None]
    applied, selected = totals(records[-1], veil)
    everybody = not records[-1]["waiting"]
    found += [(frozenset(GROUPS), n) for n in (applied, selected if everybody else None) if n is not None]
    return found


def known(told: Told, groups: frozenset[str]) -> int | None:
    """How many of these applied, if it follows from what is told."""
    rows = np.array([[group in keys for group in GROUPS] for keys, _ in told], dtype=float).reshape(
        -1, len(GROUPS)
    )
    wanted = np.array([group in groups for group in GROUPS], dtype=float)
    if not len(rows):
        return None
    weights, *_ = np.linalg.lstsq(rows.T, wanted, rcond=None)
    if not np.allclose(rows.T @ weights, wanted):
        return None
    return round(float(weights @ np.array([n for _, n in told], dtype=float)))


def learnt(first: Told, second: Told) -> dict[frozenset[str], int]:
    """By how many each set of groups differs, of which both draws tell; without those that are made of smaller ones."""
    found: dict[frozenset[str], int] = {}
    for size in range(1, len(GROUPS) + 1):
        for keys in map(frozenset, combinations(GROUPS, size)):
            if any(part < keys and keys - part in found for part in found):
                found[keys] = 0
                continue
            before, now = known(first, keys), known(second, keys)
            if before is not None and now is not None:
                found[keys] = now - before
    return found


LISTS = st.fixed_dictionaries({group: st.integers(0, 30) for group in GROUPS})
CHANGES = st.fixed_dictionaries(
    {group: st.sampled_from([0, 0, 0, 1, -1, 2, -3, 4, 5, -6, 9]) for group in GROUPS}
)


@given(LISTS, CHANGES, CHANGES, st.integers(0, 130))
def test_no_small_change_is_had_by_subtracting_draws(
    first: dict[str, int], change: dict[str, int], more: dict[str, int], seats: int
) -> None:
    lists = [first]
    for one in (change, more):
        lists.append({group: max(0, lists[-1][group] + one[group]) for group in GROUPS})
    records = [record_of(one, seats) for one in lists]
    told = [told_of(records[: n + 1]) for n in range(len(records))]
    for earlier, later in combinations(told, 2):
        small = {keys: n for keys, n in learnt(earlier, later).items() if 0 < abs(n) < SMALLEST}
        assert not small


def test_list_that_is_drawn_again_as_it_was_is_told_in_full() -> None:
    same = dict.fromkeys(GROUPS, 20)
    assert told_of([record_of(same, 50)] * 2) == told_of([record_of(same, 50)])
    assert totals(record_of(same, 50), veil_of([record_of(same, 50)] * 2)) == (80, 50)


@pytest.mark.parametrize("more", [1, 4, 5, 12])
def test_sums_of_another_list_are_not_told_however_many_joined(more: int) -> None:
    """Else their being told or not would say how many."""
    before = dict.fromkeys(GROUPS, 20)
    records = [record_of(before, 50), record_of(before | {"a": 20 + more}, 50)]
    assert totals(records[1], veil_of(records)) == (None, None)
    assert has_changed(before | {"a": 20 + more}, [before])
    assert all(
        line.applied is None
        for line in lines(records[1], {}, veil_of(records), exact=False)
        if line.is_pooled
    )
