"""「送り直し」: the secret links of everyone whom a mail address belongs to.

An address that serves several people gets application links only. One that serves one person gets the person link as
well, once it was confirmed; until then a link to a page with the button that confirms it. Every link goes to the address as
it is stored, never as it was typed now: an address that merely folds to the same letters may be somebody else's.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, url_for
from sqlalchemy import delete

from trainings.core import clock
from trainings.core.db import db, lock_words
from trainings.core.jobs import enqueue
from trainings.core.web import render_mail
from trainings.directory.models import PersonAddress
from trainings.directory.queries import canonical
from trainings.messages.actions import queue_mail
from trainings.messages.queries import written_from_outside
from trainings.registration.mails import full_until
from trainings.registration.models import Application, LinkRequest
from trainings.registration.people import addresses
from trainings.registration.queries import applications_with_mail, newest_with_mail
from trainings.registration.secrets import application_url

ON_ITS_WAY = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(days=1)
PATIENCE = timedelta(hours=6)
"""So long does a request wait for room in a mailbox that strangers fill."""
LINKS_ASKED = "links_asked"
"""Job: somebody asked for the links of an address (subject: LinkRequest)."""
ADDRESS_CONFIRMED = "address_confirmed"
"""Job: an address was confirmed (subject: PersonAddress)."""


@dataclass(frozen=True)
class Letter:
    """A mail with one link. reference: what it is about, so that it does not come twice."""

    to: str
    application: Application
    template: str
    reference: str
    link: str

    @property
    def purpose(self) -> str:
        return f"registration_{self.template}"


def ask_for_links(*, mail: str) -> None:
    """Note that the links of an address are wanted. Nothing is looked up here: the answer takes as long for an unknown
    address as for a known one."""
    request = LinkRequest(id=uuid.uuid4(), mail=mail)
    db.session.add(request)
    db.session.flush()
    enqueue(LINKS_ASKED, subject=request.id)


def send_asked(request_id: uuid.UUID) -> None:
    """The job behind `ask_for_links`; what was asked is forgotten with it. What its mailbox has no room for comes later."""
    request = db.session.get(LinkRequest, request_id)
    if request is None:
        return
    later = _send_links(mail=request.mail, asked_at=request.asked_at)
    if later is None or later > request.asked_at + PATIENCE:
        db.session.delete(request)
    else:
        enqueue(LINKS_ASKED, subject=request.id, run_after=later)


def forget_unanswered() -> None:
    """What was asked and could not be answered in a day (its job was given up) is an address that nobody needs any more."""
    db.session.execute(delete(LinkRequest).where(LinkRequest.asked_at < clock.now() - FORGOTTEN_AFTER))


def _send_links(*, mail: str, asked_at: datetime) -> datetime | None:
    """Queue one mail per application of this address (one link a mail), and the way to the history if the address serves
    one person only; nothing for an unknown address, which nobody is told, and nothing twice: not what this request was
    sent before, nor what is on its way to somebody who pressed again. None, or when there is room for what is left."""
    lock_words(f"links {mail}")
    written = written_from_outside(mail, min(asked_at, clock.now() - ON_ITS_WAY))
    for letter in _letters(mail):
        if (letter.purpose, letter.reference) in written:
            continue
        later = full_until(letter.to)
        if later is not None:
            return later
        _queue(letter)
    return None


def _letters(mail: str) -> Iterator[Letter]:
    applications = applications_with_mail(mail)
    for application in applications:
        yield Letter(
            application.mail, application, "links", str(application.id), application_url(application)
        )
    if addresses.sole_person(mail) is None:
        return
    for stored in dict.fromkeys(one.mail for one in applications):
        newest = next(one for one in applications if one.mail == stored)
        letter = _way_to_history(addresses.address_of(newest), newest)
        if letter is not None:
            yield letter


def _way_to_history(address: PersonAddress, application: Application) -> Letter | None:
    """The person link for an address that opens, the confirming link for one that was never confirmed, and nothing for one
    that waits for somebody's word."""
    if addresses.opens(address):
        return Letter(address.mail, application, "person_link", str(address.id), _person_url(address))
    if address.confirmed_at is None:
        return Letter(address.mail, application, "confirm_address", str(address.id), confirm_url(address))
    return None


def answer_confirmed(address_id: uuid.UUID) -> None:
    """The job after a click: mail the person link where it opens; else ask the first address, once. If a mailbox has no
    room, again when it has."""
    address = db.session.get_one(PersonAddress, address_id)
    application = newest_with_mail(canonical(address.person_id).id, address.mail)
    if application is None:
        return
    letters = _after_confirming(address, application)
    full = [until for letter in letters if (until := full_until(letter.to)) is not None]
    if full:
        enqueue(ADDRESS_CONFIRMED, subject=address.id, run_after=max(full))
        return
    if not addresses.opens(address):
        address.told_at = address.told_at or clock.now()
    for letter in letters:
        _queue(letter)


def _after_confirming(address: PersonAddress, application: Application) -> list[Letter]:
    if addresses.opens(address):
        letter = _way_to_history(address, application)
        return [letter] if letter is not None else []
    if address.told_at is not None:
        return []
    asked = []
    for standing in addresses.standings_of(application.canonical_person_id):
        first = standing.address
        known_by = newest_with_mail(application.canonical_person_id, first.mail)
        if standing.opens and known_by is not None:
            asked.append(Letter(first.mail, known_by, "second_address", str(address.id), _person_url(first)))
    return asked


def confirm_url(address: PersonAddress) -> str:
    """The public address of the page with the button that confirms."""
    return _public(url_for("guest.confirm_page", secret=addresses.confirm_secret(address)))


def _person_url(address: PersonAddress) -> str:
    return _public(url_for("guest.my_history", secret=addresses.person_secret(address)))


def _public(path: str) -> str:
    address: str = current_app.config["TSUDOI"].url(path)
    return address


def _queue(letter: Letter) -> None:
    subject, body = render_mail(
        f"registration/mail/{letter.template}.txt",
        application=letter.application,
        event=letter.application.event,
        link=letter.link,
    )
    queue_mail(
        to=letter.to,
        subject=subject,
        body=body,
        purpose=letter.purpose,
        reference=letter.reference,
        event_id=letter.application.event_id if letter.template == "links" else None,
        from_outside=True,
    )
