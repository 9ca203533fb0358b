"""One's own certificate, all of an event for organisers, and the public page that says whether one is genuine."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, by_link, public, signed_in
from trainings.accounts.models import Role
from trainings.audit.actions import record
from trainings.certificates import exports, texts
from trainings.certificates.queries import (
    certificate_by_code,
    certificate_of,
    page_of_certificates,
    valid_certificates,
)
from trainings.core.paper import pdf
from trainings.core.web import blueprint, download
from trainings.events.queries import event_by_slug
from trainings.printing.actions import order_paper
from trainings.registration.queries import application_by_link_secret

bp = blueprint("certificates")


@bp.get("/a/<secret>/certificate.pdf")
@by_link("application")
def own(secret: str) -> ResponseReturnValue:
    """The certificate as PDF; 404 while there is none."""
    application = application_by_link_secret(secret) or abort(404)
    row = certificate_of(application.id) or abort(404)
    return download(exports.certificates_pdf([row], row.number), exports.file_name(row), "application/pdf")


@bp.get("/staff/events/<slug>/certificates")
@allowed(Role.PLANNER)
def index(slug: str) -> ResponseReturnValue:
    """Who holds a certificate; each alone, or all of them to be printed. `without_mail=1`: whom no mail reaches."""
    event = event_by_slug(slug) or abort(404)
    without_mail = request.args.get("without_mail") == "1"
    rows = page_of_certificates(event.id, without_mail=without_mail)
    return render_template("certificates/index.html", event=event, rows=rows, without_mail=without_mail)


@bp.post("/staff/events/<slug>/certificates.pdf")
@allowed(Role.PLANNER)
def print_certificates(slug: str) -> ResponseReturnValue:
    """All of them, or a single one (`number`). A POST: that names left is written down. Many are made by the worker."""
    event = event_by_slug(slug) or abort(404)
    without_mail = request.form.get("without_mail") == "1"
    chosen, name = valid_certificates(event.id, without_mail=without_mail), exports.all_name(event)
    if "number" in request.form:
        chosen = [row for row in chosen if row.number == request.form["number"]]
        name = f"{request.form['number']}.pdf"
    if not chosen:
        flash(texts.NOBODY)
        return redirect(url_for("certificates.index", slug=slug))
    if len(chosen) > exports.MOST_AT_ONCE:
        wanted = {exports.WITHOUT_MAIL: True} if without_mail else None
        order = order_paper(event_id=event.id, kind=exports.KIND, staff=signed_in(), chosen=wanted)
        return redirect(url_for("printing.paper", slug=slug, order_id=order.id))
    try:
        printed = exports.certificates_pdf(chosen, event.title)
    except pdf.PdfUnavailable:
        flash(texts.PRINTING_MISSING)
        return redirect(url_for("certificates.index", slug=slug))
    record(
        verb="certificates.printed",
        subject=("event", event.id),
        event_id=event.id,
        detail={"n": len(chosen)},
    )
    return download(printed, name, "application/pdf")


@bp.get("/verify/<code>")
@public
def verify(code: str) -> ResponseReturnValue:
    """Whether a certificate is genuine and valid; of the name only the first letter of each part."""
    row = certificate_by_code(code)
    if row is None:
        return render_template("certificates/verify.html", certificate=None), 404
    masked = " ".join(part[0] + texts.MASK * (len(part) - 1) for part in row.name.split(" ") if part)
    return render_template("certificates/verify.html", certificate=row, masked=masked)
