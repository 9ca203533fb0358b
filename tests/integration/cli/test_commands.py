"""`flask staff link` and `flask install`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from tests.support.client import Client
from tests.support.hands import Unit, link_in
from tests.support.staff import add_staff
from trainings import create_app
from trainings.accounts.models import Role, Staff
from trainings.audit.models import AuditEntry
from trainings.core.actor import ActorKind
from trainings.core.db import db
from trainings.directory.models import Profession
from trainings.skills.models import Framework

MAIL = "mamoru@city.keyaki.example"


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def staff_of(unit: Unit) -> list[tuple[str, str, frozenset[Role]]]:
    with unit() as session:
        return [
            (one.mail, one.name, one.roles) for one in session.scalars(select(Staff).order_by(Staff.mail))
        ]


# -- flask staff link -----------------------------------------------------------------------------------------


def test_staff_link_makes_the_first_administrator_and_lets_her_in(
    app: Flask, unit: Unit, client: Client
) -> None:
    result = run(app, "staff", "link", MAIL, "--role", "admin", "--name", "欅田 まもる")

    assert result.exit_code == 0
    assert staff_of(unit) == [(MAIL, "欅田 まもる", frozenset({Role.ADMIN}))]
    page = client.get(link_in(result.output, "/staff/sign-in/")).press("サインインする")
    assert page.status == 200
    assert "欅田 まもるさんとして" in client.get("/staff/sign-in")


def test_staff_link_names_a_new_member_by_the_address_when_no_name_is_given(app: Flask, unit: Unit) -> None:
    run(app, "staff", "link", "Mamoru@City.Keyaki.Example", "--role", "planner", "--role", "trainer")

    assert staff_of(unit) == [(MAIL, "mamoru", frozenset({Role.PLANNER, Role.TRAINER}))]


def test_staff_link_of_a_known_member_needs_no_role_and_leaves_older_links_valid(
    app: Flask, unit: Unit, client: Client
) -> None:
    add_staff(unit, Role.VIEWER, name="欅田 まもる", mail=MAIL)
    older = link_in(run(app, "staff", "link", MAIL).output)

    newer = link_in(run(app, "staff", "link", MAIL).output)

    client.get(older)
    client.get(newer)


def test_staff_link_adds_a_role_to_a_known_member(app: Flask, unit: Unit) -> None:
    add_staff(unit, Role.VIEWER, name="欅田 まもる", mail=MAIL)

    run(app, "staff", "link", MAIL, "--role", "viewer", "--role", "admin")

    assert staff_of(unit) == [(MAIL, "欅田 まもる", frozenset({Role.VIEWER, Role.ADMIN}))]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([MAIL], "nobody has the address mamoru@city.keyaki.example; name a --role"),
        (["mamoru", "--role", "admin"], "'mamoru' is no mail address"),
        ([MAIL, "--role", "king"], "'king' is not one of"),
    ],
)
def test_staff_link_says_what_it_cannot_do_and_makes_nobody(
    app: Flask, unit: Unit, arguments: list[str], words: str
) -> None:
    result = run(app, "staff", "link", *arguments)

    assert result.exit_code != 0
    assert words in result.output
    assert staff_of(unit) == []


def test_staff_link_lets_nobody_in_who_was_deactivated(app: Flask, unit: Unit) -> None:
    add_staff(unit, Role.VIEWER, name="欅田 まもる", mail=MAIL, active=False)

    result = run(app, "staff", "link", MAIL, "--role", "admin")

    assert result.exit_code != 0
    assert "was deactivated" in result.output
    assert staff_of(unit) == [(MAIL, "欅田 まもる", frozenset({Role.VIEWER}))]


def test_staff_link_stands_in_the_trail_as_a_command(app: Flask, unit: Unit) -> None:
    run(app, "staff", "link", MAIL, "--role", "admin")

    with unit() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.at)).all()
    assert [(entry.verb, entry.actor_kind) for entry in entries] == [
        ("staff.added", ActorKind.CLI),
        ("staff.link_issued", ActorKind.CLI),
    ]


def test_staff_link_without_tables_says_what_to_do_first(tmp_path: Path) -> None:
    app = create_app(Settings.for_tests(database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}"))

    result = run(app, "staff", "link", MAIL, "--role", "admin")

    assert result.exit_code != 0
    assert "flask --app wsgi install" in result.output
    with app.app_context():
        db.engine.dispose()


# -- flask install --------------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Flask]:
    """An application whose instance folder does not exist before `flask install` has run."""
    app = create_app(
        Settings.for_tests(instance_dir=str(tmp_path / "instance"), database_url="sqlite:///t.sqlite3")
    )
    assert not (tmp_path / "instance").exists()
    result = run(app, "install")
    assert result.exit_code == 0, result.output
    yield app
    with app.app_context():
        db.engine.dispose()


def test_install_makes_the_database_in_the_instance_folder(installed: Flask, tmp_path: Path) -> None:
    assert (tmp_path / "instance" / "t.sqlite3").exists()


def test_install_fills_in_master_data_once(installed: Flask) -> None:
    def counted() -> tuple[int | None, int | None]:
        with installed.app_context():
            return (
                db.session.scalar(select(func.count()).select_from(Profession)),
                db.session.scalar(select(func.count()).select_from(Framework)),
            )

    first = counted()
    again = run(installed, "install")

    assert again.exit_code == 0
    assert re.search("up to date", again.output)
    assert first == (35, 1)
    assert counted() == first


def test_installed_database_takes_a_first_administrator(installed: Flask) -> None:
    assert run(installed, "staff", "link", MAIL, "--role", "admin").exit_code == 0
