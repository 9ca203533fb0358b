"""Mails about applications.

Anybody can type anybody's address. So what a guest causes comes to a mailbox a dozen times an hour only, says nothing that a
guest has typed, and little when it is the first to an address that nobody has confirmed: the page behind its link tells the
rest.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from trainings.core import actor, clock
from trainings.core.actor import ActorKind
from trainings.core.web import render_mail
from trainings.messages.actions import queue_mail
from trainings.messages.queries import mails_from_outside
from trainings.registration.models import Application
from trainings.registration.people.addresses import is_confirmed
from trainings.registration.secrets import application_url

OUTSIDE = frozenset({ActorKind.GUEST, ActorKind.APPLICANT})
MOST_AN_HOUR = 12
"""An office that applies for more of its people in an hour has the receipts on its screen, and its links by asking."""
LITTLE = "little"
"""The template of the first that an address hears of an application, if a guest has caused it and nobody confirmed the
address."""


def tell(
    application: Application,
    template: str,
    *,
    is_first: bool = False,
    by_guest: bool = False,
    **facts: object,
) -> bool:
    """Queue one mail to the applicant; False for someone who gave no address (staff call or write instead), or whose
    mailbox guests have filled enough for this hour.

    template: name in templates/registration/mail/ without its ending. is_first: the address hears of this application for
    the first time. by_guest: a guest has caused it though the worker sends it. facts: what else it names.
    """
    if not application.mail:
        return False
    from_outside = by_guest or actor.current().kind in OUTSIDE
    if from_outside and _is_filled(application.mail):
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


def _is_filled(address: str) -> bool:
    if not current_app.config["TSUDOI"].rate_limits:
        return False
    return mails_from_outside(address, clock.now() - timedelta(hours=1)) >= MOST_AN_HOUR
