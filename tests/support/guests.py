"""Guests who apply: through the pages as a person does, or by the action when a test needs many."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from tests.support.announcing import announce, statement, typed
from tests.support.client import Client
from tests.support.hands import Unit
from tests.support.pages import Page
from trainings.events.models import Event, EventKind
from trainings.registration.actions import submit_application
from trainings.registration.models import Application, Channel

KEEP = ("idempotency_key", "csrf_token")
"""Hidden fields that the page brings."""


def published(unit: Unit, kind: EventKind = EventKind.SYMPOSIUM, **changes: Any) -> Event:
    """A committed event (tests.support.announcing.announce)."""
    with unit():
        return announce(kind, **changes)


def said(unit: Unit, event: Event, code: str = "NSV", **differs: Any) -> dict[str, Any]:
    """What a guest fills in; the page brings its own key."""
    with unit() as session:
        values = typed(session.get_one(Event, event.id), code, **differs)
    return {name: value for name, value in values.items() if name not in KEEP}


def stored(unit: Unit, event: Event) -> list[Application]:
    """The applications of an event, in no order."""
    with unit() as session:
        return list(session.scalars(select(Application).where(Application.event_id == event.id)))


def confirm_page(client: Client, unit: Unit, event: Event, code: str = "NSV", **differs: Any) -> Page:
    """内容の確認, after filling in the form."""
    page = client.get(f"/e/{event.slug}/apply")
    return page.form(button="確認へ進む").fill(said(unit, event, code, **differs)).submit("確認へ進む")


def apply(client: Client, unit: Unit, event: Event, code: str = "NSV", **differs: Any) -> Page:
    """The receipt."""
    return confirm_page(client, unit, event, code, **differs).press("この内容で申し込む")


def submit(event: Event, code: str, n: int, **differs: Any) -> Application:
    """Guest n applies, inside a unit; everybody is somebody else."""
    return submit_application(
        event_id=event.id,
        statement=statement(
            code, family=f"人{n}", mail=f"n{n}@a.example", phone=f"000-555-{n:04}", **differs
        ),
        channel=Channel.WEB,
        idempotency_key=f"key-{n}",
    )


def my_link(page: Page) -> str:
    """From a receipt: the path of わたしの申込."""
    return page.link("わたしの申込を開く")
