"""The secrets of an application: its link and its ticket. Both are derived, neither is stored."""

from __future__ import annotations

from flask import current_app, url_for

from trainings.core import codes
from trainings.registration.models import Application

LINK = "application"


def application_secret(application: Application) -> str:
    """The secret of the application link (core.codes.secret_for)."""
    key = current_app.config["TSUDOI"].link_key
    return codes.secret_for(key, LINK, application.id, application.link_version)


def application_url(application: Application) -> str:
    """The public address of わたしの申込, as mails carry it."""
    path = url_for("guest.my_application", secret=application_secret(application))
    address: str = current_app.config["TSUDOI"].url(path)
    return address


def ticket_code(application: Application) -> str:
    """The ticket code of the present version; an older version's code opens nothing."""
    return codes.ticket_for(
        current_app.config["TSUDOI"].ticket_key, application.id, application.ticket_version
    )


def ticket_url(application: Application) -> str:
    """What the QR holds: upper case throughout, so that QR stores it in its compact alphanumeric mode."""
    address: str = current_app.config["TSUDOI"].url(f"/t/{ticket_code(application)}").upper()
    return address


def seal(application: Application) -> None:
    """Write the fingerprints of link and ticket; for a new application, and again after raising a version."""
    application.link_fingerprint = codes.fingerprint(application_secret(application))
    application.ticket_fingerprint = codes.fingerprint(ticket_code(application))


def kill_ticket(application: Application) -> None:
    """Make every printed or saved picture of the ticket worthless (substitution, loss)."""
    application.ticket_version += 1
    seal(application)


def renew(application: Application) -> None:
    """New secrets for link and ticket; the old ones open nothing any more."""
    application.link_version += 1
    application.ticket_version += 1
    seal(application)
