"""開催案内 and 参加申込書: where it is offered, with whose FAX number; and the contact beside the telephone."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from tests.support.client import Client
from tests.support.guests import published
from tests.support.hands import Clock, Unit
from trainings.directory.actions import load_master_data


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"contact_fax": "000-555-0144", "contact_mail": "city@keyaki.example"}


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def words_of(client: Client, slug: str) -> str:
    pages = PdfReader(io.BytesIO(client.download(f"/e/{slug}/fax.pdf").data)).pages
    assert len(pages) == 1
    return "".join(pages[0].extract_text().split())


def test_sheet_names_the_city_or_the_event_itself(client: Client, unit: Unit) -> None:
    plain = published(unit)
    own = published(
        unit, title="自分の番号の会", contact_fax="000-555-0177", contact_mail="own@keyaki.example"
    )

    assert "000-555-0144" in words_of(client, plain.slug)
    words = words_of(client, own.slug)
    assert "自分の番号の会" in words
    assert "000-555-0177" in words
    assert "000-555-0144" not in words
    assert "own@keyaki.example" in words
    assert "個人情報の利用目的" in words


def test_sheet_is_offered_while_applications_are_taken_and_not_otherwise(
    client: Client, unit: Unit, clock: Clock
) -> None:
    event = published(unit)
    draft = published(unit, title="下書き", published=False)
    link = f"/e/{event.slug}/fax.pdf"

    assert client.get(f"/e/{event.slug}").link("開催案内とFAX申込書（PDF）") == link
    client.get(f"/e/{draft.slug}/fax.pdf", status=404)
    clock.set(event.application_closes_at)
    client.get(link, status=404)
    assert not client.get(f"/e/{event.slug}").has_link("開催案内とFAX申込書（PDF）")


def test_event_page_has_numbers_that_a_telephone_dials_and_a_mail_address(client: Client, unit: Unit) -> None:
    event = published(unit, contact_phone="000-555-0123", contact_mail="own@keyaki.example")

    page = client.get(f"/e/{event.slug}")

    assert page.all('main a[href="tel:0005550123"]')
    assert page.all('main a[href="mailto:own@keyaki.example"]')
    assert page.all('footer a[href="mailto:city@keyaki.example"]')
    assert page.all('footer a[href^="tel:"]')
