"""One browser, told from another by its session."""

from __future__ import annotations

from flask import session

from trainings.core.codes import fingerprint


def browser_id() -> str:
    """64 hexadecimal digits, the same for all that this browser sends until its cookie is gone or it signs in; they follow
    from the seed of its forms' tokens, so no form can be sent without it."""
    return fingerprint(str(session.get("csrf_token", "")))
