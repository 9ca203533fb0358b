"""The page of an event, kept for a moment for guests without a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.client import Client
from tests.support.guests import published
from tests.support.hands import Unit
from trainings.accounts.models import Role
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventState

LONG = 3600.0


@pytest.fixture(autouse=True)
def master_data(unit: Unit) -> None:
    with unit():
        load_master_data()


@pytest.fixture
def overrides(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"public_page_seconds": getattr(request, "param", LONG)}


def rename(unit: Unit, event: Event, title: str) -> None:
    with unit() as session:
        session.get_one(Event, event.id).title = title


def test_guests_share_one_rendering(
    new_client: Callable[[], Client], unit: Unit, count_queries: Callable[[], Any]
) -> None:
    event = published(unit)
    first = new_client().get(f"/e/{event.slug}")

    with count_queries() as count:
        second = new_client().get(f"/e/{event.slug}")

    assert second.h1 == first.h1 == event.title
    assert len(count) == 0


def test_guest_with_a_session_sees_the_present_state(new_client: Callable[[], Client], unit: Unit) -> None:
    event = published(unit)
    new_client().get(f"/e/{event.slug}")
    applying = new_client()
    applying.get(f"/e/{event.slug}/apply")

    rename(unit, event, "新しい題")

    assert applying.get(f"/e/{event.slug}").h1 == "新しい題"
    assert new_client().get(f"/e/{event.slug}").h1 == event.title


def test_a_draft_that_staff_look_at_is_not_kept_for_guests(
    staff_client: Callable[..., Client], new_client: Callable[[], Client], unit: Unit
) -> None:
    event = published(unit)
    with unit() as session:
        session.get_one(Event, event.id).state = EventState.DRAFT

    assert staff_client(Role.PLANNER).get(f"/e/{event.slug}").h1 == event.title
    new_client().get(f"/e/{event.slug}", status=404)


@pytest.mark.parametrize("overrides", [0.01], indirect=True)
def test_what_was_kept_is_forgotten_in_time(new_client: Callable[[], Client], unit: Unit) -> None:
    event = published(unit)
    new_client().get(f"/e/{event.slug}")
    rename(unit, event, "新しい題")

    # However slow the machine: from here on each page is younger than the change or older than its time.
    titles = {new_client().get(f"/e/{event.slug}").h1 for _ in range(20)}

    assert "新しい題" in titles
