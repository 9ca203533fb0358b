"""Certificates as pages to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import current_app, render_template, url_for

from trainings.certificates.models import Certificate
from trainings.core import clock
from trainings.core.paper import pdf, qr, sheets
from trainings.core.paper.fitting import Box, Fitted, fit
from trainings.events.models import Event

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
    settings = current_app.config["TSUDOI"]
    page = render_template(
        "certificates/certificate.html",
        title=title,
        certificates=[_printed(row) for row in rows],
        issuers=[fit(name, ISSUER) for name in (settings.city_name, settings.association_name)],
    )
    return pdf.render(page, static_dir=Path(current_app.static_folder or ""))


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


MOST_PAGES = 100
"""Certificates of one file: a page waits a few seconds for so many."""


def parts_of(rows: Sequence[Certificate]) -> list[Sequence[Certificate]]:
    """The files that all certificates of an event are printed from."""
    return [rows[at : at + MOST_PAGES] for at in range(0, len(rows), MOST_PAGES)]


def part_name(event: Event, part: int, parts: int) -> str:
    """20270214_百人の集い_受講証明書.pdf; with its number where there are several."""
    words = "受講証明書" if parts == 1 else f"受講証明書{part}"
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, words, ending="pdf")


def file_name(row: Certificate) -> str:
    """2026-K12-04785.pdf"""
    return f"{row.number}.pdf"
