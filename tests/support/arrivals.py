"""Before the doors open: a published event with named people who have a seat and a table. Names and offices are invented."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.support.announcing import announce, statement
from trainings.checkin.actions import enrol_device, open_door
from trainings.checkin.desk.devices import proposed_name
from trainings.core import clock
from trainings.core.db import db
from trainings.directory.actions import load_master_data
from trainings.directory.queries import professions
from trainings.events.models import Event, Selection
from trainings.registration.actions import submit_application
from trainings.registration.models import Application, Channel

PEOPLE = (
    ("大久保", "千鶴", "オオクボ", "チヅル", "CM", "けやき西 居宅介護支援事業所"),
    ("丹羽", "恵一", "ニワ", "ケイイチ", "PH", "ひばり薬局 本町店"),
    ("小田切", "修", "オダギリ", "オサム", "MD", "小田切内科クリニック"),
    ("髙橋", "美咲", "タカハシ", "ミサキ", "NSV", "けやき訪問看護"),
    ("山辺", "あかり", "ヤマベ", "アカリ", "NSH", "けやき市民病院"),
)


@dataclass(frozen=True)
class Evening:
    """What a test needs of it; all of it may be read after the unit of work. guests: in the order of PEOPLE."""

    event: Event
    guests: list[Application]

    @property
    def doors_open_at(self) -> datetime:
        """Set the test's clock to this, or scanning has not begun."""
        return self.event.doors_open_at


def make_evening(**changes: Any) -> Evening:
    """A first-come event 30 days from now, PEOPLE confirmed at tables 1, 2, …; inside `with unit():`.

    changes: columns of the event, such as capacity.
    """
    if not professions():
        load_master_data()
    values: dict[str, Any] = {"selection": Selection.FIRST_COME, "capacity": 50, "quotas": {}}
    event = announce(**(values | changes))
    guests = [take_seat(event, *person) for person in PEOPLE]
    for number, guest in enumerate(guests, 1):
        guest.table_number = number
    db.session.flush()
    return Evening(event, guests)


def take_seat(
    event: Event,
    family: str,
    given: str,
    family_kana: str,
    given_kana: str,
    code: str,
    office: str,
    channel: Channel = Channel.WEB,
) -> Application:
    """One more application, decided at once where the event goes by order of arrival."""
    mark = uuid.uuid4().int
    said = statement(
        code,
        family=family,
        given=given,
        family_kana=family_kana,
        given_kana=given_kana,
        organisation_name=office,
        mail=f"{mark}@guest.example",
        phone=f"000-{mark % 1000:03}-{mark // 1000 % 10000:04}",
    )
    return submit_application(
        event_id=event.id, statement=said, channel=channel, idempotency_key=uuid.uuid4().hex
    )


def enrol(event: Event, name: str = "") -> str:
    """Open the door and enrol a device, called 受付1, 受付2, … unless named; its bearer token."""
    return enrol_device(door=open_door(event_id=event.id), name=name or proposed_name(event.id))[1]


def scan(ticket: str = "", **said: Any) -> dict[str, Any]:
    """The body of one scan, read by camera now; `said` differs (names of the API)."""
    values: dict[str, Any] = {
        "scan_id": str(uuid.uuid4()),
        "scanned_at": clock.now().isoformat(),
        "method": "camera",
    }
    if ticket:
        values["ticket"] = ticket
    return values | said
