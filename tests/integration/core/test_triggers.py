"""What must not change is refused by the database itself, whoever asks."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.hands import Unit
from trainings.accounts.models import Role, Staff, StaffRole
from trainings.audit.actions import record
from trainings.audit.models import AuditEntry
from trainings.core import actor, triggers
from trainings.core.db import db
from trainings.surveys.models import Questionnaire, QuestionnaireVersion

REFUSED = "must not change"


@pytest.fixture
def entry(unit: Unit) -> AuditEntry:
    with unit():
        return record(verb="test.done", subject=("staff", "1"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET verb = 'other'",
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET verb = verb",
    ],
)
def test_append_only_table_refuses_changes(unit: Unit, entry: AuditEntry, statement: str) -> None:
    with pytest.raises(DBAPIError, match=f"audit_entry {REFUSED}"), unit() as session:
        session.execute(text(statement))


@pytest.mark.postgresql_only
def test_append_only_table_refuses_to_be_emptied(unit: Unit, entry: AuditEntry) -> None:
    with pytest.raises(DBAPIError, match=f"audit_entry {REFUSED}"), unit() as session:
        session.execute(text("TRUNCATE audit_entry CASCADE"))


@pytest.mark.sqlite_only
def test_append_only_table_refuses_to_be_replaced(unit: Unit, entry: AuditEntry) -> None:
    """REPLACE deletes silently unless recursive triggers are on."""
    with pytest.raises(DBAPIError, match=f"audit_entry {REFUSED}"), unit() as session:
        session.execute(text("REPLACE INTO audit_entry SELECT * FROM audit_entry"))


def test_append_only_table_takes_new_rows(unit: Unit, entry: AuditEntry) -> None:
    with unit() as session:
        record(verb="test.done", subject=("staff", "2"))
        session.flush()

        assert session.query(AuditEntry).count() == 2


@pytest.fixture
def version(unit: Unit) -> QuestionnaireVersion:
    with unit() as session:
        made = QuestionnaireVersion(
            questionnaire=Questionnaire(code="T", title="試し"), n=1, doc={"a": 1}, sha256="0" * 64
        )
        session.add(made)
    return made


def test_row_may_change_until_it_is_frozen(unit: Unit, version: QuestionnaireVersion) -> None:
    with unit() as session:
        session.execute(text("UPDATE questionnaire_version SET n = 2"))
        session.execute(text("UPDATE questionnaire_version SET frozen_at = '2027-01-01 00:00:00+00'"))

    for statement in (
        "UPDATE questionnaire_version SET n = 3",
        "UPDATE questionnaire_version SET frozen_at = NULL",
        "DELETE FROM questionnaire_version",
    ):
        with pytest.raises(DBAPIError, match=f"questionnaire_version {REFUSED}"), unit() as session:
            session.execute(text(statement))


@pytest.mark.postgresql_only
@pytest.mark.parametrize("table", ["questionnaire_version", "survey_run", "questionnaire", "event"])
def test_table_whose_rows_must_stay_cannot_be_emptied_by_a_cascade(
    unit: Unit, version: QuestionnaireVersion, table: str
) -> None:
    """TRUNCATE of any table above them would take runs, answers and scans with it, and asks no row."""
    with pytest.raises(DBAPIError, match=REFUSED), unit() as session:
        session.execute(text(f"TRUNCATE {table} CASCADE"))

    with unit() as session:
        assert session.query(QuestionnaireVersion).count() == 1


def test_installing_the_triggers_again_changes_nothing(app: Flask, unit: Unit, entry: AuditEntry) -> None:
    with app.app_context(), db.engine.begin() as connection:
        triggers.install(connection)

    with pytest.raises(DBAPIError, match=REFUSED), unit() as session:
        session.execute(text("DELETE FROM audit_entry"))


def test_parent_of_rows_that_must_stay_cannot_be_deleted(unit: Unit, version: QuestionnaireVersion) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), unit() as session:
        session.execute(text("DELETE FROM questionnaire"))


def test_role_that_does_not_exist_is_refused_by_the_database(unit: Unit) -> None:
    with unit() as session:
        staff = Staff(name="a", mail="a@b.example")
        staff.role_rows = [StaffRole(role=Role.ADMIN)]
        session.add(staff)

    with pytest.raises(DBAPIError, match="ck_staff_role_role"), unit() as session:
        session.execute(text("UPDATE staff_role SET role = 'king'"))


def test_trail_names_whoever_acts(unit: Unit) -> None:
    with unit(), actor.acting_as(actor.Actor(actor.ActorKind.DEVICE, "d1")):
        made = record(verb="test.done", subject=("scan", "1"), detail={"codes": ["a"]})

    with unit() as session:
        kept = session.get_one(AuditEntry, made.id)
    assert (kept.actor_kind, kept.actor_id, kept.detail) == (actor.ActorKind.DEVICE, "d1", {"codes": ["a"]})
