"""`flask rehearse --out DIR`: the whole life of a 百人の集い against real servers, as `make rehearse` plays it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]


@click.command("rehearse")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the files."
)
def rehearse(out: Path) -> None:
    """Play an evening on throw-away databases; leave workbooks, record and mails in a folder and check them."""
    # A process of its own: the rehearsal starts servers on other databases than the one this command was given.
    command = [sys.executable, "-m", "bench.rehearse", "--out", str(out.resolve())]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)
