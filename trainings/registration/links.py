"""「送り直し」: the secret links of everyone whom a mail address belongs to.

An address that serves several people gets application links only: a person link opens somebody's whole history and
goes to nobody but that one person. Every link goes to the address as it is stored, never as it was typed now: an
address that merely folds to the same letters may be somebody else's.

Anyone can type a colleague's name, kana and office beside an address of their own, and the rule of identity will take
them for that colleague. So an address is a person's only where it came in with an application that made the person or
was theirs for certain (own link, licence number), and was not put there by a later correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import current_app, url_for

from trainings.audit.queries import entries_of_subject
from trainings.core import clock
from trainings.core.actor import ActorKind
from trainings.core.db import lock_words
from trainings.core.web import render_mail
from trainings.directory.actions import link_secret
from trainings.directory.identity import LinkedBy
from trainings.directory.models import Person
from trainings.directory.queries import canonical, canonical_ids_of, canonical_people_with_mail
from trainings.messages.actions import queue_mail
from trainings.messages.queries import written_since
from trainings.registration.models import Application
from trainings.registration.people import rules_of_links
from trainings.registration.queries import applications_with_mail
from trainings.registration.secrets import application_url

ON_ITS_WAY = timedelta(minutes=5)
PURPOSE = "registration_{}"
CERTAIN = frozenset({LinkedBy.OWN_LINK, LinkedBy.LICENCE})
"""What ties an application to a person beyond doubt; name, kana and office can be known to others."""


def send_links(*, mail: str) -> int:
    """Queue one mail per application of this address (one link a mail), and the person link if the address belongs to
    one person only. How many were queued; 0 for an unknown address, which nobody is told, and for one that was sent its
    links just now: who presses again while the mail is on its way needs it once."""
    lock_words(f"links {mail}")
    applications = applications_with_mail(mail)
    events = {one.event_id for one in applications}
    if written_since(clock.now() - ON_ITS_WAY, to=mail, purpose=PURPOSE.format("links"), event_ids=events):
        return 0
    queued = 0
    for application in applications:
        _queue(application.mail, application, "links", application_url(application))
        queued += 1
    theirs = _only_person_with(mail, applications)
    if theirs is not None:
        person, known_by = theirs
        path = url_for("guest.my_history", secret=link_secret(person))
        _queue(known_by.mail, known_by, "person_link", current_app.config["TSUDOI"].url(path))
        queued += 1
    return queued


def _only_person_with(mail: str, applications: Sequence[Application]) -> tuple[Person, Application] | None:
    """The one person whom an address belongs to, with an application that shows it."""
    people = canonical_people_with_mail(mail) | {one.canonical_person_id for one in applications}
    if len(people) != 1:
        return None
    person = canonical(next(iter(people)))
    guessed = {id for id, rule in rules_of_links(canonical_ids_of(person.id)).items() if rule not in CERTAIN}
    for application in applications:
        if str(application.id) not in guessed and not _mail_was_corrected(application):
            return person, application
    return None


def _mail_was_corrected(application: Application) -> bool:
    return any(
        "mail" in entry.detail.get("fields", ())
        for entry in entries_of_subject("application", application.id)
        if entry.verb == "application.changed" and entry.actor_kind != ActorKind.STAFF
    )


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
