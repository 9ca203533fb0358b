"""How Alembic changes our databases: one transaction, foreign keys of SQLite off meanwhile, triggers afterwards.

On SQLite a batch ALTER copies a table and drops the old one. With foreign keys on that deletes the child rows, and the
table's triggers go with it in any case. So the keys are off during the change and checked after it, and the triggers
are installed again after every step up or down.
"""

from typing import Any

from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection

from trainings.core import roles, triggers
from trainings.core.db import Base, UtcDateTime, owner_engine


def migrate() -> None:
    with owner_engine().connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            _set_foreign_keys(connection, "OFF")
        try:
            _run(connection, is_sqlite)
        finally:
            if is_sqlite:
                _set_foreign_keys(connection, "ON")


def _run(connection: Connection, is_sqlite: bool) -> None:
    steps: list[Any] = []
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,  # a revision made on either database fits both
        transactional_ddl=True,  # SQLite has it too, once the driver leaves BEGIN to us (core.db)
        render_item=_render_item,
        on_version_apply=lambda step, **_: steps.append(step),
    )
    with context.begin_transaction():
        _take_any_time(connection, is_sqlite)
        context.run_migrations()
        if steps:
            triggers.install(connection)
            if is_sqlite:
                _check_foreign_keys(connection)
        settings = current_app.config["TSUDOI"]
        if settings.owner_database_url:
            roles.hand_over(connection, roles.service_account(settings.database_url))


def _take_any_time(connection: Connection, is_sqlite: bool) -> None:
    # A large table may take longer to change than any statement of the service (core.patience).
    if is_sqlite:
        driver_connection: Any = connection.connection.driver_connection
        driver_connection.set_progress_handler(None, 0)
    else:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")


def _set_foreign_keys(connection: Connection, value: str) -> None:
    # Past SQLAlchemy: inside a transaction SQLite ignores this statement.
    driver_connection: Any = connection.connection.driver_connection
    driver_connection.execute(f"PRAGMA foreign_keys={value}")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({f"{child} → {parent}" for child, _row, parent, _key in broken}))
        raise CommandError(f"{len(broken)} rows would point to nothing ({tables}); nothing was changed")


def _render_item(kind: str, item: object, _autogen_context: object) -> str | bool:
    """Revisions name the type of the database, not ours, so that they stay as they are when our code changes."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


if context.is_offline_mode():
    raise CommandError("--sql is not supported: triggers and checks need the database itself")
migrate()
