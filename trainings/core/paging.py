"""Long lists a page at a time: which part of them an address asks for, and where that part stands in the whole.

Filter, order, counts and exports are of the whole list, in SQL; only what is shown is cut. An order must end in something
unique, or a row could stand on two pages and another on none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, cast

from flask import has_request_context, request
from sqlalchemy import Select, func
from sqlalchemy.sql.base import ExecutableOption

from trainings.core.db import db

Row = TypeVar("Row")
Other = TypeVar("Other")
SIZE = 100
"""Rows a page."""
LONGEST_NUMBER = 7
"""Digits of a page's number in an address; more is no number of ours."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list of `total`. number: from 1. param: the name of the number in the address."""

    rows: Sequence[Row]
    number: int
    total: int
    size: int = SIZE
    param: str = "page"

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The place of the first row in the whole, from 1."""
        return self._before + 1

    @property
    def last(self) -> int:
        return self._before + len(self.rows)

    @property
    def _before(self) -> int:
        return (self.number - 1) * self.size

    def showing(self, make: Callable[[Sequence[Row]], Sequence[Other]]) -> Page[Other]:
        """The same place in the list, with something made of its rows."""
        return cast(Page[Other], replace(cast(Any, self), rows=make(self.rows)))


def asked(param: str = "page") -> int:
    """The page that the address asks for; 1 for none or nonsense."""
    typed = request.args.get(param, "") if has_request_context() else ""
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER
    return max(1, int(typed)) if is_number else 1


def within(number: int, total: int, size: int = SIZE) -> int:
    """A page that is there: one behind the end is the last one, since the list may have got shorter."""
    return min(max(1, number), max(1, -(-total // size)))


def page_of(
    query: Select[tuple[Row]],
    *,
    load: Sequence[ExecutableOption] = (),
    total: int | None = None,
    size: int = SIZE,
    param: str = "page",
) -> Page[Row]:
    """The page that the address asks for, of an ordered query that gives each row once. Two statements, or one when
    `total` is known. load: loader options, which only rows need and their count does not."""
    if total is None:
        counted = query.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
        total = db.session.scalar(counted) or 0
    number = within(asked(param), total, size)
    part = query.options(*load).offset((number - 1) * size).limit(size)
    return Page(db.session.scalars(part).unique().all() if total else [], number, total, size, param)


def part_of(rows: Sequence[Row], *, size: int = SIZE, param: str = "page") -> Page[Row]:
    """The same of a list that had to be made whole, such as one in an order that SQL does not know."""
    number = within(asked(param), len(rows), size)
    return Page(rows[(number - 1) * size : number * size], number, len(rows), size, param)
