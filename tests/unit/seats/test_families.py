"""Quotas that a lottery can keep, and those that it cannot."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainings.seats.families import CountedSet, Nested, Weighted, two_families
from trainings.seats.rules import Fault, SeatsRefused


def counted(**sets):
    return [CountedSet(key, frozenset(members)) for key, members in sets.items()]


def test_groups_and_organisations_are_two_families():
    sets = counted(doctors="abc", nurses="def", medical="abcdef", clinic="ad", station="bef")
    one, other = two_families(sets)
    assert [s.key for s in one] == ["doctors", "nurses", "medical"]
    assert [s.key for s in other] == ["clinic", "station"]


def test_three_crossing_quotas_are_refused_with_reason_and_way_out():
    with pytest.raises(SeatsRefused) as refusal:
        two_families(counted(x="ab", y="bc", z="ac", total="abc"))
    assert refusal.value.code == Fault.RULES_CROSS
    assert set(refusal.value.facts["crossing"]) == {"x", "y", "z"}
    assert (refusal.value.facts["claimed"], refusal.value.facts["true"]) == (Fraction(1, 2), Fraction(1, 3))
    assert refusal.value.facts["way_out"] == Nested("x", "y", 1)


def test_way_out_leaves_out_the_fewest_and_works():
    sets = counted(group="abcdef", office="efgh", association="bfxyzh")
    with pytest.raises(SeatsRefused) as refusal:
        two_families(sets)
    way = refusal.value.facts["way_out"]
    assert way == Nested("office", "group", 2)
    by_key = {one.key: one.members for one in sets}
    by_key[way.key] &= by_key[way.inside]
    two_families([CountedSet(key, members) for key, members in by_key.items()])


def test_weight_is_the_way_out_when_nesting_one_set_does_not_help():
    two_triangles = counted(a="12", b="23", c="13", d="45", e="56", f="46")
    with pytest.raises(SeatsRefused) as refusal:
        two_families(two_triangles)
    assert refusal.value.facts["way_out"] == Weighted("a")


families = st.lists(st.frozensets(st.sampled_from("abcde"), min_size=1), min_size=1, max_size=6)


@given(families)
def test_two_families_equals_trying_every_split(members):
    sets = [CountedSet(str(n), one) for n, one in enumerate(members)]
    possible = any(
        all(nested([s for s, side in zip(sets, sides, strict=True) if side == wanted]) for wanted in (0, 1))
        for sides in product((0, 1), repeat=len(sets))
    )
    try:
        one, other = two_families(sets)
    except SeatsRefused as refusal:
        assert not possible
        cycle = refusal.facts["crossing"]
        assert len(cycle) % 2 == 1
        for left, right in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert not nested([s for s in sets if s.key in (left, right)])
    else:
        assert possible
        assert nested(one)
        assert nested(other)
        assert len(one) + len(other) == len(sets)


def nested(sets):
    return all(
        not (a.members & b.members) or a.members <= b.members or b.members <= a.members
        for a in sets
        for b in sets
    )
