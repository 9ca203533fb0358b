"""Databases for the benches: filled once, served by three workers, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask

from bench.servers import ROOT
from config import Settings
from tests.support import postgres
from tests.support.databases import lay_schema
from trainings import create_app
from trainings.core import clock
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.directory.actions import load_master_data
from trainings.events.actions import create_event, publish_event
from trainings.events.models import Event, EventKind, Selection
from trainings.skills.actions import load_framework
from trainings.skills.texts import FRAMEWORK_TITLE


@dataclass(frozen=True)
class Site:
    """name: of the database. app: in this process, on the same database. environment: for the servers."""

    name: str
    app: Flask
    environment: dict[str, str]

    def in_production(self, smtp_port: int) -> dict[str, str]:
        """The environment of servers and a worker that run as they do in a city: behind a proxy, rate limits on."""
        return self.environment | {
            "TSUDOI_ENVIRONMENT": "production",
            "TSUDOI_PUBLIC_URL": "https://tsudoi.example",
            "TSUDOI_TRUSTED_PROXIES": "1",
            "TSUDOI_RATE_LIMITS": "true",
            "TSUDOI_SMTP_PORT": str(smtp_port),
        }


@contextmanager
def working(environment: dict[str, str]) -> Iterator[None]:
    """The worker, beside a mail server that takes every mail; both stop at the end."""
    port = environment["TSUDOI_SMTP_PORT"]
    mails = ("aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink")
    worker = ("flask", "--app", "wsgi", "worker", "--quiet")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TSUDOI_")}
    children = [
        subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=kept | environment)
        for command in (mails, worker)
    ]
    try:
        yield
        if any(child.poll() is not None for child in children):
            raise RuntimeError("the worker or its mail server ended by itself")
    finally:
        for child in reversed(children):
            child.terminate()
            child.wait(30)


@contextmanager
def sites() -> Iterator[list[Site]]:
    """One empty site with master data on each database; both are thrown away at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="tsudoi-bench-") as folder,
        postgres.running(durable=True) as cluster,
    ):
        cluster.create_database("bench")
        addresses = {"sqlite": f"sqlite:///{folder}/bench.sqlite3", "postgresql": cluster.url("bench")}
        yield [_site(name, address, Path(folder)) for name, address in addresses.items()]


def _site(name: str, address: str, folder: Path) -> Site:
    instance = folder / name
    instance.mkdir()
    keys = {name: secrets.token_urlsafe(32) for name in ("secret_key", "link_key", "ticket_key")}
    settings = Settings.for_tests(
        database_url=address, instance_dir=str(instance), public_url="http://127.0.0.1", **keys
    )
    app = create_app(settings)
    with beside_requests(app):
        with db.engine.begin() as connection:
            lay_schema(connection)
        with unit_of_work():
            load_master_data()
            load_framework(FRAMEWORK_TITLE)
    environment = {
        f"TSUDOI_{key.upper()}": str(getattr(settings, key))
        for key in (
            *(
                "environment",
                "secret_key",
                "link_key",
                "ticket_key",
                "public_url",
                "database_url",
                "instance_dir",
            ),
            "mail_from",
        )
    }
    environment["TSUDOI_RATE_LIMITS"] = "false"
    return Site(name, app, environment)


def open_event(
    site: Site, *, kind: EventKind, capacity: int, selection: Selection | None = None
) -> uuid.UUID:
    """A published event that takes applications now, with this capacity and no quotas in the way."""
    with beside_requests(site.app), unit_of_work():
        event = create_event(kind=kind, on=clock.today() + timedelta(days=40), venue="bench")
        event.capacity, event.organisation_cap = capacity, None
        event.selection = selection or event.selection
        event.application_opens_at = clock.now() - timedelta(days=1)
        event.application_closes_at = clock.now() + timedelta(days=20)
        for group in event.groups:
            group.cap = None
        db.session.flush()
        publish_event(event_id=event.id)
        return event.id


def slug_of(site: Site, event_id: uuid.UUID) -> str:
    with beside_requests(site.app), unit_of_work():
        return db.session.get_one(Event, event_id).slug
