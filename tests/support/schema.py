"""Everything that a database's schema holds, in plain values that can be compared."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, inspect, text

VERSIONS = "alembic_version"
Schema = dict[str, dict[str, Any]]


def schema_of(connection: Connection) -> Schema:
    """Table → its columns, named constraints, indexes, triggers and options; and under "" the functions of triggers."""
    inspector = inspect(connection)
    triggers = _triggers(connection)
    tables = {
        table: {
            "columns": {
                column["name"]: (
                    str(column["type"].compile(connection.dialect)),
                    column["nullable"],
                    column["default"],
                )
                for column in inspector.get_columns(table)
            },
            "primary key": _keyed(inspector.get_pk_constraint(table)),
            "foreign keys": _named(inspector.get_foreign_keys(table)),
            "unique": _named(inspector.get_unique_constraints(table)),
            "checks": _named(inspector.get_check_constraints(table)),
            "indexes": _named(inspector.get_indexes(table)),
            "triggers": triggers.get(table, {}),
            "options": _options(connection, table),
        }
        for table in inspector.get_table_names()
        if table != VERSIONS
    }
    return {"": {"functions": _functions(connection)}} | tables


def _options(connection: Connection, table: str) -> dict[str, str]:
    """Of SQLite only: whether a table has rowids."""
    return _keyed(inspect(connection).get_table_options(table)) if connection.dialect.name == "sqlite" else {}


def _named(found: list[Any]) -> dict[str, dict[str, str]]:
    assert all(one["name"] for one in found), f"a constraint without a name: {found}"
    return {str(one["name"]): _keyed(one) for one in found}


def _keyed(found: Any) -> dict[str, str]:
    return {key: _plain(value) for key, value in found.items() if key not in ("duplicates_index", "comment")}


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return str({key: _plain(inner) for key, inner in sorted(value.items())})
    return " ".join(str(value).split())


def _triggers(connection: Connection) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, name, definition in connection.execute(text(_TRIGGERS[connection.dialect.name])):
        found.setdefault(table, {})[name] = definition
    return found


def _functions(connection: Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        return []
    return list(connection.scalars(text(_FUNCTIONS)))


_TRIGGERS = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger "
    "WHERE NOT tgisinternal",
}
_FUNCTIONS = (
    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname"
)
