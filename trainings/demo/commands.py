"""`flask sample-city`: what `make run` fills an empty database with."""

from __future__ import annotations

import click
from flask import Flask, current_app

from trainings.demo import city


@click.command("sample-city")
def sample_city() -> None:
    """Load the sample city into an empty database."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if app.config["TSUDOI"].environment == "production":
        raise click.ClickException("the sample city is for demo and test installations only")
    city.load(app)
