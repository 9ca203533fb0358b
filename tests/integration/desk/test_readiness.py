"""A start that proves it can serve, what a monitor reads, and what a visitor reads while the database is away."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from config import Settings
from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.databases import Database
from tests.support.hands import Clock, Unit
from trainings import create_app
from trainings.core.jobs import beat, enqueue, last_pulse
from trainings.core.readiness import NotReady, is_away
from trainings.desk.readiness import check_start
from trainings.directory.actions import load_master_data
from trainings.messages.actions import queue_mail
from trainings.surveys.actions import open_run
from trainings.surveys.queries import key_folder


def sentence(app: Flask) -> str:
    with pytest.raises(NotReady) as refused:
        check_start(app)
    return str(refused.value)


def say_schema(unit: Unit, version: str) -> None:
    with unit() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})


def ready(client: Client, status: int = 200) -> dict[str, Any]:
    answer = client.raw.get("/health/ready")
    assert answer.status_code == status
    told: dict[str, Any] = answer.get_json()
    assert told["ready"] == (status == 200)
    return told


# -- the start ------------------------------------------------------------------------------------------------


def test_whole_house_starts(app: Flask) -> None:
    check_start(app)


def test_schema_of_an_older_version_is_refused_with_the_command(app: Flask, unit: Unit) -> None:
    say_schema(unit, "0018")

    assert "has schema 0018" in sentence(app)
    assert "flask --app wsgi install" in sentence(app)


def test_schema_of_a_newer_version_is_not_to_be_upgraded(app: Flask, unit: Unit) -> None:
    say_schema(unit, "9999")

    assert "newer version" in sentence(app)
    assert "install`" not in sentence(app)


def test_folder_that_cannot_be_written_is_named_with_its_setting(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for setting, values in (
        ("TSUDOI_INSTANCE_DIR", {"instance_dir": str(tmp_path / "file" / "instance")}),
        ("TSUDOI_SURVEY_KEY_DIR", {"survey_key_dir": str(tmp_path / "file" / "keys")}),
    ):
        usual = {"database_url": database.url, "instance_dir": str(tmp_path / "instance")}
        app = create_app(Settings.for_tests(**(usual | values)))

        assert sentence(app).startswith(f"{setting}: ")


def test_database_that_does_not_answer_is_said_without_its_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg://tsudoi:geheim@127.0.0.1:1/tsudoi"
    app = create_app(Settings.for_tests(database_url=url, instance_dir=str(tmp_path)))

    assert sentence(app).startswith("TSUDOI_DATABASE_URL: ")
    assert "geheim" not in sentence(app)


def test_empty_database_is_told_what_to_do(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/nothing.sqlite3"
    app = create_app(Settings.for_tests(database_url=url, instance_dir=str(tmp_path)))

    assert "flask --app wsgi install" in sentence(app)


def test_another_folder_of_pairing_keys_is_noticed(app: Flask, unit: Unit, clock: Clock) -> None:
    with unit():
        load_master_data()
        open_run(event=announce(), attended=[])
        folder = key_folder()
    check_start(app)

    folder.rename(folder.with_name("elsewhere"))

    assert sentence(app).startswith("TSUDOI_SURVEY_KEY_DIR: ")


# -- a monitor ------------------------------------------------------------------------------------------------


def test_process_that_lives_says_so(client: Client) -> None:
    assert client.raw.get("/health/live").get_json() == {"live": True}


def test_monitor_is_told_of_the_worker_the_jobs_and_the_mails(
    client: Client, unit: Unit, clock: Clock
) -> None:
    assert ready(client)["troubles"] == ["worker"]
    with unit():
        beat()
    assert ready(client)["troubles"] == []

    with unit():
        enqueue("seat_freed", key="x")
        queue_mail(to="a@b.example", subject="x", body="x", purpose="x")
    clock.forward(minutes=6)

    told = ready(client)
    assert told["troubles"] == ["worker", "jobs", "outbox"]
    assert (told["worker_seconds"], told["jobs_seconds"], told["outbox_seconds"]) == (360, 360, 360)
    assert 0 <= told["disk_free_percent"] <= 100


def test_monitor_does_not_hear_of_a_mail_that_is_on_its_way(client: Client, unit: Unit, clock: Clock) -> None:
    """Whoever asks for the links of an address could else see whether the address is known."""
    with unit():
        beat()
    before = ready(client)

    with unit():
        enqueue("seat_freed", key="x")
        queue_mail(to="a@b.example", subject="x", body="x", purpose="x")

    assert ready(client) == before


def test_round_after_round_notes_its_pulse_twice_a_minute_at_most(unit: Unit, clock: Clock) -> None:
    begun = clock.now
    for seconds, noted in ((0, 0), (20, 0), (20, 40)):
        clock.forward(seconds=seconds)
        with unit():
            beat()
        with unit():
            assert last_pulse() == begun + timedelta(seconds=noted)


def test_other_schema_is_not_ready(client: Client, unit: Unit) -> None:
    say_schema(unit, "0018")

    assert ready(client, 503)["troubles"] == ["schema"]


# -- a database that is away --------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["postgresql+psycopg://127.0.0.1:1/x", "sqlite:////nowhere/at/all.sqlite3"])
@pytest.mark.parametrize("path", ["/", "/a/0123456789abcdefghjkmnpqrs"])
def test_visitor_reads_when_to_come_back(tmp_path: Path, url: str, path: str) -> None:
    app = create_app(Settings.for_tests(database_url=url, instance_dir=str(tmp_path)))
    client = Client(app)

    answer = client.raw.get(path)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "登録されていません" in answer.get_data(as_text=True)
    told = client.raw.get("/health/ready")
    assert (told.status_code, told.get_json()["troubles"]) == (503, ["database"])


def test_desk_hears_that_the_database_is_away(tmp_path: Path) -> None:
    app = create_app(
        Settings.for_tests(database_url="postgresql+psycopg://127.0.0.1:1/x", instance_dir=str(tmp_path))
    )

    answer = Client(app).raw.get("/api/v1/door/roster", headers={"Authorization": "Bearer x"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.get_json()["code"] == 503


def test_database_that_is_lost_in_the_commit_leaves_it_open_whether_anything_is_stored(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))

    def commit() -> None:
        raise lost

    app.add_url_rule("/kept", "kept", lambda: "kept", methods=["POST"])
    app.config.update(WTF_CSRF_ENABLED=False, TESTING=False, PROPAGATE_EXCEPTIONS=False)
    app.testing = False
    monkeypatch.setattr("trainings.core.db.commit", commit)

    answer = app.test_client().post("/kept")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "確かめられませんでした" in answer.get_data(as_text=True)
    assert "登録されていません" not in answer.get_data(as_text=True)


def test_page_that_writes_is_a_fault_and_no_absence() -> None:
    for said in ("attempt to write a readonly database", "no such table: x", "UNIQUE constraint failed: x.y"):
        assert not is_away(OperationalError("x", None, sqlite3.OperationalError(said)))
    for said in ("unable to open database file", "disk I/O error", "database or disk is full"):
        assert is_away(OperationalError("x", None, sqlite3.OperationalError(said)))
