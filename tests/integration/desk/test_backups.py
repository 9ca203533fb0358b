"""Backups: taken while others write, back in an empty place, and nothing sent twice after it."""

from __future__ import annotations

import os
import re
import resource
import signal
import sqlite3
import stat
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from config import Settings
from tests.support.announcing import announce
from tests.support.applying import apply_for, make_event
from tests.support.client import Client
from tests.support.databases import Database
from tests.support.evening import device_of
from tests.support.hands import Clock, Unit, unit_for
from tests.support.schema import schema_of
from tests.support.smtp import MailServer
from trainings import create_app
from trainings.checkin.models import Method, Scan
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.core import clock as clocks
from trainings.core.db import Base, db
from trainings.core.jobs import noted
from trainings.core.readiness import NotReady
from trainings.core.restoration import release
from trainings.desk.backups import archive, databases, nightly, restoring, taking
from trainings.desk.backups.archive import BackupFailed
from trainings.desk.readiness import check_start, health
from trainings.directory.actions import load_master_data
from trainings.messages.actions import queue_mail
from trainings.messages.models import Failure, Message, MessageState
from trainings.surveys.actions import open_run
from trainings.surveys.models import ResponseChannel, SurveyResponse
from trainings.surveys.queries import key_folder
from trainings.worker.rounds import run_round

SECRET, PUBLIC = archive.new_key()


@pytest.fixture
def overrides(mail_server: MailServer) -> dict[str, Any]:
    return {"backup_recipients": PUBLIC, "smtp_port": mail_server.port}


@pytest.fixture
def every_night(app: Flask, tmp_path: Path) -> Path:
    """The folder in which the worker keeps the newest two."""
    kept = tmp_path / "kept"
    app.config["TSUDOI"] = replace(app.config["TSUDOI"], backup_dir=str(kept), backup_keep=2)
    return kept


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The operator's file with the secret key."""
    file = tmp_path / "key.txt"
    file.write_text(f"# from the safe\n{SECRET}\n")
    return file


@pytest.fixture
def elsewhere(
    app: Flask, database: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Flask]:
    """The same settings with an empty database and instance folder."""
    place = tmp_path / "elsewhere"
    settings: Settings = app.config["TSUDOI"]
    if database.kind == "sqlite":
        yield from _empty(settings, f"sqlite:///{place / 'restored.sqlite3'}", place)
        return
    cluster = request.getfixturevalue("postgres_server")
    name = f"restored_{uuid.uuid4().hex}"
    cluster.create_database(name)
    try:
        yield from _empty(settings, cluster.url(name), place)
    finally:
        cluster.drop_database(name)


def _empty(settings: Settings, url: str, place: Path) -> Iterator[Flask]:
    made = create_app(replace(settings, database_url=url, instance_dir=str(place)))
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def city(unit: Unit) -> None:
    """Something of most kinds: people, applications, a survey with answers and its pairing key, a trail."""
    with unit() as session:
        load_master_data()
        event = make_event("百人の集い")
        apply_for(event, family="髙橋", given="美咲")
        apply_for(event, family="大沢", given="誠", mail="makoto@clinic.example")
        run = open_run(event=announce(), attended=[])
        session.add_all(
            SurveyResponse(
                run_id=run.id, pair_token=token, stratum="no_code", channel=ResponseChannel.LINK, answers={}
            )
            for token in (None, "a token")
        )


def taken(app: Flask) -> Path:
    with app.app_context():
        return taking.take(app.config["TSUDOI"].instance_path.parent / "taken")


def put_back(app: Flask, file: Path, key: Path) -> restoring.Restored:
    with app.app_context():
        return restoring.restore(file, key)


def refusal(app: Flask, file: Path, key: Path) -> str:
    with pytest.raises(BackupFailed) as refused:
        put_back(app, file, key)
    return str(refused.value)


def rows_of(app: Flask) -> dict[str, list[str]]:
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: sorted(str(dict(row)) for row in connection.execute(select(table)).mappings())
            for table in Base.metadata.sorted_tables
        }


def rules_of(app: Flask) -> str:
    """The schema, with triggers. PostgreSQL writes the casts of a check otherwise once it was read again."""
    with app.app_context(), db.engine.connect() as connection:
        return re.sub(r"::[a-z ]+(\[\])?|[()\s]", "", pformat(schema_of(connection), width=1_000_000))


def is_empty(app: Flask) -> bool:
    """Whether nothing came into a place: no table, no file, nothing half-way."""
    place = app.config["TSUDOI"].instance_path
    left = [path for path in place.rglob("*") if path.name != taking.LOCK] if place.exists() else []
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            return not left
        tables = inspect(db.engine).get_table_names()
        db.engine.dispose()
        return not left and not tables


# -- whole, and while others write --------------------------------------------------------------------------


@pytest.mark.usefixtures("city")
def test_backup_comes_back_with_every_row_rule_and_trigger(
    app: Flask, unit: Unit, elsewhere: Flask, key: Path, clock: Clock
) -> None:
    run_round(app)
    with unit():
        queue_mail(to="a@b.example", subject="まだ", body="x", purpose="x")
    before = rows_of(app)
    file = taken(app)

    restored = put_back(elsewhere, file, key)

    after = rows_of(elsewhere)
    changed = {table for table in before if before[table] != after[table]}
    assert changed == {"audit_entry", "message", "restoration"}
    assert set(before["audit_entry"]) < set(after["audit_entry"])
    assert restored.held == 1
    assert rules_of(elsewhere) == rules_of(app)
    check_start(elsewhere)


def test_backup_holds_one_instant_while_others_write(
    app: Flask, unit: Unit, elsewhere: Flask, key: Path
) -> None:
    """Somebody is in the middle of storing something: the backup neither waits for that nor holds a part of it."""
    with unit():
        load_master_data()
    with app.app_context(), db.engine.connect() as other:
        other.execute(text("UPDATE profession SET name = 'x' || name"))
        file = taken(app)
        other.commit()

    put_back(elsewhere, file, key)

    with elsewhere.app_context(), db.engine.connect() as there:
        assert there.scalar(text("SELECT count(*) FROM profession WHERE name LIKE 'x%'")) == 0


@pytest.mark.usefixtures("city")
def test_backup_is_for_its_account_only_and_without_pairing_keys(
    app: Flask, unit: Unit, key: Path, tmp_path: Path
) -> None:
    home = app.config["TSUDOI"].instance_path
    with unit():
        pairing_key = next(key_folder().glob("*.key")).read_bytes()
    (home / "old_keys").mkdir()
    (home / "old_keys" / f"{uuid.uuid4()}.key").write_bytes(pairing_key)
    (home / "letterhead").mkdir()
    (home / "letterhead" / "seal.png").write_bytes(b"a picture")
    (home / "queue.sqlite3").touch()

    file = taken(app)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert b"SQLite" not in file.read_bytes()
    opened = tmp_path / "opened"
    opened.mkdir()
    archive.unseal(file, opened, archive.identities_of(key))
    held = {str(path.relative_to(opened)): path.read_bytes() for path in opened.rglob("*") if path.is_file()}
    assert set(held) == {"database", "files/letterhead/seal.png", "keys.env", "manifest.json"}
    assert not [name for name, content in held.items() if pairing_key in content]
    assert app.config["TSUDOI"].secret_key.encode() not in b"".join(held.values())


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("city")
def test_null_where_none_may_be_is_damage_and_sqlites_hearsay_of_one_is_none(app: Flask) -> None:
    """Before 3.41 SQLite says of every whole row of answers that it holds NULLs."""
    promise, none = "stratum VARCHAR(36) NOT NULL", "stratum VARCHAR(36)"
    rewrite = "UPDATE sqlite_master SET sql = replace(sql, '{}', '{}') WHERE name = 'response'"
    with app.app_context():
        file = str(db.engine.url.database)
        with db.engine.connect() as connection:
            assert databases.damage_in(connection) == ""
        db.engine.dispose()
        for statement in (
            rewrite.format(promise, none),
            "UPDATE response SET stratum = NULL",
            rewrite.format(none, promise),
        ):
            with closing(sqlite3.connect(file)) as rough:
                rough.execute("PRAGMA writable_schema=ON")
                rough.execute(statement)
                rough.commit()
        with db.engine.connect() as connection:
            assert databases.damage_in(connection) == "NULL value in response.stratum"


# -- what is refused ----------------------------------------------------------------------------------------


def test_file_that_was_cut_altered_or_sealed_for_another_key_puts_nothing_back(
    app: Flask, elsewhere: Flask, key: Path, tmp_path: Path
) -> None:
    whole = taken(app).read_bytes()
    other, cut, altered = (tmp_path / name for name in ("other.txt", "cut.age", "altered.age"))
    other.write_text(archive.new_key()[0])
    file = tmp_path / "whole.age"
    file.write_bytes(whole)

    assert "sealed for another one" in refusal(elsewhere, file, other)
    for length in (len(whole) - 1, len(whole) // 2, 100, 0):
        cut.write_bytes(whole[:length])
        assert "cut or altered" in refusal(elsewhere, cut, key)
    for place in (40, len(whole) // 2, len(whole) - 1):
        altered.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert "altered" in refusal(elsewhere, altered, key)
    assert "no secret key" in refusal(elsewhere, file, tmp_path / "missing.txt")
    assert is_empty(elsewhere)


def test_place_that_is_in_use_is_left_alone(app: Flask, unit: Unit, key: Path) -> None:
    with unit():
        load_master_data()
    file = taken(app)
    before = rows_of(app)

    said = refusal(app, file, key)

    assert "already" in said
    assert rows_of(app) == before


def test_backup_of_another_version_is_told_to_be_upgraded_after(
    app: Flask, unit: Unit, elsewhere: Flask, key: Path
) -> None:
    with unit() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0018'"))

    said = refusal(elsewhere, taken(app), key)

    assert "0018" in said
    assert "upgrade after" in said
    assert is_empty(elsewhere)


def test_other_keys_than_those_of_the_links_are_named_and_can_be_had(
    app: Flask, elsewhere: Flask, key: Path
) -> None:
    file = taken(app)
    mine: Settings = elsewhere.config["TSUDOI"]
    elsewhere.config["TSUDOI"] = replace(mine, ticket_key="another key, as long as a key has to be")

    assert refusal(elsewhere, file, key).startswith("TSUDOI_TICKET_KEY: ")

    with elsewhere.app_context():
        told = restoring.keys_of(file, key)
    assert told.splitlines() == [
        f"TSUDOI_LINK_KEY={mine.link_key}",
        f"TSUDOI_TICKET_KEY={mine.ticket_key}",
    ]
    assert is_empty(elsewhere)


@pytest.mark.postgresql_only
def test_backup_of_the_other_kind_of_database_is_refused(app: Flask, key: Path, tmp_path: Path) -> None:
    place = tmp_path / "lite"
    url = f"sqlite:///{place / 'x.sqlite3'}"
    lite = create_app(replace(app.config["TSUDOI"], database_url=url, instance_dir=str(place)))

    assert "backup is of postgresql" in refusal(lite, taken(app), key)
    assert is_empty(lite)


@pytest.mark.postgresql_only
def test_tool_that_is_missing_is_named_with_its_package(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(BackupFailed, match=r"pg_dump is not on this machine: .*postgresql-client"):
        taken(app)


def letterhead_of(app: Flask) -> Path:
    return app.config["TSUDOI"].instance_path / "letterhead" / "seal.png"


@pytest.fixture
def letterhead(app: Flask) -> None:
    """A file of the instance folder."""
    letterhead_of(app).parent.mkdir(parents=True)
    letterhead_of(app).write_bytes(b"a picture")


@pytest.mark.usefixtures("letterhead")
def test_restore_that_fails_half_way_leaves_no_server_something_to_start_on(
    app: Flask, elsewhere: Flask, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the rows are in: a SQLite file has no name yet, and other files are taken away again."""
    file = taken(app)

    def break_off(*_: object) -> None:
        raise BackupFailed("the disk failed.")

    monkeypatch.setattr(restoring, "_finish", break_off)
    assert refusal(elsewhere, file, key) == "the disk failed."

    assert not letterhead_of(elsewhere).exists()
    with elsewhere.app_context():
        if db.engine.dialect.name == "sqlite":
            assert not Path(str(db.engine.url.database)).exists()
    with pytest.raises(NotReady):
        check_start(elsewhere)


@pytest.mark.usefixtures("city", "letterhead")
def test_restore_that_is_killed_half_way_is_begun_again_by_the_next(
    app: Flask, elsewhere: Flask, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the power fails between the two transactions of PostgreSQL."""
    run_round(app)
    file = taken(app)
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(restoring, "_finish", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        put_back(elsewhere, file, key)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    with elsewhere.app_context():
        is_marked = db.engine.dialect.name == "postgresql"
    with pytest.raises(NotReady, match="restore was broken off" if is_marked else "database is empty"):
        check_start(elsewhere)
    command = elsewhere.test_cli_runner().invoke
    if is_marked:
        refused = command(args=["install"])
        assert (refused.exit_code, "flask --app wsgi restore" in refused.output) == (1, True)

    said = command(args=["restore", str(file), "--identity", str(key)])

    assert said.exit_code == 0, said.output
    assert ("had been broken off here" in said.output) == is_marked
    assert rules_of(elsewhere) == rules_of(app)
    assert rows_of(elsewhere)["application"] == rows_of(app)["application"] != []
    assert letterhead_of(elsewhere).read_bytes() == b"a picture"
    check_start(elsewhere)


@pytest.mark.postgresql_only
def test_restore_of_another_schema_over_what_was_broken_off_is_refused(
    app: Flask, elsewhere: Flask, key: Path
) -> None:
    """What the first one left may be more than the second one puts."""
    file = taken(app)
    with elsewhere.app_context():
        databases.begin(db.engine, "0001")

    assert "make the database anew, empty" in refusal(elsewhere, file, key)


# -- what follows a restore ---------------------------------------------------------------------------------


def test_nothing_is_sent_twice_after_a_restore(
    app: Flask, unit: Unit, elsewhere: Flask, key: Path, mail_server: MailServer
) -> None:
    with unit():
        queue_mail(to="waiting@b.example", subject="x", body="x", purpose="x")
    file = taken(app)
    run_round(app)  # it went out after the backup
    put_back(elsewhere, file, key)
    there = unit_for(elsewhere)
    with there():
        queue_mail(to="new@b.example", subject="x", body="x", purpose="x")

    run_round(elsewhere)

    assert [mail.recipients[0] for mail in mail_server.mails] == ["waiting@b.example"]
    with elsewhere.app_context():
        told = health()
    assert "held" in told.troubles
    assert told.ready

    with there():
        assert release() == 1
    run_round(elsewhere)

    assert [mail.recipients[0] for mail in mail_server.mails] == ["waiting@b.example", "new@b.example"]
    with there() as session:
        old = session.scalars(select(Message).where(Message.to_address == "waiting@b.example")).one()
        assert (old.state, old.failure) == (MessageState.FAILED, Failure.RESTORED)


def scan_once(event_id: uuid.UUID, device: Any) -> int:
    scan_id = uuid.uuid4()
    attempt = Attempt(
        scan_id=scan_id, scanned_at=clocks.now(), method=Method.CAMERA, ticket="NOBODY-KNOWS-THIS"
    )
    record_attempts(event_id=event_id, attempts=[attempt], device=device)
    return db.session.get_one(Scan, scan_id).cursor


def test_desks_hear_of_scans_after_a_restore_though_they_had_heard_of_more(
    app: Flask, unit: Unit, elsewhere: Flask, key: Path
) -> None:
    with unit():
        load_master_data()
        event = announce()
        device, _ = device_of(event)
        scan_once(event.id, device)
    file = taken(app)
    with unit():
        heard = [scan_once(event.id, device) for _ in range(3)][-1]
    put_back(elsewhere, file, key)

    with unit_for(elsewhere)():
        first, second = scan_once(event.id, device), scan_once(event.id, device)

    assert heard < first
    assert second == first + 1


def test_operator_is_told_of_missing_pairing_keys_and_of_the_chains(
    app: Flask, city: None, elsewhere: Flask, key: Path, tmp_path: Path
) -> None:
    run_round(app)
    done = app.test_cli_runner().invoke(args=["backup", "--to", str(tmp_path / "drill")])
    assert done.exit_code == 0, done.output
    file = next((tmp_path / "drill").glob("*.age"))

    said = elsewhere.test_cli_runner().invoke(args=["restore", str(file), "--identity", str(key)])

    assert said.exit_code == 0, said.output
    assert "1 surveys have no pairing key" in said.output
    assert "ok  audit_entry" in said.output
    assert "flask --app wsgi resume" in said.output
    again = elsewhere.test_cli_runner().invoke(args=["restore", str(file), "--identity", str(key)])
    assert (again.exit_code, "already" in again.output) == (1, True)
    assert elsewhere.test_cli_runner().invoke(args=["resume"]).exit_code == 0
    assert elsewhere.test_cli_runner().invoke(args=["resume"]).exit_code == 1


# -- every night --------------------------------------------------------------------------------------------


def test_worker_takes_a_backup_every_night_and_keeps_the_newest(
    app: Flask, clock: Clock, every_night: Path
) -> None:
    clock.set(datetime.fromisoformat("2027-01-18T02:59+09:00"))
    with app.app_context():
        nightly.note(nightly.WHOLE)
        db.session.commit()
    run_round(app)
    assert not every_night.exists()
    with app.app_context():
        assert noted(nightly.ASKED) == clock.now

    for day in range(3):
        clock.set(datetime.fromisoformat(f"2027-01-{18 + day}T03:00+09:00"))
        run_round(app)
        clock.forward(minutes=5)
        run_round(app)

    kept = sorted(path.name for path in every_night.iterdir())
    assert kept == ["tsudoi-20270118T180000Z.age", "tsudoi-20270119T180000Z.age"]


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """Files can grow no further than this, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_disk_leaves_no_file_and_is_tried_again(
    app: Flask, client: Client, clock: Clock, every_night: Path
) -> None:
    home = app.config["TSUDOI"].instance_path
    home.mkdir(parents=True, exist_ok=True)
    for name in ("a", "b"):
        (home / name).write_bytes(os.urandom(1_500_000))
    with app.app_context(), full_disk(2_500_000):
        assert nightly.take_if_due() is None
    assert list(every_night.iterdir()) == []
    assert not list(home.glob("backup-*"))
    assert "backup" in client.raw.get("/health/ready").get_json()["troubles"]
    with app.app_context():
        assert nightly.take_if_due() is None  # an hour later only

        clock.forward(hours=1)

        assert nightly.take_if_due() is not None
    told = client.raw.get("/health/ready").get_json()
    assert "backup" not in told["troubles"]
    assert told["backup_hours"] == 0


def test_several_workers_take_one_backup(
    app: Flask, clock: Clock, every_night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_by: list[str] = []

    def take(folder: Path) -> Path:
        taken_by.append("first")
        assert nightly.take_if_due() is None  # another worker comes by meanwhile
        file = folder / "tsudoi-x.age"
        folder.mkdir()
        file.touch()
        return file

    monkeypatch.setattr(taking, "take", take)
    with app.app_context():
        assert nightly.take_if_due() is not None
        assert nightly.take_if_due() is None
        db.session.rollback()
        assert noted(nightly.WHOLE) is not None
    assert taken_by == ["first"]
