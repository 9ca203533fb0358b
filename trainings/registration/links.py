"""「送り直し」: the secret links of everyone whom a mail address belongs to.

An address that serves several people gets application links only: a person link opens somebody's whole history and
goes to nobody but that one person. Every link goes to the address as it is stored, never as it was typed now: an
address that merely folds to the same letters may be somebody else's.
"""

from __future__ import annotations

from flask import current_app, url_for

from trainings.core.web import render_mail
from trainings.directory.actions import link_secret
from trainings.directory.queries import canonical, canonical_people_with_mail
from trainings.messages.actions import queue_mail
from trainings.registration.models import Application
from trainings.registration.queries import applications_with_mail
from trainings.registration.secrets import application_url


def send_links(*, mail: str) -> int:
    """Queue one mail per application of this address (one link a mail), and the person link if the address belongs to
    one person only. How many were queued; 0 for an unknown address, which nobody is told."""
    queued = 0
    applications = applications_with_mail(mail)
    for application in applications:
        _queue(application.mail, application, "links", application_url(application))
        queued += 1
    people = canonical_people_with_mail(mail)
    served = {application.canonical_person_id for application in applications}
    if len(people | served) == 1:
        person = canonical(next(iter(people | served)))
        path = url_for("guest.my_history", secret=link_secret(person))
        _queue(
            applications[0].mail if applications else person.mail,
            applications[0] if applications else None,
            "person_link",
            current_app.config["TSUDOI"].url(path),
        )
        queued += 1
    return queued


def _queue(mail: str, application: Application | None, template: str, link: str) -> None:
    event = application.event if application else None
    subject, body = render_mail(
        f"registration/mail/{template}.txt", application=application, event=event, link=link
    )
    queue_mail(
        to=mail,
        subject=subject,
        body=body,
        purpose=f"registration_{template}",
        event_id=event.id if event and template == "links" else None,
    )
