"""優先順位: an office applies for several of its staff and says who comes first."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from tests.support.addresses import own_link
from tests.support.client import Client
from tests.support.evening import NURSE, apply_as
from tests.support.guests import apply, my_link, published, said, stored
from tests.support.hands import Clock, Unit
from tests.support.pages import Page
from trainings.accounts.models import Role
from trainings.allocation.offers import next_in_line
from trainings.audit.models import AuditEntry
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind, Selection
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application
from trainings.registration.states import State

BOX = "事業所の中での優先順位"


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def full(unit: Unit) -> Event:
    """A first-come symposium whose only seat is taken."""
    event = published(unit, quotas={}, capacity=1, organisation_cap=None)
    with unit() as session:
        apply_as(session.get_one(Event, event.id), NURSE, 1)
    return event


def colleague(unit: Unit, event: Event, page: Page, given: str, priority: str) -> Page:
    """The confirm page of the next one of the same office, from the receipt or わたしの申込 before."""
    form = page.follow("続けて、同じ事業所の方を申し込む").form(button="確認へ進む")
    names = {"given": given, "given_kana": "カナ", "family": "山田", "family_kana": "ヤマダ"}
    values = said(unit, event) | names | {"priority": priority}
    return form.fill(values).submit("確認へ進む", status=200 if priority.isdecimal() or not priority else 422)


def ranks(unit: Unit, event: Event) -> dict[str, int | None]:
    return {one.given: one.waiting_rank for one in stored(unit, event) if one.state == State.WAITING}


def test_first_form_folds_it_away_for_those_who_apply_for_several(unit: Unit, client: Client) -> None:
    event = published(unit)
    page = client.get(f"/e/{event.slug}/apply")
    assert page.texts("form details:not([open]) label") == [f"{BOX}任意"]

    page.form(button="確認へ進む").fill(said(unit, event) | {"priority": "2"}).submit("確認へ進む").press(
        "この内容で申し込む"
    )

    assert [one.priority for one in stored(unit, event)] == [2]


def test_fold_of_the_first_form_is_open_around_a_wrong_number(unit: Unit, client: Client) -> None:
    event = published(unit)
    form = client.get(f"/e/{event.slug}/apply").form(button="確認へ進む")

    page = form.fill(said(unit, event) | {"priority": "一番"}).submit("確認へ進む", status=422)

    assert page.one("details[open] #priority")["value"] == "一番"


def test_somebody_who_applies_for_herself_is_not_asked(unit: Unit, client: Client) -> None:
    event = published(unit)
    apply(client, unit, event)
    with unit() as session:
        own = own_link(session.scalars(select(Application)).one())

    assert BOX not in client.get(f"/p/{own}/apply/{event.slug}")


def test_colleague_with_the_smaller_number_waits_before_the_other(
    unit: Unit, new_client: type[Client]
) -> None:
    event = full(unit)
    with unit() as session:
        apply_as(session.get_one(Event, event.id), NURSE, 2)
    client = new_client()
    first = apply(client, unit, event, given="一子")
    second = colleague(unit, event, first, "二郎", "2").press("この内容で申し込む")
    confirm = colleague(unit, event, second, "三郎", "１")

    assert f"{BOX}" in confirm
    assert "1番" in confirm
    third = confirm.press("この内容で申し込む")

    assert ranks(unit, event) == {"美咲2": 1, "一子": 2, "三郎": 3, "二郎": 4}
    assert "優先順位 1番" in client.get(my_link(third))
    with unit() as session:
        entries = trail(session, "application.reordered")
        assert len(entries) == 2


def trail(session, verb: str) -> list[str]:  # type: ignore[no-untyped-def]
    from_table = select(AuditEntry.subject_id).where(AuditEntry.verb == verb)
    return list(session.scalars(from_table))


def test_seat_that_falls_free_goes_to_the_smaller_number(unit: Unit, client: Client) -> None:
    event = full(unit)
    page = apply(client, unit, event, given="一子")
    for given, priority in (("二郎", "2"), ("三郎", "1")):
        page = colleague(unit, event, page, given, priority).press("この内容で申し込む")
    with unit() as session:
        for one in session.scalars(select(Application).where(Application.given.in_(["美咲1", "一子"]))):
            cancel_application(application_id=one.id)

    with unit() as session:
        following = next_in_line(session.get_one(Event, event.id))
        assert following is not None
        assert following.given == "三郎"


def test_number_given_later_moves_the_colleague_too(unit: Unit, client: Client) -> None:
    event = full(unit)
    first = apply(client, unit, event, given="一子")
    colleague(unit, event, first, "二郎", "1").press("この内容で申し込む")
    assert ranks(unit, event) == {"一子": 1, "二郎": 2}

    client.get(my_link(first)).follow("内容を直す").press("この内容に直す", priority="2")

    assert ranks(unit, event) == {"二郎": 1, "一子": 2}


NO_NUMBER = "優先順位は、1から99までの数字で入力してください"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        *((wrong, NO_NUMBER) for wrong in ("0", "100", "一番", "-1", "1.5")),
        ("9" * 5000, "優先順位は10文字までで入力してください"),
    ],
)
def test_wrong_number_is_told_and_kept(unit: Unit, client: Client, wrong: str, told: str) -> None:
    event = published(unit)
    first = apply(client, unit, event)
    form = first.follow("続けて、同じ事業所の方を申し込む").form(button="確認へ進む")

    page = form.fill(said(unit, event, given="二郎") | {"priority": wrong}).submit("確認へ進む", status=422)

    assert page.errors == [told]
    assert page.one("#priority")["value"] == wrong
    assert "続けて、次の方を申し込みます" in page


def test_number_says_that_it_changes_no_lottery(unit: Unit, client: Client) -> None:
    event = published(unit, EventKind.HUNDRED)
    assert event.selection == Selection.LOTTERY

    page = apply(client, unit, event).follow("続けて、同じ事業所の方を申し込む")

    assert "抽選の当たりやすさは変わりません" in page


def test_staff_enter_see_and_export_it(unit: Unit, staff_client) -> None:  # type: ignore[no-untyped-def]
    event = published(unit)
    planner = staff_client(Role.PLANNER)
    form = planner.get(f"/staff/events/{event.slug}/applications/new").form(button="この申込を入れて、次へ")

    form.fill(said(unit, event) | {"channel": "fax", "priority": "3"}).submit("この申込を入れて、次へ")

    (one,) = stored(unit, event)
    assert one.priority == 3
    roster = planner.get(f"/staff/events/{event.slug}/applications")
    assert "優先順位 3" in roster
    assert "優先順位 3" in planner.get(f"/staff/applications/{one.id}")
    answer = planner.open(
        "POST",
        f"/staff/events/{event.slug}/applications.xlsx",
        data={"csrf_token": planner.csrf_token()},
    )
    sheet = load_workbook(BytesIO(answer.data)).worksheets[0]
    header = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, header.index("優先順位") + 1).value == 3
