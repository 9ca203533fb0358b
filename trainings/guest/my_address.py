"""Saying that a mail address is one's own: the page with the button, and the answer to a second address."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import by_link
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.directory.models import PersonAddress
from trainings.directory.queries import canonical
from trainings.guest import texts
from trainings.guest.blueprint import bp
from trainings.guest.my_history import history_or_404
from trainings.registration.links import ADDRESS_CONFIRMED
from trainings.registration.models import Application
from trainings.registration.people.addresses import address_to_confirm, answer_for, confirm_address
from trainings.registration.queries import newest_with_mail


def _address_or_404(secret: str) -> tuple[PersonAddress, Application]:
    """The address and the newest application that names it; 404 for an address that no application names any more."""
    address = address_to_confirm(secret) or abort(404)
    application = newest_with_mail(canonical(address.person_id).id, address.mail) or abort(404)
    return address, application


@bp.get("/p/<secret>/confirm")
@by_link("address")
def confirm_page(secret: str) -> ResponseReturnValue:
    """What confirming means, and the button; afterwards that it was pressed. It says nothing about other addresses."""
    address, application = _address_or_404(secret)
    return render_template(
        "guest/confirm_address.html", address=address, application=application, secret=secret
    )


@bp.post("/p/<secret>/confirm")
@by_link("address")
def confirm(secret: str) -> ResponseReturnValue:
    """The same answer whether the history opens or another address has to agree; the worker mails what follows."""
    address, _ = _address_or_404(secret)
    confirm_address(address)
    enqueue(ADDRESS_CONFIRMED, subject=address.id)
    return redirect(url_for("guest.confirm_page", secret=secret))


@bp.post("/p/<secret>/addresses/<uuid:address_id>")
@by_link("person")
def answer_address(secret: str, address_id: uuid.UUID) -> ResponseReturnValue:
    """Whether a second address is theirs too."""
    history = history_or_404(secret)
    agreed = request.form.get("answer") == "agree"
    try:
        answer_for(first=history.address, second_id=address_id, agreed=agreed)
    except Refused:
        abort(404)
    if agreed:
        enqueue(ADDRESS_CONFIRMED, subject=address_id)
    flash(texts.ADDRESS_AGREED if agreed else texts.ADDRESS_REFUSED)
    return redirect(url_for("guest.my_history", secret=secret))
