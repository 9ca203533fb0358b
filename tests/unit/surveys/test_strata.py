"""Pooling of small groups."""

from hypothesis import given
from hypothesis import strategies as st

from trainings.surveys.strata import POOLED, pool, rounded_down

COUNTS = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 40), max_size=10)


@given(COUNTS, st.integers(3, 7))
def test_pool_shows_no_group_below_k(counts: dict[str, int], k: int) -> None:
    pooling = pool(counts, k)

    shown: dict[str, int] = {}
    for group, n in counts.items():
        shown[pooling[group]] = shown.get(pooling[group], 0) + n
    own = {label: n for label, n in shown.items() if label != POOLED}
    assert all(n >= k for n in own.values())
    # The pooled one may be short only when nothing is left that could join it.
    assert shown.get(POOLED, 0) in (0, *range(k, 401)) or not own


@given(COUNTS, st.integers(3, 7))
def test_pool_merges_no_more_than_needed(counts: dict[str, int], k: int) -> None:
    pooling = pool(counts, k)

    large = {group for group, n in counts.items() if n >= k}
    joined = {group for group in large if pooling[group] == POOLED}
    small_sum = sum(n for group, n in counts.items() if group not in large)
    if small_sum >= k or small_sum == 0:
        assert joined == set()


def test_pool_lets_the_smallest_remaining_group_join() -> None:
    pooling = pool({"nurse": 17, "doctor": 8, "dentist": 2, "city": 1}, 5)

    assert pooling == {"nurse": "nurse", "doctor": POOLED, "dentist": POOLED, "city": POOLED}


def test_pool_breaks_ties_by_key() -> None:
    assert pool({"b": 6, "a": 6, "c": 1}, 5) == {"b": "b", "a": POOLED, "c": POOLED}


def test_rounded_down_shows_only_fives() -> None:
    assert [rounded_down(n) for n in (0, 4, 5, 9, 78)] == [0, 0, 5, 5, 75]
