"""What `make run` starts: the sample city with web server, worker and a mail server that keeps nothing.

`python -m trainings.cli.serve`. Everything listens on this machine only and ends with Ctrl-C. Address and ports come
from the settings TSUDOI_PUBLIC_URL and TSUDOI_SMTP_PORT.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from flask import Flask
from flask.cli import ScriptInfo

from config import BadSetting, Settings
from trainings.accounts import queries, texts
from trainings.accounts.models import Role
from trainings.checkin import queries as checkin
from trainings.checkin.actions import door_secret
from trainings.cli.install import prepare
from trainings.cli.staff import sign_in_link
from trainings.core.db import unit_of_work
from trainings.core.web import beside_requests

ROOT = Path(__file__).resolve().parents[2]
SAMPLE_CITY = "sample-city"
"""The command that fills an empty database."""
PATIENCE_SECONDS = 30.0
WEB_WORKERS, THREADS = 2, 4


class CannotServe(Exception):
    """The sample city cannot start; the message says why."""


class Sink:
    """A mail server's handler: takes every mail and keeps none. The mailbox page reads the outbox."""

    async def handle_DATA(self, *_session: Any) -> str:
        return "250 OK"


def main() -> int:
    """Serve until Ctrl-C; the exit code."""
    os.environ.setdefault("TSUDOI_ENVIRONMENT", "demo")
    os.chdir(ROOT)  # relative paths in the settings mean the same to us and to the processes we start
    try:
        settings = Settings.from_environment()
        if settings.environment != "demo":
            raise CannotServe(
                "this starts the sample city only; docs/operators.md says how to serve a real one"
            )
        serve(settings)
    except (BadSetting, CannotServe) as trouble:
        print(f"tsudoi: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def serve(settings: Settings) -> None:
    """Prepare the database, start everything, wait for the end. Raises CannotServe."""
    host, port = address_of(settings)
    refuse_taken(host, port, "TSUDOI_PUBLIC_URL")
    refuse_taken(settings.smtp_host, settings.smtp_port, "TSUDOI_SMTP_PORT")
    app = ScriptInfo(app_import_path="wsgi:app").load_app()  # as gunicorn and the worker will load it
    fill(app)
    with ExitStack() as running:
        mails = Controller(Sink(), hostname=settings.smtp_host, port=settings.smtp_port)
        mails.start()
        running.callback(mails.stop)
        children = [running.enter_context(child(*command)) for command in commands(host, port)]
        wait_until_answering(host, port, children)
        print(banner(app), flush=True)
        wait_for_the_end(children)


def address_of(settings: Settings) -> tuple[str, int]:
    """Host and port of the public address."""
    parts = urlsplit(settings.public_url)
    return parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80)


def refuse_taken(host: str, port: int, setting: str) -> None:
    """Raise CannotServe when another program listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise CannotServe(f"port {port} of {host} is taken; choose another one by {setting}") from taken


def fill(app: Flask) -> None:
    """Bring the database up to date and, if nobody is in it yet, load the sample city."""
    prepare(app)
    with beside_requests(app), unit_of_work():
        is_empty = not queries.all_staff()
    if is_empty and SAMPLE_CITY in app.cli.commands:
        print("loading the sample city …", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", SAMPLE_CITY], cwd=ROOT, check=False
        )
        if done.returncode:
            raise CannotServe("the sample city could not be loaded")


def commands(host: str, port: int) -> Iterator[tuple[str, ...]]:
    """Web server and worker."""
    web = ("-m", "gunicorn", "--workers", str(WEB_WORKERS), "--threads", str(THREADS))
    yield (*web, "--bind", f"{host}:{port}", "--log-level", "warning", "wsgi:app")
    yield ("-m", "flask", "--app", "wsgi", "worker", "--quiet")


@contextmanager
def child(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process that is ended, politely first, when the block ends."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_answering(host: str, port: int, children: list[subprocess.Popen[bytes]]) -> None:
    """Raises CannotServe when a process ends, or nothing answers in time."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        refuse_ended(children)
        try:
            socket.create_connection((host, port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise CannotServe("the web server does not answer")


def refuse_ended(children: list[subprocess.Popen[bytes]]) -> None:
    for process in children:
        if process.poll() is not None:
            raise CannotServe(f"a process ended by itself: {process.args!r}")


def wait_for_the_end(children: list[subprocess.Popen[bytes]]) -> None:
    """Until SIGINT or SIGTERM. Raises CannotServe when a process ends before."""
    told: list[int] = []

    def tell(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, tell)
    while not told:
        refuse_ended(children)
        time.sleep(0.2)


def banner(app: Flask) -> str:
    """Where everything is, with a sign-in link for every role."""
    settings = app.config["TSUDOI"]
    lines = [
        "",
        f"  {settings.city_name}  {settings.url('/')}",
        f"  mailbox  {settings.url('/mailbox')}   every mail of the sample city; none leaves this machine",
        "",
        "  sign-in links, each valid once and for 15 minutes (later: sign in by mail, see the mailbox)",
    ]
    for role in Role:
        mail = member_with(app, role)
        link = sign_in_link(app, mail=mail, roles=[role], name=texts.ROLES[role])
        lines.append(f"    {role.value:<8} {mail:<32} {link}")
    doors = open_doors(app)
    if doors:
        lines += ["", "  a tablet at the door (open it on a phone or in a private window)"]
        lines += [f"    {title}  {link}" for title, link in doors]
    return "\n".join([*lines, "", "  Ctrl-C ends everything", ""])


def open_doors(app: Flask) -> list[tuple[str, str]]:
    """Title and enrolment link of every event whose door is open."""
    settings = app.config["TSUDOI"]
    with beside_requests(app), unit_of_work():
        return [
            (door.event.title, settings.url(f"/door/enrol/{door_secret(door)}"))
            for door in checkin.open_doors()
        ]


def member_with(app: Flask, role: Role) -> str:
    """The mail address of someone active who has this role, preferably no other; a made-up one if there is nobody."""
    with beside_requests(app), unit_of_work():
        fitting = [member for member in queries.all_staff() if member.active and role in member.roles]
        fitting.sort(key=lambda member: (len(member.roles), member.mail))
        return fitting[0].mail if fitting else f"{role.value}@city.keyaki.example"


if __name__ == "__main__":
    sys.exit(main())
