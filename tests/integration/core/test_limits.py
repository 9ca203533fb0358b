"""Rate limits: counted per address and purpose, in a transaction of their own, by all workers together."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, Response
from sqlalchemy import func, select

from tests.support.client import Client
from tests.support.hands import Clock, Unit
from tests.support.working import answered
from trainings.core.db import apart, db
from trainings.core.requests import limits
from trainings.core.requests.limits import Limit, RateCount

P = Limit("p", 2, 15)


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"rate_limits": True}


def test_attempts_are_those_of_the_minutes_that_end_now(app: Flask, clock: Clock) -> None:
    """The clock stands at the edge of a window; what the window before has fades evenly."""
    with app.app_context():
        first = [limits.attempts((P, "visitor"))[0] for _ in range(4)]
        clock.forward(minutes=15)
        at_the_edge = limits.attempts((P, "visitor"))[0]
        clock.forward(minutes=7, seconds=30)
        in_the_middle = limits.attempts((P, "visitor"))[0]
        clock.forward(minutes=30)
        long_after = limits.attempts((P, "visitor"))[0]

    assert first == [1, 2, 3, 4]
    assert at_the_edge == 4 + 1
    assert in_the_middle == 4 / 2 + 2
    assert long_after == 1


def test_all_limits_of_a_request_are_counted_in_one_statement(
    app: Flask, clock: Clock, count_queries: Callable[..., Any]
) -> None:
    """Each beside its own past, whatever length its window has; one that is asked twice is counted once."""
    long, other = Limit("long", 9, 60), Limit("other", 9, 15)
    with app.app_context():
        limits.attempts((P, "visitor"), (long, "visitor"), (P, "neighbour"))
        limits.attempts((P, "visitor"))
        clock.forward(minutes=15)
        with count_queries() as count:
            found = limits.attempts(
                (P, "visitor"), (long, "visitor"), (other, "visitor"), (P, "neighbour"), (P, "visitor")
            )

    assert found == (3, 2, 1, 2, 3)
    assert len([one for one in count.statements if "rate_count" in one]) == 1


def test_edge_of_a_window_does_not_double_a_limit(app: Flask, clock: Clock) -> None:
    """The attack on fixed windows: a full number just before the edge, and another just after it."""
    clock.forward(minutes=14, seconds=59)
    with app.app_context():
        before = [limits.is_within(P, "visitor") for _ in range(2)]
        clock.forward(seconds=2)
        after = [limits.is_within(P, "visitor") for _ in range(2)]

    assert before == [True, True]
    assert after == [False, False]


def test_window_slides_over_midnight_although_names_are_hashed_anew_every_day(
    app: Flask, clock: Clock
) -> None:
    clock.set(datetime(2027, 1, 18, 14, 59, tzinfo=UTC))  # 23:59 in Tokyo
    with app.app_context():
        limits.attempts((P, "visitor"))
        clock.forward(minutes=1)

        assert limits.attempts((P, "visitor"))[0] == 2


def test_attempts_keep_visitors_and_purposes_apart(app: Flask, clock: Clock) -> None:
    with app.app_context():
        found = limits.attempts((P, "a"), (P, "b"), (Limit("q", 2, 15), "a"))
        again = limits.attempts((P, "a"))

    assert found == (1, 1, 1)
    assert again == (2,)


def test_count_loses_no_attempt_of_several_at_once(app: Flask, unit: Unit) -> None:
    barrier = threading.Barrier(8)
    found: list[bool] = []

    def attempt() -> None:
        barrier.wait()
        with app.app_context():
            found.append(limits.is_within(Limit("p", 3, 60), "visitor"))

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
        limits.attempts((P, "203.0.113.7"))

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
        limits.attempts((P, "old"))
        clock.forward(days=2)
        limits.attempts((P, "new"))

    with unit() as session:
        limits.forget_old_counts()
        assert session.scalar(select(func.count()).select_from(RateCount)) == 1


@pytest.mark.parametrize(
    ("named", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("2001:db8:1:ffff:ffff::1", "2001:db8:1::/48"),
        ("2001:db8:2::1", "2001:db8:2::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("a socket", "a socket"),
    ],
)
def test_visitor_address_takes_a_network_of_ipv6_as_one_visitor(app: Flask, named: str, counted: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": named}):
        assert limits.visitor_address() == counted


def test_limited_view_counts_posts_before_the_view_opens_a_transaction(app: Flask) -> None:
    _add_views(app)
    guest = app.test_client()

    answers = [guest.post("/limited").status_code for _ in range(3)]

    assert answers == [200, 200, 429]


def test_work_lets_everybody_behind_an_overrun_address_through(app: Flask, client: Client) -> None:
    _add_views(app)
    for _ in range(2):
        client.open("POST", "/limited")

    asked = client.send_form("/limited", {"said": "髙橋"}, status=429)
    done = asked.form(button="送る").fill(**answered(asked))

    assert asked.form(button="送る").values["said"] == ["髙橋"]
    assert client.open("POST", "/limited", data=done.values).data == "ok 髙橋".encode()
    # Each challenge is good for one form.
    assert client.open("POST", "/limited", data=done.values).status_code == 429


def test_without_javascript_the_page_is_sent_when_its_time_has_come(
    app: Flask, client: Client, clock: Clock
) -> None:
    _add_views(app)
    for _ in range(2):
        client.open("POST", "/limited")
    asked = client.send_form("/limited", {"said": "髙橋"}, status=429)
    held = asked.form(button="送る").values

    clock.forward(seconds=29)
    too_early = client.open("POST", "/limited", data=held)
    clock.forward(seconds=1)
    in_time = client.open("POST", "/limited", data=held)

    assert "30秒たってから" in asked
    assert too_early.status_code == 429
    assert too_early.headers["Retry-After"] == "30"
    assert in_time.data == "ok 髙橋".encode()
    assert client.open("POST", "/limited", data=held).status_code == 429


def test_work_gets_dearer_step_by_step_and_never_ends_in_a_refusal(app: Flask, client: Client) -> None:
    _add_views(app)

    pages = [client.open("POST", "/limited") for _ in range(20)]
    bits = [re.findall(r'data-bits="(\d+)"', page.get_data(as_text=True)) for page in pages]

    assert [int(found[0]) if found else 0 for found in bits] == [0] * 2 + [13] * 2 + [15] * 4 + [17] * 12


@pytest.mark.parametrize("changed", ["challenge", "answer", "purpose", "late"])
def test_work_cannot_be_forged(app: Flask, client: Client, clock: Clock, changed: str) -> None:
    _add_views(app)
    for _ in range(2):
        client.open("POST", "/limited")
        client.open("POST", "/other")
    asked = client.send_form("/limited", {}, status=429)
    done = asked.form(button="送る").fill(**answered(asked)).values
    if changed == "challenge":
        done["work_challenge"] = [done["work_challenge"][0][:-1] + "_"]
    elif changed == "answer":
        done["work_answer"] = ["0x" + done["work_answer"][0]]
    elif changed == "late":
        clock.forward(seconds=30 + 3601)
        for _ in range(2):
            client.open("POST", "/limited")

    address = "/other" if changed == "purpose" else "/limited"
    assert client.open("POST", address, data=done).status_code == 429


def test_target_is_counted_whoever_sends(app: Flask, client: Client) -> None:
    """The attack from many addresses on one thing: each of them stays below its own limit."""
    _add_views(app)

    answers = [
        client.open("POST", "/aimed/a", environ_base={"REMOTE_ADDR": f"203.0.113.{n}"}).status_code
        for n in range(4)
    ]

    assert answers == [200] * 3 + [429]
    assert client.open("POST", "/aimed/b").status_code == 200


def test_view_that_counts_its_target_only_stores_nothing_of_the_sender(
    app: Flask, client: Client, unit: Unit
) -> None:
    _add_views(app)

    for n in range(3):
        client.open("POST", "/aimed-only/a", environ_base={"REMOTE_ADDR": f"203.0.113.{n}"})

    with unit() as session:
        assert [(row.purpose, row.n) for row in session.scalars(select(RateCount))] == [("s_target", 3)]


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
    """Small pages: without a limit, with one of two, and with one for what they are about."""
    app.config["WTF_CSRF_ENABLED"] = False

    def view(**_of_the_address: str) -> Response:
        db.session.execute(select(RateCount))
        words = f"ok {limits.request.form.get('said', '')}".strip()
        return Response(words, 422 if limits.request.form.get("fail") else 200, mimetype="text/plain")

    app.add_url_rule("/free", "free", view, methods=["POST"])
    app.add_url_rule(
        "/limited",
        "limited",
        limits.limited("p", limit=2, minutes=15)(_copied(view)),
        methods=["GET", "POST"],
    )

    for path, purpose, limit, target in (
        ("/other", "r", 2, None),
        ("/aimed/<about>", "t", 2, limits.Target("about", 3)),
        ("/aimed-only/<about>", "s", None, limits.Target("about", 3)),
    ):
        limited = limits.limited(purpose, limit=limit, minutes=15, target=target)
        app.add_url_rule(path, purpose, limited(_copied(view)), methods=["POST"])


def _copied(view: Any) -> Any:
    return lambda **of_the_address: view(**of_the_address)
