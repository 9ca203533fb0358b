"""The ticket: opened by any phone camera from its QR. It shows no contact data and is no link to edit anything."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from trainings.accounts.access import by_link
from trainings.checkin.screens.venue_views import remember_ticket
from trainings.core.paper import qr
from trainings.guest.blueprint import bp
from trainings.guest.notices import notice_to_show
from trainings.registration.queries import application_by_ticket
from trainings.registration.secrets import ticket_url
from trainings.registration.states import State


@bp.get("/t/<code>")
@by_link("ticket")
def ticket(code: str) -> ResponseReturnValue:
    """Name, event, table and a large QR; a dead or unknown ticket is 404, with what may have become of it."""
    application = application_by_ticket(code)
    if application is None or application.state != State.CONFIRMED:
        return render_template(
            "guest/dead_ticket.html", event=application.event if application else None
        ), 404
    remember_ticket(code.upper())
    return render_template(
        "guest/ticket.html",
        application=application,
        event=application.event,
        notice=notice_to_show(application.event),
        picture=qr.picture(ticket_url(application)),
    )


@bp.get("/T/<code>")
@by_link("ticket")
def ticket_in_capitals(code: str) -> ResponseReturnValue:
    """The address as the QR holds it: upper case throughout."""
    return ticket(code)
