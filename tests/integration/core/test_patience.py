"""No statement runs for ever: it is cut off, the page says so, and the database is as it was."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.support.hands import Unit
from trainings.accounts.access import public
from trainings.accounts.models import Staff
from trainings.core.db import db

ENDLESS = {
    "postgresql": text("SELECT pg_sleep(600)"),
    "sqlite": text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"),
}


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"statement_seconds": 0.2, "long_statement_seconds": 600.0}


def staff_after_posts(app: Flask, unit: Unit, path: str, *, endless: int) -> tuple[list[Any], int]:
    """What posts of a page answer that adds somebody each time, the first ones with a statement without an end."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = False  # as in life: a page instead of a traceback
    app.config["PROPAGATE_EXCEPTIONS"] = False
    calls: list[int] = []

    def act() -> str:
        calls.append(1)
        db.session.add(Staff(name="欅田 まもる", mail=f"mamoru{len(calls)}@city.keyaki.example"))
        db.session.flush()
        if len(calls) <= endless:
            db.session.execute(ENDLESS[db.engine.dialect.name])
        return ""

    app.add_url_rule(path, "try", public(lambda: act()), methods=["POST"])
    guest = app.test_client()
    answers = [guest.post(path) for _ in range(endless + 1)]
    with unit() as session:
        return answers, session.scalar(select(func.count()).select_from(Staff)) or 0


def test_statement_without_an_end_is_a_page_in_words_and_stores_nothing(app: Flask, unit: Unit) -> None:
    (cut, next_one), stored = staff_after_posts(app, unit, "/try", endless=1)

    assert [cut.status_code, next_one.status_code, stored] == [503, 200, 1]
    assert "時間がかかりすぎたため、止めました" in cut.get_data(as_text=True)
    assert int(cut.headers["Retry-After"]) > 0


def test_device_hears_of_it_in_its_own_words(app: Flask, unit: Unit) -> None:
    (cut, _), stored = staff_after_posts(app, unit, "/api/try", endless=1)

    assert [cut.status_code, cut.get_json()["code"], stored] == [503, 503, 1]


LONGER_THAN_A_PAGE = {
    "postgresql": text("SELECT pg_sleep(0.4)"),
    "sqlite": text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) FROM n"
    ),
}
"""Takes longer than a page's statement may here, however fast the machine is."""


def test_worker_and_exports_of_staff_may_take_longer(app: Flask, unit: Unit) -> None:
    def act() -> str:
        db.session.execute(LONGER_THAN_A_PAGE[db.engine.dialect.name])
        return ""

    app.add_url_rule("/staff/try.<kind>", "try", public(lambda kind: act()))
    guest = app.test_client()
    assert [guest.get(f"/staff/try.{kind}").status_code for kind in ("xlsx", "pdf")] == [200, 200]
    with unit():
        act()


def test_waiting_for_a_lock_and_doing_nothing_end_too(app: Flask, unit: Unit) -> None:
    names = {
        "postgresql": ("lock_timeout", "idle_in_transaction_session_timeout"),
        "sqlite": ("busy_timeout",),
    }
    with unit() as session:
        ask = {"postgresql": "SHOW", "sqlite": "PRAGMA"}[db.engine.dialect.name]
        limits = [session.scalar(text(f"{ask} {name}")) for name in names[db.engine.dialect.name]]

    assert not {"0", 0, None} & set(limits)
