"""The survey, one question a screenful: nothing is sent unseen, and the place is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.announcing import announce
from tests.support.evening import NURSE, apply_as
from tests.support.hands import Clock
from tests.support.site import Site
from trainings.desk.closing import close_event
from trainings.directory.actions import load_master_data
from trainings.events.models import EventKind
from trainings.surveys.models import SurveyResponse
from trainings.surveys.queries import runs_of_event


@pytest.fixture
def survey(site: Site, clock: Clock) -> str:
    """The address of an open survey."""
    with site.unit():
        load_master_data()
        event = announce(EventKind.SYMPOSIUM, quotas={}, organisation_cap=None, capacity=20)
        apply_as(event, NURSE, 1, pledged=True)
        clock.set(event.ends_at + timedelta(hours=1))
        close_event(event_id=event.id)
        return f"{site.url}/s/{runs_of_event(event.id)[0].slug}"


def test_enter_moves_on_and_sends_nothing_that_was_not_seen(
    site: Site, phone_page: Page, survey: str
) -> None:
    page = phone_page
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(survey)
    progress = page.locator(".progress p")
    expect(progress).to_contain_text("1問")

    page.locator("#token").press("Enter")

    first = page.locator("[data-question]:visible")
    expect(first).to_have_count(1)
    expect(progress).to_be_in_viewport()
    expect(first.locator("legend, label.ask__q").first).to_be_in_viewport()
    first.locator("input").first.press("Enter")
    expect(progress).to_contain_text("3問")
    with site.unit() as session:
        assert session.query(SurveyResponse).count() == 0


def test_place_and_answers_stay_when_the_page_is_loaded_again(phone_page: Page, survey: str) -> None:
    page = phone_page
    page.goto(survey)
    page.get_by_role("button", name="次へ").click()
    page.locator("[data-question]:visible input").first.check(force=True)
    page.get_by_role("button", name="次へ").click()
    told = page.locator(".progress p").inner_text()

    page.reload()
    expect(page.locator(".progress p")).to_have_text(told)

    page.get_by_role("button", name="前の質問へもどる").click()
    expect(page.locator("[data-question]:visible input").first).to_be_checked()
