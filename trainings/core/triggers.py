"""What must not change is refused by the database itself.

A model says so in one of three ways:
- `__append_only__ = True`: no UPDATE, DELETE or TRUNCATE at all;
- `__frozen_when__ = "frozen_at"`: no UPDATE or DELETE of a row in which this column is set, and no TRUNCATE;
- `__fixed_columns__ = ("mode", …)`: these columns keep their first value, and no TRUNCATE.

TRUNCATE … CASCADE empties whatever refers to a table, and asks no row: so it is refused wherever a row must stay.

With them come the triggers that keep counts beside what is counted (core.counts).

One function installs the triggers on either database; it runs after the tables are made and after every upgrade
(a batch ALTER on SQLite drops a table's triggers).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, FromClause, inspect, text

from trainings.core import counts
from trainings.core.db import Base

FUNCTION = "tsudoi_refuse_change"


@dataclass(frozen=True)
class Guard:
    """One trigger: on which verb of which table it refuses, and when (SQL over OLD and NEW; empty = always)."""

    table: str
    name: str
    verb: str
    when: str = ""
    of: str = ""

    @property
    def trigger(self) -> str:
        return f"{self.table}_{self.name}"


def guards() -> list[Guard]:
    """The triggers that the models ask for, by table."""
    found = []
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: str(mapper.local_table)):
        model, table = mapper.class_, str(mapper.local_table)
        if model.__append_only__:
            found += [Guard(table, f"no_{verb.lower()}", verb) for verb in ("UPDATE", "DELETE", "TRUNCATE")]
        if model.__frozen_when__:
            when = f"OLD.{model.__frozen_when__} IS NOT NULL"
            found += [Guard(table, f"frozen_{verb.lower()}", verb, when) for verb in ("UPDATE", "DELETE")]
        if (model.__frozen_when__ or model.__fixed_columns__) and not model.__append_only__:
            found.append(Guard(table, "no_truncate", "TRUNCATE"))
        found += [
            Guard(
                table, f"fixed_{column}", "UPDATE", f"OLD.{column} IS DISTINCT FROM NEW.{column}", of=column
            )
            for column in model.__fixed_columns__
        ]
    return found


def keepers() -> list[tuple[str, counts.Counts]]:
    """The tables that are counts of another, each with what it counts."""
    found = [(str(one.local_table), one.class_.__counts__) for one in Base.registry.mappers]
    return sorted((table, of) for table, of in found if of is not None)


def install(connection: Connection) -> None:
    """Make (or make again) all triggers of tables that exist."""
    existing = set(inspect(connection).get_table_names())
    for kept, of in keepers():
        if {kept, of.table} <= existing:
            counts.install(connection, kept, of)
    wanted = [guard for guard in guards() if guard.table in existing]
    if connection.dialect.name == "sqlite":
        for guard in wanted:
            if guard.verb != "TRUNCATE":  # SQLite has no TRUNCATE
                _install_on_sqlite(connection, guard)
        return
    connection.execute(
        text(
            f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION '% must not change', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        )
    )
    for guard in wanted:
        _install_on_postgresql(connection, guard)
    for mapper in Base.registry.mappers:
        if mapper.class_.__written_anew__ and str(mapper.local_table) in existing:
            _let_service_write_anew(connection, mapper.local_table)


def _install_on_sqlite(connection: Connection, guard: Guard) -> None:
    when = f"WHEN {guard.when.replace('IS DISTINCT FROM', 'IS NOT')} " if guard.when else ""
    of = f" OF {guard.of}" if guard.of else ""
    connection.execute(text(f"DROP TRIGGER IF EXISTS {guard.trigger}"))
    connection.execute(
        text(
            f"CREATE TRIGGER {guard.trigger} BEFORE {guard.verb}{of} ON {guard.table} {when}"
            f"BEGIN SELECT RAISE(ABORT, '{guard.table} must not change'); END"
        )
    )


def _install_on_postgresql(connection: Connection, guard: Guard) -> None:
    level = "STATEMENT" if guard.verb == "TRUNCATE" else "ROW"
    when = f"WHEN ({guard.when}) " if guard.when else ""
    of = f" OF {guard.of}" if guard.of else ""
    connection.execute(text(f"DROP TRIGGER IF EXISTS {guard.trigger} ON {guard.table}"))
    connection.execute(
        text(
            f"CREATE TRIGGER {guard.trigger} BEFORE {guard.verb}{of} ON {guard.table} "
            f"FOR EACH {level} {when}EXECUTE FUNCTION {FUNCTION}()"
        )
    )


def write_anew_function(table: FromClause) -> str:
    """Name of the function that writes a table into a new file."""
    return f"tsudoi_write_anew_{table}"


def _let_service_write_anew(connection: Connection, table: FromClause) -> None:
    """Only its owner may write a table into a new file, and the service owns none (core.roles): so this one act is lent.
    CLUSTER does what VACUUM FULL does, and a function may call it."""
    connection.execute(
        text(
            f"CREATE OR REPLACE FUNCTION {write_anew_function(table)}() RETURNS void LANGUAGE plpgsql "
            f"SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN "
            f"CLUSTER {table} USING {table.primary_key.name}; END $$"  # type: ignore[attr-defined]
        )
    )


def create_schema(connection: Connection) -> None:
    """All tables and triggers straight from the models (tests, throw-away databases); migrations make the same."""
    Base.metadata.create_all(connection)
    install(connection)
