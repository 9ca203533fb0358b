"""The same id once more: the same content gets the first answer, another one is kept beside it or refused in words."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from tests.integration.checkin.test_scans import Night, night, stored
from tests.support.arrivals import scan
from tests.support.hands import Unit
from tests.support.reviewing import open_matters
from trainings.accounts.models import Staff
from trainings.checkin import queries
from trainings.checkin.counter.correcting import correct_profession
from trainings.checkin.models import Fee, Matter, Scan
from trainings.checkin.paper.keying import FILE_FORMAT, import_queue
from trainings.directory.models import Profession
from trainings.events.models import Event
from trainings.registration.models import Application

__all__ = ["night"]

FEES = "/api/v1/door/fees"
CORRECTIONS = "/api/v1/door/corrections"
DEPUTIES = "/api/v1/door/deputies"


def matters(unit: Unit, night: Night) -> list[Matter]:
    with unit():
        return [one.matter for one in open_matters(night.evening.event.id)]


def present(unit: Unit, night: Night) -> set[str]:
    with unit():
        return {one.full_name for one in queries.attended_applications(night.evening.event.id)}


def person(night: Night, name: str, kana: str, **said: Any) -> dict[str, Any]:
    return {"name": name, "kana": kana, "group": str(night.evening.guests[0].event_group_id), **said}


def test_another_ticket_under_a_known_id_is_an_attempt_of_its_own(night: Night, unit: Unit) -> None:
    first = scan(night.tickets[0])
    other = first | {"ticket": night.tickets[1]}
    said = night.desk.answer(first)

    answers = [night.desk.answer(other), night.other.answer(other)]

    assert answers[0] == answers[1]
    assert (answers[0]["scan_id"], answers[0]["reused"]) == (first["scan_id"], True)
    assert answers[0]["guest"]["name"] == night.evening.guests[1].full_name
    assert night.desk.answer(first | {"offline": True}) == said
    assert stored(unit) == 2
    assert present(unit, night) == {one.full_name for one in night.evening.guests[:2]}
    assert matters(unit, night) == [Matter.REUSED]


def test_another_undo_under_a_known_id_takes_back_what_it_names(night: Night, unit: Unit) -> None:
    one, two = scan(night.tickets[0]), scan(night.tickets[1])
    undo = scan(undoes=one["scan_id"])
    night.desk.send(one, two, undo)

    assert night.desk.answer(undo | {"undoes": two["scan_id"]})["undo"] is True
    assert present(unit, night) == set()


def test_another_walk_in_under_a_known_id_is_somebody_else(night: Night, unit: Unit) -> None:
    made = scan()
    night.desk.walk_in(**made, **person(night, "飛入 参", "トビイリ サン"))
    other = person(night, "後野 祭", "アトノ マツリ")

    night.desk.walk_in(**made, **other)
    night.desk.walk_in(**made, **other, offline=True)

    assert present(unit, night) == {"飛入 参", "後野 祭"}
    assert matters(unit, night) == [Matter.REUSED]
    with unit() as session:
        kept = json.dumps([row.answer for row in session.scalars(select(Scan))], ensure_ascii=False)
    assert "飛入" not in kept


def test_another_deputy_under_a_known_id_comes_along(night: Night, unit: Unit) -> None:
    made = scan(application=str(night.evening.guests[0].id), name="代理 一", kana="ダイリ イチ")
    other = made | {"name": "代理 二", "kana": "ダイリ ニ", "offline": True}
    for said in (made, other, other):
        night.desk.client.api("POST", DEPUTIES, said, bearer=night.desk.token)

    assert present(unit, night) == {"代理 一", "代理 二"}


def test_another_amount_under_a_known_id_is_refused_in_words(night: Night, unit: Unit) -> None:
    fee: dict[str, Any] = {
        "fee_id": str(uuid.uuid4()),
        "taken_at": scan()["scanned_at"],
        "amount": 500,
        "application": str(night.evening.guests[0].id),
    }
    api, token = night.desk.client.api, night.desk.token
    first = api("POST", FEES, fee, bearer=token)

    refused = api("POST", FEES, fee | {"amount": 5000}, bearer=token, status=422)

    assert (refused["error"], "前は 500円で" in refused["say"]) == ("fee_said_otherwise", True)
    assert api("POST", FEES, fee, bearer=token)["fee"] == first["fee"]
    with unit() as session:
        assert session.scalars(select(Fee.amount)).all() == [500]


def test_file_with_other_content_under_known_ids_loses_nothing(night: Night, unit: Unit) -> None:
    first, made = scan(night.tickets[0]), scan()
    night.desk.send(first)
    night.desk.walk_in(**made, **person(night, "飛入 参", "トビイリ サン"))
    entries = [
        {"kind": "scan", "body": first | {"ticket": night.tickets[1]}},
        {"kind": "walk_in", "body": made | person(night, "後野 祭", "アトノ マツリ")},
        {"kind": "scan", "body": first},
    ]
    content = json.dumps({"format": FILE_FORMAT, "device": None, "entries": entries}).encode()
    with unit() as session:
        session.add(Staff(id=uuid.UUID(int=7), name="企画 係", mail="k@city.example"))

    for _ in range(2):
        with unit() as session:
            staff = session.get_one(Staff, uuid.UUID(int=7))
            came = import_queue(event_id=night.evening.event.id, content=content, staff=staff)
            assert not came.refused

    assert stored(unit) == 4
    assert len(present(unit, night)) == 4


# -- corrections -------------------------------------------------------------------------------------------------


@pytest.fixture
def chosen(night: Night, unit: Unit) -> dict[str, Profession]:
    with unit() as session:
        rows = session.scalars(select(Profession).where(Profession.code.in_(["MD", "PH", "CM"])))
        return {one.code: one for one in rows}


def correction(night: Night, to: Profession, shown: str | None) -> dict[str, Any]:
    said = {"application": str(night.evening.guests[0].id), "profession": str(to.id)}
    return said if shown is None else said | {"shown": shown}


def profession_now(unit: Unit, night: Night) -> str:
    with unit() as session:
        found = session.get_one(Application, night.evening.guests[0].id).profession
        return found.name if found else ""


def test_correction_made_from_what_stands_no_more_is_told_with_both_values(
    night: Night, unit: Unit, chosen: dict[str, Profession]
) -> None:
    shown = profession_now(unit, night)
    with unit():
        correct_profession(
            event_id=night.evening.event.id,
            application_id=night.evening.guests[0].id,
            profession_id=chosen["MD"].id,
        )
    api, token = night.desk.client.api, night.desk.token

    clash = api("POST", CORRECTIONS, correction(night, chosen["PH"], shown), bearer=token, status=422)

    assert clash["error"] == "corrected_meanwhile"
    for words in (night.evening.guests[0].full_name, chosen["MD"].name, chosen["PH"].name):
        assert words in clash["say"]
    assert clash["guest"]["profession"] == profession_now(unit, night) == chosen["MD"].name
    api("POST", CORRECTIONS, correction(night, chosen["PH"], chosen["MD"].name), bearer=token)
    api("POST", CORRECTIONS, correction(night, chosen["PH"], shown), bearer=token)
    assert profession_now(unit, night) == chosen["PH"].name


def test_file_with_two_corrections_of_one_person_may_come_twice(
    night: Night, unit: Unit, chosen: dict[str, Profession]
) -> None:
    steps = [
        correction(night, chosen["MD"], profession_now(unit, night)),
        correction(night, chosen["PH"], chosen["MD"].name),
    ]
    entries = [{"kind": "correction", "body": one} for one in steps]
    content = json.dumps({"format": FILE_FORMAT, "device": None, "entries": entries}).encode()
    with unit() as session:
        session.add(Staff(id=uuid.UUID(int=7), name="企画 係", mail="k@city.example"))

    for changed in (1, 0):
        with unit() as session:
            staff = session.get_one(Staff, uuid.UUID(int=7))
            came = import_queue(event_id=night.evening.event.id, content=content, staff=staff)
            assert (came.corrections, came.refused) == (changed, [])

    assert profession_now(unit, night) == chosen["PH"].name
    with unit() as session:
        assert session.get_one(Event, night.evening.event.id)
