"""One commit point: what an answer stands for is stored, everything else leaves the database as it was."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask, abort
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from tests.support.client import Client
from tests.support.databases import Database
from tests.support.hands import Clock, Unit
from trainings.accounts.access import public
from trainings.accounts.models import Staff
from trainings.core.db import apart, db, lock_words, unit_of_work
from trainings.core.jobs import Job, enqueue
from trainings.core.requests.limits import RateCount


@pytest.fixture
def page(app: Flask) -> Callable[[Callable[[], Any]], str]:
    """Adds a page that does something, for GET and POST without a CSRF token."""
    app.config["WTF_CSRF_ENABLED"] = False

    def add(act: Callable[[], Any]) -> str:
        app.add_url_rule("/try", "try", public(lambda: act()), methods=["GET", "POST"])
        return "/try"

    return add


def add_staff() -> None:
    db.session.add(Staff(name="欅田 まもる", mail="mamoru@city.keyaki.example"))
    db.session.flush()


def stored(unit: Unit) -> int:
    with unit() as session:
        return session.scalar(select(func.count()).select_from(Staff)) or 0


@pytest.mark.parametrize(
    ("status", "rows"), [(200, 1), (201, 1), (303, 1), (400, 0), (404, 0), (422, 0), (429, 0)]
)
def test_post_is_committed_by_what_it_answers(
    app: Flask, unit: Unit, page: Callable[[Callable[[], Any]], str], status: int, rows: int
) -> None:
    def act() -> tuple[str, int]:
        add_staff()
        return "", status

    assert app.test_client().post(page(act)).status_code == status
    assert stored(unit) == rows


def test_post_that_breaks_off_is_rolled_back(
    app: Flask, unit: Unit, page: Callable[[Callable[[], Any]], str]
) -> None:
    def act() -> str:
        add_staff()
        abort(409)

    assert app.test_client().post(page(act)).status_code == 409
    assert stored(unit) == 0


def test_post_that_fails_is_rolled_back_and_the_next_one_works(
    app: Flask, unit: Unit, page: Callable[[Callable[[], Any]], str]
) -> None:
    app.testing = False  # as in life: a page instead of a traceback
    app.config["PROPAGATE_EXCEPTIONS"] = False
    calls: list[int] = []

    def act() -> str:
        calls.append(1)
        add_staff()
        if len(calls) == 1:
            raise RuntimeError("no luck")
        return ""

    path, guest = page(act), app.test_client()

    assert [guest.post(path).status_code, guest.post(path).status_code] == [500, 200]
    assert stored(unit) == 1


def test_get_cannot_write_even_if_it_tries(
    app: Flask, unit: Unit, page: Callable[[Callable[[], Any]], str]
) -> None:
    def act() -> str:
        with pytest.raises(DBAPIError, match=r"read.?only"):
            add_staff()
        db.session.rollback()
        return ""

    assert app.test_client().get(page(act)).status_code == 200
    assert stored(unit) == 0


def test_get_that_commits_by_hand_still_cannot_write(
    app: Flask, unit: Unit, page: Callable[[Callable[[], Any]], str]
) -> None:
    def act() -> str:
        db.session.execute(select(Staff))
        db.session.commit()
        with pytest.raises(DBAPIError, match=r"read.?only"):
            db.session.execute(text("INSERT INTO rate_count VALUES ('p', 'v', CURRENT_TIMESTAMP, 1)"))
        db.session.rollback()
        return ""

    assert app.test_client().get(page(act)).status_code == 200


def test_post_after_a_get_may_write_again(
    app: Flask, unit: Unit, page: Callable[[Callable[[], Any]], str]
) -> None:
    """The connection that a GET made read-only goes back to the pool."""

    def act() -> str:
        if db.session.scalar(select(func.count()).select_from(Staff)) == 0:
            from_post.append(1)
        return ""

    from_post: list[int] = []
    path, guest = page(act), app.test_client()
    guest.get(path)
    with app.app_context(), unit_of_work():
        add_staff()

    assert stored(unit) == 1


def test_unit_of_work_inside_a_reading_context_may_write(app: Flask, unit: Unit) -> None:
    with app.app_context():
        db.session.scalars(select(Staff)).all()
        with unit_of_work():
            add_staff()

    assert stored(unit) == 1


def test_unit_of_work_that_fails_leaves_nothing_and_nudges_nobody(app: Flask, unit: Unit) -> None:
    nudges: list[int] = []
    app.extensions["nudge_worker"] = lambda: nudges.append(1)

    with app.app_context():
        with pytest.raises(RuntimeError), unit_of_work():
            enqueue("seat_freed", key="x")
            raise RuntimeError("no luck")
        with unit_of_work():
            pass
    after_failure = list(nudges)
    with app.app_context(), unit_of_work():
        enqueue("seat_freed", key="x")

    assert (after_failure, nudges) == ([], [1])
    with unit() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1


def test_apart_survives_the_rollback_of_the_request(
    app: Flask, unit: Unit, page: Callable[[Callable[[], Any]], str], clock: Clock
) -> None:
    def act() -> tuple[str, int]:
        with apart() as session:
            session.add(RateCount(purpose="p", visitor="v", window_start=clock.now, n=1))
        add_staff()
        return "", 422

    app.test_client().post(page(act))

    assert stored(unit) == 0
    with unit() as session:
        assert session.scalar(select(RateCount.n)) == 1


def test_many_writers_at_once_all_get_their_turn(app: Flask, unit: Unit) -> None:
    """On SQLite a deferred beginning would fail here: it reads first and cannot become a writer later."""
    barrier = threading.Barrier(12)
    failed: list[Exception] = []

    def write(n: int) -> None:
        barrier.wait()
        try:
            with app.app_context(), unit_of_work() as session:
                session.scalars(select(Staff)).all()
                session.add(Staff(name=str(n), mail=f"{n}@city.keyaki.example"))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert stored(unit) == 12


def take_row_lock() -> None:
    db.session.scalars(select(Staff).with_for_update()).all()


def take_lock_of_words() -> None:
    lock_words("a form")


def write_past_the_mapper() -> None:
    db.session.execute(text("UPDATE staff SET name = name"))


def write_within_a_savepoint() -> None:
    with db.session.begin_nested():
        add_staff()


def may_write_now(database: Database) -> bool:
    """Whether somebody else could write to the SQLite file at this moment."""
    other = sqlite3.connect(database.url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    finally:
        other.close()
    return True


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "act",
    [add_staff, take_row_lock, take_lock_of_words, write_past_the_mapper, write_within_a_savepoint],
)
def test_post_takes_the_write_lock_with_the_first_statement_that_locks_or_writes(
    database: Database, app: Flask, page: Callable[[Callable[[], Any]], str], act: Callable[[], None]
) -> None:
    """Not with the lookups before it: a form that is looked at, and may be refused, keeps nobody from writing."""
    seen: list[bool] = []

    def view() -> str:
        db.session.scalars(select(Staff)).all()
        seen.append(may_write_now(database))
        act()
        seen.append(may_write_now(database))
        return ""

    assert app.test_client().post(page(view)).status_code == 200
    assert [*seen, may_write_now(database)] == [True, False, True]


@pytest.mark.sqlite_only
def test_post_sees_what_was_written_before_its_lock(
    database: Database, app: Flask, unit: Unit, page: Callable[[Callable[[], Any]], str]
) -> None:
    """As on PostgreSQL: what was read before the lock may be old, what is read under it is not; and no turn from reading to
    writing fails because somebody wrote in between."""
    seen: list[int | None] = []

    def view() -> str:
        seen.append(db.session.scalar(select(func.count()).select_from(Staff)))
        with sqlite3.connect(database.url.removeprefix("sqlite:///")) as other:
            other.execute("INSERT INTO rate_count VALUES ('p', 'v', '2027-01-18 00:00:00', 1)")
        lock_words("a form")
        seen.append(db.session.scalar(select(func.count()).select_from(RateCount)))
        add_staff()
        return ""

    assert app.test_client().post(page(view)).status_code == 200
    assert (seen, stored(unit)) == ([0, 1], 1)


@pytest.mark.sqlite_only
def test_form_that_is_refused_waits_for_no_writer(unit: Unit, client: Client) -> None:
    with unit():
        write_past_the_mapper()

        assert client.post("/links", {"mail": "nobody"}, status=422).errors


def test_instants_come_back_aware_and_naive_ones_are_refused(unit: Unit, clock: Clock) -> None:
    with unit() as session:
        session.add(Staff(name="a", mail="a@b.example", created_at=clock.now))
    with unit() as session:
        assert session.scalars(select(Staff.created_at)).one() == clock.now

    with pytest.raises(StatementError, match="must be aware"), unit() as session:
        session.add(Staff(name="b", mail="b@b.example", created_at=datetime(2027, 1, 1)))  # noqa: DTZ001


@pytest.mark.sqlite_only
def test_sqlite_runs_with_the_pragmas_of_the_design(unit: Unit) -> None:
    with unit() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "recursive_triggers", "busy_timeout", "synchronous")
        }

    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 30_000,
        "synchronous": 2,
    }
