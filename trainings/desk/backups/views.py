"""控え: when the last backup was taken, and what an administrator asks of whoever looks after the server."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.core.jobs import noted
from trainings.core.restoration import held
from trainings.desk.backups import nightly
from trainings.desk.blueprint import bp


@bp.get("/staff/backups")
@allowed(Role.ADMIN, Role.PLANNER)
def backups() -> ResponseReturnValue:
    """The state of the backups in words."""
    return render_template(
        "desk/backups.html",
        is_on=nightly.is_on(),
        whole_at=noted(nightly.WHOLE),
        failed_at=nightly.failed_at(),
        restored=held(),
    )
