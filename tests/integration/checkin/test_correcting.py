"""A profession corrected at the door, and the seats a desk sees by group."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.arrivals import Evening, enrol, make_evening
from tests.support.client import Client
from tests.support.hands import Clock, Unit
from trainings.audit.models import AuditEntry
from trainings.directory.models import Person, Profession
from trainings.events.models import EventProfession
from trainings.registration.models import Application

PATH = "/api/v1/door/corrections"


@pytest.fixture
def evening(unit: Unit, clock: Clock) -> Evening:
    with unit():
        made = make_evening()
    clock.set(made.doors_open_at)
    return made


@pytest.fixture
def token(unit: Unit, evening: Evening) -> str:
    with unit():
        return enrol(evening.event)


def profession(unit: Unit, code: str) -> Profession:
    with unit() as session:
        return session.scalars(select(Profession).where(Profession.code == code)).one()


def group_of(answer: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [group for group in answer["groups"] if group["name"] == name]
    return dict(found)


def test_profession_is_corrected_with_its_group_and_the_person(
    client: Client, unit: Unit, evening: Evening, token: str
) -> None:
    guest, doctor = evening.guests[1], profession(unit, "MD")
    said = {"application": str(guest.id), "profession": str(doctor.id)}

    answer = client.api("POST", PATH, said, bearer=token)
    again = client.api("POST", PATH, said, bearer=token)

    assert (answer["guest"]["group"], answer["guest"]["profession"]) == ("医科", doctor.name)
    assert again["guest"] == answer["guest"]
    with unit() as session:
        stored = session.get_one(Application, guest.id)
        verbs = session.scalars(select(AuditEntry.verb)).all()
        assert (stored.profession_id, stored.group.name) == (doctor.id, "医科")
        assert session.get_one(Person, guest.person_id).profession_id == doctor.id
        assert verbs.count("application.profession_corrected") == 1


def test_profession_the_event_does_not_know_is_refused(
    client: Client, unit: Unit, evening: Evening, token: str
) -> None:
    doctor = profession(unit, "MD")
    with unit() as session:
        session.delete(session.get_one(EventProfession, (evening.event.id, doctor.id)))
    said = {"application": str(evening.guests[1].id), "profession": str(doctor.id)}

    answer = client.api("POST", PATH, said, bearer=token, status=422)

    assert (answer["error"], answer["say"]) == (
        "profession_not_invited",
        "この催しで選べる職種から選んでください。",
    )
    with unit() as session:
        assert session.get_one(Application, evening.guests[1].id).group.name == "薬局"


def test_guest_of_another_event_cannot_be_corrected(
    client: Client, unit: Unit, evening: Evening, token: str
) -> None:
    with unit():
        other = make_evening()
    said = {"application": str(other.guests[0].id), "profession": str(profession(unit, "MD").id)}

    assert client.api("POST", PATH, said, bearer=token, status=400)["field"] == "application"


@pytest.mark.parametrize("field", ["application", "profession"])
def test_correction_needs_both_ids(client: Client, evening: Evening, token: str, field: str) -> None:
    said = {"application": str(uuid.uuid4()), "profession": str(uuid.uuid4())} | {field: "x"}

    assert client.api("POST", PATH, said, bearer=token, status=400)["field"] == field


def test_roster_tells_professions_and_seats_by_group(client: Client, token: str) -> None:
    loaded = client.api("GET", "/api/v1/door/roster", bearer=token)

    assert {"name": "医師", "group": "医科"}.items() <= next(
        one for one in loaded["event"]["professions"] if one["name"] == "医師"
    ).items()
    assert {guest["profession"] for guest in loaded["roster"]} >= {"医師", "薬剤師"}
    assert loaded["free"] == 45
    assert all(group["free"] <= 45 for group in loaded["groups"])


def test_seats_of_a_group_end_at_its_cap(
    client: Client, unit: Unit, clock: Clock, token: str, evening: Evening
) -> None:
    with unit() as session:
        group = session.get_one(Application, evening.guests[3].id).group
        group.reserved, group.cap = 0, 3

    before = client.api("GET", "/api/v1/door/counts", bearer=token)
    clock.set(evening.event.starts_at)
    after = client.api("GET", "/api/v1/door/counts", bearer=token)

    # Two nurses have a seat; who has not come when the event begins gives it away.
    assert (group_of(before, "看護")["free"], group_of(after, "看護")["free"]) == (1, 3)
