"""A number that can be guessed or read over a shoulder is no key: 受付番号, the number of a certificate, the name of a device
open nothing, whichever address they are put into."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.support.client import Client
from tests.support.evening import device_of, evening
from tests.support.hands import Clock, Unit
from trainings.certificates.models import Certificate
from trainings.core import clock as clocks
from trainings.core import codes
from trainings.core.db import db
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.models import Application

NUMBER = "2026-S1-04785"
OPENED_BY_LINK = ("public", "link")


@pytest.fixture
def night(unit: Unit, clock: Clock) -> tuple[Event, list[Application]]:
    """The door is open, one device is enrolled, and one certificate is out."""
    with unit():
        load_master_data()
        event, people = evening(("NSV",) * 2)
    clock.set(event.doors_open_at)
    with unit():
        device_of(event, "受付1")
        db.session.add(
            Certificate(
                application_id=people[0].id,
                number=NUMBER,
                code=codes.new_secret(),
                name=people[0].full_name,
                event_title=event.title,
                held_on=clocks.today(),
                minutes=90,
            )
        )
    return event, people


def addresses(app: Flask, short: str, slug: str) -> list[str]:
    """Every address without sign-in that takes something, filled with a short code; beside it an event's own slug stays."""

    def of(rule: Rule) -> str:
        keeps_slug = len(rule.arguments) > 1 and "slug" in rule.arguments
        return re.sub(
            r"<(?:[^:>]+:)?([^>]+)>",
            lambda found: slug if keeps_slug and found[1] == "slug" else short,
            rule.rule,
        )

    return sorted(
        of(rule)
        for rule in app.url_map.iter_rules()
        if rule.arguments
        and "GET" in (rule.methods or ())
        and rule.endpoint != "static"
        and app.view_functions[rule.endpoint].access.kind in OPENED_BY_LINK  # type: ignore[attr-defined]
    )


@pytest.mark.parametrize("kind", ["application", "certificate", "device"])
def test_short_code_opens_no_page(
    app: Flask, client: Client, night: tuple[Event, list[Application]], kind: str
) -> None:
    event, people = night
    short = {"application": people[0].code, "certificate": NUMBER, "device": "受付1"}[kind]

    found = addresses(app, short, event.slug)
    answers = {path: client.open("GET", path) for path in found}

    assert len(found) > 20
    assert {path: one.status_code for path, one in answers.items() if one.status_code not in (404, 410)} == {}
    assert people[0].family not in "".join(one.get_data(as_text=True) for one in answers.values())
