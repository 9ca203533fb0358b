"""The mailbox of the sample city: every mail that would have gone out, with its links to press.

Registered for the sample city only; a real installation has no such route.
"""

from __future__ import annotations

import re
import uuid

from flask import abort, current_app, render_template
from flask.typing import ResponseReturnValue

from trainings.accounts.access import public
from trainings.core.web import blueprint
from trainings.messages import queries, texts
from trainings.messages.models import Message

bp = blueprint("mailbox")


@bp.get("/mailbox")
@public
def index() -> ResponseReturnValue:
    return render_template("demo/mailbox.html", mails=queries.newest_mails(), texts=texts)


@bp.get("/mailbox/<uuid:message_id>")
@public
def mail(message_id: uuid.UUID) -> ResponseReturnValue:
    message = queries.mail_by_id(message_id) or abort(404)
    body, why_not = _body(message)
    lines = [_pieces(line) for line in body.splitlines()]
    return render_template("demo/mail.html", mail=message, lines=lines, why_not=why_not, texts=texts)


def _body(message: Message) -> tuple[str, str]:
    """The text of a mail, and why there is none. A text that is made while sending is made once more for this page."""
    if message.late_body is None:
        return message.body or "", ""
    try:
        return current_app.extensions["late_bodies"][message.late_body](message), ""
    except Exception as error:
        # The key is gone, the link is used: whatever keeps the worker from sending it shows here too.
        return "", str(error)


def _pieces(line: str) -> list[tuple[str, str]]:
    """(text, path) parts of a line; only addresses of this site have a path and become links."""
    site = current_app.config["TSUDOI"].public_url.rstrip("/")
    parts = re.split(f"({re.escape(site)}/[^\\s]*)", line)
    return [(part, part.removeprefix(site) if part.startswith(f"{site}/") else "") for part in parts if part]
