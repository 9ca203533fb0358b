"""One browser, told from another by its session."""

from __future__ import annotations

from flask import session

from trainings.core.codes import fingerprint

LONGEST_KEY = 40
"""What fits into the columns that keep it; 160 bits."""


def browser_id() -> str:
    """64 hexadecimal digits, the same for all that this browser sends until its cookie is gone or it signs in; they follow
    from the seed of its forms' tokens, so no form can be sent without it."""
    return fingerprint(str(session.get("csrf_token", "")))


def own_key(typed: str) -> str:
    """What a form's own key stands for: the same key from another browser is another one, so that nobody is led to what
    somebody else has sent."""
    return fingerprint(f"{browser_id()} {typed}")[:LONGEST_KEY]
