"""Wherever kana or a mail address is taken it is looked at in one way: what is certain is cleaned, what is not is asked about beside the field,
and nothing typed is lost. The walk finds every field on every page; whatever it finds has to stand in the table."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.integration.test_edit_forms import Found, everybody, forms_of, world
from tests.support.applying import apply_for, make_office
from tests.support.client import Client
from tests.support.hands import Clock, Unit
from tests.support.pages import Form, Page, buttons_of
from trainings.checkin.screens.venue import venue_code
from trainings.events.queries import event_by_slug

__all__ = ["everybody", "world"]  # fixtures of the walk

KANJI_TYPED = "美咲"
MAIL_FIELD = "mail"
ODD_MAIL = "美咲@clinic.example"
ASKED_MAIL = "メールアドレスに「美咲」は使えません。半角の英数字で入力してください"
KANJI = "に漢字「美咲」が入っています。カタカナかひらがなで入力してください"
NO_KANA = "に「1」は使えません。カタカナかひらがなで入力してください"
MAIL = "メールアドレス"
PERSON = {MAIL_FIELD: (MAIL, ""), "family_kana": ("セイ", "タカハシ1"), "given_kana": ("メイ", "ミサキ1")}
ACCOUNT = {MAIL_FIELD: (MAIL, "")}
NAMED = {"kana": ("フリガナ", "タカハシ ミサキ1")}
COMPARED = {"kana": ("フリガナ", "タカハシ1")}
OFFICE = {"kana": ("カナ", "ヒバリ1")}
TAKES: dict[str, dict[str, tuple[str, str]]] = {
    "registration.check": PERSON,
    "registration.send_my_links": ACCOUNT,
    "accounts.send_link": ACCOUNT,
    "accounts.add_staff": ACCOUNT,
    "accounts.change_staff": ACCOUNT,
    "registration.enter": PERSON,
    "registration.save": PERSON,
    "guest.save": PERSON,
    "guest.send_substitute": PERSON,
    "door_papers.key_in": NAMED,
    "venue.check_in": COMPARED,
    "offices.add": OFFICE,
    "offices.edit": OFFICE,
    "free_entries.add": OFFICE,
}
"""Where a form posts to → its fields for kana and mail → what they are called, and something else that is no kana ("" where figures
may stand)."""


def forms_with_kana(app: Flask, client: Client, world: dict[str, list[str]], more: list[str]) -> list[Found]:
    """Of every page behind an account or a link, and of the public ones named."""
    adapter = app.url_map.bind("localhost")
    found = forms_of(app, client, world)
    for path in more:
        page = client.get(path)
        for node in page.all("form[method=post]"):
            endpoint, _ = adapter.match((node.get("action") or path).partition("?")[0], method="POST")
            found.append(Found(endpoint, page, node))
    return [one for one in found if kana_fields(one)]


def kana_fields(found: Found) -> set[str]:
    return {name for name in Form(found.page, found.node).values if "kana" in name or name == MAIL_FIELD}


def fill_wrongly(found: Found, field: str, typed: str) -> Page:
    page = found.page
    same = [node for node in page.all("form[method=post]") if node.element is found.node.element]
    form = Form(page, same[0]).fill({field: typed})
    return form.submit(buttons_of(same[0])[0].spoken, status=422)


@pytest.fixture
def guest(new_client: Callable[[], Client]) -> Client:
    return new_client()


def test_kana_and_mail_are_asked_about_on_every_form_that_takes_them(
    app: Flask, unit: Unit, clock: Clock, everybody: Client, world: dict[str, list[str]], guest: Client
) -> None:
    slug = world["slug"][0]
    with unit():
        event = event_by_slug(slug)
        assert event is not None
        free = apply_for(event, family="山田", given="花子", organisation_name="ひばりの家")
        make_office("ひばり薬局")
        venue = f"/v/{slug}/{venue_code(app.config['TSUDOI'].link_key, event.id, 1, clock.now)}"
        opens = event.application_opens_at
    more = ["/links", venue, f"/staff/directory/free-entries/add?application={free.id}"]
    found = forms_with_kana(app, everybody, world, more)
    for one in found:
        ask(one)
    clock.set(opens)
    page = guest.get("/staff/sign-in")
    ask(signing_in := Found("accounts.send_link", page, page.one("main form[method=post]")))
    page = everybody.get(f"/e/{slug}/apply")
    ask(applying := Found("registration.check", page, page.one("main form[method=post]")))

    assert {one.endpoint: kana_fields(one) for one in [*found, signing_in, applying]} == {
        endpoint: set(fields) for endpoint, fields in TAKES.items()
    }


def ask(one: Found) -> None:
    """Kanji, and what else is no kana, are refused beside each field, and stay in it."""
    for field in sorted(kana_fields(one)):
        what, other = TAKES[one.endpoint][field]
        if field == MAIL_FIELD:
            page = fill_wrongly(one, field, ODD_MAIL)
            assert ASKED_MAIL in page.errors, (one.endpoint, page.errors)
            assert page.one("input[name=mail]").get("value") == ODD_MAIL, one.endpoint
            continue
        for typed, said in ((KANJI_TYPED, what + KANJI), (other, what + NO_KANA)):
            if not typed:
                continue
            page = fill_wrongly(one, field, typed)
            errors = [error.rstrip("。") for error in page.errors]
            assert said in errors, (one.endpoint, typed, errors)
            assert page.one(f"input[name={field}]").get("value") == typed, one.endpoint
