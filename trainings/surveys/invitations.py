"""The personal link of an invited person: derived when it is needed, stored nowhere."""

from __future__ import annotations

import uuid

from flask import current_app, url_for

from trainings.core.db import db
from trainings.core.web import render_mail
from trainings.messages.models import Message
from trainings.surveys import pairing, queries
from trainings.surveys.models import SurveyInvitation, SurveyRun


def personal_link(run: SurveyRun, invitation: SurveyInvitation) -> str:
    """The address of the run with the secret in its fragment, which browsers do not send to any server or log.

    Raises pairing.PairingKeyMissing.
    """
    return f"{run_link(run)}#{_token(run, invitation)}"


def run_link(run: SurveyRun) -> str:
    """The address of the run without a secret: the venue's QR."""
    address: str = current_app.config["TSUDOI"].url(url_for("surveys.answer", slug=run.slug))
    return address


def invitation_body(message: Message) -> str:
    """The text of an invitation mail; the worker calls this while sending. LookupError when its run is gone."""
    invitation = db.session.get(SurveyInvitation, uuid.UUID(message.reference or ""))
    if invitation is None:
        raise LookupError(f"no invitation {message.reference}")
    run = queries.runs_of_event(invitation.event_id)[-1]
    _, body = render_mail(
        "surveys/mail/invitation.txt",
        run=run,
        event=run.event,
        link=personal_link(run, invitation),
        token=_token(run, invitation),
    )
    return body


def _token(run: SurveyRun, invitation: SurveyInvitation) -> str:
    return pairing.token(pairing.read_key(queries.key_folder(), run.event_id), invitation.pair_uuid)
