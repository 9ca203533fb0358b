"""The browser's Back button after applying: a page, with everything in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import select

from tests.support.announcing import announce, typed
from tests.support.site import Site
from tests.support.watching import Watch
from trainings.directory.actions import load_master_data
from trainings.registration.models import Application


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
def test_back_from_the_receipt_shows_the_steps_with_everything_that_was_typed(
    site: Site, new_context: Callable[..., tuple[BrowserContext, Watch]], *, scripts: bool
) -> None:
    with site.unit():
        load_master_data()
        event = announce(quotas={})
        said = typed(event, care_note="前の席")
        group, profession = said["group"], said["profession"]
    context, _ = new_context("phone", java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site.url}/e/{event.slug}/apply")
    page.check(f'input[name="group"][value="{group}"]')
    page.check(f'input[name="profession"][value="{profession}"]')
    for name in ("organisation_name", "family", "given", "family_kana", "given_kana", "mail", "phone"):
        page.fill(f"#{name}", said[name])
    page.fill("#care_note", said["care_note"])
    page.select_option("#heard_via", said["heard_via"])
    page.get_by_role("button", name="確認へ進む").click()
    page.get_by_role("button", name="この内容で申し込む").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("申込を受け付けました")

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("内容の確認")
    expect(page.get_by_text(said["organisation_name"])).to_be_visible()

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("参加する方のこと")
    for name in ("organisation_name", "family", "mail", "phone", "care_note"):
        expect(page.locator(f"#{name}")).to_have_value(said[name])

    page.fill("#mail", "mended@houkan.example")
    page.get_by_role("button", name="確認へ進む").click()
    page.get_by_role("button", name="この内容で申し込む").click()
    if scripts:
        expect(page.get_by_text("いま送った内容に直しました")).to_be_visible()
    else:  # the step before was asked for anew, with a key of its own: a second application, and staff look at it
        expect(page.get_by_text("参加が決まりました").first).to_be_visible()
    with site.unit() as session:
        mails = session.scalars(select(Application.mail).order_by(Application.submitted_at)).all()
        assert mails == ["mended@houkan.example"] if scripts else [said["mail"], "mended@houkan.example"]
