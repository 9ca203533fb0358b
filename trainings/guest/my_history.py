"""わたしの記録: what the person link opens."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from trainings.accounts.access import by_link
from trainings.certificates.queries import certificates_of
from trainings.checkin.queries import attended_ids
from trainings.core import names
from trainings.events.models import Event
from trainings.events.queries import invited_groups, upcoming_events
from trainings.guest import texts
from trainings.guest.blueprint import bp
from trainings.registration import texts as registration_texts
from trainings.registration.models import Application
from trainings.registration.people.addresses import (
    History,
    address_by_person_secret,
    history_seen_by,
    second_addresses,
)
from trainings.registration.seat_rules import is_full
from trainings.registration.secrets import application_secret
from trainings.skills.queries import current_framework
from trainings.skills.views import person_levels


def history_or_404(secret: str) -> History:
    """What the person link opens: no more than the address that it was mailed to may see."""
    address = address_by_person_secret(secret) or abort(404)
    return history_seen_by(address)


@bp.get("/p/<secret>")
@by_link("person")
def my_history(secret: str) -> ResponseReturnValue:
    """Applications made with this address, the bare facts of others, and a way to one's skills."""
    history = history_or_404(secret)
    certificates = certificates_of([one.id for one in history.opened])
    present = attended_ids({one.id for one in history.facts})
    return render_template(
        "guest/my_history.html",
        person=history.opened[0],
        secret=secret,
        mail=history.address.mail,
        rows=[(one, application_secret(one), certificates.get(one.id)) for one in history.opened],
        facts=[(one, one.id in present) for one in history.facts],
        states=registration_texts.STATES,
        has_skills=current_framework() is not None,
        open_events=_open_to([*history.opened, *history.facts]),
        asking=[(one, names.masked_mail(one.mail, texts.MASK)) for one in second_addresses(history.address)],
    )


def _open_to(applications: Sequence[Application]) -> list[Event]:
    """Events that take applications now, that are not full, and at which the person has none that lives."""
    applied = {one.event_id for one in applications if one.is_open}
    open_now = [one for one in upcoming_events() if one.takes_applications and one.id not in applied]
    groups = invited_groups([one.id for one in open_now])
    return [one for one in open_now if not is_full(one, groups[one.id])]


@bp.get("/p/<secret>/skills")
@by_link("person")
def my_skills(secret: str) -> ResponseReturnValue:
    """わたしのスキル: one's own levels and what counted, as far as this address sees it."""
    history = history_or_404(secret)
    seen = {one.event_id for one in (*history.opened, *history.facts)}
    levels = person_levels(history.person.id, None if history.is_whole else seen)
    return render_template("guest/my_skills.html", secret=secret, **levels)
