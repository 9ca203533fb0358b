"""What search engines are asked to leave alone."""

from __future__ import annotations

from flask import Response

from trainings.accounts.access import public
from trainings.guest.blueprint import bp

CLOSED = ("/staff", "/door", "/api/")
"""Pages behind secret links are not listed: a crawler that may not fetch them never reads that they are not to be indexed
(accounts.access), and lists the bare address."""


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """For crawlers, by RFC 9309."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
