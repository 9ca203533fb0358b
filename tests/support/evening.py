"""An evening that has happened: an event with people who applied, were confirmed and came."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from tests.support.announcing import announce, statement
from tests.support.numbered import kana_of
from trainings.checkin.actions import enrol_device, open_door
from trainings.checkin.desk.devices import proposed_name
from trainings.checkin.models import Device, Method
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.core import clock
from trainings.events.models import Event, EventKind
from trainings.registration.actions import submit_application
from trainings.registration.models import Application, Channel
from trainings.skills.actions import load_framework, teach_usual_skills

NURSE, DOCTOR, PHARMACIST = "NSV", "MD", "PH"


def apply_as(event: Event, code: str, number: int, **said: object) -> Application:
    """An application of a person of their own: name, address and office differ by number."""
    return submit_application(
        event_id=event.id,
        statement=statement(
            code,
            given=f"美咲{number}",
            given_kana="ミサキ" + kana_of(number),
            mail=f"guest{number}@example.jp",
            phone=f"090{number:08d}",
            organisation_name="",
            **said,
        ),
        channel=Channel.WEB,
        idempotency_key=f"evening-{number}",
    )


def evening(
    codes: Sequence[str] = (NURSE,) * 6 + (DOCTOR,) * 5 + (PHARMACIST,) * 2,
    **changes: Any,
) -> tuple[Event, list[Application]]:
    """A first-come symposium without quotas, to which one person of each profession code has applied; it teaches
    what symposia usually teach. changes: columns of the event."""
    load_framework("skills")
    event = announce(EventKind.SYMPOSIUM, quotas={}, organisation_cap=None, **changes)
    teach_usual_skills(event=event)
    people = [apply_as(event, code, number, pledged=True) for number, code in enumerate(codes)]
    return event, people


def device_of(event: Event, name: str = "") -> tuple[Device, str]:
    """An enrolled device and its bearer token, called 受付1, 受付2, … unless named; the door is opened if need be."""
    return enrol_device(door=open_door(event_id=event.id), name=name or proposed_name(event.id))


def come_in(event: Event, device: Device, people: Sequence[Application]) -> None:
    """Scan people in, one after the other, now."""
    record_attempts(
        event_id=event.id,
        device=device,
        attempts=[
            Attempt(scan_id=uuid.uuid4(), scanned_at=clock.now(), method=Method.SEARCH, application_id=one.id)
            for one in people
        ],
    )
