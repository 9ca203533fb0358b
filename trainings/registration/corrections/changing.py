"""Changing what an application says. The event is locked before anything else (docs/locking.md)."""

from __future__ import annotations

import uuid

from trainings.audit.actions import record
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.directory.office_names import office_key
from trainings.events.actions import RECLOSED
from trainings.events.models import Event, EventState
from trainings.events.queries import group_of_profession
from trainings.registration.actions import keep_office_order
from trainings.registration.corrections.times import why_fixed
from trainings.registration.intake import locked_application, write_statement
from trainings.registration.mails import tell, tell_old_address
from trainings.registration.models import Application
from trainings.registration.people.merging import retell_person
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.statements import Statement, is_somebody_else
from trainings.registration.states import State


def change_application(
    *,
    application_id: uuid.UUID,
    statement: Statement,
    by_staff: bool = False,
    sent_edition: str | None = None,
) -> Application:
    """Correct what was typed. Profession and office may change only while nothing was decided by them: before the list
    is frozen for the draw or, in a first-come event, not at all. The pledge stays, and where the person heard of it too
    unless the form of application itself was sent once more (sent_edition: what it says now).

    The person behind it is told anew from all their applications and compared with everybody again; a new mail address
    gets the link, and the old one hears of it. by_staff: they may also mend a name beyond recognition, and after the
    beginning: certificates follow it.
    Raises Refused: NOT_LIVE, EVENT_BEGUN, SOMEBODY_ELSE, GROUP_FIXED, PROFESSION_NOT_INVITED, LIST_FROZEN.
    """
    application = locked_application(application_id)
    event = application.event
    if (fixed := why_fixed(application, by_staff=by_staff)) is not None:
        raise Refused(fixed)
    if not by_staff and is_somebody_else(application.name_parts, statement.name_parts):
        raise Refused(RegistrationRefusal.SOMEBODY_ELSE)
    before = {name: getattr(application, name) for name in EDITABLE}
    _check_seat_facts(application, event, statement)
    heard = application.heard_via_id, application.heard_via_note
    write_statement(application, statement)
    if sent_edition is None:
        application.heard_via_id, application.heard_via_note = heard
    else:
        application.sent_edition = sent_edition
    application.priority = statement.priority
    if application.organisation_id is not None and application.organisation_id == before["organisation_id"]:
        application.organisation_name = before["organisation_name"]
    if application.organisation_name != before["organisation_name"]:
        application.organisation_kept = False
    if statement.profession_id != before["profession_id"]:
        group = group_of_profession(event.id, statement.profession_id)
        if group is None:
            raise Refused(RegistrationRefusal.PROFESSION_NOT_INVITED)
        application.event_group_id = group.id
    changed = sorted(name for name in EDITABLE if getattr(application, name) != before[name])
    db.session.flush()
    if changed:
        record(
            verb="application.changed",
            subject=("application", application.id),
            event_id=event.id,
            detail={"fields": changed},
        )
    if event.state == EventState.CLOSED and not OF_NAME.isdisjoint(changed):
        enqueue(RECLOSED, subject=event.id)
    if "priority" in changed and application.state == State.WAITING:
        keep_office_order(event)
    if not OF_PERSON.isdisjoint(changed):
        retell_person(application.person)
    if "mail" in changed:
        tell(application, "mail_changed", is_first=True)
        tell_old_address(application, before["mail"])
    return application


EDITABLE = (
    *(
        "family",
        "given",
        "family_kana",
        "given_kana",
        "mail",
        "phone",
        "fax",
        "profession_id",
        "profession_note",
    ),
    *("organisation_id", "organisation_name", "licence_number", "pre_answer", "care_note", "priority"),
)
OF_NAME = frozenset({"family", "given"})
"""What a certificate is printed with."""
OF_PERSON = frozenset(EDITABLE) - {
    *("fax", "profession_note", "organisation_name", "pre_answer", "care_note", "priority"),
}
"""What an application tells about its person."""


def _check_seat_facts(application: Application, event: Event, statement: Statement) -> None:
    same = (
        statement.profession_id == application.profession_id
        and statement.organisation_id == application.organisation_id
        and (
            statement.organisation_id is not None
            or office_key(statement.organisation_name) == office_key(application.organisation_name)
        )
    )
    if same:
        return
    if event.list_frozen_at is not None:
        raise Refused(RegistrationRefusal.LIST_FROZEN)
    if application.told_state != State.APPLIED:
        raise Refused(RegistrationRefusal.GROUP_FIXED)
