"""The event board: one page that is an event's life."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.allocation import queries as allocation
from trainings.allocation.draws.outcome import outcome_by_group
from trainings.allocation.texts import VOID_CAUSES
from trainings.audit import queries as audit
from trainings.certificates.queries import count_valid
from trainings.core import clock
from trainings.core.small_numbers import rounded_down
from trainings.desk import queries
from trainings.desk.blueprint import bp
from trainings.desk.log import lines_of
from trainings.desk.needs import tasks
from trainings.desk.stages import stages_of
from trainings.events.models import Event, EventState
from trainings.events.queries import event_by_slug
from trainings.registration import texts as registration_texts
from trainings.registration.corrections.times import closed_to_staff
from trainings.registration.needs import CANDIDATES, SECOND_SEATS
from trainings.skills import queries as skills
from trainings.surveys import queries as surveys

FIRST_LINES = 20
"""So many lines of the log stand on the board; all of them on a page of their own."""


@bp.get("/staff/events/<slug>")
@allowed(Role.PLANNER)
def board(slug: str) -> ResponseReturnValue:
    """Stages on top; below, a tile a matter, the one of the present stage open."""
    event = event_by_slug(slug) or abort(404)
    runs = surveys.runs_of_event(event.id)
    run = runs[-1] if runs else None
    drawn = allocation.valid_draw(event.id)
    waits = tasks(event)
    return render_template(
        "desk/board.html",
        event=event,
        stages=stages_of(event),
        open_tile=_open_tile(event),
        tasks=waits,
        candidates=sum(one.need.n for one in waits if one.need.code in (CANDIDATES, SECOND_SEATS))
        if event.state == EventState.PUBLISHED
        else 0,
        counts=queries.applications(event),
        meaning=allocation.prospect_of(event),
        drawn=drawn,
        voided=allocation.voided_draws(event.id),
        causes=VOID_CAUSES,
        outcome=outcome_by_group(event, drawn),
        commitment=allocation.commitment_of(event.id),
        run=run,
        answers=rounded_down(surveys.answer_count(run)) if run else 0,
        certificates=count_valid(event.id),
        taught=skills.taught_skills(event.id),
        mails=queries.mails(event.id),
        log=lines_of(audit.entries_of_event(event.id, limit=FIRST_LINES)),
        entry_count=audit.count_of_event(event.id),
        channels=registration_texts.CHANNELS,
        may_enter=closed_to_staff(event) is None,
    )


@bp.get("/staff/events/<slug>/log")
@allowed(Role.PLANNER)
def log(slug: str) -> ResponseReturnValue:
    """Everything that happened to an event, newest first."""
    event = event_by_slug(slug) or abort(404)
    return render_template("desk/log.html", event=event, page=audit.page_of_event(event.id).showing(lines_of))


def _open_tile(event: Event) -> str:
    """Which tile the present stage is about."""
    instant = clock.now()
    if event.state == EventState.CLOSED:
        return "survey"
    if event.state == EventState.DRAFT or instant < event.application_closes_at:
        return "applications"
    if instant < event.doors_open_at:
        return "seats"
    return "door"
