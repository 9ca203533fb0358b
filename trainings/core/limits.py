"""Rate limits per visitor and purpose, counted in the database so that all workers count together.

A counter is written in a transaction of its own: refusing a request rolls the request back, and its attempt must
still count.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import wraps
from typing import Callable, ParamSpec, TypeVar

from flask import current_app, request
from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import TooManyRequests

from trainings.core import clock
from trainings.core.db import Base, apart

P = ParamSpec("P")
R = TypeVar("R")


class RateCount(Base):
    """How often one visitor (hashed) did one thing in one window of time."""

    __tablename__ = "rate_count"

    purpose: Mapped[str] = mapped_column(String(40), primary_key=True)
    visitor: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    n: Mapped[int]


def visitor_address() -> str:
    """The visitor's address; behind trusted proxies the one they name (ProxyFix)."""
    return request.remote_addr or "unknown"


def count(purpose: str, visitor: str, *, limit: int, minutes: int) -> bool:
    """Count one attempt; False when it is over the limit within the window.

    visitor: an address, a mail address or an id; only its hash, salted with the day, is stored.
    """
    instant = clock.now()
    seconds = minutes * 60
    start = datetime.fromtimestamp(instant.timestamp() // seconds * seconds, tz=instant.tzinfo)
    hashed = hashlib.sha256(f"{clock.today()}|{purpose}|{visitor}".encode()).hexdigest()
    with apart() as session:
        session.execute(delete(RateCount).where(RateCount.window_start < instant - timedelta(days=1)))
        row = session.scalar(
            select(RateCount)
            .where(RateCount.purpose == purpose, RateCount.visitor == hashed, RateCount.window_start == start)
            .with_for_update()
        )
        if row is None:
            session.add(RateCount(purpose=purpose, visitor=hashed, window_start=start, n=1))
            return limit >= 1
        row.n += 1
        return row.n <= limit


def limited(purpose: str, *, limit: int, minutes: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a view: at most `limit` POSTs per visitor address in `minutes`; beyond that 429."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method == "POST" and current_app.config["TSUDOI"].rate_limits:
                if not count(purpose, visitor_address(), limit=limit, minutes=minutes):
                    raise TooManyRequests(retry_after=minutes * 60)
            return view(*args, **kwargs)

        return counted

    return decorate
