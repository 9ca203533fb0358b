"""Quotas follow a change of capacity in proportion."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trainings.allocation.scaling import Quota, scaled


def test_half_the_hall_keeps_half_of_each_quota() -> None:
    assert scaled([(10, 16), (4, None), (0, 5)], 100, 50) == [(5, 8), (2, None), (0, 3)]


def test_what_is_left_by_rounding_goes_to_the_largest_remainder() -> None:
    assert scaled([(5, None), (3, None), (2, None)], 100, 75) == [(4, None), (2, None), (2, None)]


quotas = st.lists(
    st.integers(0, 20).flatmap(
        lambda reserved: st.tuples(st.just(reserved), st.none() | st.integers(reserved, 40))
    ),
    max_size=10,
)


@given(quotas, st.integers(1, 400))
def test_scaled_quotas_fit_the_hall_and_themselves(before: list[Quota], after: int) -> None:
    seats = max(200, sum(reserved for reserved, _ in before))

    found = scaled(before, seats, after)

    assert sum(reserved for reserved, _ in found) <= after
    assert all(cap is None or cap >= reserved for reserved, cap in found)
    assert [cap is None for _, cap in found] == [cap is None for _, cap in before]
    assert scaled(before, seats, seats) == before
