"""Pages of the door: what organisers prepare, enrolling a device, and the desk's own page."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, by_link, public
from trainings.accounts.models import Role
from trainings.audit.actions import record
from trainings.checkin import actions, queries, texts
from trainings.checkin.counter.fees import any_taken, paid_twice, takings_of
from trainings.checkin.desk.devices import limit_facets, proposed_name
from trainings.checkin.desk.shell import worker_script
from trainings.checkin.forms import DeviceForm
from trainings.checkin.models import Door
from trainings.checkin.paper import exports
from trainings.checkin.paper.badges import late_badges
from trainings.checkin.refusals import CheckinRefusal
from trainings.checkin.review.reading import count_open
from trainings.checkin.screens.board import board_of, names_of_missing
from trainings.checkin.screens.links import screen_secret
from trainings.core import clock, names, paging
from trainings.core.db import db
from trainings.core.paper import qr, sheets
from trainings.core.refusal import Refused
from trainings.core.requests import in_app, sizes, static_answers
from trainings.core.requests.asking import Question, ask, asks_first, is_sure
from trainings.core.requests.editions import MADE_FROM, Facet, clash_page, edition_of, meet_request
from trainings.core.web import blueprint, door_page, download
from trainings.events.models import Event
from trainings.events.queries import event_by_slug, lock_event
from trainings.events.whereabouts import news_of
from trainings.registration.models import Application
from trainings.registration.queries import Filter, applications_of_event, page_of_applications
from trainings.registration.states import State

bp = blueprint("checkin")


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


# -- organisers -------------------------------------------------------------------------------------------------


@bp.get("/staff/events/<slug>/door")
@allowed(Role.PLANNER)
def door(slug: str) -> ResponseReturnValue:
    """The door's state: link for devices, devices, arrivals by group."""
    return _door_page(_event_or_404(slug), "", 200)


def _door_page(event: Event, problem: str, status: int) -> ResponseReturnValue:
    found = queries.door_of(event.id)
    link = ""
    if found is not None and found.closed_at is None:
        path = url_for("checkin.enrol", secret=actions.door_secret(found))
        link = current_app.config["TSUDOI"].url(path)
    screen = _screen_address(found)
    board = board_of(event)
    is_open = found is None or found.closed_at is None
    page = render_template(
        "checkin/door.html",
        event=event,
        door=found,
        news=news_of(event),
        link=link,
        picture=qr.picture(link) if link else None,
        devices=queries.devices_of(event.id),
        board=board,
        missing=names_of_missing(event, board, by_table=is_open),
        matters=count_open(event.id) if found else 0,
        limit_made_from=edition_of(limit_facets(found)) if found else "",
        screen=screen,
        **_fees(event),
        late=late_badges(event),
        screen_picture=qr.picture(screen) if screen else None,
        cannot_open=texts.REFUSALS[closed] if (closed := actions.why_not_open(event)) else "",
        is_early=actions.is_early(event),
        problem=problem,
    )
    return page, status


def _back(slug: str) -> tuple[str, str]:
    return url_for("checkin.door", slug=slug), texts.BACK_TO_DOOR


def _fees(event: Event) -> dict[str, Any]:
    takings = takings_of(event.id)
    return {
        "takings": takings,
        "takes_fees": event.fee_amount is not None or bool(takings.boxes),
        "any_taken": any_taken(event.id),
        "paid_twice": paid_twice(takings),
    }


def _screen_address(door: Door | None) -> str:
    secret = screen_secret(door) if door is not None and door.closed_at is None else ""
    return current_app.config["TSUDOI"].url(url_for("door_board.screen", secret=secret)) if secret else ""


def _step(slug: str, step: Callable[[Event], object]) -> ResponseReturnValue:
    """Take one step with the event's door and show it again, with the sentence of a refusal."""
    try:
        step(_event_or_404(slug))
    except Refused as refused:
        db.session.rollback()
        return _door_page(_event_or_404(slug), refused.sentence(texts.REFUSALS), 422)
    return redirect(url_for("checkin.door", slug=slug))


@bp.post("/staff/events/<slug>/door/open")
@asks_first
@allowed(Role.PLANNER)
def open_door(slug: str) -> ResponseReturnValue:
    """Asks only when it is days before the event; near it the page with the button has said all there is to say."""
    if not is_sure():
        event = _event_or_404(slug)
        days = (event.doors_open_at.date() - clock.today()).days
        says = [texts.OPENS_EARLY.format(title=event.title, n=days), texts.OPEN_MEANS, texts.SHUT_AGAIN]
        return ask(Question(texts.OPENING, says, texts.OPEN_NOW, _back(slug)))

    def open_it(event: Event) -> None:
        actions.open_door(event_id=event.id)
        flash(texts.OPENED)

    return _step(slug, open_it)


@bp.post("/staff/events/<slug>/door/shut")
@allowed(Role.PLANNER)
def shut_door(slug: str) -> ResponseReturnValue:
    """The door was opened too early; the page that follows has the button that opens it again."""

    def shut(event: Event) -> None:
        actions.shut_door(event_id=event.id)
        flash(texts.SHUT)

    return _step(slug, shut)


@bp.post("/staff/events/<slug>/door/link")
@asks_first
@allowed(Role.PLANNER)
def renew_link(slug: str) -> ResponseReturnValue:
    if not is_sure():
        return ask(Question(texts.RENEWING_LINK, [texts.LINK_DIES], texts.RENEW_LINK, _back(slug)))
    return _step(slug, lambda event: actions.renew_door_link(event_id=event.id))


@bp.post("/staff/events/<slug>/door/devices/<uuid:device_id>/revoke")
@asks_first
@allowed(Role.PLANNER)
def revoke(slug: str, device_id: uuid.UUID) -> ResponseReturnValue:
    event = _event_or_404(slug)
    if not is_sure():
        device = next((one for one in queries.devices_of(event.id) if one.id == device_id), None) or abort(
            404
        )
        says = [
            texts.DEVICE_DIES.format(name=device.name),
            texts.STILL_UNSENT.format(n=device.unsent) if device.unsent else "",
        ]
        return ask(Question(texts.REVOKING, says, texts.REVOKE.format(name=device.name), _back(slug)))
    try:
        actions.revoke_device(event_id=event.id, device_id=device_id)
    except LookupError:
        abort(404)
    return redirect(url_for("checkin.door", slug=slug))


@bp.get("/staff/events/<slug>/tables")
@allowed(Role.PLANNER)
def tables(slug: str) -> ResponseReturnValue:
    """Table numbers, typed by hand."""
    return _tables_page(_event_or_404(slug), {}, "", "", 200)


def _facets_of_tables(people: Sequence[Application]) -> dict[str, Facet]:
    """Everybody's table as it stands."""
    return {
        f"table-{one.id}": Facet(
            texts.TABLE_OF.format(name=one.full_name), number := str(one.table_number or ""), number
        )
        for one in people
    }


def _confirmed(event: Event) -> Sequence[Application]:
    return applications_of_event(event.id, Filter(states=[State.CONFIRMED]))


def _tables_page(
    event: Event, typed: dict[str, str], problem: str, at: str, status: int
) -> ResponseReturnValue:
    people = page_of_applications(event.id, Filter(states=[State.CONFIRMED]))
    page = render_template(
        "checkin/tables.html",
        event=event,
        people=people,
        made_from=request.form.get(MADE_FROM) or edition_of(_facets_of_tables(people.rows)),
        arrivals=queries.first_arrivals(event.id),
        typed=typed,
        problem=problem,
        at=at,
    )
    return page, status


@bp.post("/staff/events/<slug>/tables")
@allowed(Role.PLANNER)
@sizes.takes(kilobytes=1000, fields=12_000)
def save_tables(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    typed = {
        key.removeprefix("table-"): value for key, value in request.form.items() if key.startswith("table-")
    }
    lock_event(event.id)
    # Only those on the page: of a long list that is a part.
    now = _facets_of_tables([one for one in _confirmed(event) if str(one.id) in typed])
    meeting = meet_request(
        now,
        {
            name: Facet(now[name].label, number := names.number(value), number)
            for key, value in typed.items()
            if (name := f"table-{key}") in now
        },
    )
    if meeting.is_clash:
        return clash_page(meeting, back=url_for("checkin.tables", slug=slug, page=paging.asked()))
    typed |= {name.removeprefix("table-"): meeting.texts[name] for name in meeting.untouched}
    try:
        actions.set_tables(event_id=event.id, tables={uuid.UUID(key): value for key, value in typed.items()})
    except ValueError:
        abort(400)
    except Refused as refused:
        db.session.rollback()
        at = str(refused.facts.get("application", ""))
        return _tables_page(_event_or_404(slug), typed, refused.sentence(texts.REFUSALS), at, 422)
    return redirect(url_for("checkin.tables", slug=slug, page=request.args.get("page")))


@bp.get("/staff/events/<slug>/roster")
@allowed(Role.PLANNER)
def roster(slug: str) -> ResponseReturnValue:
    """The printed roster: the last of the four ways in."""
    event = _event_or_404(slug)
    people = sorted(
        _confirmed(event),
        key=lambda one: (one.family_kana, one.given_kana),
    )
    return render_template("checkin/roster.html", event=event, people=people)


@bp.post("/staff/events/<slug>/roster.xlsx")
@allowed(Role.PLANNER)
def roster_workbook(slug: str) -> ResponseReturnValue:
    """受付名簿 as a workbook. A POST, since every export of names is written to the audit trail."""
    event = _event_or_404(slug)
    record(verb="roster.exported", subject=("event", event.id), event_id=event.id)
    return download(exports.roster_workbook(event), exports.file_name(event), sheets.XLSX)


# -- devices ----------------------------------------------------------------------------------------------------


@bp.get("/door/enrol/<secret>")
@by_link("door")
def enrol(secret: str) -> ResponseReturnValue:
    """The page behind the link: give the device a name."""
    found = queries.door_by_secret(secret) or abort(404)
    form = DeviceForm(formdata=None)
    if not found.event.is_public:
        return render_template("checkin/enrol.html", event=found.event, form=form), 410
    form.name.data = proposed_name(found.event_id)
    return render_template("checkin/enrol.html", event=found.event, form=form)


@bp.post("/door/enrol/<secret>")
@by_link("door")
def enrol_device(secret: str) -> ResponseReturnValue:
    """Enrol, and hand the token to the browser once; its script keeps it and goes on to the desk."""
    found = queries.door_by_secret(secret) or abort(404)
    form = DeviceForm()
    if not found.event.is_public:
        return render_template("checkin/enrol.html", event=found.event, form=form), 410
    if not form.validate():
        return render_template("checkin/enrol.html", event=found.event, form=form), 422
    try:
        device, token = actions.enrol_device(door=found, name=form.data["name"])
    except Refused as refused:
        form.name.errors = [refused.sentence(texts.REFUSALS)]
        return render_template("checkin/enrol.html", event=found.event, form=form), 422
    return render_template("checkin/enrolled.html", event=found.event, device=device, token=token)


@bp.get("/door")
@public
def desk() -> ResponseReturnValue:
    """The desk's page: the same shell for every event, without any secret."""
    door_page()
    return _shell()


def _shell() -> str:
    plain = texts.REFUSALS[CheckinRefusal.NAME_HOLDS_ADDRESS]
    return render_template("checkin/desk.html", in_app_signs=in_app.ANY, plain_names=plain)


@bp.get("/door/sw.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker of the desk's page; it may serve /door, one level above its own address."""
    script = worker_script(
        static_answers.present(),
        page=_shell(),
        addresses=[url_for("checkin.desk"), url_for("checkin.manifest")],
    )
    return script, {"Content-Type": "text/javascript; charset=utf-8", "Service-Worker-Allowed": "/door"}


@bp.get("/door/app.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """What a tablet needs to put the desk on its home screen."""
    icons = [
        {
            "src": url_for("static", filename=f"icons/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
        }
        for size in (192, 512)
    ]
    start = url_for("checkin.desk")
    told = {
        "id": start,
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "lang": "ja",
        "icons": icons,
    }
    return json.dumps(told | texts.INSTALLED), {"Content-Type": "application/manifest+json"}
