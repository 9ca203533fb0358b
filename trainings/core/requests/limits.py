"""Rate limits by purpose, of whoever sends and of what a form is about, counted in the database so that all workers count
together. No limit shuts anybody out: beyond it a form costs a proof of work or a wait (core.work), in three steps.

A counter is written in a transaction of its own, before the request's own one begins: refusing a request rolls the
request back, and its attempt must still count; and on SQLite two writers of one request would wait for each other.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from flask import Flask, Response, current_app, make_response, render_template, request
from sqlalchemy import String, TextClause, bindparam, delete, text, update
from sqlalchemy.orm import Mapped, mapped_column

from trainings.core import clock, names
from trainings.core.db import Base, UtcDateTime, apart, db
from trainings.core.logs import tell
from trainings.core.requests import late_forms, lines, work

View = TypeVar("View", bound=Callable[..., Any])
KEEP_COUNTS = timedelta(days=1)
IPV6_NETWORK = 48
"""Bits of an IPv6 address that stand for one sender: providers give a whole /48 to whoever asks."""
STEPS = (1, 2, 4)
"""Beyond so many times its number a limit asks for the first, second and third step of work."""


class RateCount(Base):
    """How often one visitor, or what was aimed at (hashed), was counted for one purpose in one window of time."""

    __tablename__ = "rate_count"

    purpose: Mapped[str] = mapped_column(String(40), primary_key=True)
    visitor: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    n: Mapped[int]


@dataclass(frozen=True)
class Limit:
    """At most `limit` times in any `minutes`."""

    purpose: str
    limit: int
    minutes: int


@dataclass(frozen=True)
class Target:
    """What a form is about, whoever sends it: the value of `argument` in the address, at most `limit` times."""

    argument: str
    limit: int


@dataclass(frozen=True)
class Theme:
    """Whom a form speaks of, whoever sends it: its `fields`, folded, and the value of `argument` in the address."""

    limit: Limit
    argument: str
    fields: tuple[str, ...]

    def spoken_of(self) -> str:
        said = (names.search_key(request.form.get(field, "")[:LONGEST_SAID]) for field in self.fields)
        return "|".join((str((request.view_args or {})[self.argument]), *said))


LONGEST_SAID = 100
SPENT = Limit("work", 1, 12 * 60)
"""Each challenge is good for one form; a page that was kept any longer is refused by its own time."""


def init_app(app: Flask) -> None:
    """Count before anything else of a request touches the database, whatever the order of a view's decorators."""
    app.before_request(_count_request)


@dataclass(frozen=True)
class Limits:
    """What is counted of the POSTs of a view."""

    purpose: str
    sender: Limit | None
    target: Limit | None
    argument: str
    theme: Theme | None

    def counted(self) -> list[tuple[Limit, str]]:
        """The limits of this request, each with the one that it is counted for."""
        found = [(self.sender, visitor_address())] if self.sender is not None else []
        if self.target is not None:
            found.append((self.target, str((request.view_args or {})[self.argument])))
        if self.theme is not None:
            found.append((self.theme.limit, self.theme.spoken_of()))
        return found


def limited(
    purpose: str,
    *,
    limit: int | None,
    minutes: int,
    target: Target | None = None,
    theme: Theme | None = None,
) -> Callable[[View], View]:
    """Mark a view: beyond `limit` POSTs of one sender in `minutes`, or the target's number by all together, each costs work
    or a wait; so does what names one theme too often. Without `limit` nothing of the sender is stored."""
    limits = Limits(
        purpose,
        Limit(purpose, limit, minutes) if limit is not None else None,
        Limit(f"{purpose}_target", target.limit, minutes) if target is not None else None,
        target.argument if target is not None else "",
        theme,
    )

    def decorate(view: View) -> View:
        view.limits = limits  # type: ignore[attr-defined]
        return view

    return decorate


def _count_request() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    limits: Limits | None = getattr(view, "limits", None)
    settings = current_app.config["TSUDOI"]
    if limits is None or request.method != "POST" or not settings.rate_limits or late_forms.is_late():
        return None
    counted = limits.counted()
    found = zip(counted, attempts(*counted), strict=True)
    return work_unless_paid(limits.purpose, max(step_beyond(n, one.limit) for (one, _), n in found))


def step_beyond(n: float, limit: int) -> int:
    """Which step of work so many attempts ask for; 0 within the limit."""
    return sum(n > limit * times for times in STEPS)


def work_unless_paid(purpose: str, step: int) -> Response | None:
    """The page that asks for work of this step, unless this request has paid for itself. Before the first statement."""
    return None if step == 0 or _has_paid(purpose) else _ask_for_work(purpose, step)


def _has_paid(purpose: str) -> bool:
    nonce = work.paid_with(request.form, current_app.config["SECRET_KEY"], purpose)
    return nonce is not None and is_within(SPENT, nonce)


def _ask_for_work(purpose: str, step: int) -> Response:
    """A page that holds what was typed, and sends it by itself once the work is done."""
    challenge = work.new_challenge(step)
    tell(
        "limit.held", "%s: held by a limit", lines.number(), level=logging.WARNING, purpose=purpose, step=step
    )
    page = render_template(
        "errors/work.html",
        typed=late_forms.typed_fields(leave_out=(work.CHALLENGE, work.ANSWER)),
        challenge=challenge,
        token=work.sealed(challenge, current_app.config["SECRET_KEY"], purpose),
        fields=(work.CHALLENGE, work.ANSWER),
    )
    return make_response(page, 429, {"Retry-After": str(challenge.wait_seconds)})


def visitor_address() -> str:
    """The visitor's address; behind trusted proxies the one they name (ProxyFix). Of IPv6 its network: one visitor owns
    all addresses in it."""
    named = request.remote_addr or "unknown"
    try:
        address = ipaddress.ip_address(named.partition("%")[0])
    except ValueError:
        return named
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))


def is_within(limit: Limit, visitor: str) -> bool:
    """Count one attempt; whether it is within the limit."""
    return attempts((limit, visitor))[0] <= limit.limit


def attempts(*counted: tuple[Limit, str]) -> tuple[float, ...]:
    """Count one attempt for each limit and visitor; how many there were in the minutes that end now, this one included.

    visitor: an address, an id, a name; only a keyed hash of it, different every day, is stored. What the window before has
    is taken in proportion, as if it were spread evenly, so that no edge of a window doubles a limit.
    """
    instant = clock.now().timestamp()
    # All transactions take their rows in one order, so that none waits for another in a circle.
    in_order = sorted(set(counted), key=lambda pair: (pair[0].purpose, pair[1]))
    values: dict[str, Any] = {}
    for place, (limit, visitor) in enumerate(in_order):
        start = _start(limit, instant)
        values |= {
            f"purpose_{place}": limit.purpose,
            f"visitor_{place}": _hashed(limit.purpose, visitor, start),
            f"window_start_{place}": _instant(start),
            f"visitor_before_{place}": _hashed(limit.purpose, visitor, start - limit.minutes * 60),
            f"start_before_{place}": _instant(start - limit.minutes * 60),
        }
    with apart() as session:
        rows = session.execute(_counting(len(in_order)), values).all() if in_order else []
    told = {(row.purpose, row.visitor): row for row in rows}
    found = {}
    for place, pair in enumerate(in_order):
        row = told[values[f"purpose_{place}"], values[f"visitor_{place}"]]
        gone = (instant - _start(pair[0], instant)) / (pair[0].minutes * 60)
        found[pair] = float(row.n + (row.n_before or 0) * (1 - gone))
    return tuple(found[pair] for pair in counted)


@cache
def _counting(rows: int) -> TextClause:
    """Counts so many attempts and tells what there were in each one's window and in the one before it. One statement: two
    first attempts at the same moment must neither fail nor lose one another. As text, for an insert that may meet its own
    row would be compiled anew at every request."""
    places = range(rows)
    new = ", ".join(f"(:purpose_{n}, :visitor_{n}, :window_start_{n}, 1)" for n in places)
    before = " OR ".join(
        f"rate_count.visitor = :visitor_{n} AND earlier.visitor = :visitor_before_{n}"
        f" AND earlier.window_start = :start_before_{n}"
        for n in places
    )
    instants = [
        bindparam(f"{name}_{n}", type_=UtcDateTime())
        for n in places
        for name in ("window_start", "start_before")
    ]
    return text(
        f"INSERT INTO rate_count (purpose, visitor, window_start, n) VALUES {new}"
        " ON CONFLICT (purpose, visitor, window_start) DO UPDATE SET n = rate_count.n + 1"
        " RETURNING purpose, visitor, n, (SELECT earlier.n FROM rate_count AS earlier"
        f" WHERE earlier.purpose = rate_count.purpose AND ({before})) AS n_before"
    ).bindparams(*instants)


def take_back(*counted: tuple[Limit, str]) -> None:
    """Count these attempts no more: they were none, as turns out in the request's own transaction."""
    instant = clock.now().timestamp()
    for limit, visitor in counted:
        start = _start(limit, instant)
        row = _is_row(RateCount, limit.purpose, visitor, start)
        db.session.execute(update(RateCount).where(*row, RateCount.n > 0).values(n=RateCount.n - 1))


def _is_row(table: Any, purpose: str, visitor: str, start: float) -> tuple[Any, ...]:
    return (
        table.purpose == purpose,
        table.visitor == _hashed(purpose, visitor, start),
        table.window_start == _instant(start),
    )


def _start(limit: Limit, instant: float) -> float:
    """When the window of an instant began."""
    seconds = limit.minutes * 60
    return instant // seconds * seconds


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def _hashed(purpose: str, visitor: str, start: float) -> str:
    key = current_app.config["TSUDOI"].secret_key.encode()
    day = clock.local(_instant(start)).date()
    return hmac.new(key, f"{day}|{purpose}|{visitor}".encode(), hashlib.sha256).hexdigest()


def forget_old_counts() -> None:
    """Delete the counters of past days; a duty of the worker."""
    db.session.execute(delete(RateCount).where(RateCount.window_start < clock.now() - KEEP_COUNTS))
