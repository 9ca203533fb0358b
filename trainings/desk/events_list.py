"""All events of one fiscal year, each with its stage."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.core import clock
from trainings.desk import queries
from trainings.desk.blueprint import bp
from trainings.desk.stages import stage_names
from trainings.events import texts

YEARS = range(2000, 2101)


@bp.get("/staff/events")
@allowed(Role.PLANNER)
def events() -> ResponseReturnValue:
    """The events of one fiscal year by date."""
    this_year = clock.fiscal_year(clock.today())
    asked = request.args.get("year", this_year, type=int)
    year = asked if asked in YEARS else this_year
    found = queries.events_of_year(year)
    return render_template(
        "desk/events.html",
        year=year,
        this_year=this_year,
        events=found,
        has_earlier=bool(found) or queries.has_events_before(year),
        stages=stage_names(found),
        kinds=texts.KINDS,
    )
