"""Applying while somebody sends far too much: nobody else is shut out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.client import Client
from tests.support.guests import confirm_page, published, stored
from tests.support.hands import Clock, Unit
from tests.support.working import worked
from trainings.core.requests.limits import Limit, attempts
from trainings.directory.actions import load_master_data

POSTS = 240


@pytest.fixture
def overrides() -> dict[str, object]:
    return {"rate_limits": True}


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def overrun(client: Client, path: str, posts: int) -> None:
    token = client.csrf_token()
    for _ in range(posts):
        client.raw.post(path, data={"csrf_token": token})


def test_posts_of_one_stop_nobody_behind_the_same_address(
    client: Client, new_client: Callable[[], Client], unit: Unit
) -> None:
    """The attack: 240 posts closed applications for a hospital, and for the town where the proxy is forgotten."""
    event = published(unit)
    overrun(new_client(), f"/e/{event.slug}/apply/send", POSTS)

    held = confirm_page(client, unit, event).press("この内容で申し込む", status=429)
    receipt = worked(held)

    assert held.h1 == "少しお待ちください"
    assert receipt.h1 == "申込を受け付けました"
    assert len(stored(unit, event)) == 1


def test_looking_at_the_form_costs_nothing(
    client: Client, new_client: Callable[[], Client], unit: Unit
) -> None:
    event = published(unit)
    overrun(new_client(), f"/e/{event.slug}/apply", 70)

    page = confirm_page(client, unit, event).press("この内容で申し込む")

    assert page.h1 == "申込を受け付けました"


def test_flood_of_one_name_costs_work_known_or_not(
    new_client: Callable[[], Client], unit: Unit, clock: Clock
) -> None:
    """The attack: each application in a colleague's name holds a seat until it is settled. What holds it counts what was
    sent in that name in a day, never who had applied before."""
    event = published(unit)
    assert confirm_page(new_client(), unit, event).press("この内容で申し込む").h1 == "申込を受け付けました"
    clock.forward(days=2)
    taken = []
    for name in ({"given": "別子", "given_kana": "ベツコ"}, {}):
        for n in range(8):
            page = confirm_page(new_client(), unit, event, mail=f"{n}@else.example", **name)
            status = page.form(button="この内容で申し込む").submit(
                "この内容で申し込む", status=200 if n < 6 else 429
            )
            taken.append(status.h1)
    assert taken[:8] == taken[8:] == ["申込を受け付けました"] * 6 + ["少しお待ちください"] * 2


def test_flood_from_many_addresses_on_one_event_costs_work_there_only(
    client: Client, new_client: Callable[[], Client], unit: Unit
) -> None:
    flooded, other = published(unit), published(unit)
    with client.app.app_context():
        for _ in range(601):
            attempts((Limit("apply_target", 600, 15), flooded.slug))

    there = confirm_page(client, unit, flooded).press("この内容で申し込む", status=429)
    elsewhere = confirm_page(new_client(), unit, other).press("この内容で申し込む")

    assert worked(there).h1 == "申込を受け付けました"
    assert elsewhere.h1 == "申込を受け付けました"
