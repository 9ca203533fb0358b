"""`flask worker` and `flask sweep`."""

from __future__ import annotations

import logging

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from trainings.core.logs import OURS
from trainings.core.readiness import NotReady
from trainings.desk.readiness import check_start
from trainings.worker.rounds import run_round
from trainings.worker.service import Service


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


@click.command("worker")
@click.option("--quiet", is_flag=True, help="Log troubles only, not every round.")
@with_appcontext
def worker(*, quiet: bool) -> None:
    """Deliver mails and run jobs until SIGTERM: at once when nudged, and every minute."""
    logging.getLogger(OURS).setLevel(logging.WARNING if quiet else logging.INFO)
    logging.getLogger("huey").setLevel(logging.WARNING)
    try:
        check_start(_app())
    except NotReady as reason:
        raise click.ClickException(str(reason)) from None
    Service(_app()).run()


@click.command("sweep")
@with_appcontext
def sweep() -> None:
    """Do once what the worker does every minute, and say what was done."""
    click.echo(str(run_round(_app())))
