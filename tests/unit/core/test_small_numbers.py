"""The rule of small numbers."""

from hypothesis import given
from hypothesis import strategies as st

from trainings.core.small_numbers import POOLED, pool, rounded_down, small_groups, told, with_differences

KEYS = "abcdefghij"
COUNTS = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 40), max_size=10)
TABLES = st.integers(1, 3).flatmap(
    lambda width: st.dictionaries(
        st.sampled_from(KEYS), st.tuples(*[st.integers(0, 12)] * width), min_size=1, max_size=6
    )
)


@given(COUNTS, st.integers(3, 7))
def test_pool_shows_no_small_group(counts: dict[str, int], k: int) -> None:
    pooling = pool(counts, k)

    shown: dict[str, int] = {}
    for group, n in counts.items():
        shown[pooling[group]] = shown.get(pooling[group], 0) + n
    own = {label: n for label, n in shown.items() if label != POOLED}
    assert all(n >= k or n == 0 for n in own.values())
    # The pooled one may be short only when nobody is left who could join it.
    assert shown.get(POOLED, 0) in (0, *range(k, 401)) or not any(own.values())


@given(COUNTS, st.integers(3, 7))
def test_pool_merges_no_more_than_needed(counts: dict[str, int], k: int) -> None:
    pooling = pool(counts, k)

    large = {group for group, n in counts.items() if n >= k}
    joined = {group for group in large if pooling[group] == POOLED}
    small_sum = sum(n for group, n in counts.items() if group not in large)
    if small_sum >= k or small_sum == 0:
        assert joined == set()


@given(TABLES, st.integers(3, 6))
def test_total_less_the_others_tells_no_small_number(table: dict[str, tuple[int, ...]], k: int) -> None:
    """Who knows every total and every line that is shown learns the sums of the others only."""
    small = small_groups(table, k)

    for column in range(len(next(iter(table.values())))):
        total = sum(row[column] for row in table.values())
        left = total - sum(row[column] for group, row in table.items() if group not in small)
        behind = [row[column] for group, row in table.items() if group in small and row[column]]
        assert all(not 0 < row[column] < k for group, row in table.items() if group not in small)
        if 0 < left < k:
            assert told(total, k) is None  # nothing was left to join: the total is not told either
        elif any(n < k for n in behind):
            assert len(behind) >= 2


NESTED = st.dictionaries(
    st.sampled_from(KEYS),
    st.integers(0, 14).flatmap(lambda applied: st.tuples(st.just(applied), st.integers(0, applied))),
    min_size=1,
    max_size=6,
)


@given(NESTED, st.integers(3, 6))
def test_nothing_small_of_one_group_is_had_by_subtraction(table: dict[str, tuple[int, int]], k: int) -> None:
    """The attack: applied less selected, in the line of a group, or in what the totals leave when all lines that are shown are
    taken away. What is left must be many or nobody, or of several groups of which any may be meant."""
    small = small_groups({group: with_differences(*row) for group, row in table.items()}, k)
    applied, selected = (sum(row[column] for row in table.values()) for column in (0, 1))
    for group, row in table.items():
        if group in small:
            continue
        applied, selected = applied - row[0], selected - row[1]
        assert not any(0 < n < k for n in (row[0], row[1], row[0] - row[1]))

    met = [group for group, row in table.items() if row[0]]
    behind = [group for group in met if group in small]
    if len(behind) == 1 and len(met) > 1:
        assert not any(0 < n < k for n in (applied, selected, applied - selected))


def test_who_were_turned_away_stand_with_others() -> None:
    """Of 60 nurses all got a seat and of 43 doctors 40: three doctors were turned away, unless both stand together."""
    assert with_differences(43, 40) == (43, 40, 3)
    assert small_groups({"doctor": with_differences(43, 40), "nurse": with_differences(60, 60)}) == {
        "doctor",
        "nurse",
    }
    assert (
        small_groups({"doctor": with_differences(45, 40), "nurse": with_differences(60, 60)}) == frozenset()
    )


def test_pool_lets_the_smallest_remaining_group_join() -> None:
    pooling = pool({"nurse": 17, "doctor": 8, "dentist": 2, "city": 1}, 5)

    assert pooling == {"nurse": "nurse", "doctor": POOLED, "dentist": POOLED, "city": POOLED}


def test_pool_breaks_ties_by_key() -> None:
    assert pool({"b": 6, "a": 6, "c": 1}, 5) == {"b": "b", "a": POOLED, "c": POOLED}


def test_small_groups_looks_at_every_column() -> None:
    """Ten applied and three got a seat: three more of another group are needed, and who got none does not help."""
    table = {"doctor": (10, 3), "nurse": (20, 9), "dentist": (6, 0), "city": (0, 0)}

    assert small_groups(table) == {"doctor", "nurse"}


def test_small_groups_are_none_where_nothing_is_small() -> None:
    assert small_groups({"doctor": (10, 5), "nurse": (5, 0), "city": (0, 0)}) == frozenset()


def test_told_keeps_nobody_and_many() -> None:
    assert [told(n) for n in (0, 1, 4, 5, 78)] == [0, None, None, 5, 78]


def test_rounded_down_shows_only_fives() -> None:
    assert [rounded_down(n) for n in (0, 4, 5, 9, 78)] == [0, 0, 5, 5, 75]


@given(
    first=TABLES,
    change=st.dictionaries(st.sampled_from(KEYS), st.integers(-7, 7)),
)
def test_no_group_is_had_by_subtracting_an_earlier_table(
    first: dict[str, tuple[int, ...]], change: dict[str, int]
) -> None:
    """What was told together stays so, and a line of one group differs by none or by many."""
    before = {group: (row[0],) for group, row in first.items()}
    now = {group: (max(0, n + change.get(group, 0)),) for group, (n,) in before.items()}
    told_together = small_groups(before)
    rows = {group: (*now[group], now[group][0] - before[group][0]) for group in now}

    small = small_groups(rows, together=told_together)

    assert told_together <= small
    assert all(told(abs(rows[group][1])) is not None for group in rows.keys() - small)
