"""Certificates as pages to print."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import current_app, render_template, url_for

from trainings.certificates.models import Certificate
from trainings.certificates.queries import valid_certificates
from trainings.core import clock
from trainings.core.paper import pdf, qr, sheets
from trainings.core.paper.fitting import Box, Fitted, fit
from trainings.events.models import Event
from trainings.printing.actions import Paper
from trainings.printing.models import PaperOrder

NAME = Box(width=105, height=26, sizes=(24, 20, 17, 14, 12, 10), one_line=17, spacing=0.08)
"""Beside it stands 様."""
TITLE = Box(width=95, height=20, sizes=(12, 10, 9, 8), one_line=12)
PLACE = Box(width=95, height=21, sizes=(12, 10, 9, 8, 7), one_line=12)
ISSUER = Box(width=121, height=10, sizes=(14, 12, 10, 9, 8), one_line=10)
"""Their places on the page: css/certificate.css."""


@dataclass(frozen=True)
class Printed:
    """One certificate, as it stands on its page. address: of the page that verifies it, also as a QR code."""

    row: Certificate
    name: Fitted
    title: Fitted
    place: Fitted
    address: str
    picture: qr.QrPicture


def certificates_pdf(rows: Sequence[Certificate], title: str) -> bytes:
    """An A4 page for each. title: of the document. Raises `core.pdf.PdfUnavailable`."""
    return pdf.render(_page(rows, title), static_dir=Path(current_app.static_folder or ""))


def _page(rows: Sequence[Certificate], title: str) -> str:
    settings = current_app.config["TSUDOI"]
    return render_template(
        "certificates/certificate.html",
        title=title,
        certificates=[_printed(row) for row in rows],
        issuers=[fit(name, ISSUER) for name in (settings.city_name, settings.association_name)],
    )


def _printed(row: Certificate) -> Printed:
    event = row.application.event
    address = current_app.config["TSUDOI"].url(url_for("certificates.verify", code=row.code))
    return Printed(
        row=row,
        name=fit(row.name, NAME),
        title=fit(row.event_title, TITLE),
        place=fit(f"{event.venue} {event.room}", PLACE),
        address=address,
        picture=qr.picture(address),
    )


MOST_AT_ONCE = 20
"""Certificates that a page waits for; more are made by the worker."""
PART = 25
"""Laid out at a time by the worker: about two seconds."""
KIND = "certificates"
WITHOUT_MAIL = "without_mail"
"""In what an order is for: only people whom no mail reaches."""


def all_name(event: Event) -> str:
    """20270214_百人の集い_受講証明書.pdf"""
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, "受講証明書", ending="pdf")


def _of_order(order: PaperOrder) -> list[uuid.UUID | None]:
    without_mail = bool(order.chosen.get(WITHOUT_MAIL))
    return [row.id for row in valid_certificates(order.event_id, without_mail=without_mail)]


def _some_of_order(order: PaperOrder, ids: Sequence[uuid.UUID | None]) -> str:
    rows = valid_certificates(order.event_id, [id for id in ids if id is not None])
    return _page(rows, order.event.title)


ALL = Paper(people=_of_order, html=_some_of_order, file_name=all_name, part=PART)
"""All of an event, as the worker makes them."""


def file_name(row: Certificate) -> str:
    """2026-K12-04785.pdf"""
    return f"{row.number}.pdf"
