"""`flask backup`, `flask restore`, `flask hold` and `flask resume`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from trainings.audit.actions import record
from trainings.audit.chains import verify_chains
from trainings.core import actor
from trainings.core.db import reading, unit_of_work
from trainings.core.restoration import release
from trainings.desk.backups import archive, nightly, restoring, taking
from trainings.desk.backups.archive import BackupFailed
from trainings.surveys import pairing
from trainings.surveys.queries import events_with_keys, key_folder

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
CHAINS_BROKEN = 3
"""Exit code: the backup was put back, but trail or scans are not those that it was taken of."""


@click.command("backup")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder, if not TSUDOI_BACKUP_DIR.",
)
@click.option("--new-key", is_flag=True, help="Make no backup; print a new pair of keys.")
@with_appcontext
def backup(folder: Path | None, *, new_key: bool) -> None:
    """Take a backup of the database and its keys, sealed for TSUDOI_BACKUP_RECIPIENTS, while everything serves on."""
    if new_key:
        secret, public = archive.new_key()
        click.echo(f"# keep this line in the safe, not on this machine\n{secret}")
        click.echo(f"# the setting\nTSUDOI_BACKUP_RECIPIENTS={public}")
        return
    chosen = folder or Path(current_app.config["TSUDOI"].backup_dir)
    if not chosen.name:
        raise click.ClickException("name a folder with --to, or set TSUDOI_BACKUP_DIR")
    try:
        file = taking.take(chosen)
    except BackupFailed as why:
        raise click.ClickException(str(why)) from None
    with unit_of_work():
        nightly.note(nightly.WHOLE)
    click.echo(f"{file}  {file.stat().st_size} bytes")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--identity", required=True, type=FILE, help="File with the secret key.")
@click.option("--keys", "only_keys", is_flag=True, help="Restore nothing; print the keys for the settings.")
@with_appcontext
def restore(file: Path, identity: Path, *, only_keys: bool) -> None:
    """Put a backup back into an empty database and instance folder. The worker then waits for `flask resume`."""
    try:
        if only_keys:
            click.echo(restoring.keys_of(file, identity), nl=False)
            return
        restored = restoring.restore(file, identity)
    except BackupFailed as why:
        raise click.ClickException(str(why)) from None
    if restored.is_anew:
        click.echo("a restore had been broken off here: what it left was taken away first")
    click.echo(f"restored as of {restored.taken_at:%Y-%m-%d %H:%M:%S} UTC")
    _tell_of_missing_keys()
    _tell_what_waits(restored.held)
    sys.exit(0 if _chains_hold(restored.heads) else CHAINS_BROKEN)


def _tell_of_missing_keys() -> None:
    folder = key_folder()
    with reading():
        missing = [one for one in events_with_keys() if not pairing.has_key(folder, one)]
    if missing:
        click.echo(
            f"{len(missing)} surveys have no pairing key in {folder}: bring that folder from the old machine, "
            "or their answers cannot be paired any more"
        )


def _chains_hold(heads: dict[str, str]) -> bool:
    with reading():
        chains = verify_chains(heads)
    for chain in chains:
        click.echo(
            f"{'NO ' if chain.findings else 'ok '} {chain.table:<12} {chain.links} rows, head {chain.head}"
        )
    return not any(chain.findings for chain in chains)


@click.command("hold")
@click.option(
    "--as-of", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="Of which instant it is."
)
@with_appcontext
def hold(as_of: datetime) -> None:
    """After the database was put back in another way (a dump, a snapshot), before anything serves: as after a restore, no
    mail that waited goes out by itself, and the worker waits for `flask resume`."""
    with unit_of_work() as session:
        held = restoring.hold(session.connection(), as_of.astimezone(UTC))
    _tell_what_waits(held)


def _tell_what_waits(held: int) -> None:
    click.echo(f"{held} mails that waited then are held: they may have been sent since (page of mails)")
    click.echo("the worker sends and does nothing until `flask --app wsgi resume`")


@click.command("resume")
@with_appcontext
def resume() -> None:
    """After a restore: let the worker send mails and do its jobs again."""
    with actor.acting_as(actor.Actor(actor.ActorKind.CLI)), unit_of_work():
        if not release():
            raise click.ClickException("nothing holds the worker")
        record(verb="worker.resumed", subject=("worker", "worker"))
    click.echo("the worker works again, within a minute")
