"""Every route against the access table: nobody gets in who is not named there, everybody who is named does."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule, UUIDConverter
from werkzeug.test import TestResponse

from tests.support.access_table import DEVICE, PUBLIC, TABLE
from tests.support.client import Client
from tests.support.hands import Unit
from tests.support.staff import add_staff, sign_in
from trainings.accounts.models import Role, Staff

UNKNOWN = uuid.UUID(int=0)
HIDDEN = (401, 403, 404, 410)


@dataclass(frozen=True)
class Door:
    """One method of one route, with an address made of values that exist nowhere."""

    endpoint: str
    method: str
    path: str

    @property
    def who(self) -> str:
        return TABLE[self.endpoint]

    @property
    def roles(self) -> set[str]:
        return set(self.who.split()) if self.who not in (PUBLIC, DEVICE) and ":" not in self.who else set()

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.endpoint}, {self.who})"


def doors(app: Flask) -> Iterator[Door]:
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            values = {name: _value(rule, name) for name in rule.arguments} | dict(rule.defaults or {})
            yield Door(rule.endpoint, method, adapter.build(rule.endpoint, values, method=method))


def _value(rule: Rule, name: str) -> object:
    converter = rule._converters[name]
    if isinstance(converter, UUIDConverter):
        return UNKNOWN
    if isinstance(converter, IntegerConverter):
        return 1
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return "unknown"


def knock(client: Client, door: Door) -> TestResponse:
    """One request with a valid CSRF token and no other data."""
    if door.method == "GET":
        return client.open("GET", door.path)
    return client.open(door.method, door.path, data={"csrf_token": client.csrf_token()})


def leads_to_sign_in(app: Flask, answer: TestResponse) -> bool:
    if answer.status_code != 302:
        return False
    path = urlsplit(answer.headers["Location"]).path
    endpoint, _values = app.url_map.bind("localhost").match(path)
    return endpoint == "accounts.sign_in"


def refused_as_guest(app: Flask, door: Door, answer: TestResponse) -> bool:
    return leads_to_sign_in(app, answer) if door.method == "GET" else answer.status_code == 403


def test_access_table_names_every_route_and_no_other(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert sorted(routes - set(TABLE)) == [], "routes that the table does not name"
    assert sorted(set(TABLE) - routes) == [], "names in the table without a route"


def test_access_table_says_what_the_views_say(app: Flask) -> None:
    said = {"static": PUBLIC}
    for endpoint, view in app.view_functions.items():
        if endpoint == "static":
            continue
        access = view.access  # type: ignore[attr-defined]
        said[endpoint] = {
            "staff": " ".join(sorted(access.roles)),
            "link": f"link:{access.secret}",
            "public": PUBLIC,
            "device": DEVICE,
        }[access.kind]

    assert said == {
        endpoint: " ".join(sorted(who.split())) if ":" not in who else who for endpoint, who in TABLE.items()
    }


def test_guest_is_let_into_no_staff_route(app: Flask, new_client: Callable[[], Client]) -> None:
    let_in = []
    for door in doors(app):
        if door.roles:
            answer = knock(new_client(), door)
            if not refused_as_guest(app, door, answer):
                let_in.append(f"{door} → {answer.status_code}")

    assert let_in == []


@pytest.mark.parametrize("reason", ["left the city", "session ended elsewhere"])
def test_former_staff_is_let_into_no_staff_route(app: Flask, unit: Unit, client: Client, reason: str) -> None:
    staff = add_staff(unit, *Role, name="元職員", mail="former@city.keyaki.example")
    sign_in(client, staff)
    with unit() as session:
        known = session.get_one(Staff, staff.id)
        if reason == "left the city":
            known.active = False
        else:
            known.session_version += 1

    answers = [(door, knock(client, door)) for door in doors(app) if door.roles]

    assert [f"{door} → {a.status_code}" for door, a in answers if not refused_as_guest(app, door, a)] == []


@pytest.mark.parametrize("role", list(Role))
def test_role_is_let_into_its_routes_and_no_other(
    app: Flask, unit: Unit, new_client: Callable[[], Client], role: Role
) -> None:
    staff = add_staff(unit, role, name="欅田 まもる", mail=f"{role}@city.keyaki.example")
    wrong = []
    for door in doors(app):
        if not door.roles:
            continue
        client = new_client()  # some doors end the session
        sign_in(client, staff)
        answer = knock(client, door)
        refused = answer.status_code in (401, 403) or leads_to_sign_in(app, answer)
        if refused is (role in door.roles) or answer.status_code >= 500:
            wrong.append(f"{door} → {answer.status_code}")

    assert wrong == []


def test_staff_without_a_role_is_let_into_no_staff_route(app: Flask, unit: Unit, client: Client) -> None:
    sign_in(client, add_staff(unit, name="新人", mail="new@city.keyaki.example"))

    answers = [(door, knock(client, door)) for door in doors(app) if door.roles]

    assert [f"{door} → {a.status_code}" for door, a in answers if a.status_code != 403] == []


def test_wrong_secret_opens_nothing(app: Flask, unit: Unit, new_client: Callable[[], Client]) -> None:
    """Neither guests nor staff of every role: a link is the only key to what it opens."""
    staff = add_staff(unit, *Role, name="欅田 まもる", mail="all@city.keyaki.example")
    opened = []
    for door in doors(app):
        if not door.who.startswith("link:") and door.who != DEVICE:
            continue
        for is_staff in (False, True):
            client = new_client()
            if is_staff:
                sign_in(client, staff)
            answer = knock(client, door)
            if answer.status_code not in HIDDEN:
                opened.append(f"{door} → {answer.status_code}")

    assert opened == []


def test_public_routes_stand_open_and_never_break(app: Flask, new_client: Callable[[], Client]) -> None:
    answers = [(door, knock(new_client(), door)) for door in doors(app) if door.who == PUBLIC]

    assert [
        f"{door} → {a.status_code}"
        for door, a in answers
        if a.status_code in (401, 403) or a.status_code >= 500 or leads_to_sign_in(app, a)
    ] == []


def test_post_without_csrf_token_changes_nothing(app: Flask, unit: Unit, client: Client) -> None:
    """Every posting route but the device API, which has no cookie that another site could use. A page may answer as to
    a wrong form; whatever a view tries, the database writes nothing."""
    sign_in(client, add_staff(unit, *Role, name="欅田 まもる", mail="all@city.keyaki.example"))
    taken = []
    for door in doors(app):
        if door.method == "GET" or door.who == DEVICE:
            continue
        for headers in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = client.open(door.method, door.path, headers=headers, data={"sure": "1"})
            allowed = (400,) if headers.get("Sec-Fetch-Site") == "cross-site" else (400, 404, 422)
            if answer.status_code not in allowed:
                taken.append(f"{door} {headers} → {answer.status_code}")

    assert taken == []


def test_only_pages_for_everybody_may_be_indexed(app: Flask) -> None:
    """Whatever the answer is: search engines keep addresses, and those of links are keys."""
    client = app.test_client()
    told = {
        str(door): client.open(door.path, method=door.method).headers.get("X-Robots-Tag")
        for door in doors(app)
        if door.method == "GET"
    }

    hidden = {name for name, tag in told.items() if tag == "noindex, nofollow"}
    assert hidden == {str(door) for door in doors(app) if door.method == "GET" and door.who != PUBLIC}
    assert hidden
