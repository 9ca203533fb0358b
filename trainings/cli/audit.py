"""`flask audit verify`: whether the chained tables are whole (audit.chains)."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup, with_appcontext

from trainings.audit.chains import Finding, Trouble, verify_chains
from trainings.core.db import only_read

audit = AppGroup("audit", help="The trail of who did what, and the scans of the door.")

SAYS = {
    Trouble.ROW_MISSING: "row {n} ({row_id}, written {at}) is missing",
    Trouble.ROW_CHANGED: "row {n} ({row_id}, written {at}) is not what it was, or stands in another place",
    Trouble.LINK_MISSING: "from place {n} on links of the chain are missing",
    Trouble.ROW_OUTSIDE: "row {row_id} (dated {at}) is in no chain: it came in past the program",
    Trouble.HEAD_UNKNOWN: "the head that was written down is not in this chain: it was cut or made anew",
}


@audit.command("verify")
@click.option(
    "--head", "heads", multiple=True, metavar="TABLE=DIGEST", help="A head that was printed earlier."
)
@with_appcontext
def verify(heads: tuple[str, ...]) -> None:
    """Compute the chains again and say where a row is missing. Exits with 1 if one is. Write down the heads it prints."""
    noted = dict(_split(one) for one in heads)
    only_read()
    try:
        chains = verify_chains(noted)
    except LookupError as unknown:
        raise click.BadParameter(f"there is no chain of {unknown}", param_hint="--head") from None
    for chain in chains:
        click.echo(
            f"{'NO ' if chain.findings else 'ok '} {chain.table:<12} {chain.links} rows, head {chain.head}"
        )
        for finding in chain.findings:
            click.echo(f"    {_sentence(finding)}")
    if any(chain.findings for chain in chains):
        sys.exit(1)


def _split(option: str) -> tuple[str, str]:
    table, sign, digest = option.partition("=")
    if not sign:
        raise click.BadParameter("must be TABLE=DIGEST", param_hint="--head")
    return table, digest


def _sentence(finding: Finding) -> str:
    at = f"{finding.at:%Y-%m-%d %H:%M:%S} UTC" if finding.at else "at an unknown time"
    return SAYS[finding.trouble].format(n=finding.n, row_id=finding.row_id, at=at)
