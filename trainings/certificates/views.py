"""One's own certificate, and the public page that says whether one is genuine."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from trainings.accounts.access import by_link, public
from trainings.certificates import exports, texts
from trainings.certificates.queries import certificate_by_code, certificate_of
from trainings.core.web import blueprint, download
from trainings.registration.queries import application_by_link_secret

bp = blueprint("certificates")


@bp.get("/a/<secret>/certificate.pdf")
@by_link("application")
def own(secret: str) -> ResponseReturnValue:
    """The certificate as PDF; 404 while there is none."""
    application = application_by_link_secret(secret) or abort(404)
    row = certificate_of(application.id) or abort(404)
    return download(exports.certificates_pdf([row], row.number), exports.file_name(row), "application/pdf")


@bp.get("/verify/<code>")
@public
def verify(code: str) -> ResponseReturnValue:
    """Whether a certificate is genuine and valid; of the name only the first letter of each part."""
    row = certificate_by_code(code)
    if row is None:
        return render_template("certificates/verify.html", certificate=None), 404
    masked = " ".join(part[0] + texts.MASK * (len(part) - 1) for part in row.name.split(" ") if part)
    return render_template("certificates/verify.html", certificate=row, masked=masked)
