"""Figures against the standard library and hand calculations."""

import statistics as reference

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainings.surveys.questionnaires import Item, ItemType, Missing
from trainings.surveys.statistics import representativeness, summarise

LIKERT = Item("useful", ItemType.LIKERT5, "?", "?")
NUMBER = Item("contacts", ItemType.NUMBER, "?", "?", high=100)


@given(st.lists(st.integers(0, 100), min_size=2))
def test_summarise_equals_the_standard_library(column: list[int]) -> None:
    summary = summarise(NUMBER, list(column))

    assert summary.mean == pytest.approx(reference.mean(column))
    assert summary.sd == pytest.approx(reference.stdev(column), abs=1e-9)
    assert summary.median == reference.median(column)


def test_summarise_counts_answers_and_reasons_apart() -> None:
    summary = summarise(LIKERT, ["5", "5", "4", "2", Missing.NO_ANSWER, Missing.NOT_APPLICABLE])

    assert summary.n == 4
    assert summary.counts == {"5": 2, "4": 1, "3": 0, "2": 1, "1": 0}
    assert summary.missing == {Missing.NOT_SEEN: 0, Missing.NO_ANSWER: 1, Missing.NOT_APPLICABLE: 1}
    assert summary.mean == 4.0
    assert summary.agree == 0.75


def test_summarise_of_nothing_has_no_figures() -> None:
    summary = summarise(LIKERT, [Missing.NO_ANSWER])

    assert (summary.n, summary.mean, summary.sd, summary.median, summary.agree) == (0, None, None, None, None)


def test_representativeness_is_half_the_absolute_difference_of_shares() -> None:
    assert representativeness({"a": 5, "b": 5}, {"a": 10, "b": 10}) == 0
    assert representativeness({"a": 5}, {"b": 5}) == 1
    assert representativeness({"a": 3, "b": 1}, {"a": 1, "b": 1}) == pytest.approx(0.25)
    assert representativeness({}, {"a": 1}) is None
