"""A production installation as real processes: what it writes is its own, and slow visitors do not hold it up."""

from __future__ import annotations

import json
import os
import secrets
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE_SECONDS = 60.0
READ_SECONDS = 1


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    keys = {f"TSUDOI_{name}_KEY": secrets.token_urlsafe(48) for name in ("SECRET", "LINK", "TICKET")}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TSUDOI_")}
    return (
        plain
        | keys
        | {
            "TSUDOI_PUBLIC_URL": "https://tsudoi.example.jp",
            "TSUDOI_MAIL_FROM": "tsudoi@example.jp",
            "TSUDOI_INSTANCE_DIR": str(tmp_path / "instance"),
            "TSUDOI_READ_TIMEOUT_SECONDS": str(READ_SECONDS),
        }
    )


def install(root: Path, environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "install"],
        cwd=root,
        env=environment,
        umask=0o022,
        check=True,
        capture_output=True,
    )


def test_what_the_installation_writes_is_for_its_own_account_only(
    project_root: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o755)
    (folder / "queue.sqlite3").touch(mode=0o644)  # as an earlier version left it

    install(project_root, environment)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes == {"instance": 0o700, "queue.sqlite3": 0o600, "tsudoi.sqlite3": 0o600}


@contextmanager
def gunicorn(root: Path, environment: dict[str, str], port: int, log: Path) -> Iterator[None]:
    """One worker with one thread: whoever holds it holds everything."""
    command = (
        "-m",
        "gunicorn",
        "--workers",
        "1",
        "--threads",
        "1",
        "--bind",
        f"127.0.0.1:{port}",
        "wsgi:app",
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=root, env=environment, stdout=output, stderr=output
        )
    try:
        wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def wait_for(port: int) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("gunicorn did not start")


HEAD = b"GET / HTTP/1.1\r\nHost: tsudoi.example.jp\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nmail=a"
BODY = b"POST /links HTTP/1.1\r\nHost: tsudoi.example.jp\r\n" + FORM


@pytest.mark.parametrize("begun", [HEAD, BODY], ids=["head", "body"])
def test_visitor_who_sends_no_more_does_not_hold_the_server(
    project_root: Path, environment: dict[str, str], tmp_path: Path, begun: bytes
) -> None:
    install(project_root, environment)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log"

    with (
        gunicorn(project_root, environment, port, log),
        socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as slow,
    ):
        slow.sendall(begun)
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as other:
            other.sendall(HEAD.replace(b"GET /", b"GET /robots.txt") + b"Connection: close\r\n\r\n")
            answer = other.recv(4096)

    assert answer.startswith(b"HTTP/1.1 200 OK")
    # Serving without a proxy in front is said at the start.
    assert "serving without a proxy in front" in log.read_text()
    # gunicorn and the product write one object a line, from the first to the last.
    assert {"at", "level", "event", "words"} <= set.intersection(
        *(set(json.loads(line)) for line in log.read_text().splitlines())
    )


@pytest.mark.parametrize(
    "program",
    [("gunicorn", "--bind", "127.0.0.1:0", "wsgi:app"), ("flask", "--app", "wsgi", "worker")],
    ids=["web", "worker"],
)
def test_program_does_not_start_on_a_database_that_is_not_installed(
    project_root: Path, environment: dict[str, str], program: tuple[str, ...]
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", *program],
        cwd=project_root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert ended.returncode != 0
    assert "run `flask --app wsgi install` first" in ended.stderr
    assert "Traceback" not in ended.stderr
