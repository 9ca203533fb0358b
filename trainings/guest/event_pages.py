"""What anybody may see: the list of events, an event, its calendar entry, and how things are done here."""

from __future__ import annotations

import json

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from trainings.accounts.access import current_staff, public
from trainings.core.web import download
from trainings.directory.queries import profession_groups
from trainings.events import texts
from trainings.events.exports import calendar_file, structured_data
from trainings.events.models import Event, EventKind, Selection
from trainings.events.queries import event_by_slug, groups_with_professions, past_events, upcoming_events
from trainings.guest.blueprint import bp
from trainings.registration.queries import counts_by_group
from trainings.skills.queries import taught_skills

CALENDAR = "text/calendar; charset=utf-8"


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Events by date, narrowed by kind and by who they are for."""
    kind = request.args.get("kind", "")
    group = request.args.get("group", "")
    events = [
        event
        for event in upcoming_events()
        if (not kind or event.kind == kind)
        and (not group or any(row.name == group and row.cap != 0 for row in event.groups))
    ]
    return render_template(
        "guest/index.html",
        events=events,
        past=past_events(),
        kinds={
            one: texts.KINDS[one]
            for one in (EventKind.HUNDRED, EventKind.SYMPOSIUM, EventKind.CASE_CONFERENCE)
        },
        groups=[one.name for one in profession_groups()],
        kind=kind,
        group=group,
        kind_names=texts.KINDS,
    )


def _public_event_or_404(slug: str) -> Event:
    """An event that guests may see; staff may look at drafts too."""
    event = event_by_slug(slug)
    if event is None or not (event.is_public or current_staff()):
        abort(404)
    return event


@bp.get("/e/<slug>")
@public
def event(slug: str) -> ResponseReturnValue:
    """One event: when, where, for whom, how seats are decided, how many have applied."""
    found = _public_event_or_404(slug)
    return render_template(
        "guest/event.html",
        event=found,
        kind=texts.KINDS[found.kind],
        counts=counts_by_group(found.groups),
        groups=groups_with_professions(found),
        is_lottery=found.selection == Selection.LOTTERY,
        responsible=texts.RESPONSIBLES[found.responsible],
        taught=taught_skills(found.id),
        certificate=found.certificate_rule.value != "none",
    )


@bp.get("/e/<slug>.ics")
@public
def calendar(slug: str) -> ResponseReturnValue:
    found = _public_event_or_404(slug)
    return download(calendar_file(found), f"{found.title}.ics", CALENDAR)


@bp.get("/e/<slug>.jsonld")
@public
def linked_data(slug: str) -> ResponseReturnValue:
    """The event as schema.org data, linked from its page: the strict policy allows no inline script."""
    found = _public_event_or_404(slug)
    return Response(json.dumps(structured_data(found), ensure_ascii=False), mimetype="application/ld+json")


@bp.get("/about/draw")
@public
def about_draw() -> ResponseReturnValue:
    return render_template("guest/about_draw.html")


@bp.get("/about/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("guest/privacy.html")


@bp.get("/about/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("guest/accessibility.html")
