"""Rate limits: counted per address and purpose, in a transaction of their own, by all workers together."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.hands import Clock, Unit
from trainings.core import limits
from trainings.core.db import apart, db
from trainings.core.limits import Limit, RateCount


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"rate_limits": True}


def test_count_refuses_what_is_over_the_limit_and_begins_again_with_the_next_window(
    app: Flask, clock: Clock
) -> None:
    with app.app_context():
        first = [limits.count("p", "visitor", limit=2, minutes=15) for _ in range(3)]
        clock.forward(minutes=15)
        later = limits.count("p", "visitor", limit=2, minutes=15)

    assert first == [True, True, False]
    assert later is True


def test_count_keeps_visitors_and_purposes_apart(app: Flask, clock: Clock) -> None:
    with app.app_context():
        found = [
            limits.count(purpose, visitor, limit=1, minutes=15)
            for purpose, visitor in (("p", "a"), ("p", "b"), ("q", "a"), ("p", "a"))
        ]

    assert found == [True, True, True, False]


def test_count_loses_no_attempt_of_several_at_once(app: Flask, unit: Unit) -> None:
    barrier = threading.Barrier(8)
    found: list[bool] = []

    def attempt() -> None:
        barrier.wait()
        with app.app_context():
            found.append(limits.count("p", "visitor", limit=3, minutes=60))

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [False] * 5 + [True] * 3
    with unit() as session:
        assert session.scalar(select(func.sum(RateCount.n))) == 8


def test_count_stores_no_visitor_in_the_clear(app: Flask, unit: Unit) -> None:
    with app.app_context():
        limits.count("p", "203.0.113.7", limit=3, minutes=15)

    with unit() as session:
        (stored,) = session.scalars(select(RateCount.visitor)).all()
    assert len(stored) == 64
    assert stored.isalnum()


def test_apart_refuses_to_run_inside_a_transaction(app: Flask, unit: Unit) -> None:
    with unit() as session:
        session.execute(select(RateCount))

        with pytest.raises(RuntimeError, match="roll back first"), apart():
            pass


def test_forget_old_counts_keeps_the_present_day(app: Flask, unit: Unit, clock: Clock) -> None:
    with app.app_context():
        limits.count("p", "old", limit=3, minutes=15)
        clock.forward(days=2)
        limits.count("p", "new", limit=3, minutes=15)

    with unit() as session:
        limits.forget_old_counts()
        assert session.scalar(select(func.count()).select_from(RateCount)) == 1


@pytest.mark.parametrize(
    ("named", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a socket", "a socket"),
    ],
)
def test_visitor_address_takes_a_network_of_ipv6_as_one_visitor(app: Flask, named: str, counted: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": named}):
        assert limits.visitor_address() == counted


def test_require_says_when_to_come_back(app: Flask, clock: Clock) -> None:
    with app.app_context():
        limits.require(Limit("p", 1, 15), "visitor")
        clock.forward(minutes=5)

        with pytest.raises(limits.TooManyRequests) as refused:
            limits.require(Limit("p", 1, 15), "visitor")

    assert refused.value.retry_after == 600


def test_limited_view_counts_posts_before_the_view_opens_a_transaction(app: Flask) -> None:
    _add_views(app)
    guest = app.test_client()

    answers = [guest.post("/limited").status_code for _ in range(3)]

    assert answers == [200, 200, 429]


def test_limited_view_lets_gets_through(app: Flask) -> None:
    _add_views(app)

    assert [app.test_client().get("/limited").status_code for _ in range(4)] == [200] * 4


def test_view_without_a_limit_is_never_refused(app: Flask, unit: Unit) -> None:
    _add_views(app)

    assert [app.test_client().post("/free").status_code for _ in range(4)] == [200] * 4
    with unit() as session:
        assert session.scalar(select(func.count()).select_from(RateCount)) == 0


def test_attempt_counts_although_its_request_was_rolled_back(app: Flask, unit: Unit) -> None:
    _add_views(app)

    assert app.test_client().post("/limited", data={"fail": "1"}).status_code == 422

    with unit() as session:
        assert session.scalars(select(RateCount.n)).all() == [1]


def _add_views(app: Flask) -> None:
    """Two small pages: one with a limit of two, one without."""
    app.config["WTF_CSRF_ENABLED"] = False

    def view() -> tuple[str, int]:
        db.session.execute(select(RateCount))
        return "ok", 422 if limits.request.form.get("fail") else 200

    app.add_url_rule("/free", "free", view, methods=["POST"])
    app.add_url_rule(
        "/limited",
        "limited",
        limits.limited("p", limit=2, minutes=15)(_copied(view)),
        methods=["GET", "POST"],
    )


def _copied(view: Any) -> Any:
    return lambda: view()
