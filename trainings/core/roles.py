"""Two accounts of PostgreSQL: one that owns the tables, for `flask install`, and one that the service runs as.

The triggers that refuse changes (core.triggers) hold against whoever may not switch them off. So the service owns
nothing, may not alter, drop or empty a table, and of what must not change it may only read and add rows.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url

from trainings.core.db import Base
from trainings.core.triggers import write_anew_function

VERSIONS = "alembic_version"


def service_account(database_url: str) -> str:
    """The account that the service runs as. Raises ValueError where the address names none."""
    name = make_url(database_url).username
    if not name:
        raise ValueError("TSUDOI_DATABASE_URL: must name the account that the service runs as")
    return name


def hand_over(connection: Connection, service: str) -> None:
    """Let the service do what it has to, and nothing else; the connection is the owner's."""
    account = connection.dialect.identifier_preparer.quote(service)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {account}"))
    for table in inspect(connection).get_table_names():
        connection.execute(text(f"REVOKE ALL ON {table} FROM {account}, PUBLIC"))
        connection.execute(text(f"GRANT {', '.join(_rights(table))} ON {table} TO {account}"))
    # A backup is taken by the service too, and copies where sequences stand.
    connection.execute(text(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {account}"))
    for mapper in Base.registry.mappers:
        if mapper.class_.__written_anew__:
            function = write_anew_function(mapper.local_table)
            connection.execute(text(f"REVOKE ALL ON FUNCTION {function}() FROM PUBLIC"))
            connection.execute(text(f"GRANT EXECUTE ON FUNCTION {function}() TO {account}"))


def _rights(table: str) -> tuple[str, ...]:
    if table == VERSIONS:
        return ("SELECT",)
    append_only = {str(one.local_table) for one in Base.registry.mappers if one.class_.__append_only__}
    return ("SELECT", "INSERT") if table in append_only else ("SELECT", "INSERT", "UPDATE", "DELETE")
