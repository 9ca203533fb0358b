"""Badges of those who were not on the sheets of the day before: by the organiser on a begun sheet, or from a desk."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, public, signed_in
from trainings.accounts.models import Role
from trainings.checkin import texts
from trainings.checkin.paper import exports
from trainings.checkin.paper.badges import late_badges, note_printed
from trainings.core.paper import pdf
from trainings.core.web import blueprint, download
from trainings.events.queries import event_by_slug
from trainings.printing.actions import order_paper

bp = blueprint("door_badges")


@bp.post("/staff/events/<slug>/badges/late.pdf")
@allowed(Role.PLANNER)
def print_late(slug: str) -> ResponseReturnValue:
    """名札 of the people chosen, from a chosen place of a sheet that is partly used."""
    event = event_by_slug(slug) or abort(404)
    chosen = set(request.form.getlist("person"))
    people = [one.person for one in late_badges(event) if str(one.person.id) in chosen]
    start = request.form.get("start", 1, type=int)
    if not 1 <= start <= exports.BADGES_ON_A_SHEET:
        abort(400)
    if not people:
        flash(texts.NOBODY_CHOSEN)
        return redirect(url_for("checkin.door", slug=slug))
    if len(people) > exports.MOST_AT_ONCE:
        wanted = exports.chosen_badges(people, start=start)
        order = order_paper(event_id=event.id, kind=exports.KIND, staff=signed_in(), chosen=wanted)
        return redirect(url_for("printing.paper", slug=slug, order_id=order.id))
    try:
        printed = exports.badge_sheets(event, people, start=start)
    except pdf.PdfUnavailable:
        flash(texts.PRINTING_MISSING)
        return redirect(url_for("checkin.door", slug=slug))
    note_printed(event_id=event.id, people=people, staff=signed_in())
    return download(printed, exports.badges_file_name(event), "application/pdf")


@bp.get("/door/badge/<uuid:application_id>")
@public
def page(application_id: uuid.UUID) -> ResponseReturnValue:
    """The page that a desk prints from: it holds nothing until the desk's own script asks for the badge."""
    return render_template("checkin/desk_badge.html", application_id=application_id)
