"""Rate limits per visitor and purpose, counted in the database so that all workers count together.

A counter is written in a transaction of its own, before the request's own one begins: refusing a request rolls the
request back, and its attempt must still count; and on SQLite two writers of one request would wait for each other.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, request
from sqlalchemy import String, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import TooManyRequests

from trainings.core import clock
from trainings.core.db import Base, apart, db

View = TypeVar("View", bound=Callable[..., Any])
KEEP_COUNTS = timedelta(days=1)


class RateCount(Base):
    """How often one visitor (hashed) did one thing in one window of time."""

    __tablename__ = "rate_count"

    purpose: Mapped[str] = mapped_column(String(40), primary_key=True)
    visitor: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    n: Mapped[int]


@dataclass(frozen=True)
class Limit:
    """At most `limit` times in `minutes`."""

    purpose: str
    limit: int
    minutes: int


def init_app(app: Flask) -> None:
    """Count before anything else of a request touches the database, whatever the order of a view's decorators."""
    app.before_request(_count_request)


def limited(purpose: str, *, limit: int, minutes: int) -> Callable[[View], View]:
    """Mark a view: at most `limit` POSTs per visitor address in `minutes`; beyond that 429."""

    def decorate(view: View) -> View:
        view.limit = Limit(purpose, limit, minutes)  # type: ignore[attr-defined]
        return view

    return decorate


def _count_request() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    limit: Limit | None = getattr(view, "limit", None)
    if limit is not None and request.method == "POST":
        require(limit, visitor_address())


def require(limit: Limit, visitor: str) -> None:
    """Count one attempt of a visitor; raises 429 (TooManyRequests, Retry-After in seconds) beyond the limit.

    A view may call this for what only the form tells (a mail address), before its first own statement.
    """
    if not current_app.config["TSUDOI"].rate_limits:
        return
    if not count(limit.purpose, visitor, limit=limit.limit, minutes=limit.minutes):
        window = limit.minutes * 60
        raise TooManyRequests(retry_after=window - int(clock.now().timestamp()) % window)


def visitor_address() -> str:
    """The visitor's address; behind trusted proxies the one they name (ProxyFix). Of IPv6 the network of 64 bits: one
    visitor owns all addresses in it."""
    named = request.remote_addr or "unknown"
    try:
        address = ipaddress.ip_address(named.partition("%")[0])
    except ValueError:
        return named
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def count(purpose: str, visitor: str, *, limit: int, minutes: int) -> bool:
    """Count one attempt; False when it is over the limit within the window.

    visitor: an address, a mail address or an id; only a keyed hash of it, different every day, is stored.
    """
    instant = clock.now()
    seconds = minutes * 60
    start = datetime.fromtimestamp(instant.timestamp() // seconds * seconds, tz=UTC)
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    # One statement: two first attempts at the same moment must neither fail nor lose one another.
    statement = (
        insert(RateCount)
        .values(purpose=purpose, visitor=_hashed(purpose, visitor), window_start=start, n=1)
        .on_conflict_do_update(
            index_elements=["purpose", "visitor", "window_start"], set_={"n": RateCount.n + 1}
        )
        .returning(RateCount.n)
    )
    with apart() as session:
        attempts: int = session.execute(statement).scalar_one()
    return attempts <= limit


def _hashed(purpose: str, visitor: str) -> str:
    key = current_app.config["TSUDOI"].secret_key.encode()
    return hmac.new(key, f"{clock.today()}|{purpose}|{visitor}".encode(), hashlib.sha256).hexdigest()


def forget_old_counts() -> None:
    """Delete the counters of past days; a duty of the worker."""
    db.session.execute(delete(RateCount).where(RateCount.window_start < clock.now() - KEEP_COUNTS))
