"""Issuing certificates to those who fulfil the event's rule."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select

from trainings.audit.actions import record
from trainings.certificates.earning import fulfils
from trainings.certificates.models import Certificate
from trainings.certificates.queries import certificates_of_event
from trainings.checkin.queries import attendance_by_application, attended_applications
from trainings.core import clock, codes
from trainings.core.db import db
from trainings.directory.queries import event_roles
from trainings.events.models import Event
from trainings.events.queries import lock_event
from trainings.registration.models import Application

WITHDRAWN = "attendance_withdrawn"


def issue_certificates(*, event_id: uuid.UUID) -> list[Certificate]:
    """Issue what is missing and revoke what is no longer earned (a door that was reopened). May run again: whoever has
    a valid certificate keeps it, with its number, and with the name as it was mended and the minutes that scans sent later
    have made of it. Returns the new ones."""
    event = lock_event(event_id)
    attendance = attendance_by_application(event)
    earned = {
        one: sum(session.minutes for session in sessions)
        for one, sessions in attendance.items()
        if fulfils(sessions, event.certificate_rule.value, event.certificate_minutes)
    }
    known = {row.application_id: row for row in certificates_of_event(event_id)}
    for application_id, row in known.items():
        if application_id not in earned and row.revoked_at is None:
            row.revoked_at, row.revoke_reason = clock.now(), WITHDRAWN
            record(verb="certificate.revoked", subject=("certificate", row.id), event_id=event_id)
    certified = {role.code for role in event_roles(active_only=False) if role.certified}
    issued = []
    for application in attended_applications(event_id):
        earlier = known.get(application.id)
        # A role that gives none any more takes none away.
        if application.id not in earned or (earlier is None and application.role not in certified):
            continue
        if earlier is None:
            issued.append(_issue(event, application, earned[application.id]))
        elif earlier.revoked_at is not None:
            earlier.revoked_at, earlier.revoke_reason = None, ""
            record(verb="certificate.restored", subject=("certificate", earlier.id), event_id=event_id)
        if earlier is not None and earlier.name != application.full_name:
            earlier.name = application.full_name
            record(verb="certificate.renamed", subject=("certificate", earlier.id), event_id=event_id)
        if earlier is not None and earlier.minutes != earned[application.id]:
            earlier.minutes = earned[application.id]
            record(verb="certificate.recounted", subject=("certificate", earlier.id), event_id=event_id)
    db.session.flush()
    return issued


def _issue(event: Event, application: Application, minutes: int) -> Certificate:
    held_on = clock.local(event.starts_at).date()
    row = Certificate(
        application_id=application.id,
        number=_unused_number(clock.fiscal_year(held_on), event),
        code=codes.new_secret(),
        name=application.full_name,
        event_title=event.title,
        held_on=held_on,
        minutes=minutes,
    )
    db.session.add(row)
    db.session.flush()
    record(verb="certificate.issued", subject=("certificate", row.id), event_id=event.id)
    return row


def _unused_number(fiscal_year: int, event: Event) -> str:
    """2026-K12-04785: fiscal year, event, digits that are no serial number, with a check digit."""
    for code in codes.new_codes(event.code_prefix, event.expected_people):
        number = f"{fiscal_year}-{code}"
        if not db.session.scalar(select(func.count()).where(Certificate.number == number)):
            return number
    raise AssertionError("new_codes never ends")
