"""`make run`: the sample city comes up as real processes, lets every role in, and goes away as a whole."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE_SECONDS = 120.0
ROLES = ("admin", "planner", "trainer", "viewer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def sample_city(root: Path, folder: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TSUDOI_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "trainings.cli.serve"],
        cwd=root,
        env=environment | {"TSUDOI_INSTANCE_DIR": str(folder / "instance")} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"ended without saying {words!r}:\n{said}")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def ports() -> tuple[int, int]:
    return free_port(), free_port()


def test_sample_city_starts_lets_every_role_in_and_ends_with_all_its_processes(
    project_root: Path, tmp_path: Path, ports: tuple[int, int]
) -> None:
    web, smtp = ports
    site = f"http://127.0.0.1:{web}"
    settings = {"TSUDOI_PUBLIC_URL": site, "TSUDOI_SMTP_PORT": str(smtp)}
    with sample_city(project_root, tmp_path, **settings) as process:
        said = read_until(process, "Ctrl-C")
        links = re.findall(rf"^ +(\w+) +\S+@\S+ +({site}/staff/sign-in/\S+)$", said, re.MULTILINE)
        pages = [urllib.request.urlopen(link, timeout=30).read().decode() for _, link in links]
        door = re.search(rf"^ +\S.* +({site}/door/enrol/\S+)$", said, re.MULTILINE)
        assert door is not None
        desk = urllib.request.urlopen(door[1], timeout=30).read().decode()
        mailbox = urllib.request.urlopen(f"{site}/mailbox", timeout=30).status
        took_mail = answers(smtp)

        process.send_signal(signal.SIGINT)
        code = process.wait(PATIENCE_SECONDS)

    assert [role for role, _ in links] == list(ROLES)
    assert all("サインインする" in page for page in pages)
    assert "第2回 多職種事例検討会" in desk
    assert (mailbox, took_mail) == (200, True)
    assert code == 0
    assert not answers(web)
    assert not answers(smtp)


@pytest.mark.parametrize("setting", ["TSUDOI_PUBLIC_URL", "TSUDOI_SMTP_PORT"])
def test_taken_port_is_named_with_its_setting(
    project_root: Path, tmp_path: Path, ports: tuple[int, int], setting: str
) -> None:
    web, smtp = ports
    settings = {"TSUDOI_PUBLIC_URL": f"http://127.0.0.1:{web}", "TSUDOI_SMTP_PORT": str(smtp)}
    with socket.socket() as other:
        other.bind(("127.0.0.1", web if setting == "TSUDOI_PUBLIC_URL" else smtp))
        other.listen()
        with sample_city(project_root, tmp_path, **settings) as process:
            said = process.communicate(timeout=PATIENCE_SECONDS)[0]

    assert process.returncode == 1
    assert f"is taken; choose another one by {setting}" in said


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"TSUDOI_SMPT_PORT": "25"}, "TSUDOI_SMPT_PORT: there is no such setting"),
        ({"TSUDOI_PUBLIC_URL": "http://tsudoi.example.jp"}, "TSUDOI_PUBLIC_URL: must be on this machine"),
        ({"TSUDOI_ENVIRONMENT": "production"}, "TSUDOI_SECRET_KEY: is required"),
    ],
)
def test_bad_setting_stops_the_start_in_one_line(
    project_root: Path, tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    with sample_city(project_root, tmp_path, **settings) as process:
        said = process.communicate(timeout=PATIENCE_SECONDS)[0]

    assert process.returncode == 1
    assert said.startswith(f"tsudoi: {words}")
    assert len(said.splitlines()) == 1


def test_other_environment_is_told_where_to_read(
    project_root: Path, tmp_path: Path, new_keys: Callable[[], dict[str, str]]
) -> None:
    settings = new_keys() | {
        "TSUDOI_ENVIRONMENT": "production",
        "TSUDOI_PUBLIC_URL": "https://tsudoi.example.jp",
        "TSUDOI_MAIL_FROM": "tsudoi@example.jp",
    }
    with sample_city(project_root, tmp_path, **settings) as process:
        said = process.communicate(timeout=PATIENCE_SECONDS)[0]

    assert process.returncode == 1
    assert "docs/operators.md" in said


@pytest.fixture
def new_keys() -> Callable[[], dict[str, str]]:
    return lambda: {f"TSUDOI_{name}_KEY": secrets.token_urlsafe(48) for name in ("SECRET", "LINK", "TICKET")}
