"""Pages of lists stay small and ask the same few questions, however many rows there are: a walk of the access table."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Flask

from tests.support.access_table import DEVICE, PUBLIC, TABLE
from tests.support.client import Client
from tests.support.guests import published, stored, submit
from tests.support.hands import QueryCount, Unit
from tests.support.plenty import plenty
from tests.support.staff import add_staff
from trainings.accounts.models import Role, Staff
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.models import Application

MOST_BYTES = 200_000
WHOLE = {"checkin.roster": "printed on paper: a part of it would leave people standing at the door"}
"""Pages that hold everybody, and why."""


def pages(app: Flask, slug: str) -> dict[str, str]:
    """Endpoint → address, of every page that needs no more than an event: those of staff and the public ones."""
    adapter = app.url_map.bind("localhost")
    return {
        rule.endpoint: adapter.build(rule.endpoint, {"slug": slug} if rule.arguments else {})
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.arguments <= {"slug"}
        and rule.endpoint in TABLE
        and rule.endpoint not in WHOLE
        and TABLE[rule.endpoint] != DEVICE
        and (TABLE[rule.endpoint] == PUBLIC or ":" not in TABLE[rule.endpoint])
        and not rule.rule.endswith((".xlsx", ".pdf"))
    }


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
        submit(event, "NSV", 1)
    staff = add_staff(unit, Role.ADMIN, name="欅田 まもる", mail="mamoru@city.keyaki.example")
    client = staff_client(*Role)
    addresses = pages(app, event.slug) | {"directory.people, all": "/staff/directory/people?q=オ"}
    assert len(addresses) > 40

    grow(unit, event, staff, 60, first=0)
    few = {name: look(client, address, count_queries) for name, address in addresses.items()}
    grow(unit, event, staff, 260, first=60)
    many = {name: look(client, address, count_queries) for name, address in addresses.items()}

    assert {name: size for name, (size, _) in many.items() if size > MOST_BYTES} == {}
    assert {name: (few[name][1], n) for name, (_, n) in many.items() if n > few[name][1]} == {}, (
        "more statements for more rows"
    )


def grow(unit: Unit, event: Event, staff: Staff, rows: int, *, first: int) -> None:
    like = stored_first(unit, event)
    with unit() as session:
        plenty(session, session.get_one(Application, like), rows, first=first, staff=staff)


def stored_first(unit: Unit, event: Event) -> object:
    return next(one.id for one in stored(unit, event) if not one.code.startswith("S9-"))


def look(
    client: Client, address: str, count_queries: Callable[[], AbstractContextManager[QueryCount]]
) -> tuple[int, int]:
    """Bytes and statements of a page."""
    with count_queries() as count:
        answer = client.raw.get(address)
    assert answer.status_code < 500, address
    return len(answer.data), len(count)
