"""How often a sign-in mail may be asked for: per visitor and per mail address, door and tickets untouched."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.client import Client
from tests.support.hands import Clock, Outbox, Unit
from tests.support.staff import add_staff
from trainings.accounts.models import Role

MAIL = "mamoru@city.keyaki.example"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"rate_limits": True}


def ask(client: Client, mail: str, *, visitor: str = "203.0.113.7", header: str = "") -> TestResponse:
    headers = {"X-Forwarded-For": header} if header else {}
    return client.open(
        "POST",
        "/staff/sign-in",
        data={"csrf_token": client.csrf_token(), "mail": mail},
        environ_base={"REMOTE_ADDR": visitor},
        headers=headers,
    )


def test_one_mail_address_gets_five_links_in_a_quarter_of_an_hour(
    client: Client, unit: Unit, outbox: Outbox, clock: Clock
) -> None:
    add_staff(unit, Role.PLANNER, name="欅田 まもる", mail=MAIL)

    answers = [ask(client, MAIL, visitor=f"203.0.113.{n}").status_code for n in range(6)]
    mails = len(outbox.all())
    clock.forward(minutes=15)

    assert answers == [303] * 5 + [429]
    assert mails == 5
    assert ask(client, MAIL).status_code == 303


def test_limit_of_an_address_says_nothing_about_whether_it_is_known(
    client: Client, unit: Unit, clock: Clock
) -> None:
    add_staff(unit, Role.PLANNER, name="欅田 まもる", mail=MAIL)

    known = [ask(client, MAIL) for _ in range(6)]
    unknown = [ask(client, "nobody@city.keyaki.example") for _ in range(6)]

    assert [(a.status_code, a.data) for a in known] == [(a.status_code, a.data) for a in unknown]


def test_one_visitor_asks_at_most_twenty_times(client: Client, clock: Clock) -> None:
    answers = [ask(client, f"{n}@city.keyaki.example").status_code for n in range(21)]

    assert answers == [303] * 20 + [429]
    assert ask(client, MAIL, visitor="203.0.113.8").status_code == 303


def test_refused_visitor_is_told_when_to_come_back(client: Client, clock: Clock) -> None:
    for n in range(20):
        ask(client, f"{n}@city.keyaki.example")

    assert ask(client, MAIL).headers["Retry-After"] == str(15 * 60)


def test_visitor_cannot_name_another_address_when_no_proxy_is_trusted(client: Client, clock: Clock) -> None:
    answers = [ask(client, f"{n}@a.example", header=f"198.51.100.{n}").status_code for n in range(21)]

    assert answers[-1] == 429


class TestBehindOneProxy:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"rate_limits": True, "trusted_proxies": 1}

    def test_visitors_are_told_apart_by_the_address_that_the_proxy_names(
        self, client: Client, clock: Clock
    ) -> None:
        for n in range(21):
            last = ask(client, f"{n}@a.example", visitor="10.0.0.1", header=f"evil, 198.51.100.{n}")

        assert last.status_code == 303

    def test_only_the_last_entry_counts(self, client: Client, clock: Clock) -> None:
        for n in range(21):
            last = ask(client, f"{n}@a.example", visitor="10.0.0.1", header=f"198.51.100.{n}, 192.0.2.1")

        assert last.status_code == 429


def test_door_and_tickets_have_no_limit(app: Flask) -> None:
    limited = {endpoint for endpoint, view in app.view_functions.items() if hasattr(view, "limit")}

    assert {endpoint for endpoint in limited if endpoint.startswith(("checkin.", "tickets."))} == set()
    assert {"accounts.send_link", "accounts.use_link"} <= limited
