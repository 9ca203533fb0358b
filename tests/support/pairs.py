"""Queues of "the same person?", and hands that settle them by keyboard: for the tests and the bench."""

from __future__ import annotations

import uuid

from playwright.sync_api import Page

from tests.support.announcing import announce, statement
from tests.support.applying import make_office
from trainings.events.models import Event, EventKind
from trainings.registration.actions import submit_application
from trainings.registration.models import Channel


def pairs_of_people(pairs: int, *, same_name_every: int, event: Event | None = None) -> Event:
    """Somebody who applies twice, `pairs` times: under one name at every so manieth (0: never), under two family names that
    sound alike otherwise. Inside a unit, after the master data; a lottery unless it is said which."""
    office = make_office("けやき訪問看護" if event is None else "くすのき訪問看護")
    mark = "" if event is None else "の"
    event = event or announce(EventKind.HUNDRED)
    for n in range(pairs):
        is_same = bool(same_name_every) and n % same_name_every == 0
        for family, mail in (("高橋", "one"), ("高橋" if is_same else "高梁", "two")):
            said = statement(
                family=f"{family}{mark}{n}",
                family_kana=f"タカハシ{mark}{n}",
                mail=f"{mail}{n}{len(mark)}@a.example",
                phone=f"000-555-{n + 5000 * len(mark):04}",
                organisation_id=office.id,
            )
            submit_application(
                event_id=event.id,
                statement=said,
                channel=Channel.WEB,
                idempotency_key=uuid.uuid4().hex,
            )
    return event


def press_until_settled(page: Page, key: str) -> int:
    """Answer the question that has the focus; how many keys that took: one, and one more where an application has to be
    chosen first."""
    open_choices = page.locator("article").first.locator("[data-usual]").count() if key == "1" else 0
    page.keyboard.press(key)
    if not open_choices:
        return 1
    page.keyboard.press(key)
    return 2
