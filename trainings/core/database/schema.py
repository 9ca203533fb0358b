"""The versions of the schema: in the database, and in the folder of migrations. Read without Alembic: with what it brings
along it is 12 MB in the memory of every web worker, and only whoever changes a schema needs it."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from trainings.core.db import db

_SAYS = re.compile(r"^(revision|down_revision)\b[^=\n]*= *(.+)$", re.MULTILINE)


class Migrations:
    """What Flask-Migrate looks for in an application (`app.extensions["migrate"]`), loading it at the first command."""

    def __init__(self, folder: Path) -> None:
        self.directory = str(folder)
        self.db = db

    @property
    def migrate(self) -> Any:
        import flask_migrate

        return flask_migrate.Migrate(db=db, directory=self.directory)

    def upgrade(self) -> None:
        """Bring the database to the present version. Ends the process with the reason when a migration fails."""
        import flask_migrate

        flask_migrate.upgrade(self.directory)


def schema_found() -> frozenset[str]:
    """The versions that stand in the database."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return frozenset()
        return frozenset(connection.scalars(text("SELECT version_num FROM alembic_version")))


def schema_wanted(directory: str) -> frozenset[str]:
    """The versions at which the migrations of this program end."""
    before = _versions(directory)
    return frozenset(before).difference(*before.values())


def all_schemas(directory: str) -> frozenset[str]:
    return frozenset(_versions(directory))


@cache
def _versions(directory: str) -> Mapping[str, tuple[str, ...]]:
    """Version → those that it follows."""
    found = {}
    for file in Path(directory, "versions").glob("*.py"):
        says = {name: literal_eval(value) for name, value in _SAYS.findall(file.read_text("utf-8"))}
        before = says["down_revision"] or ()
        found[says["revision"]] = (before,) if isinstance(before, str) else tuple(before)
    return found
