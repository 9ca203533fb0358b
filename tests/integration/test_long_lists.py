"""Pages stay small and ask the same few questions, however many rows there are: a walk of the access table, pages of one
person, office, mail or link too, and what a desk at the door asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask

from tests.support.client import Client
from tests.support.guests import published, stored, submit
from tests.support.hands import QueryCount, Unit
from tests.support.places import places
from tests.support.plenty import plenty
from tests.support.staff import add_staff
from trainings.accounts.models import Role, Staff
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.models import Application

MOST_BYTES = 200_000
WHOLE = {"checkin.roster": "printed on paper: a part of it would leave people standing at the door"}
"""Pages that hold everybody, and why."""
NOT_YET = {"directory.index": 302, "registration.apply_myself": 302, "surveys.review": 404}
"""What leads on to another page, and what is there only when a survey has ended."""


@pytest.fixture
def overrides() -> dict[str, Any]:
    """The roster may be had long before the day."""
    return {"door_roster_days": 100}


def test_no_page_grows_with_its_list(
    app: Flask,
    unit: Unit,
    staff_client: Callable[..., Client],
    count_queries: Callable[[], AbstractContextManager[QueryCount]],
) -> None:
    with unit():
        load_master_data()
    event = published(unit, quotas={}, organisation_cap=None, capacity=50)
    with unit():
        guest = submit(event, "NSV", 1)
    staff = add_staff(unit, Role.ADMIN, name="欅田 まもる", mail="mamoru@city.keyaki.example")
    client = staff_client(*Role)
    grow(unit, event, staff, 60, first=0)
    with unit() as session:
        there = places(
            app, session, event.id, guest=session.get_one(Application, guest.id), staff=session.get_one(Staff, staff.id)
        )  # fmt: skip
    addresses = {name: address for name, address in there.pages.items() if name not in WHOLE}
    assert len(addresses) > 90

    def walk() -> dict[str, tuple[int, int, int]]:
        looked = {name: look(client, address, count_queries) for name, address in addresses.items()}
        return looked | {
            name: look(client, address, count_queries, Authorization=f"Bearer {there.bearer}")
            for name, address in there.desk.items()
        }

    walk()  # a browser keeps something of a first visit, as the ticket that it showed
    few = walk()
    grow(unit, event, staff, 260, first=60)
    many = walk()

    assert {name: status for name, (status, _, _) in few.items() if status != 200} == NOT_YET
    assert {name: size for name, (_, size, _) in many.items() if size > MOST_BYTES} == {}
    assert {name: (few[name][2], n) for name, (_, _, n) in many.items() if n > few[name][2]} == {}, (
        "more statements for more rows"
    )


def grow(unit: Unit, event: Event, staff: Staff, rows: int, *, first: int) -> None:
    like = stored_first(unit, event)
    with unit() as session:
        plenty(session, session.get_one(Application, like), rows, first=first, staff=staff)


def stored_first(unit: Unit, event: Event) -> object:
    return next(one.id for one in stored(unit, event) if not one.code.startswith("S9-"))


def look(
    client: Client,
    address: str,
    count_queries: Callable[[], AbstractContextManager[QueryCount]],
    **headers: str,
) -> tuple[int, int, int]:
    """Status, bytes and statements of a page."""
    with count_queries() as count:
        answer = client.raw.get(address, headers=headers)
    assert answer.status_code < 500, address
    return answer.status_code, len(answer.data), len(count)
