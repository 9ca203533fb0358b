"""`flask staff link MAIL`: the way in before any mail server is set up, and when one is down."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import inspect

from trainings.accounts import actions, queries
from trainings.accounts.models import Role
from trainings.core import actor, spellings
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests

staff = AppGroup("staff", help="Staff members.")


@staff.command("link")
@click.argument("mail")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="Create the staff member with this role, or add it; may be given several times.",
)
@click.option("--name", default="", help="Name of a new staff member; the part before the @ if left out.")
def link(mail: str, roles: tuple[str, ...], name: str) -> None:
    """Print a sign-in link for MAIL, valid once and for 15 minutes."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    click.echo(sign_in_link(app, mail=mail, roles=[Role(role) for role in roles], name=name))


def sign_in_link(app: Flask, *, mail: str, roles: list[Role], name: str) -> str:
    """A new link for a staff member, who is made or gets the roles if roles are given. Raises ClickException."""
    address = queries.account_mail(mail)
    if not spellings.is_mail(address):
        raise click.ClickException(f"{mail!r} is no mail address")
    with beside_requests(app):
        if not inspect(db.engine).has_table("staff"):
            raise click.ClickException("there are no tables yet: run `flask --app wsgi install` first")
        with actor.acting_as(actor.Actor(actor.ActorKind.CLI)), unit_of_work():
            member = queries.staff_by_mail(address)
            if member is None and not roles:
                raise click.ClickException(f"nobody has the address {address}; name a --role to create them")
            if member is None:
                member = actions.add_staff(mail=address, name=name or address.partition("@")[0], roles=roles)
            if not member.active:
                raise click.ClickException(f"{address} was deactivated; an administrator can undo that")
            actions.grant_roles(staff=member, roles=roles)
            return actions.link_address(actions.issue_link(staff=member))
