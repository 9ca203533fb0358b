"""Correcting at the door what somebody says about themselves."""

from __future__ import annotations

import uuid

from trainings.audit.actions import record
from trainings.checkin import texts
from trainings.checkin.refusals import CheckinRefusal
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.directory.models import Profession
from trainings.events.queries import group_of_profession, lock_event
from trainings.registration.models import Application
from trainings.registration.people.merging import retell_person


def correct_profession(
    *, event_id: uuid.UUID, application_id: uuid.UUID, profession_id: uuid.UUID, shown: str | None = None
) -> Application:
    """Write the profession that somebody at the door says they have; their group follows by the event's map. The seat
    is theirs whatever it was given for. The same profession again changes nothing.

    shown: the profession that the desk had on its screen, "" for none; where another one stands by now, somebody else has
    corrected it and nothing is changed. None: a desk that does not tell.
    LookupError for an application of another event. Raises Refused: PROFESSION_NOT_INVITED; CORRECTED_MEANWHILE (facts:
    name, now, typed).
    """
    lock_event(event_id)
    application = db.session.get(Application, application_id, populate_existing=True)
    if application is None or application.event_id != event_id:
        raise LookupError(f"no application {application_id}")
    group = group_of_profession(event_id, profession_id)
    if group is None:
        raise Refused(CheckinRefusal.PROFESSION_NOT_INVITED)
    if application.profession_id == profession_id:
        return application
    now = application.profession.name if application.profession else ""
    if shown is not None and shown != now:
        raise Refused(
            CheckinRefusal.CORRECTED_MEANWHILE,
            name=application.full_name,
            now=now or texts.NO_PROFESSION,
            typed=db.session.get_one(Profession, profession_id).name,
        )
    before = application.profession_id
    application.profession_id, application.event_group_id = profession_id, group.id
    application.profession_note = ""
    db.session.flush()
    db.session.refresh(application, ["profession", "group"])
    record(
        verb="application.profession_corrected",
        subject=("application", application.id),
        event_id=event_id,
        detail={"from": str(before) if before else None, "to": str(profession_id)},
    )
    retell_person(application.person)
    return application
