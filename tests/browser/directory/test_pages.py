"""Every page of the directory in a browser: axe, reflow, target sizes, no complaint of the console."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.applying import MAKOTO, apply_for, make_event, make_office, make_person
from tests.support.site import Site
from tests.support.staff import add_staff, session_cookie
from tests.support.watching import Watch
from trainings.accounts.models import Role
from trainings.core.paper import sheets
from trainings.directory import actions
from trainings.directory.identity import Likeness
from trainings.registration.people.free_entries import keep_free_entry
from trainings.registration.people.merging import merge_people

NewContext = Callable[..., tuple[BrowserContext, Watch]]
HEADER = ["名称", "カナ", "種別", "圏域", "事業所番号"]


@pytest.fixture
def paths(site: Site) -> dict[str, str]:
    """A directory in which no page is empty."""
    with site.unit():
        actions.load_master_data()
        office = make_office("けやき薬局", number="1310000001")
        event = make_event()
        known = apply_for(event, mail="a@b.example", phone="090-0000-1111", organisation_id=office.id)
        apply_for(event, family="髙橋", given="美咲", family_kana="タカハシ", given_kana="ミサキ")
        apply_for(make_event("秋の集い"), mail="a@b.example")
        for said in (MAKOTO, {"family": "森", "given": "一"}):
            apply_for(event, **said, organisation_name="けやき薬局 本店")
        kept = apply_for(event, family="林", given="二", organisation_name="個人で参加")
        keep_free_entry(application_ids=[kept.id])
        twin = make_person(family="高梁")
        merge_people(keep_id=known.person_id, other_id=twin.id)
        distinct = actions.propose_candidate(make_person().id, kept.person_id, Likeness.BY_HAND)
        actions.decide_distinct(candidate_id=distinct.id, staff_id=None)
    return {
        "people": "/staff/directory/people?q=たかはし",
        "person": f"/staff/people/{known.person_id}?q=もり",
        "candidates": "/staff/people/candidates",
        "offices": "/staff/directory/offices",
        "office": f"/staff/directory/offices/{office.id}",
        "free entries": "/staff/directory/free-entries",
        "free entry": f"/staff/directory/free-entries/add?application={kept.id}",
        "professions": "/staff/directory/professions",
        "group": "/staff/directory/groups/new",
        "profession": "/staff/directory/professions/new",
        "associations": "/staff/directory/associations",
        "districts": "/staff/directory/districts",
        "district": "/staff/directory/districts/new",
    }


@pytest.fixture
def page(new_context: NewContext, site: Site, screen: str) -> Page:
    staff = add_staff(site.unit, Role.PLANNER, name="欅田 まもる", mail="planner@city.keyaki.example")
    context, _watch = new_context(screen)
    context.add_cookies([{"name": "tsudoi", "value": session_cookie(site.app, staff), "url": site.url}])
    return context.new_page()


def test_every_page_is_accessible(
    page: Page, paths: dict[str, str], assert_accessible: Callable[[Page], None]
) -> None:
    for path in paths.values():
        page.goto(path)
        assert_accessible(page)


def test_a_file_is_checked_corrected_and_taken_in(
    page: Page, paths: dict[str, str], assert_accessible: Callable[[Page], None]
) -> None:
    def choose(*rows: list[object]) -> None:
        content = sheets.workbook(
            [sheets.Sheet("事業所", HEADER, rows)], sheets.About("事業所一覧", "けやき市")
        )
        page.get_by_label("ファイル").set_input_files(
            {"name": "一覧.xlsx", "mimeType": sheets.XLSX, "buffer": content}
        )
        page.get_by_role("button", name="内容を確認する").click()

    page.goto("/staff/directory/offices/import")
    assert_accessible(page)

    choose(["ひばり薬局", "", "薬局", "市内", 131000002])
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("cell", name="先頭の0が消えたようです")).to_be_visible()
    assert_accessible(page)

    choose(
        ["ひばり薬局", "", "薬局", "市内", "0131000002"],
        ["けやき薬局 本店", "", "薬局", "市内", "1310000001"],
    )
    assert_accessible(page)
    page.get_by_role("button", name="1か所を追加し、1か所を変更する").click()

    expect(page.get_by_text("1件を追加し、1件を変更しました。")).to_be_visible()


def test_a_merge_that_lacks_a_choice_leads_to_its_pair(
    page: Page, paths: dict[str, str], assert_accessible: Callable[[Page], None]
) -> None:
    page.goto(paths["candidates"])

    both_applied = page.get_by_role("article", name="高橋 美咲さんと髙橋 美咲さん")
    both_applied.get_by_role("button", name="同じ人です").click()

    expect(page.get_by_role("alert")).to_be_focused()
    assert_accessible(page)
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_text("どちらの申込を取り消しますか")).to_be_in_viewport()
