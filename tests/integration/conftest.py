"""Fixtures of tests against a real database; whatever uses one runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy import inspect

from config import Settings
from tests.support.client import Client, watch_sessions
from tests.support.databases import Database, PostgresTemplate, SqliteTemplate
from tests.support.hands import Outbox, QueryCount, Unit, counted_queries, jobs_done, unit_for
from tests.support.remembering import share_compiled_sql
from tests.support.staff import signed_in
from trainings import create_app
from trainings.accounts.models import Role
from trainings.core import actor
from trainings.core.db import db, unit_of_work
from trainings.registration.models import Application, SeatCount
from trainings.registration.seat_rules import wrongly_kept


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    only = [
        kind for kind in ("sqlite", "postgresql") if metafunc.definition.get_closest_marker(f"{kind}_only")
    ]
    metafunc.parametrize("database", only or ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def nobody_acts_yet() -> None:
    """A request names who acts, and nothing unnames it in this thread: a test must not act for the one before it."""
    actor.set_current(actor.SYSTEM)


@pytest.fixture(scope="session")
def template_databases() -> dict[str, Any]:
    """The template databases of this worker, each made when first needed."""
    return {}


@pytest.fixture
def database(
    request: pytest.FixtureRequest,
    template_databases: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
) -> Iterator[Database]:
    """An empty database with tables and triggers, of this test alone: `.kind`, `.url`."""
    if request.param not in template_databases:
        if request.param == "sqlite":
            template_databases["sqlite"] = SqliteTemplate(tmp_path_factory.mktemp("template"))
        else:
            worker = getattr(request.config, "workerinput", {}).get("workerid", "alone")
            template_databases["postgresql"] = PostgresTemplate(
                request.getfixturevalue("postgres_server"), worker
            )
    with template_databases[request.param].copied(tmp_path) as copy:
        yield copy


@pytest.fixture
def overrides() -> dict[str, Any]:
    """Settings that differ from `Settings.for_tests`; a test module defines its own fixture of this name."""
    return {}


@pytest.fixture
def app(
    database: Database, tmp_path: Path, overrides: dict[str, Any], compiled_templates: BytecodeCache
) -> Iterator[Flask]:
    """An application on a fresh database. No context is pushed: use `unit` for the database, `client` for pages."""
    values = {"database_url": database.url, "instance_dir": str(tmp_path / "instance")} | overrides
    made = create_app(Settings.for_tests(**values))
    made.logger.disabled = False  # it outlives the application, and a test before may have silenced it
    made.jinja_env.bytecode_cache = compiled_templates
    share_compiled_sql(made)
    watch_sessions(made)
    yield made
    with made.app_context():
        assert _wrongly_kept() == [], "the kept counts of seats are not those of the applications"
        db.engine.dispose()


def _wrongly_kept() -> list[uuid.UUID]:
    """Whatever a test has done, what is kept of its applications is what they are; where it left its tables in place."""
    tables = set(inspect(db.engine).get_table_names())
    if not {SeatCount.__tablename__, Application.__tablename__} <= tables:
        return []
    with unit_of_work():
        return wrongly_kept()


@pytest.fixture
def unit(app: Flask) -> Unit:
    """`with unit() as session:` is one committed transaction outside any request."""
    return unit_for(app)


@pytest.fixture
def client(app: Flask) -> Client:
    """A guest's browser. Every page it fetches is inspected."""
    return Client(app)


@pytest.fixture
def new_client(app: Flask) -> Callable[[], Client]:
    """Makes further browsers with cookies of their own."""
    return partial(Client, app)


@pytest.fixture
def staff_client(app: Flask, unit: Unit) -> Callable[..., Client]:
    """`staff_client(Role.PLANNER)`: the browser of a staff member with these roles, signed in."""

    def make(*roles: Role, name: str = "欅田 まもる") -> Client:
        client = Client(app)
        signed_in(client, unit, *roles, name=name, mail=f"staff-{uuid.uuid4().hex[:8]}@city.keyaki.example")
        return client

    return make


@pytest.fixture
def outbox(unit: Unit) -> Outbox:
    """The mails that the product has queued."""
    return Outbox(unit)


@pytest.fixture
def work(app: Flask) -> Callable[[], object]:
    """The jobs of one round of the worker; its mails stay in the outbox."""
    return partial(jobs_done, app)


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], AbstractContextManager[QueryCount]]:
    """`with count_queries() as count: client.get(…)`, then `assert len(count) == 4`."""
    return partial(counted_queries, app)
