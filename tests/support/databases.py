"""A fresh database for every test: a copy of a template that was made once, on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from config import Settings
from tests.support.postgres import Cluster
from trainings import MIGRATIONS, create_app
from trainings.core import triggers
from trainings.core.db import db


@dataclass(frozen=True)
class Database:
    """kind: sqlite or postgresql. url: as `Settings.database_url` takes it."""

    kind: str
    url: str


def make_schema(url: str) -> None:
    """All tables and triggers in an empty database; leaves no connection open."""
    app = create_app(Settings.for_tests(database_url=url))
    with app.app_context():
        with db.engine.begin() as connection:
            lay_schema(connection)
        db.engine.dispose()


def lay_schema(connection: Connection) -> None:
    """All tables and triggers, as if the migrations had made them: no server starts on a schema that it does not know."""
    triggers.create_schema(connection)
    MigrationContext.configure(connection).stamp(ScriptDirectory(str(MIGRATIONS)), "heads")


class SqliteTemplate:
    """Copies are files in the test's own folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.sqlite3"
        make_schema(f"sqlite:///{self._file}")

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Database]:
        file = folder / "test.sqlite3"
        shutil.copyfile(self._file, file)
        yield Database("sqlite", f"sqlite:///{file}")


class PostgresTemplate:
    """Copies are databases of the run's server (about 20 ms each); each is dropped after its test."""

    def __init__(self, cluster: Cluster, worker: str) -> None:
        self._cluster = cluster
        self._prefix = f"test_{worker}_{os.getpid()}"
        self._numbers = itertools.count(1)
        self._template = f"{self._prefix}_template"
        cluster.create_database(self._template)
        make_schema(cluster.url(self._template))

    @contextmanager
    def copied(self, _folder: Path) -> Iterator[Database]:
        name = f"{self._prefix}_{next(self._numbers)}"
        self._cluster.create_database(name, self._template)
        try:
            yield Database("postgresql", self._cluster.url(name))
        finally:
            self._cluster.drop_database(name)
