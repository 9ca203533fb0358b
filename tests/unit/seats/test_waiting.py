"""Order of the waiting list, and the seat that falls free."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from trainings.seats.rules import LARGEST, Candidate, GroupRule, Honoured, Rules, SectorRule
from trainings.seats.waiting import (
    LOG_TABLE,
    LOG_UNIT,
    RANK_BITS,
    OfferReason,
    minus_log2,
    next_offer,
    waiting_order,
)

RULES = Rules(
    4,
    (GroupRule("doctor", 2, sector="s"), GroupRule("nurse", 0, 2), GroupRule("dentist", sector="s")),
    (SectorRule("s", 2),),
    organisation_cap=1,
)
HONOURED = Honoured({"doctor": 2, "nurse": 0, "dentist": 0}, {"s": 2}, {}, 4)
D1, D2 = Candidate("d1", "doctor"), Candidate("d2", "doctor")
N1, N2, N3 = (Candidate(f"n{n}", "nurse", f"o{n}") for n in (1, 2, 3))
Z1 = Candidate("z1", "dentist")


def test_log_table_is_rounded_exactly():
    with localcontext() as context:
        context.prec = 60
        for k, step in enumerate(LOG_TABLE, start=1):
            exact = (1 + Decimal(2) ** -k).ln() / Decimal(2).ln() * LOG_UNIT
            assert step == int(exact.to_integral_value(ROUND_HALF_EVEN))


@given(st.integers(0, 2**48 - 1))
def test_integer_logarithm_is_close(v):
    assert abs(minus_log2(v) / LOG_UNIT - (48 - math.log2(v + 1))) < 2**-34


def test_integer_logarithm_at_the_ends():
    assert minus_log2(2**48 - 1) == 0
    assert minus_log2(2**47 - 1) == LOG_UNIT
    assert minus_log2(0) == 48 * LOG_UNIT


@given(st.tuples(*[st.integers(0, 2**48), st.integers(1, LARGEST)] * 2))
@example((1, LARGEST, 1, LARGEST - 1))
@example((48 * LOG_UNIT, LARGEST, 48 * LOG_UNIT - 48 * LOG_UNIT // LARGEST, LARGEST - 1))
@example((2, 4, 1, 2))
def test_whole_ranks_are_in_the_order_of_the_fractions(numbers):
    log, weight, other, heavier = numbers
    one, two = Fraction(log, weight), Fraction(other, heavier)
    first, second = ((n << RANK_BITS) // w for n, w in ((log, weight), (other, heavier)))

    assert (first < second, first == second) == (one < two, one == two)


def test_first_in_rank_by_weight():
    people = [Candidate(f"p{n}", "nurse", weight=weight) for n, weight in enumerate((1, 2, 3, 4))]
    first = [waiting_order(n.to_bytes(32, "big"), people)[0] for n in range(4000)]
    for n, weight in enumerate((1, 2, 3, 4)):
        expected = weight / 10
        z = (first.count(f"p{n}") - 4000 * expected) / math.sqrt(4000 * expected * (1 - expected))
        assert abs(z) < 4


def test_order_does_not_depend_on_the_order_of_the_list():
    people = [Candidate(f"p{n}", "nurse", weight=n % 3 + 1) for n in range(20)]
    assert waiting_order(b"s" * 32, people) == waiting_order(b"s" * 32, people[::-1])


def test_offer_goes_to_the_first_in_rank():
    offer = next_offer(RULES, HONOURED, [D1, D2, N1], [N2, Z1], leaver=N3)
    assert (offer.key, offer.reason, offer.passed) == ("n2", OfferReason.NEXT, ())


def test_offer_passes_over_those_a_cap_stands_against():
    offer = next_offer(RULES, HONOURED, [D1, N1, N2], [N3, Z1], leaver=Z1)
    assert offer.key == "z1"
    assert [(passed.key, passed.why) for passed in offer.passed] == [("n3", (("group", "nurse"),))]


def test_offer_restores_the_minimum_that_the_leaver_broke():
    later = Candidate("d3", "doctor")
    offer = next_offer(RULES, HONOURED, [D1, N1, Z1], [N2, later], leaver=D2)
    assert (offer.key, offer.reason, offer.short) == ("d3", OfferReason.RESTORES, (("group", "doctor"),))
    assert offer.passed[0].why == (("group", "doctor"),)


def test_offer_restores_the_sector_when_the_group_has_nobody():
    offer = next_offer(RULES, HONOURED, [D1, N1], [N2, Z1], leaver=D2)
    assert (offer.key, offer.reason) == ("z1", OfferReason.RESTORES)
    assert offer.short == (("group", "doctor"), ("sector", "s"))


def test_seat_is_released_when_nobody_restores_the_minimum():
    offer = next_offer(RULES, HONOURED, [D1, N1, Z1], [N2], leaver=D2)
    assert (offer.key, offer.reason) == ("n2", OfferReason.NEXT)


def test_minimum_that_others_broke_binds_only_without_a_leaver():
    later = Candidate("d3", "doctor")
    assert next_offer(RULES, HONOURED, [D1, N1, Z1], [N2, later], leaver=N3).key == "n2"
    assert next_offer(RULES, HONOURED, [D1, N1, Z1], [N2, later]).key == "d3"


def test_no_offer_when_full_or_nobody_fits():
    assert next_offer(RULES, HONOURED, [D1, D2, N1, Z1], [N2]).reason == OfferReason.FULL
    offer = next_offer(RULES, HONOURED, [D1, D2, N1], [Candidate("x", "nurse", "o1")])
    assert (offer.key, offer.reason) == (None, OfferReason.NOBODY)
    assert offer.passed[0].why == (("organisation", "o1"),)
