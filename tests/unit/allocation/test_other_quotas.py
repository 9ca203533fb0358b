"""Quotas beside those of groups, sectors and organisations: which fit, and what stands in for the others."""

from __future__ import annotations

from fractions import Fraction

import pytest

from trainings.allocation.other_quotas import Crosses, Fits, Place, Who, other_quota
from trainings.seats.rules import GroupRule, Rules, SectorRule

RULES = Rules(
    10,
    (
        *(GroupRule(key, sector="medical") for key in ("doctor", "dentist", "nurse")),
        GroupRule("carer"),
        GroupRule("city"),
    ),
    (SectorRule("medical", cap=6),),
)


@pytest.mark.parametrize(
    ("groups", "fits"),
    [
        ({"nurse"}, Fits(Place.GROUP)),
        ({"carer", "city"}, Fits(Place.NEW_SECTOR)),
        ({"doctor", "dentist", "nurse"}, Fits(Place.SECTOR, "medical")),
        ({"doctor", "nurse"}, Fits(Place.EACH_GROUP, "medical")),
        ({"doctor", "dentist", "nurse", "city"}, Fits(Place.EACH_GROUP, "medical")),
        ({"doctor", "dentist", "nurse", "carer", "city"}, Fits(Place.CAPACITY)),
    ],
)
def test_nested_quota_fits_and_has_its_place(groups: set[str], fits: Fits) -> None:
    assert other_quota(RULES, Who.GROUPS, groups) == fits


@pytest.mark.parametrize(
    ("groups", "inside"),
    [({"nurse", "carer"}, {"nurse"}), ({"doctor", "nurse", "city"}, {"doctor", "nurse"})],
)
def test_quota_across_a_sector_is_refused_and_shrinks_into_it(groups: set[str], inside: set[str]) -> None:
    found = other_quota(RULES, Who.GROUPS, groups)

    assert found == Crosses(("sector", "medical"), Fraction(1, 2), Fraction(1, 3), frozenset(inside))


@pytest.mark.parametrize("who", [Who.FIRST_TIMERS, Who.REFUSED])
def test_quota_for_people_by_their_past_is_refused_for_a_weight(who: Who) -> None:
    found = other_quota(RULES, who)

    assert isinstance(found, Crosses)
    assert (found.crossed[0], found.claimed, found.true, found.inside) == (
        "group",
        Fraction(1, 2),
        Fraction(1, 3),
        None,
    )
