"""The ticket: who holds it gets in, and learns nothing more."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support.client import Client
from tests.support.guests import apply, my_link, published
from tests.support.hands import Clock, Unit
from trainings.directory.actions import load_master_data
from trainings.registration.models import Application
from trainings.registration.secrets import kill_ticket, ticket_url
from trainings.registration.states import State


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


@pytest.fixture
def path(client: Client, unit: Unit) -> str:
    """Of the ticket of 高橋 美咲."""
    return client.get(my_link(apply(client, unit, published(unit)))).link("チケットを表示する")


def change(unit: Unit, **values: object) -> None:
    with unit() as session:
        one = session.scalars(select(Application)).one()
        for name, value in values.items():
            setattr(one, name, value)


def test_ticket_shows_name_event_table_and_code_but_no_contact(client: Client, unit: Unit, path: str) -> None:
    assert not client.get(path).all(".ticket__table")
    change(unit, table_number=7)

    page = client.get(path)

    with unit() as session:
        one = session.scalars(select(Application)).one()
    for words in ("高橋 美咲", "シンポジウム", "看護", "卓", one.code):
        assert words in page
    assert page.one(".ticket__table b").text == "7"
    assert "misaki@" not in page.html
    assert "000-555-0100" not in page.html
    assert page.all("main a, main form") == []


def test_address_in_the_qr_opens_the_ticket_in_capitals(client: Client, unit: Unit, path: str) -> None:
    with unit() as session:
        address = ticket_url(session.scalars(select(Application)).one())

    assert address == address.upper()
    assert client.get("/T/" + address.rsplit("/", 1)[1]).h1 == "チケット 高橋 美咲"
    assert client.get(path.lower()).h1 == "チケット 高橋 美咲"


@pytest.mark.parametrize("state", [State.CANCELLED, State.SUBSTITUTED, State.WAITING])
def test_ticket_is_worthless_without_a_seat(client: Client, unit: Unit, path: str, state: State) -> None:
    change(unit, state=state)

    client.get(path, status=404)


def test_killed_ticket_is_worthless_and_the_new_one_opens(client: Client, unit: Unit, path: str) -> None:
    with unit() as session:
        one = session.scalars(select(Application)).one()
        kill_ticket(one)
        new = ticket_url(one).rsplit("/", 1)[1]

    client.get(path, status=404)
    client.get(f"/t/{new}")


def test_ticket_code_opens_no_other_page(client: Client, path: str) -> None:
    code = path.rsplit("/", 1)[1]

    for other in (f"/a/{code}", f"/p/{code}", f"/a/{code}/edit"):
        client.get(other, status=404)
