"""The schema that the migrations make is the schema of the models, on both databases, up, down and up again."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from config import Settings
from tests.support.applying import apply_for, make_event
from tests.support.databases import Database
from tests.support.schema import Schema, schema_of
from trainings import MIGRATIONS, create_app
from trainings.accounts.models import Role, Staff, StaffRole
from trainings.audit.models import AuditEntry
from trainings.core import clock, counts, triggers
from trainings.core.actor import ActorKind
from trainings.core.db import db, unit_of_work
from trainings.directory.actions import load_master_data
from trainings.directory.master_data import save_event_role
from trainings.directory.models import Person
from trainings.registration.models import Application
from trainings.surveys.actions import load_questionnaire
from trainings.surveys.models import Mode, ResponseChannel, SurveyResponse, SurveyRun, Wave


@pytest.fixture
def empty(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of the same kind without any table."""
    if database.kind == "sqlite":
        yield from _application(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path)
        return
    cluster = request.getfixturevalue("postgres_server")
    name = f"empty_{uuid.uuid4().hex}"
    cluster.create_database(name)
    try:
        yield from _application(cluster.url(name), tmp_path)
    finally:
        cluster.drop_database(name)


def _application(url: str, folder: Path) -> Iterator[Flask]:
    app = create_app(Settings.for_tests(database_url=url, instance_dir=str(folder)))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def schema_now() -> Schema:
    with db.engine.connect() as connection:
        return schema_of(connection)


def schema_of_models(app: Flask) -> Schema:
    with app.app_context():
        return schema_now()


def test_migrations_make_the_schema_of_the_models(app: Flask, empty: Flask) -> None:
    flask_migrate.upgrade()

    made, wanted = schema_now(), schema_of_models(app)
    assert sorted(made) == sorted(wanted)
    for table in wanted:
        assert made[table] == wanted[table], table


def test_downgrade_leaves_no_table_and_upgrade_makes_them_all_again(empty: Flask) -> None:
    flask_migrate.upgrade()
    first = schema_now()

    flask_migrate.downgrade(revision="base")
    nothing = [table for table in schema_now() if table]
    flask_migrate.upgrade()

    assert nothing == []
    assert schema_now() == first


def test_autogenerate_finds_nothing_to_change(empty: Flask) -> None:
    """What Alembic itself can compare; the schema comparison sees more."""
    flask_migrate.upgrade()

    flask_migrate.check()


def test_schema_holds_the_rules_that_matter(app: Flask) -> None:
    """Against a comparison of two schemas that both lack something."""
    schema = schema_of_models(app)

    assert "uq_application_live_person" in schema["application"]["indexes"]
    assert "WHERE" in str(schema["job"]["indexes"]["uq_job_due_key"]).upper()
    assert "state" in str(schema["application"]["checks"]["ck_application_offer_has_expiry"])
    assert {"audit_entry_no_update", "audit_entry_no_delete"} <= set(schema["audit_entry"]["triggers"])
    assert "CASCADE" in str(schema["staff_role"]["foreign keys"]["fk_staff_role_staff_id_staff"])


# -- changing tables that hold rows ---------------------------------------------------------------------------


CHANGE = """
from alembic import op
import sqlalchemy as sa

revision = "changed"
down_revision = None


def upgrade():
    for table in ("staff", "audit_entry"):
        with op.batch_alter_table(table, recreate="auto") as batch:
            batch.add_column(sa.Column("nickname", sa.String(20), nullable=False, server_default="x"))
            batch.alter_column("nickname", type_=sa.String(30))
    {more}


def downgrade():
    for table in ("staff", "audit_entry"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("nickname")
"""


@pytest.fixture
def filled(app: Flask) -> Iterator[Flask]:
    """A database with a parent, its child that dies with it, and a row that must never change."""
    with app.app_context():
        with unit_of_work() as session:
            staff = Staff(name="欅田 まもる", mail="mamoru@city.keyaki.example")
            staff.role_rows = [StaffRole(role=Role.ADMIN)]
            session.add(staff)
            session.execute(text("DELETE FROM alembic_version"))  # its migrations are others than ours
            session.add(
                AuditEntry(
                    actor_kind=ActorKind.CLI, verb="test", subject_kind="staff", subject_id="1", detail={}
                )
            )
        yield app


def migrations_with(folder: Path, more: str = "") -> str:
    """A folder of migrations whose only revision changes two tables, beside the real env.py."""
    made = folder / "migrations"
    shutil.copytree(MIGRATIONS, made, ignore=shutil.ignore_patterns("versions", "__pycache__"))
    (made / "versions").mkdir()
    (made / "versions" / "changed.py").write_text(CHANGE.format(more=more or "pass"))
    return str(made)


def test_changing_a_table_keeps_the_rows_that_refer_to_it(filled: Flask, tmp_path: Path) -> None:
    flask_migrate.upgrade(directory=migrations_with(tmp_path))

    db.session.rollback()
    assert [row.role for row in db.session.scalars(select(StaffRole))] == [Role.ADMIN]


def test_changing_an_append_only_table_keeps_it_append_only(filled: Flask, tmp_path: Path) -> None:
    folder = migrations_with(tmp_path)
    flask_migrate.upgrade(directory=folder)
    flask_migrate.downgrade(directory=folder, revision="base")

    db.session.rollback()
    with pytest.raises(DBAPIError, match="audit_entry must not change"), unit_of_work() as session:
        session.execute(text("UPDATE audit_entry SET verb = 'other'"))


def test_roles_travel_down_to_the_fixed_list_and_up_again(empty: Flask) -> None:
    """A role that the city added has no place in the fixed list; like an observer it takes no seat."""
    flask_migrate.upgrade()
    with unit_of_work():
        load_master_data()
        added = save_event_role(id=None, name="実行委員", certified=True, sort=80, active=True).code
        event = make_event("けやきの集い")
        apply_for(event, role=added)
        apply_for(event, family="大沢", given="誠", role="speaker")

    flask_migrate.downgrade(revision="0004")
    with db.engine.connect() as connection:
        kept = connection.execute(text("SELECT role FROM application ORDER BY role")).scalars().all()
    flask_migrate.upgrade()

    assert kept == ["observer", "speaker"]
    with unit_of_work() as session:
        assert sorted(session.scalars(select(Application.role))) == kept


def test_pooling_of_a_closed_run_travels_into_its_answers(empty: Flask) -> None:
    """Answers of a run that was closed before pooling was written into the rows, and of one that is still open."""
    flask_migrate.upgrade()
    with unit_of_work() as session:
        load_master_data()
        groups = {}
        for wave, strata in ((Wave.SINGLE, {"a": "a", "b": "pooled"}), (Wave.POST, None)):
            event = make_event(f"けやきの集い{wave}")
            version = load_questionnaire("A")
            run = SurveyRun(
                event_id=event.id,
                slug=f"run-{wave}",
                wave=wave,
                version_id=version.id,
                mode=Mode.ANONYMOUS_PAIRED,
                opens_at=clock.now(),
                closes_at=clock.now() + timedelta(days=1),
                strata=strata,
            )
            session.add(run)
            session.flush()
            for stratum in "abbc":
                row = {"stratum": stratum, "channel": ResponseChannel.LINK, "answers": {"x": {"value": "1"}}}
                session.add(SurveyResponse(run_id=run.id, **row))
            groups[run.id] = strata
    flask_migrate.downgrade(revision="0008")
    flask_migrate.upgrade()

    with unit_of_work() as session:
        for run_id, strata in groups.items():
            rows = session.scalars(select(SurveyResponse).where(SurveyResponse.run_id == run_id)).all()
            assert sorted(row.stratum for row in rows) == (
                ["a", "pooled", "pooled", "pooled"] if strata else ["a", "b", "b", "c"]
            )
            assert [row.answers for row in rows] == [{"x": {"value": "1"}}] * 4


def test_licences_stored_with_words_around_them_are_stored_bare(empty: Flask) -> None:
    flask_migrate.upgrade()
    with unit_of_work() as session:
        load_master_data()
        applied = apply_for(make_event("けやきの集い"))
    flask_migrate.downgrade(revision="0029")
    with unit_of_work() as session:
        session.execute(text("UPDATE person SET licence_number = '第12345号'"))
        session.execute(text("UPDATE application SET licence_number = 'A-7'"))
    flask_migrate.upgrade()

    with unit_of_work() as session:
        assert session.scalars(select(Person.licence_number)).all() == ["12345"]
        assert session.get_one(Application, applied.id).licence_number == "A-7"


@pytest.mark.sqlite_only
def test_foreign_keys_hold_again_after_a_migration(filled: Flask, tmp_path: Path) -> None:
    flask_migrate.upgrade(directory=migrations_with(tmp_path))

    db.session.rollback()
    with unit_of_work() as session:
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1


@pytest.mark.sqlite_only
def test_migration_that_would_leave_rows_pointing_to_nothing_changes_nothing(
    filled: Flask, tmp_path: Path
) -> None:
    before = schema_now()

    with pytest.raises(SystemExit):
        flask_migrate.upgrade(directory=migrations_with(tmp_path, more='op.execute("DELETE FROM staff")'))

    assert schema_now() == before
    db.session.rollback()
    assert len(db.session.scalars(select(Staff)).all()) == 1


def test_every_guard_of_the_models_stands_in_the_database(app: Flask) -> None:
    schema = schema_of_models(app)
    wanted = {
        guard.trigger
        for guard in triggers.guards()
        if guard.verb != "TRUNCATE" or schema[""]["functions"]  # SQLite has no TRUNCATE
    }

    keep = {counts.trigger_of(kept, of, step) for kept, of in triggers.keepers() for step in counts.STEPS}

    assert wanted | keep == {name for table in schema.values() for name in table.get("triggers", {})}
    assert wanted
    assert len(keep) == 3
