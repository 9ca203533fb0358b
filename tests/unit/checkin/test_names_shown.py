"""How many names of people who have not come stand on the page of the door."""

from __future__ import annotations

from collections import Counter

import pytest

from trainings.checkin.passages.arrivals import tables
from trainings.checkin.screens.board import Board


@pytest.mark.parametrize(("people", "at_tables"), [(300, 30), (6000, 60), (6000, 700), (1, 1)])
def test_page_names_no_more_than_three_hundred(people: int, at_tables: int) -> None:
    board = Board([], [], tables((n % at_tables, False, 1) for n in range(people)), Counter(), Counter())
    named = sum(min(table.missing, board.names_a_table) for table in board.tables)
    assert named <= 300
    assert (named == people) == (people <= 300)


def test_nobody_is_named_where_nobody_is_missing() -> None:
    assert Board([], [], [], Counter(), Counter()).names_a_table == 0
