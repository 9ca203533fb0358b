"""代理出席: somebody has come in the place of an applicant. The seat, the table and the group are the applicant's; name,
ticket, attendance and certificate are of the one who came."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from trainings.accounts.models import Staff
from trainings.audit.actions import record
from trainings.checkin.actions import WalkIn, admit_walk_in
from trainings.checkin.counter.newcomers import is_odd, is_odd_kana, newcomer, read_name, recognise
from trainings.checkin.models import Device, Method, Scan
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.facts import entry, said_once
from trainings.checkin.passages.sameness import beside, says_otherwise
from trainings.checkin.passages.scanning import lock_door, record_attempts
from trainings.checkin.refusals import CheckinRefusal
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.models import Event
from trainings.events.queries import lock_event
from trainings.registration import queries as registration
from trainings.registration.intake import write_search_key
from trainings.registration.models import Application, Channel
from trainings.registration.secrets import kill_ticket
from trainings.registration.states import Reason, State
from trainings.registration.transitions import change_state


@dataclass(frozen=True, kw_only=True)
class Deputy:
    """Whoever came, and for whom. scan_id: made by the device; the same one again changes nothing.

    application_id: the applicant's. undoes: scans by which the desk had let the applicant in before it heard who stands
    there. offline: the deputy is in already; nothing stands in the way of a fact. said, beside: as of an `Attempt`.
    """

    scan_id: uuid.UUID
    scanned_at: datetime
    application_id: uuid.UUID
    name: str
    kana: str
    undoes: Collection[uuid.UUID] = ()
    offline: bool = False
    said: str = ""
    beside: uuid.UUID | None = None


def admit_deputy(
    *, event_id: uuid.UUID, deputy: Deputy, device: Device | None, staff: Staff | None = None
) -> dict[str, Any]:
    """Let somebody in who comes for an applicant: the applicant's entry at this desk is taken back, the application
    becomes `substituted` and its ticket dies, and a new confirmed one is made and admitted.

    A fact (offline) whose applicant is here after all, or has no seat any more, is a walk-in of the same group; a deputy
    who has a seat of their own is let in on that.
    LookupError for an applicant of another event. Raises Refused: NAME_MISSING, KANA_MISSING, KANA_STRANGE,
    NAME_HOLDS_ADDRESS, NO_WALK_INS, APPLICANT_HERE, NO_SEAT_TO_PASS_ON, SAME_PERSON, ALREADY_APPLIED (facts: known);
    ForeignScan.
    """
    event = lock_event(event_id)
    old = db.session.get(Application, deputy.application_id, populate_existing=True)
    if old is None or old.event_id != event_id:
        raise LookupError(f"no application {deputy.application_id}")
    lock_door(event_id)
    known = db.session.get(Scan, deputy.scan_id)
    if known is not None and says_otherwise(known, event_id, deputy.said):
        other = beside(deputy.scan_id, deputy.said)
        deputy = replace(deputy, scan_id=other, beside=deputy.scan_id)
        known = db.session.get(Scan, other)
    if known is not None:
        return _admit(event_id, deputy, None, device, staff)
    if not (deputy.offline or event.is_held):
        raise Refused(CheckinRefusal.NO_WALK_INS)
    taken_back, still_here = _entries(deputy)
    if still_here or old.state != State.CONFIRMED:
        if not deputy.offline:
            code = CheckinRefusal.APPLICANT_HERE if still_here else CheckinRefusal.NO_SEAT_TO_PASS_ON
            raise Refused(code)
        return _come_along(event_id, deputy, old, device, staff)
    new = _pass_on(event, old, deputy)
    return _admit(event_id, deputy, new, device, staff, taken_back)


def _entries(deputy: Deputy) -> tuple[list[uuid.UUID], bool]:
    """The applicant's standing entries that the desk takes back, and whether there are others."""
    standing = db.session.scalars(
        select(said_once()).where(Scan.application_id == deputy.application_id, entry()).distinct()
    ).all()
    return [one for one in standing if one in deputy.undoes], any(
        one not in deputy.undoes for one in standing
    )


def _pass_on(event: Event, old: Application, deputy: Deputy) -> Application:
    """The application of whoever came; a known one where they had applied themselves."""
    name = read_name(deputy.name, deputy.kana, is_fact=deputy.offline)
    person = recognise(event, name, old.organisation_id)
    other = registration.live_application_of(event.id, person.canonical.id)
    if other is not None:
        if other.id == old.id:
            raise Refused(CheckinRefusal.SAME_PERSON)
        if deputy.offline:
            return other
        raise Refused(CheckinRefusal.ALREADY_APPLIED, known=other.code)
    new = newcomer(
        event,
        old.group,
        name,
        person,
        # A walk-in's profession is not known, and no other channel may leave it open.
        channel=Channel.SUBSTITUTE if old.profession_id else Channel.WALK_IN,
        reason=Reason.SUBSTITUTE,
        key=deputy.scan_id,
        state=State.APPLIED,
    )
    new.role = old.role
    new.profession_id, new.profession_note = old.profession_id, old.profession_note
    new.organisation_id, new.organisation_name = old.organisation_id, old.organisation_name
    new.organisation_kept = old.organisation_kept
    new.substitute_for_id, new.table_number = old.id, old.table_number
    write_search_key(new, old.organisation.kana if old.organisation else "")
    change_state(old, State.SUBSTITUTED, Reason.SUBSTITUTE)
    kill_ticket(old)
    db.session.add(new)
    db.session.flush()
    change_state(new, State.CONFIRMED, Reason.SUBSTITUTE)
    record(
        verb="application.deputised",
        subject=("application", new.id),
        event_id=event.id,
        detail={"for": str(old.id)},
    )
    return new


def _admit(
    event_id: uuid.UUID,
    deputy: Deputy,
    application: Application | None,
    device: Device | None,
    staff: Staff | None,
    taken_back: Collection[uuid.UUID] = (),
) -> dict[str, Any]:
    undone = [
        Attempt(
            scan_id=uuid.uuid5(deputy.scan_id, f"instead of {one}"),
            scanned_at=deputy.scanned_at,
            method=Method.SEARCH,
            undoes=one,
        )
        for one in taken_back
    ]
    admission = Attempt(
        scan_id=deputy.scan_id,
        scanned_at=deputy.scanned_at,
        method=Method.WALK_IN,
        application_id=application.id if application else None,
        forced=True,
        offline=deputy.offline,
        said=deputy.said,
        beside=deputy.beside,
        odd_name=is_odd(deputy.name, deputy.kana),
        odd_kana=is_odd_kana(deputy.name, deputy.kana),
    )
    return record_attempts(event_id=event_id, attempts=[*undone, admission], device=device, staff=staff)[-1]


def _come_along(
    event_id: uuid.UUID, deputy: Deputy, old: Application, device: Device | None, staff: Staff | None
) -> dict[str, Any]:
    walk_in = WalkIn(
        scan_id=deputy.scan_id,
        scanned_at=deputy.scanned_at,
        name=deputy.name,
        kana=deputy.kana,
        group_id=old.event_group_id,
        offline=True,
        said=deputy.said,
        beside=deputy.beside,
    )
    return admit_walk_in(event_id=event_id, walk_in=walk_in, device=device, staff=staff)
