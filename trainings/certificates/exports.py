"""The certificate as a page to print."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, render_template, url_for

from trainings.certificates.models import Certificate
from trainings.core.paper import pdf, qr
from trainings.events import texts as event_texts


def certificate_pdf(row: Certificate) -> bytes:
    """One A4 page. Raises `core.pdf.PdfUnavailable`."""
    address = current_app.config["TSUDOI"].url(url_for("certificates.verify", code=row.code))
    page = render_template(
        "certificates/certificate.html",
        certificate=row,
        address=address,
        picture=qr.picture(address),
        event=row.application.event,
        responsible=event_texts.RESPONSIBLES[row.application.event.responsible],
        kind=event_texts.KINDS[row.application.event.kind],
    )
    return pdf.render(page, static_dir=Path(current_app.static_folder or ""))


def file_name(row: Certificate) -> str:
    """2026-K12-04785.pdf"""
    return f"{row.number}.pdf"
