"""Instants as the database counts by them: whole seconds, and the days of Tokyo."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from trainings.core import clock

_DAY = 86_400
_EPOCH = date(1970, 1, 1)
_AHEAD = int((datetime(1970, 1, 1, tzinfo=clock.TOKYO).utcoffset() or timedelta()).total_seconds())
"""Seconds; Tokyo keeps no summer time."""


class seconds_of(FunctionElement[int]):
    """Whole seconds since 1970 of an instant, rounded down."""

    type = BigInteger()
    inherit_cache = True


@compiles(seconds_of, "sqlite")
def _of_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **how)}) AS INTEGER)"


@compiles(seconds_of, "postgresql")
def _of_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **how)})) AS BIGINT)"


def day_number(instant: ColumnElement[datetime] | Any) -> ColumnElement[int]:
    """The local day of an instant as a number, which `day_of` turns into a date."""
    return (seconds_of(instant) + _AHEAD) // _DAY


def day_of(number: int) -> date:
    return _EPOCH + timedelta(days=number)
