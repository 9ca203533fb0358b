"""Append-only tables: the database itself refuses UPDATE, DELETE and TRUNCATE.

One function installs the triggers on either database; it runs after the tables are made and after every upgrade
(a batch ALTER on SQLite drops a table's triggers).
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from trainings.core.db import Base

FUNCTION = "tsudoi_refuse_change"


def append_only_tables() -> list[str]:
    """Names of the tables whose model says `__append_only__ = True`, sorted."""
    return sorted(
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if getattr(mapper.class_, "__append_only__", False)
    )


def install(connection: Connection) -> None:
    """Make (or make again) all append-only triggers of tables that exist."""
    existing = set(connection.dialect.get_table_names(connection))
    tables = [name for name in append_only_tables() if name in existing]
    if connection.dialect.name == "sqlite":
        for table in tables:
            for verb in ("UPDATE", "DELETE"):
                name = f"{table}_no_{verb.lower()}"
                connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
                connection.execute(
                    text(
                        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN "
                        f"SELECT RAISE(ABORT, '{table} is append-only'); END"
                    )
                )
        return
    connection.execute(
        text(
            f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        )
    )
    for table in tables:
        for verb, level in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            name = f"{table}_no_{verb.lower()}"
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name} ON {table}"))
            connection.execute(
                text(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                    f"FOR EACH {level} EXECUTE FUNCTION {FUNCTION}()"
                )
            )


def create_schema(connection: Connection) -> None:
    """All tables and triggers straight from the models (tests, throw-away databases); migrations make the same."""
    Base.metadata.create_all(connection)
    install(connection)
