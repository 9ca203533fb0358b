"""きょう, the start page, and the plan of the year."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, current_staff, may_open, sees_drafts
from trainings.accounts.actions import want_morning_mail
from trainings.accounts.models import Role
from trainings.checkin.desk.devices import new_devices
from trainings.checkin.models import Device, Door
from trainings.core import clock
from trainings.core.jobs import failed_jobs
from trainings.core.requests.proxies import is_forgotten
from trainings.desk import queries, texts
from trainings.desk.blueprint import bp
from trainings.desk.needs import tasks, tasks_of_the_server
from trainings.desk.stages import stages_of
from trainings.events.models import Event, EventState
from trainings.skills import queries as skills


@bp.get("/staff")
@allowed(Role.PLANNER, Role.TRAINER, Role.VIEWER, Role.ADMIN)
def today() -> ResponseReturnValue:
    """What needs a hand now, and the next events with their stage."""
    events = _shown(queries.current_events())
    staff = current_staff()
    plans = staff is not None and Role.PLANNER in staff.roles
    administers = staff is not None and Role.ADMIN in staff.roles
    return render_template(
        "desk/today.html",
        events=[(event, stages_of(event)) for event in events],
        tasks=tasks() if plans else tasks_of_the_server() if administers else [],
        failed_jobs=0 if plans else len(failed_jobs()),
        proxy_is_forgotten=is_forgotten(),
        new_devices=_by_event(new_devices()),
    )


@bp.post("/staff/morning-mail")
@allowed(Role.PLANNER)
def morning_mail() -> ResponseReturnValue:
    """Whether the planner who presses gets the morning mail."""
    staff = current_staff() or abort(403)
    wanted = request.form.get("wanted") == "1"
    want_morning_mail(staff=staff, wanted=wanted)
    flash(texts.MORNING_MAIL[wanted])
    return redirect(url_for("desk.today"))


def _shown(events: Sequence[Event]) -> list[Event]:
    """Without drafts for those who only read figures."""
    drafts = sees_drafts(current_staff())
    return [event for event in events if drafts or event.is_public]


def _by_event(found: Sequence[tuple[Door, Device]]) -> dict[Event, list[Device]]:
    devices: dict[Event, list[Device]] = {}
    for door, device in found:
        devices.setdefault(door.event, []).append(device)
    return devices


@bp.get("/staff/year")
@allowed(Role.PLANNER, Role.TRAINER, Role.VIEWER)
def year_plan() -> ResponseReturnValue:
    """The events of one fiscal year by month, and the skills that they teach and leave out."""
    this_year = clock.fiscal_year(clock.today())
    year = request.args.get("year", this_year, type=int)
    year = year if 2000 <= year <= 2100 else this_year
    events = _shown(queries.events_of_year(year))
    framework = skills.current_framework()
    taught = {event.id: skills.taught_skills(event.id) for event in events}
    covered = {
        row.skill_id for event in events if event.state != EventState.CALLED_OFF for row in taught[event.id]
    }
    domains = skills.skills_by_domain(framework) if framework else []
    staff = current_staff()
    return render_template(
        "desk/year_plan.html",
        year=year,
        events=[(event, stages_of(event), taught[event.id]) for event in events],
        asked=queries.events_with_survey([event.id for event in events]),
        teaches=staff is not None and may_open("skills.taught", staff),
        uncovered=[
            (domain, [skill for skill in rows if skill.id not in covered])
            for domain, rows in domains
            if any(skill.id not in covered for skill in rows)
        ],
    )
