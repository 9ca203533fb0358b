"""PostgreSQL with two accounts: the service lives with what it may, and cannot switch off what holds it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config import Settings
from tests.support.applying import apply_for, make_event
from tests.support.databases import Database
from tests.support.hands import Unit, unit_for
from tests.support.postgres import Cluster
from trainings import create_app
from trainings.cli.install import prepare
from trainings.core import traces
from trainings.core.db import db
from trainings.core.roles import service_account
from trainings.desk.backups import archive, restoring, taking
from trainings.surveys.models import FreeText, SurveyResponse
from trainings.worker.rounds import run_round

pytestmark = pytest.mark.postgresql_only


@dataclass(frozen=True)
class Accounts:
    owner: str
    service: str
    database: str


@pytest.fixture
def accounts(database: Database, request: pytest.FixtureRequest) -> Iterator[Accounts]:
    """An empty database that belongs to one account, and another account that may only connect."""
    cluster: Cluster = request.getfixturevalue("postgres_server")
    made = Accounts(*(f"{word}_{uuid.uuid4().hex[:12]}" for word in ("owner", "service", "two")))
    with cluster.connect() as connection:
        for account in (made.owner, made.service):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(account)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(made.database), sql.Identifier(made.owner)
            )
        )
    try:
        yield made
    finally:
        cluster.drop_database(made.database)
        with cluster.connect() as connection:
            for account in (made.service, made.owner):
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(account)))


@pytest.fixture
def installed(accounts: Accounts, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The product after `flask install`, running as the service."""
    cluster: Cluster = request.getfixturevalue("postgres_server")
    of = cluster.url(accounts.database)
    settings = Settings.for_tests(
        database_url=of.replace("postgres@", f"{accounts.service}@"),
        owner_database_url=of.replace("postgres@", f"{accounts.owner}@"),
        instance_dir=str(tmp_path / "instance"),
    )
    install(settings)
    # The service itself is not told the owner's password.
    app = create_app(replace(settings, owner_database_url=""))
    yield app
    with app.app_context():
        db.engine.dispose()


def install(settings: Settings) -> None:
    """`flask install`, as a process of its own would do it."""
    app = create_app(settings)
    prepare(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def service(installed: Flask) -> Unit:
    return unit_for(installed)


def test_product_works_as_the_service(installed: Flask, service: Unit) -> None:
    with service():
        apply_for(make_event("百人の集い"), family="大沢", given="誠")
    run_round(installed)
    with installed.app_context():
        traces.vacuum(SurveyResponse, FreeText)

    with service() as session:
        assert session.execute(text("SELECT count(*) FROM application")).scalar() == 1
        assert session.execute(text("SELECT count(*) FROM chain_link")).scalar() > 0


def test_service_takes_a_backup_and_the_owner_puts_it_back(
    installed: Flask, service: Unit, accounts: Accounts, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    secret, public = archive.new_key()
    key = tmp_path / "key.txt"
    key.write_text(secret)
    with service():
        apply_for(make_event("百人の集い"), family="大沢", given="誠")
    settings = replace(installed.config["TSUDOI"], backup_recipients=public)
    installed.config["TSUDOI"] = settings
    with installed.app_context():
        file = taking.take(tmp_path / "kept")
    cluster: Cluster = request.getfixturevalue("postgres_server")
    other = f"again_{uuid.uuid4().hex[:12]}"
    with cluster.connect() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(other), sql.Identifier(accounts.owner)
            )
        )
    try:
        url = settings.database_url.replace(accounts.database, other)
        owner = url.replace(accounts.service, accounts.owner)
        restored = create_app(
            replace(
                settings,
                database_url=url,
                owner_database_url=owner,
                instance_dir=str(tmp_path / "other"),
            )
        )
        with restored.app_context():
            restoring.restore(file, key)
            db.engine.dispose()
        with unit_for(restored)() as session:
            assert session.execute(text("SELECT count(*) FROM application")).scalar() == 1
        with pytest.raises(DBAPIError), unit_for(restored)() as session:
            session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        with restored.app_context():
            db.engine.dispose()
    finally:
        cluster.drop_database(other)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "ALTER TABLE audit_entry ADD COLUMN more text",
        "DROP TRIGGER audit_entry_no_delete ON audit_entry",
        "DROP TABLE scan CASCADE",
        "TRUNCATE scan CASCADE",
        "TRUNCATE questionnaire_version CASCADE",
        "TRUNCATE response",
        "UPDATE audit_entry SET verb = 'other'",
        "DELETE FROM scan",
        "DELETE FROM chain_link",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION tsudoi_refuse_change() RETURNS trigger LANGUAGE sql AS ''",
        "CREATE TABLE mine (a int)",
        "UPDATE alembic_version SET version_num = '0001'",
        "ALTER TABLE audit_entry OWNER TO CURRENT_USER",
    ],
)
def test_service_cannot_reach_past_its_rights(service: Unit, statement: str) -> None:
    with pytest.raises(DBAPIError) as refused, service() as session:
        session.execute(text(statement))

    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_installing_again_leaves_the_rights_as_they_are(
    installed: Flask, service: Unit, accounts: Accounts
) -> None:
    rights = text(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = :name ORDER BY 1, 2"
    )
    with service() as session:
        before = session.execute(rights, {"name": accounts.service}).all()
    owner = installed.config["TSUDOI"].database_url.replace(accounts.service, accounts.owner)
    install(replace(installed.config["TSUDOI"], owner_database_url=owner))

    with service() as session:
        assert session.execute(rights, {"name": accounts.service}).all() == before
    assert ("audit_entry", "INSERT") in before
    assert ("audit_entry", "UPDATE") not in before


def test_address_that_names_no_account_is_refused() -> None:
    with pytest.raises(ValueError, match="must name the account"):
        service_account("postgresql+psycopg://127.0.0.1/tsudoi")
