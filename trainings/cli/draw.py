"""`flask draw verify RECORD`: check the record of a draw and repeat the draw, without settings and without a database."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from trainings.seats.verifier import verify_draw

draw = AppGroup("draw", help="Records of draws.")

SAYS = {
    "format": "the file is a record in its canonical form, and its fingerprint is right",
    "earlier": "it follows the earlier record",
    "seed": "the seed follows from the list, the sealed secret and the public number",
    "people": "rules and people fit together",
    "reserves": "every reserved seat that can be kept is kept, and every seat that can be filled",
    "levels": "the odds are as equal as the rules allow",
    "odds": "the odds of everybody are rounded as specified",
    "draw": "the seed leads to this roster",
    "waiting": "and to this waiting list",
}
"""Check of the verifier → what holds when it passes."""


@draw.command("verify")
@click.argument("record", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("earlier", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(record: Path, earlier: Path | None) -> None:
    """Check RECORD; EARLIER is the record of the draw that it replaces, if there was one. Exits with 1 if it fails."""
    results = verify_draw.verify(
        record.read_bytes().strip(), earlier.read_bytes().strip() if earlier is not None else None
    )
    for check, wrong in results:
        click.echo(f"{'ok ' if not wrong else 'NO '} {check:<9} {wrong or SAYS[check]}")
    if any(wrong for _, wrong in results):
        click.echo("This record does not hold.")
        sys.exit(1)
    click.echo("This record holds: the draw repeats.")


def verifying_app() -> Flask:
    """An application that can do nothing but check records."""
    app = Flask("trainings")
    app.cli.add_command(draw)
    return app
