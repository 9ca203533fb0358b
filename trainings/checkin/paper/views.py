"""Papers of the door: badges, the printed roster's times, and the file of a desk that could not send."""

from __future__ import annotations

import uuid
from enum import StrEnum

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, signed_in
from trainings.accounts.models import Role
from trainings.checkin import queries, texts
from trainings.checkin.models import Direction, Outcome
from trainings.checkin.paper import exports
from trainings.checkin.paper.badges import note_printed
from trainings.checkin.paper.keying import (
    Addition,
    Imported,
    Keyed,
    import_queue,
    key_in_roster,
    key_in_walk_in,
    times_of,
)
from trainings.checkin.passages.scanning import counts_exits
from trainings.checkin.queries import door_of
from trainings.checkin.refusals import CheckinRefusal
from trainings.core import names
from trainings.core.db import db
from trainings.core.paper import pdf
from trainings.core.refusal import Refused
from trainings.core.requests import sizes
from trainings.core.requests.unprintable import tell_unprintable
from trainings.core.web import blueprint, download
from trainings.directory.forms import optional_id
from trainings.events.models import Event, Session
from trainings.events.queries import event_by_slug
from trainings.printing.actions import order_paper
from trainings.registration.queries import Filter, applications_of_event
from trainings.registration.states import State

bp = blueprint("door_papers")

WALK_IN_FIELDS: dict[StrEnum, str] = {
    CheckinRefusal.NAME_MISSING: "name",
    CheckinRefusal.KANA_MISSING: "kana",
    CheckinRefusal.KANA_STRANGE: "kana",
    CheckinRefusal.GROUP_MISSING: "group",
    CheckinRefusal.BAD_TIME: "time",
    CheckinRefusal.TIME_AHEAD: "time",
}
"""Which field of somebody added a refusal is about, where it names nobody of the roster."""
ADDED = ("name", "kana", "group", "time")
"""The fields of somebody who stands in the margin."""


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


@bp.post("/staff/events/<slug>/badges.pdf")
@allowed(Role.PLANNER)
def badges(slug: str) -> ResponseReturnValue:
    """名札, ten to an A4. A POST, since every export of names is written to the audit trail.
    Many are made by the worker."""
    event = _event_or_404(slug)
    people = applications_of_event(event.id, Filter(states=[State.CONFIRMED]))
    if len(people) > exports.MOST_AT_ONCE:
        order = order_paper(event_id=event.id, kind=exports.KIND, staff=signed_in())
        return redirect(url_for("printing.paper", slug=slug, order_id=order.id))
    try:
        printed = exports.badge_sheets(event, people)
    except pdf.PdfUnavailable:
        flash(texts.PRINTING_MISSING)
        return redirect(url_for("checkin.door", slug=slug))
    note_printed(event_id=event.id, people=people, staff=signed_in())
    return download(printed, exports.badges_file_name(event), "application/pdf")


# -- the printed roster -------------------------------------------------------------------------------------


@bp.get("/staff/events/<slug>/roster/times")
@allowed(Role.PLANNER)
def keying(slug: str) -> ResponseReturnValue:
    """Type in what a printed roster says, its margin too; who was scanned already is shown with the time."""
    event = _event_or_404(slug)
    return _keying_page(event, _session_or_404(event, request.args.get("session", "")), {}, None, 200)


@bp.post("/staff/events/<slug>/roster/times")
@allowed(Role.PLANNER)
@sizes.takes(kilobytes=2000, fields=24_000)
def key_in(slug: str) -> ResponseReturnValue:
    """Both of the page's buttons keep everything that was typed."""
    event = _event_or_404(slug)
    session = _session_or_404(event, request.form.get("session", ""))
    sheet = _sheet()
    ways = [Direction.IN, Direction.OUT] if counts_exits(event) else [Direction.IN]
    # Of a long list the page has a part; of the others it says nothing.
    cells = {
        key: (one_id, way)
        for one_id in queries.seated_among(event.id, _ids_typed())
        for way in ways
        if (key := f"{way.value}-{one_id}") in request.form
    }
    typed = {key: request.form[key] for key in cells}
    rows = [Keyed(one_id, way, typed[key]) for key, (one_id, way) in cells.items()]
    added = {name: request.form.get(name, "") for name in ADDED}
    try:
        fresh = key_in_roster(session=session, sheet=sheet, rows=rows, staff=signed_in())
        if any(names.as_typed(one) for one in added.values()):
            key_in_walk_in(session=session, sheet=sheet, added=_addition(event, added), staff=signed_in())
    except Refused as refused:
        db.session.rollback()
        event = _event_or_404(slug)
        session = _session_or_404(event, request.form["session"])
        return _keying_page(event, session, typed | added, refused, 422)
    if added["name"]:
        flash(texts.WALK_IN_KEYED_IN.format(name=names.as_typed(added["name"])))
        tell_unprintable(added["name"])
    if fresh or not added["name"]:
        flash(texts.KEYED_IN.format(n=fresh) if fresh else texts.NOTHING_KEYED_IN)
    return redirect(
        url_for("door_papers.keying", slug=slug, session=session.id, page=request.args.get("page"))
    )


def _addition(event: Event, typed: dict[str, str]) -> Addition:
    """Somebody from the margin of the printed roster."""
    return Addition(
        name=typed["name"][:60],
        kana=typed["kana"][:80],
        group_id=next((one.id for one in event.groups if str(one.id) == typed["group"]), None),
        typed=typed["time"],
    )


def _sheet() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("sheet", ""))
    except ValueError:
        abort(400)


def _ids_typed() -> list[uuid.UUID]:
    """Whose times the form has."""
    told = {key.partition("-")[2] for key in request.form}
    return [one for text in told if (one := optional_id(text)) is not None]


def _keying_page(
    event: Event, session: Session, typed: dict[str, str], refused: Refused | None, status: int
) -> ResponseReturnValue:
    facts = refused.facts if refused else {}
    people = queries.page_of_seated(event.id)
    page = render_template(
        "checkin/keying.html",
        event=event,
        session=session,
        people=people,
        times=times_of(session, [one.id for one in people]),
        has_door=door_of(event.id) is not None,
        exits=counts_exits(event),
        sheet=request.form.get("sheet") or uuid.uuid4(),
        typed=typed,
        problem=refused.sentence(texts.REFUSALS) if refused else "",
        at=f"{facts['direction']}-{facts['application']}" if "application" in facts else "",
        at_added=WALK_IN_FIELDS.get(refused.code, "") if refused and "application" not in facts else "",
    )
    return page, status


def _session_or_404(event: Event, wanted: str) -> Session:
    """The session that is named, else the event's first."""
    found = [one for one in event.sessions if not wanted or str(one.id) == wanted]
    return found[0] if found else abort(404)


# -- the file of a desk -------------------------------------------------------------------------------------


@bp.get("/staff/events/<slug>/door/queue")
@allowed(Role.PLANNER)
def queue(slug: str) -> ResponseReturnValue:
    """Choose the file that a desk saved."""
    return _queue_page(_event_or_404(slug), "", 200)


@bp.post("/staff/events/<slug>/door/queue")
@allowed(Role.PLANNER)
@sizes.takes_file
def take_queue(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _queue_page(event, texts.FILE_MISSING, 422)
    try:
        imported = import_queue(event_id=event.id, content=file.read(), staff=signed_in())
    except Refused as refused:
        db.session.rollback()
        return _queue_page(_event_or_404(slug), refused.sentence(texts.REFUSALS), 422)
    for sentence in _told(imported):
        flash(sentence)
    return redirect(url_for("door_papers.queue", slug=slug))


def _queue_page(event: Event, problem: str, status: int) -> ResponseReturnValue:
    return render_template("checkin/queue.html", event=event, problem=problem), status


def _told(imported: Imported) -> list[str]:
    counts = {outcome.value: imported.outcomes[outcome] for outcome in Outcome}
    said = [texts.IMPORTED.format(fresh=imported.fresh, **counts)]
    if imported.known:
        said.append(texts.IMPORTED_KNOWN.format(known=imported.known))
    if imported.corrections:
        said.append(texts.IMPORTED_CORRECTIONS.format(n=imported.corrections))
    if imported.fees:
        said.append(texts.IMPORTED_FEES.format(n=imported.fees))
    for refused, name in imported.refused:
        said.append(texts.NOT_IMPORTED.format(name=name, say=refused.sentence(texts.REFUSALS)))
    return said
