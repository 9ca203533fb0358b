"""The test ground itself: fresh databases, the inspecting client on forms, links and sessions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask, redirect, render_template_string, request
from sqlalchemy import func, select, text

from tests.support.client import Client, UnsavedChange
from tests.support.databases import Database
from tests.support.hands import Clock, Outbox, QueryCount, Unit
from tests.support.staff import add_staff
from trainings.accounts.models import Role, Staff
from trainings.core import clock as core_clock
from trainings.core.db import db

FORM = """<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>名前</title></head><body><main><h1>名前</h1><p id="said">{{ said }}</p>
<form method="post" novalidate><input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<label for="mei">名</label><input id="mei" name="mei" value="花子">
<fieldset><legend>立場</legend><label><input type="radio" name="g" value="a">医科</label>
<label><input type="radio" name="g" value="b" checked>薬局</label></fieldset>
<label><input type="checkbox" name="ok" value="yes">承知した</label>
<button>進む</button><button name="go" value="back">戻る</button></form>
<p><a href="{{ request.path }}?again=1">もう一度</a></p></main></body></html>"""


@pytest.fixture
def form_app(app: Flask) -> Flask:
    """The application with one more page, which repeats what was sent."""

    @app.route("/test-form", methods=["GET", "POST"])
    def test_form() -> object:
        if request.method == "POST":
            said = "|".join(request.form.get(name, "-") for name in ("mei", "g", "ok", "go"))
            return redirect(f"/test-form?said={said}")
        return render_template_string(FORM, said=request.args.get("said", ""))

    return app


def test_database_is_fresh_and_of_the_named_kind(database: Database, app: Flask, unit: Unit) -> None:
    with unit() as session:
        assert session.get_bind().dialect.name == database.kind
        assert session.scalar(select(func.count()).select_from(Staff)) == 0
    add_staff(unit, Role.PLANNER, name="欅田", mail="a@city.keyaki.example")


def test_database_of_another_test_left_nothing(unit: Unit) -> None:
    with unit() as session:
        assert session.scalar(select(func.count()).select_from(Staff)) == 0


@pytest.mark.postgresql_only
def test_a_test_can_ask_for_one_database_only(database: Database) -> None:
    assert database.kind == "postgresql"


def test_unit_rolls_back_on_an_error_and_keeps_objects_readable(unit: Unit) -> None:
    with pytest.raises(ZeroDivisionError), unit() as session:
        session.add(Staff(name="消える", mail="b@city.keyaki.example"))
        session.flush()
        raise ZeroDivisionError
    kept = add_staff(unit, Role.ADMIN, Role.VIEWER, name="残る", mail="c@city.keyaki.example")

    with unit() as session:
        assert session.scalars(select(Staff.name)).all() == ["残る"]
    assert kept.roles == {Role.ADMIN, Role.VIEWER}


def test_client_submits_what_a_browser_would(form_app: Flask, client: Client) -> None:
    page = client.get("/test-form")

    page = page.press("進む", mei="美咲", g="a", ok=True)

    assert (page.path.partition("?")[0], page.one("#said").text) == ("/test-form", "美咲|a|yes|-")


def test_client_sends_the_pressed_button_and_keeps_what_was_not_filled_in(
    form_app: Flask, client: Client
) -> None:
    page = client.get("/test-form").form().submit("戻る")

    assert page.one("#said").text == "花子|b|-|back"


def test_client_refuses_what_a_browser_could_not_send(form_app: Flask, client: Client) -> None:
    form = client.get("/test-form").form()

    with pytest.raises(AssertionError, match="offers"):
        form.fill(g="c")
    with pytest.raises(AssertionError, match="no field 'sei'"):
        form.fill(sei="x")
    with pytest.raises(AssertionError, match="2 buttons"):
        form.submit()


def test_client_follows_links(form_app: Flask, client: Client) -> None:
    assert client.get("/test-form").follow("もう一度").path == "/test-form?again=1"


def test_client_fails_on_a_page_with_faults(app: Flask, client: Client) -> None:
    app.add_url_rule("/test-bad", view_func=lambda: "<p>壊れた</p>")

    with pytest.raises(AssertionError, match="does not pass the inspection"):
        client.get("/test-bad")


def test_client_fails_on_another_status_than_named(form_app: Flask, client: Client) -> None:
    with pytest.raises(AssertionError, match="answered 200, not 404"):
        client.get("/test-form", status=404)


def test_client_fails_on_a_get_that_changes_something(app: Flask, unit: Unit, client: Client) -> None:
    staff = add_staff(unit, name="欅田", mail="a@city.keyaki.example")

    def change() -> str:
        found = db.session.get(Staff, staff.id)
        assert found is not None
        found.name = "書き換え"
        return "never seen"

    app.add_url_rule("/test-change", view_func=change)

    with pytest.raises(UnsavedChange, match="GET /test-change"):
        client.get("/test-change")


def test_client_fails_on_a_connection_that_stays_in_use(app: Flask, client: Client) -> None:
    kept = []

    def keep() -> object:
        kept.append(db.engine.connect())
        kept[-1].execute(text("SELECT 1"))
        return redirect("/")

    app.add_url_rule("/test-keep", view_func=keep)

    with pytest.raises(AssertionError, match="kept 1 database connections"):
        client.get("/test-keep")
    kept[0].close()


def test_clock_stands_still_and_moves_on(clock: Clock) -> None:
    before = core_clock.now()

    clock.forward(days=2, minutes=5)

    assert (core_clock.now() - before).total_seconds() == 2 * 86400 + 300


def test_count_queries_counts_statements_only(
    unit: Unit, count_queries: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    with count_queries() as count, unit() as session:
        session.scalars(select(Staff)).all()
        session.execute(text("SELECT 1"))

    assert len(count) == 2


def test_outbox_is_empty_at_first(outbox: Outbox) -> None:
    assert outbox.all() == []
