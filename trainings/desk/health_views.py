"""What a monitor or a proxy asks: does the process live, and can it serve. No word about people or contents."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from trainings.accounts.access import public
from trainings.core.logs import leaves_no_line
from trainings.desk import readiness
from trainings.desk.blueprint import bp


@bp.get("/health/live")
@public
@leaves_no_line
def live() -> ResponseReturnValue:
    """200 while the process answers at all."""
    return {"live": True}


@bp.get("/health/ready")
@public
@leaves_no_line
def ready() -> ResponseReturnValue:
    """200 while requests can be served, 503 otherwise; what else needs a look stands in `troubles`."""
    health = readiness.health()
    return health.as_json(), 200 if health.ready else 503
