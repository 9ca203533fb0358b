"""How often a sign-in mail may be asked for: per visitor and per mail address, door and tickets untouched."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.client import Client
from tests.support.hands import Clock, Outbox, Unit, jobs_done, link_in
from tests.support.staff import add_staff
from tests.support.working import worked
from trainings.accounts.actions import MOST_LINKS, sign_in_body
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


def test_inbox_of_staff_is_not_flooded(client: Client, unit: Unit, outbox: Outbox, clock: Clock) -> None:
    add_staff(unit, Role.PLANNER, name="欅田 まもる", mail=MAIL)

    answers = [ask(client, MAIL, visitor=f"203.0.113.{n}").status_code for n in range(60)]

    jobs_done(client.raw.application)

    assert answers == [303] * 60
    assert len(outbox.all()) == 5


def test_strangers_who_ask_keep_nobody_out(
    app: Flask, client: Client, unit: Unit, outbox: Outbox, clock: Clock
) -> None:
    """The attack: five posts with the admin's address. Until now they voided the link that she held, and used up the
    number of her address."""
    add_staff(unit, Role.ADMIN, name="管理 花子", mail=MAIL)
    ask(client, MAIL)
    held = mailed_links(app, outbox)[0]
    for minute in range(14):
        clock.forward(minutes=1)
        for n in range(5):
            ask(client, MAIL, visitor=f"198.51.100.{n}")
        assert any(client.open("GET", link).status_code == 200 for link in mailed_links(app, outbox)), minute

    assert client.get(held).press("サインインする").h1 == "きょう"


def test_whoever_asks_holds_a_link_that_lasts(
    app: Flask, client: Client, unit: Unit, outbox: Outbox, clock: Clock
) -> None:
    """Even when strangers took all her links a while ago: half of a link's time is left to use it."""
    add_staff(unit, Role.ADMIN, name="管理 花子", mail=MAIL)
    for _ in range(9):
        ask(client, MAIL, visitor="198.51.100.1")
    jobs_done(app)
    clock.forward(minutes=7, seconds=30)

    ask(client, MAIL)
    jobs_done(app)
    clock.forward(minutes=7, seconds=29)

    assert len(mailed_links(app, outbox)) == 1 + MOST_LINKS
    assert client.open("GET", mailed_links(app, outbox)[-1]).status_code == 200


def test_overrun_address_can_still_ask(client: Client, unit: Unit, outbox: Outbox) -> None:
    """Behind a forgotten proxy all the town has one address."""
    add_staff(unit, Role.ADMIN, name="管理 花子", mail=MAIL)
    for n in range(100):
        ask(client, f"{n}@a.example", visitor="127.0.0.1")

    page = client.get("/staff/sign-in").press("リンクを送る", mail=MAIL, status=429)

    assert worked(page).h1 == "メールを確かめてください"
    jobs_done(client.raw.application)
    assert outbox.one().to_address == MAIL


def test_signing_in_by_a_link_has_no_limit(app: Flask, client: Client, unit: Unit, outbox: Outbox) -> None:
    """Nobody guesses 130 bits; a limit there only kept out those who share an address with whoever tries."""
    add_staff(unit, Role.ADMIN, name="管理 花子", mail=MAIL)
    ask(client, MAIL)
    for n in range(40):
        client.post(f"/staff/sign-in/{n:026}", status=410)

    assert client.get(mailed_links(app, outbox)[0]).press("サインインする").h1 == "きょう"


def mailed_links(app: Flask, outbox: Outbox) -> list[str]:
    """The paths of all sign-in mails whose link still works, oldest first, after a round of the worker."""
    jobs_done(app)
    found = []
    with app.test_request_context():
        for message in outbox.all(purpose="sign_in"):
            with suppress(LookupError):
                found.append(link_in(sign_in_body(message), "/staff/sign-in/"))
    return found


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


def test_visitor_beyond_the_limit_is_told_when_to_come_back(client: Client, clock: Clock) -> None:
    for n in range(20):
        ask(client, f"{n}@city.keyaki.example")

    assert ask(client, MAIL).headers["Retry-After"] == "30"


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
    limited = {endpoint for endpoint, view in app.view_functions.items() if hasattr(view, "limits")}

    assert {endpoint for endpoint in limited if endpoint.startswith(("checkin.", "door", "venue."))} == set()
    assert "accounts.send_link" in limited
