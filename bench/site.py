"""Databases for the benches: filled once, served by three workers, on SQLite and on PostgreSQL."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask

from config import Settings
from tests.support import postgres
from tests.support.databases import lay_schema
from trainings import create_app
from trainings.core import clock
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.directory.actions import load_master_data
from trainings.events.actions import create_event, publish_event
from trainings.events.models import Event, EventKind
from trainings.skills.actions import load_framework
from trainings.skills.texts import FRAMEWORK_TITLE


@dataclass(frozen=True)
class Site:
    """name: of the database. app: in this process, on the same database. environment: for the servers."""

    name: str
    app: Flask
    environment: dict[str, str]


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
    settings = Settings.for_tests(
        database_url=address, instance_dir=str(instance), public_url="http://127.0.0.1"
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


def open_event(site: Site, *, kind: EventKind, capacity: int) -> uuid.UUID:
    """A published event that takes applications now, with this capacity and no quotas in the way."""
    with beside_requests(site.app), unit_of_work():
        event = create_event(kind=kind, on=clock.today() + timedelta(days=40), venue="bench")
        event.capacity, event.organisation_cap = capacity, None
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
