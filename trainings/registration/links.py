"""「送り直し」: the secret links of everyone whom a mail address belongs to.

An address that serves several people gets application links only. One that serves one person gets the person link as
well, once it was confirmed; until then a link to a page with the button that confirms it. Every link goes to the address as
it is stored, never as it was typed now: an address that merely folds to the same letters may be somebody else's.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import current_app, url_for

from trainings.core import clock
from trainings.core.db import db, lock_words
from trainings.core.jobs import enqueue
from trainings.core.web import render_mail
from trainings.directory.models import PersonAddress
from trainings.directory.queries import canonical
from trainings.messages.actions import queue_mail
from trainings.messages.queries import written_since
from trainings.registration.models import Application, LinkRequest
from trainings.registration.people import addresses
from trainings.registration.queries import applications_with_mail, newest_with_mail
from trainings.registration.secrets import application_url

ON_ITS_WAY = timedelta(minutes=5)
PURPOSE = "registration_{}"
LINKS_ASKED = "links_asked"
"""Job: somebody asked for the links of an address (subject: LinkRequest)."""
ADDRESS_CONFIRMED = "address_confirmed"
"""Job: an address was confirmed (subject: PersonAddress)."""


def ask_for_links(*, mail: str) -> None:
    """Note that the links of an address are wanted. Nothing is looked up here: the answer takes as long for an unknown
    address as for a known one."""
    request = LinkRequest(id=uuid.uuid4(), mail=mail)
    db.session.add(request)
    db.session.flush()
    enqueue(LINKS_ASKED, subject=request.id)


def send_asked(request_id: uuid.UUID) -> None:
    """The job behind `ask_for_links`; what was asked is forgotten with it."""
    request = db.session.get(LinkRequest, request_id)
    if request is not None:
        send_links(mail=request.mail)
        db.session.delete(request)


def send_links(*, mail: str) -> int:
    """Queue one mail per application of this address (one link a mail), and the way to the history if the address
    serves one person only. How many were queued; 0 for an unknown address, which nobody is told, and for one that was sent
    its links just now: who presses again while the mail is on its way needs it once."""
    lock_words(f"links {mail}")
    applications = applications_with_mail(mail)
    events = {one.event_id for one in applications}
    if written_since(clock.now() - ON_ITS_WAY, to=mail, purpose=PURPOSE.format("links"), event_ids=events):
        return 0
    queued = 0
    for application in applications:
        _queue(application.mail, application, "links", application_url(application))
        queued += 1
    if addresses.sole_person(mail) is not None:
        for stored in dict.fromkeys(one.mail for one in applications):
            newest = next(one for one in applications if one.mail == stored)
            queued += _lead_to_history(addresses.address_of(newest), newest)
    return queued


def _lead_to_history(address: PersonAddress, application: Application) -> bool:
    """Mail the person link to an address that opens, the confirming link to one that was never confirmed, and nothing to
    one that waits for somebody's word."""
    if addresses.opens(address):
        _queue(address.mail, application, "person_link", _person_url(address))
    elif address.confirmed_at is None:
        _queue(address.mail, application, "confirm_address", confirm_url(address))
    else:
        return False
    return True


def answer_confirmed(address_id: uuid.UUID) -> None:
    """The job after a click: mail the person link where it opens; else ask the first address, once."""
    address = db.session.get_one(PersonAddress, address_id)
    application = newest_with_mail(canonical(address.person_id).id, address.mail)
    if application is None:
        return
    if addresses.opens(address):
        _lead_to_history(address, application)
        return
    if address.told_at is not None:
        return
    address.told_at = clock.now()
    for standing in addresses.standings_of(application.canonical_person_id):
        first = standing.address
        known_by = newest_with_mail(application.canonical_person_id, first.mail)
        if standing.opens and known_by is not None:
            _queue(first.mail, known_by, "second_address", _person_url(first))


def confirm_url(address: PersonAddress) -> str:
    """The public address of the page with the button that confirms."""
    return _public(url_for("guest.confirm_page", secret=addresses.confirm_secret(address)))


def _person_url(address: PersonAddress) -> str:
    return _public(url_for("guest.my_history", secret=addresses.person_secret(address)))


def _public(path: str) -> str:
    address: str = current_app.config["TSUDOI"].url(path)
    return address


def _queue(mail: str, application: Application, template: str, link: str) -> None:
    subject, body = render_mail(
        f"registration/mail/{template}.txt", application=application, event=application.event, link=link
    )
    queue_mail(
        to=mail,
        subject=subject,
        body=body,
        purpose=PURPOSE.format(template),
        event_id=application.event_id if template == "links" else None,
    )
