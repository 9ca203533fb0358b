"""Pages on which staff enter what came by FAX, phone or postcard."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, current_staff, public
from trainings.accounts.models import Role
from trainings.core.db import db
from trainings.core.paper import pdf
from trainings.core.refusal import Refused
from trainings.core.requests.browser import own_key
from trainings.core.requests.late_forms import keeps_typed
from trainings.core.requests.unprintable import tell_unprintable
from trainings.core.web import download
from trainings.events.models import Event
from trainings.events.queries import event_by_slug
from trainings.registration import texts
from trainings.registration.actions import submit_application
from trainings.registration.corrections.times import why_closed
from trainings.registration.list_views import beside_field
from trainings.registration.models import Channel
from trainings.registration.printing import printed_words
from trainings.registration.proxy import exports
from trainings.registration.proxy.forms import ProxyForm
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.views import bp


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


@bp.get("/staff/events/<slug>/applications/new")
@allowed(Role.PLANNER)
def proxy(slug: str) -> ResponseReturnValue:
    """Entering what came by FAX, phone or postcard; the channel of the last one is kept."""
    event = _event_or_404(slug)
    form = ProxyForm(formdata=None).for_event(event)
    form.channel.data = request.args.get("channel")
    return _page(event, form, "", 200)


@bp.post("/staff/events/<slug>/applications/new")
@keeps_typed
@allowed(Role.PLANNER)
def enter(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = ProxyForm().for_event(event)
    problem = ""
    if form.validate() and (asked := form.asks_about_deadline()):
        return _page(event, form, "", 422, asked)
    if form.validate():
        staff = current_staff()
        try:
            stored = submit_application(
                event_id=event.id,
                statement=form.statement(),
                channel=Channel(form.channel.data),
                idempotency_key=own_key(form.idempotency_key.data),
                sent_edition=form.edition,
                role=form.role.data,
                arrived_at=form.arrived_at(),
                entered_by_id=staff.id if staff else None,
            )
            flash(
                texts.ENTERED.format(
                    name=stored.full_name, code=stored.code, state=texts.STATES[stored.state]
                )
            )
            tell_unprintable(*printed_words(stored))
            return redirect(url_for("registration.proxy", slug=slug, channel=form.channel.data))
        except Refused as refused:
            db.session.rollback()
            event = _event_or_404(slug)
            form = ProxyForm().for_event(event)
            problem = beside_field(form, refused)
    return _page(event, form, problem, 422)


def _page(
    event: Event, form: ProxyForm, problem: str, status: int, asked: Sequence[str] = ()
) -> ResponseReturnValue:
    """The form; above it, why nobody could be entered now: a whole FAX is not to be typed for nothing."""
    closed = why_closed(event, Channel.FAX)
    page = render_template(
        "registration/proxy.html",
        event=event,
        form=form,
        problem=problem,
        asked=asked,
        closed=texts.FOR_STAFF[closed] if closed and not problem else "",
        frozen=closed == RegistrationRefusal.LIST_FROZEN,
    )
    return page, status


@bp.get("/e/<slug>/fax.pdf")
@public
def fax_sheet(slug: str) -> ResponseReturnValue:
    """開催案内 and 参加申込書 on one sheet, for whoever applies by FAX and for associations that forward it."""
    event = event_by_slug(slug)
    if event is None or not event.takes_applications:
        abort(404)
    try:
        printed = exports.fax_sheet(event)
    except pdf.PdfUnavailable:
        abort(503)
    return download(printed, exports.fax_sheet_name(event), "application/pdf")
