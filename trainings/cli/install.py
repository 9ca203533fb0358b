"""`flask install`: bring the database to the present version and fill in the master data that is shipped."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from trainings.core import actor
from trainings.core.db import db, unit_of_work
from trainings.core.restoration import BEGIN_AGAIN, is_under_way
from trainings.core.web import beside_requests
from trainings.directory.actions import load_master_data
from trainings.skills.actions import load_framework
from trainings.skills.texts import FRAMEWORK_TITLE


@click.command("install")
@with_appcontext
def install() -> None:
    """Upgrade the database, with triggers, and add shipped master data that is missing. May run at any time."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    prepare(app)
    click.echo("the database is up to date")


def prepare(app: Flask) -> None:
    """What `flask install` does. Ends the process with the reason when a migration fails, or a restore was
    broken off here."""
    folder = app.config["TSUDOI"].instance_path
    folder.mkdir(parents=True, exist_ok=True)
    with beside_requests(app):
        with db.engine.connect() as connection:
            is_broken_off = is_under_way(connection)
        if is_broken_off:
            raise click.ClickException(BEGIN_AGAIN)
        app.extensions["migrate"].upgrade()
    with (
        beside_requests(app),
        actor.acting_as(actor.Actor(actor.ActorKind.CLI)),
        unit_of_work(),
    ):
        load_master_data()
        load_framework(FRAMEWORK_TITLE)
    _close_to_others(folder)


def _close_to_others(folder: Path) -> None:
    """Nobody but the service's account reads the database, the queue and the keys, also where an earlier version left them
    open."""
    folder.chmod(0o700)
    for path in folder.iterdir():
        path.chmod(0o700 if path.is_dir() else 0o600)
