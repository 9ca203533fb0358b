"""Mails about applications.

Anybody can type anybody's address. So what a guest causes comes to a mailbox a dozen times an hour only, says nothing that a
guest has typed, and little when it is the first to an address that nobody has confirmed: the page behind its link tells the
rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from flask import current_app

from trainings.core import actor, clock
from trainings.core.actor import ActorKind
from trainings.core.db import db
from trainings.core.web import render_mail
from trainings.messages.actions import queue_mail
from trainings.messages.queries import newest_from_outside
from trainings.registration.models import Application
from trainings.registration.people.addresses import is_confirmed
from trainings.registration.secrets import application_url

OUTSIDE = frozenset({ActorKind.GUEST, ActorKind.APPLICANT})
MOST_AN_HOUR = 12
"""Receipts, news and links together. An office that applies for more of its people in an hour has the receipts on its
screen; links that were asked for wait until there is room."""
HOUR = timedelta(hours=1)
LITTLE = "little"
"""The template of the first that an address hears of an application, if a guest has caused it and nobody confirmed the
address."""

_of_guests: ContextVar[bool] = ContextVar("of_guests", default=False)


@contextmanager
def of_guests() -> Iterator[None]:
    """What is told in this block was caused by guests, though the worker tells it."""
    token = _of_guests.set(True)
    try:
        yield
    finally:
        _of_guests.reset(token)


def tell(
    application: Application,
    template: str,
    *,
    is_first: bool = False,
    **facts: object,
) -> bool:
    """Queue one mail to the applicant; False for someone who gave no address (staff call or write instead), or whose
    mailbox guests have filled enough for this hour.

    template: name in templates/registration/mail/ without its ending. is_first: the address hears of this application for
    the first time. facts: what else it names.
    """
    if not application.mail:
        return False
    from_outside = _of_guests.get() or actor.current().kind in OUTSIDE
    if from_outside and full_until(application.mail) is not None:
        return False
    says = LITTLE if from_outside and is_first and not is_confirmed(application.mail) else template
    subject, body = render_mail(
        f"registration/mail/{says}.txt",
        application=application,
        event=application.event,
        link=application_url(application),
        names_are_told=not from_outside,
        **facts,
    )
    queue_mail(
        to=application.mail,
        subject=subject,
        body=body,
        purpose=f"registration_{template}",
        event_id=application.event_id,
        reference=str(application.id),
        from_outside=from_outside,
    )
    return True


def tell_old_address(application: Application, old: str) -> None:
    """Tell an address that another one takes its place: whoever reads it may know nothing of that. Neither the new address
    nor a link stands in it, for it may have been a stranger's, mistyped."""
    from_outside = _of_guests.get() or actor.current().kind in OUTSIDE
    if not old or (from_outside and full_until(old) is not None):
        return
    subject, body = render_mail(
        "registration/mail/mail_left.txt",
        application=application,
        event=application.event,
        names_are_told=not from_outside,
    )
    queue_mail(
        to=old,
        subject=subject,
        body=body,
        purpose="registration_mail_left",
        event_id=application.event_id,
        reference=str(application.id),
        from_outside=from_outside,
    )


def full_until(address: str) -> datetime | None:
    """When guests may again cause a mail to the mailbox of an address; None if they may now."""
    if not current_app.config["TSUDOI"].rate_limits:
        return None
    db.session.flush()
    eldest = newest_from_outside(address, MOST_AN_HOUR)
    return eldest + HOUR if eldest is not None and eldest > clock.now() - HOUR else None
