"""The drill of docs/operators.md, line by line as it is written there: a backup comes back, is looked at, and is taken away again."""

from __future__ import annotations

import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.support.applying import apply_for, make_event
from tests.support.databases import Database
from tests.support.hands import Unit
from tests.support.postgres import Cluster, free_port
from trainings.audit.actions import record
from trainings.desk.backups import archive, taking
from trainings.directory.actions import load_master_data
from trainings.messages.actions import queue_mail
from trainings.worker.rounds import run_round

SECRET, PUBLIC = archive.new_key()
PATIENCE_SECONDS = 120.0
LOOK = """{line} &
SERVER=$!
until curl --silent --fail http://127.0.0.1:{port}/health/ready; do kill -0 $SERVER; sleep 0.1; done
kill $SERVER; wait $SERVER"""
"""What stands for the operator's eyes: the server answers, and is ended again."""


@pytest.fixture
def overrides() -> dict[str, Any]:
    # As the recipe makes them: a key that holds blanks does not go through a shell.
    keys = {f"{name}_key": f"0123456789abcdefghijklmnopqrstuv-{name}" for name in ("link", "ticket")}
    return {"backup_recipients": PUBLIC, **keys}


@pytest.fixture
def file(app: Flask, unit: Unit, tmp_path: Path) -> Path:
    """Last night's backup of a city with two applications."""
    with unit():
        load_master_data()
        event = make_event("百人の集い")
        apply_for(event, family="髙橋", given="美咲")
        apply_for(event, family="大沢", given="誠", mail="makoto@clinic.example")
        record(verb="event.published", subject=("event", event.id))
    run_round(app)
    with unit():
        queue_mail(to="misaki@houkan.example", subject="s", body="b", purpose="test")
    with app.app_context():
        return taking.take(tmp_path / "stick")


@pytest.fixture
def server(database: Database, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What the page's words about PostgreSQL are here: its server's port, a name that nobody else has, no account to become."""
    if database.kind == "sqlite":
        yield {}
        return
    cluster: Cluster = request.getfixturevalue("postgres_server")
    name = f"drill_{uuid.uuid4().hex[:8]}"
    yield {
        "runuser -u postgres -- psql": f"psql --host 127.0.0.1 --port {cluster.port} --username postgres",
        "tsudoi_drill": name,
        ":5432/": f":{cluster.port}/",
    }
    with cluster.connect() as connection:
        left = "SELECT datname FROM pg_database WHERE datname = %s UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE %s"
        assert connection.execute(left, [name, f"{name}%"]).fetchall() == [], (
            "the drill takes everything away again"
        )


def lines_of_the_drill(page: str, *, kind: str) -> list[str]:
    (drill,) = re.findall(r"^### The drill\n(.+?)^## ", page, re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^    (\S.*)$", drill, re.MULTILINE)
    return [line for line in lines if kind == "postgresql" or not re.search("psql|postgresql", line)]


def test_drill_goes_as_it_is_written(
    file: Path, database: Database, server: dict[str, str], project_root: Path, tmp_path: Path
) -> None:
    key = tmp_path / "stick" / "tsudoi-key.txt"
    key.write_text(f"# public key: {PUBLIC}\n{SECRET}\n")
    place = tmp_path / "drill"
    place.mkdir()
    port = free_port()
    script = "\n".join(
        lines_of_the_drill((project_root / "docs/operators.md").read_text("utf-8"), kind=database.kind)
    )
    named = {"FILE": file, "KEYFILE": key}
    for name, value in named.items():
        script, found = re.subn(rf"^{name}=.*$", f"{name}={value}", script, flags=re.MULTILINE)
        assert found == 1
    for written, here in server.items():
        assert written in script
        script = script.replace(written, here)
    script = re.sub(
        r"^\S+gunicorn .*$", lambda line: LOOK.format(line=line[0], port=port), script, flags=re.M
    )
    script = script.replace(":8000", f":{port}")

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=project_root,
        env={name: value for name, value in os.environ.items() if not name.startswith(("TSUDOI_", "PG"))}
        | {"TMPDIR": str(place)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 mails that waited then are held" in done.stdout
    assert re.search(r"^ok  audit_entry  [1-9]\d* rows", done.stdout, re.MULTILINE)
    assert re.search(rf"^https://localhost:{port}/staff/sign-in/\S+$", done.stdout, re.MULTILINE)
    assert '"held"' in done.stdout
    assert '"ready":true' in done.stdout.replace(" ", "")
    assert list(place.iterdir()) == []
    assert "AGE-SECRET-KEY" not in done.stdout + done.stderr
