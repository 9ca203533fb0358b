"""The public record of draws, the whole record for auditors, and taking a draw back."""

from __future__ import annotations

from pathlib import Path

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, current_staff, public
from trainings.accounts.models import Role
from trainings.allocation import exports, forms, queries, texts
from trainings.allocation.draws import publishing, voiding
from trainings.allocation.models import Draw, VoidCause
from trainings.allocation.refusals import AllocationRefusal
from trainings.allocation.views import bp
from trainings.audit.actions import record as audit
from trainings.core.db import db
from trainings.core.paper import sheets
from trainings.core.refusal import Refused
from trainings.core.requests.asking import asked_on
from trainings.core.web import download
from trainings.events.models import Event
from trainings.events.queries import event_by_slug
from trainings.seats.record import canonical
from trainings.seats.verifier import verify_draw

JSON = "application/json"
OK = 200


def _public_event_or_404(slug: str) -> Event:
    event = event_by_slug(slug)
    if event is None or not event.is_public:
        abort(404)
    return event


def _draw_or_404(event: Event, n: int) -> Draw:
    return next((draw for draw in queries.draws_of(event.id) if draw.n == n), None) or abort(404)


def _file(content: bytes, event: Event, draw: Draw) -> Response:
    response = Response(content, mimetype=JSON)
    response.headers["Content-Disposition"] = f"attachment; filename=draw-{event.code_prefix}-{draw.n}.json"
    return response


@bp.get("/e/<slug>/draw")
@public
def record(slug: str) -> ResponseReturnValue:
    """Every draw of an event: rules, odds by group, why, seed, result in numbers, and the way to repeat it."""
    event = _public_event_or_404(slug)
    draws = queries.draws_of(event.id)
    return render_template(
        "allocation/record.html",
        event=event,
        draws=publishing.public_draws(draws),
        lists=publishing.undrawn_lists(event, draws),
        waiting=queries.frozen_list(event),
        commitment=queries.commitment_of(event.id),
        steps_in_words=texts.STEPS,
        causes=texts.VOID_CAUSES,
    )


@bp.get("/e/<slug>/draw/<int:n>.json")
@public
def record_file(slug: str, n: int) -> ResponseReturnValue:
    event = _public_event_or_404(slug)
    draw = _draw_or_404(event, n)
    return _file(publishing.public_file(draw), event, draw)


@bp.get("/draw/verify_draw.py")
@public
def verifier() -> ResponseReturnValue:
    """The program that checks a record: one file that needs Python and nothing else."""
    program = Path(verify_draw.__file__)
    return download(program.read_bytes(), program.name, "text/x-python")


@bp.post("/staff/events/<slug>/draw/<int:n>/record")
@allowed(Role.PLANNER)
def whole_record(slug: str, n: int) -> ResponseReturnValue:
    """The whole record for an auditor. It names nobody, but it can single people out: taking it is written down."""
    event = event_by_slug(slug) or abort(404)
    draw = _draw_or_404(event, n)
    audit(verb="draw.record_taken", subject=("draw", draw.id), event_id=event.id)
    return _file(canonical(draw.record), event, draw)


@bp.post("/staff/events/<slug>/draw/<int:n>/result.xlsx")
@allowed(Role.PLANNER)
def result_workbook(slug: str, n: int) -> ResponseReturnValue:
    """Who took part, with names: a POST, since every export of names is written to the audit trail."""
    event = event_by_slug(slug) or abort(404)
    draw = _draw_or_404(event, n)
    audit(verb="draw.result_exported", subject=("draw", draw.id), event_id=event.id)
    return download(exports.result_workbook(event, draw), exports.result_name(event), sheets.XLSX)


@bp.get("/staff/events/<slug>/draw/<int:n>/record.pdf")
@allowed(Role.PLANNER, Role.VIEWER)
def council_record(slug: str, n: int) -> ResponseReturnValue:
    """The lottery record for the council; it names nobody."""
    event = event_by_slug(slug) or abort(404)
    draw = _draw_or_404(event, n)
    printed = exports.council_pdf(
        event, draw, queries.decided_by_hand(event.id), queries.moved_by_hand(event.id)
    )
    return download(printed, exports.council_name(event), "application/pdf")


@bp.get("/staff/events/<slug>/draw/void")
@allowed(Role.PLANNER)
def void_page(slug: str) -> ResponseReturnValue:
    return _void_page(event_by_slug(slug) or abort(404), forms.VoidForm(formdata=None), "", OK)


@bp.post("/staff/events/<slug>/draw/void")
@allowed(Role.PLANNER)
@asked_on("allocation.void_page")
def void(slug: str) -> ResponseReturnValue:
    event = event_by_slug(slug) or abort(404)
    form = forms.VoidForm()
    if not form.validate():
        return _void_page(event, form, "", 422)
    try:
        voiding.void_draw(
            event_id=event.id,
            cause=VoidCause(form.cause.data),
            reason=form.void_reason.data or "",
            staff=current_staff(),
        )
    except Refused as refused:
        db.session.rollback()
        again = event_by_slug(slug) or abort(404)
        return _void_page(again, form, refused.sentence(texts.REFUSALS), 422)
    flash(texts.VOIDED)
    return redirect(url_for("allocation.draw", slug=slug))


def _void_page(event: Event, form: forms.VoidForm, problem: str, status: int) -> ResponseReturnValue:
    affected, mails = voiding.count_decided_by_draw(event)
    page = render_template(
        "allocation/void.html",
        event=event,
        form=form,
        problem=problem,
        drawn=queries.valid_draw(event.id),
        # Nothing that was typed is lost when the door opened in the meantime.
        closed=texts.REFUSALS[AllocationRefusal.DOOR_OPEN]
        if status == OK and not voiding.may_void(event)
        else "",
        affected=affected,
        mails=mails,
    )
    return page, status
