"""Mails about applications."""

from __future__ import annotations

from trainings.core.web import render_mail
from trainings.messages.actions import queue_mail
from trainings.registration.models import Application
from trainings.registration.secrets import application_url


def tell(application: Application, template: str, **facts: object) -> bool:
    """Queue one mail to the applicant; False for someone who gave no address (staff call or write instead).

    template: name in templates/registration/mail/ without its ending. facts: what else it names.
    """
    if not application.mail:
        return False
    subject, body = render_mail(
        f"registration/mail/{template}.txt",
        application=application,
        event=application.event,
        link=application_url(application),
        **facts,
    )
    queue_mail(
        to=application.mail,
        subject=subject,
        body=body,
        purpose=f"registration_{template}",
        event_id=application.event_id,
        reference=str(application.id),
    )
    return True
