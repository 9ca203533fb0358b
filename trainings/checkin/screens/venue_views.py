"""Self check-in: the code on a screen at the door, and what a guest's phone shows after scanning it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, render_template, session, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, by_link
from trainings.accounts.models import Role
from trainings.checkin import queries, texts
from trainings.checkin.desk.answers import untold
from trainings.checkin.forms import VenueForm
from trainings.checkin.models import Door, Method
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import ForeignScan, record_attempts
from trainings.checkin.screens import venue
from trainings.core import clock, names
from trainings.core.db import db
from trainings.core.paper import qr
from trainings.core.requests import limits
from trainings.core.requests.browser import browser_id
from trainings.core.requests.late_forms import is_late, keeps_typed
from trainings.core.requests.limits import Limit
from trainings.core.web import blueprint
from trainings.events.models import Event
from trainings.events.queries import event_by_slug
from trainings.registration.models import Application
from trainings.registration.queries import application_by_ticket, applications_at_door

bp = blueprint("venue")

TICKETS = "tickets"
"""Key of the session: codes of tickets that this browser has shown, newest last."""
MOST_TICKETS = 5

WRONG_IN_BROWSER = Limit("venue_browser", 5, 15)
WRONG_BY_CODE = Limit("venue_code", 5, 15)
WRONG_AT_EVENT = Limit("venue_event", 40, 15)


def remember_ticket(code: str) -> None:
    """Let this browser check in with a ticket that it has shown."""
    seen = [one for one in session.get(TICKETS, []) if one != code]
    session[TICKETS] = [*seen, code][-MOST_TICKETS:]


# -- at the door -----------------------------------------------------------------------------------------------------


@bp.get("/staff/events/<slug>/venue-code")
@allowed(Role.PLANNER)
def show(slug: str) -> ResponseReturnValue:
    """The code for a screen at the door; the page keeps itself fresh."""
    event = event_by_slug(slug) or abort(404)
    door = _open_door(event)
    address = ""
    if door is not None:
        code = venue.venue_code(_key(), event.id, door.link_version, clock.now())
        address = current_app.config["TSUDOI"].url(url_for("venue.arrive", slug=slug, code=code))
    return render_template(
        "checkin/venue_code.html", event=event, picture=qr.picture(address) if address else None
    )


def _key() -> str:
    key: str = current_app.config["TSUDOI"].link_key
    return key


def _open_door(event: Event) -> Door | None:
    door = queries.door_of(event.id)
    return door if door is not None and door.closed_at is None and event.is_public else None


# -- on the guest's phone -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where a scanned code leads. is_fresh: it may be used now."""

    event: Event
    is_fresh: bool


def _place_or_404(slug: str, code: str) -> Place:
    event = event_by_slug(slug)
    door = _open_door(event) if event is not None else None
    if event is None or door is None:
        abort(404)
    age = venue.age_of(code, _key(), event.id, door.link_version, clock.now())
    if age == venue.Age.UNKNOWN:
        abort(404)
    return Place(event, age == venue.Age.FRESH)


@bp.get("/v/<slug>/<code>")
@by_link("venue")
def arrive(slug: str, code: str) -> ResponseReturnValue:
    """One button for a browser that knows the ticket, else the question for 受付番号 and フリガナ."""
    place = _place_or_404(slug, code)
    form = VenueForm(formdata=None)
    form.scan_id.data = str(uuid.uuid4())
    return _page(place, form, _known(place.event), 200 if place.is_fresh else 410)


@bp.post("/v/<slug>/<code>")
@keeps_typed
@by_link("venue")
def check_in(slug: str, code: str) -> ResponseReturnValue:
    """The guest's own scan. Sent twice, it is one."""
    place = _place_or_404(slug, code)
    form = VenueForm()
    known = _known(place.event)
    if not place.is_fresh:
        return _page(place, form, known, 410)
    if not form.validate() and (known is None or is_late()):
        return _page(place, form, known, 422)
    if known is not None:
        # A refused attempt is a fact too: it is stored, so the answer is a success of the request.
        return render_template("checkin/venue_done.html", event=place.event, answer=_scanned(form, known))
    return _check_in_by_number(place, form, code)


def _check_in_by_number(place: Place, form: VenueForm, code: str) -> ResponseReturnValue:
    """For a browser that knows no ticket of this event. Numbers are short and kana are known to colleagues, so nothing is
    told about whom they belong to, and whoever has tried too often goes to the desk."""
    tried = _wrong_tries(place.event, code)
    db.session.rollback()  # the tries are counted in a transaction of their own
    if not _may_try(tried):
        return render_template("checkin/venue_at_desk.html", event=place.event), 429
    application = _meant(place.event, form)
    if application is None:
        form.number.errors = [texts.NO_SUCH_NUMBER]
        return _page(place, form, None, 422)
    limits.take_back(*tried)
    answer = _scanned(form, application)
    return render_template("checkin/venue_done.html", event=place.event, answer=untold(answer))


def _wrong_tries(event: Event, code: str) -> tuple[tuple[Limit, str], ...]:
    """What a wrong number counts for: a browser, which may be thrown away; a code, which is on show for half a minute; and
    the event."""
    return (
        (WRONG_IN_BROWSER, f"{event.id} {browser_id()}"),
        (WRONG_BY_CODE, f"{event.id} {code.lower()}"),
        (WRONG_AT_EVENT, str(event.id)),
    )


def _may_try(tried: tuple[tuple[Limit, str], ...]) -> bool:
    if not current_app.config["TSUDOI"].rate_limits:
        return True
    counted = limits.attempts(*tried)
    return all(n <= limit.limit for n, (limit, _) in zip(counted, tried, strict=True))


def _meant(event: Event, form: VenueForm) -> Application | None:
    """Whose number and kana these are, at this event."""
    numbers = venue.possible_numbers(names.code(form.number.data), event.code_prefix)
    kana = names.search_key(form.kana.data)
    for one in applications_at_door(ids=(), tickets=(), numbers=numbers):
        if one.event_id == event.id and kana and names.search_key(one.full_kana) == kana:
            return one
    return None


def _scanned(form: VenueForm, application: Application) -> dict[str, Any]:
    attempt = Attempt(
        scan_id=_scan_id(form), scanned_at=clock.now(), method=Method.SELF, application_id=application.id
    )
    try:
        return record_attempts(event_id=application.event_id, attempts=[attempt])[0]
    except ForeignScan:
        abort(400)


def _scan_id(form: VenueForm) -> uuid.UUID:
    try:
        return uuid.UUID(form.scan_id.data or "")
    except ValueError:
        abort(400)


def _known(event: Event) -> Application | None:
    """Whom this browser has a ticket of, at this event."""
    for code in reversed(session.get(TICKETS, [])):
        application = application_by_ticket(str(code))
        if application is not None and application.event_id == event.id:
            return application
    return None


def _page(place: Place, form: VenueForm, known: Application | None, status: int) -> ResponseReturnValue:
    page = render_template(
        "checkin/venue.html", event=place.event, form=form, known=known, is_fresh=place.is_fresh
    )
    return page, status
