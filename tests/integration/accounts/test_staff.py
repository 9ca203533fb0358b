"""Managing staff: adding, changing roles, ending access; never without an administrator."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.client import Client
from tests.support.hands import QueryCount, Unit
from tests.support.staff import add_staff, sign_in
from trainings.accounts import actions
from trainings.accounts.models import Role, Staff
from trainings.accounts.refusals import AccountRefusal
from trainings.audit.models import AuditEntry
from trainings.core.db import unit_of_work
from trainings.core.refusal import Refused

SETTINGS = "/staff/settings"


@pytest.fixture
def admin(unit: Unit) -> Staff:
    return add_staff(unit, Role.ADMIN, name="管理 花子", mail="hanako@city.keyaki.example")


@pytest.fixture
def office(client: Client, admin: Staff) -> Client:
    sign_in(client, admin)
    return client


def stored(unit: Unit, mail: str) -> Staff:
    with unit() as session:
        return session.scalars(select(Staff).where(Staff.mail == mail)).one()


def trail(unit: Unit) -> list[tuple[str, dict[str, object]]]:
    with unit() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.at)).all()
        return [(entry.verb, entry.detail) for entry in entries]


def test_added_staff_has_the_roles_that_were_ticked(office: Client, unit: Unit) -> None:
    page = office.get(SETTINGS).follow("職員を加える")
    assert "企画担当：催しの公開、抽選、受付、評価のすべてを行います" in page

    page = page.press(
        "この職員を加える",
        name="　小川 恵 ",
        department="在宅医療推進課",
        mail="Ogawa@City.Keyaki.Example",
        roles=["planner", "trainer"],
    )

    assert "小川 恵さんを加えました" in page
    assert "企画担当、研修担当" in page
    staff = stored(unit, "ogawa@city.keyaki.example")
    assert (staff.name, staff.department) == ("小川 恵", "在宅医療推進課")
    assert staff.roles == {Role.PLANNER, Role.TRAINER}
    assert trail(unit) == [("staff.added", {"roles": ["planner", "trainer"]})]


def test_adding_staff_says_everything_that_is_missing_and_keeps_what_was_typed(office: Client) -> None:
    page = office.get(f"{SETTINGS}/staff/new").press(
        "この職員を加える", department="健康課", mail="ogawa", roles=[], status=422
    )

    assert page.errors == [
        "氏名を入力してください",
        "メールアドレスに「@」がありません。name@example.jp のような形で入力してください",
        "役割を1つ以上選んでください",
    ]
    assert page.form(button="この職員を加える").values["department"] == ["健康課"]


def test_adding_an_address_twice_is_refused_in_words(office: Client, admin: Staff) -> None:
    page = office.get(f"{SETTINGS}/staff/new").press(
        "この職員を加える", name="小川 恵", mail="HANAKO@city.keyaki.example", roles=["viewer"], status=422
    )

    assert page.errors == ["このメールアドレスは、すでにほかの職員が使っています。"]
    assert page.form(button="この職員を加える").values["roles"] == ["viewer"]


def test_changed_roles_count_at_the_next_page(
    office: Client, unit: Unit, new_client: Callable[[], Client]
) -> None:
    staff = add_staff(unit, Role.VIEWER, name="小川 恵", mail="ogawa@city.keyaki.example")
    browser = new_client()
    sign_in(browser, staff)
    before = browser.open("GET", SETTINGS).status_code

    office.get(SETTINGS).follow("小川 恵").press("この内容で変更する", roles=["admin"])

    assert before == 403
    assert browser.open("GET", SETTINGS).status_code == 200
    assert trail(unit) == [
        ("staff.changed", {"fields": [], "roles_added": ["admin"], "roles_removed": ["viewer"]})
    ]


def test_changing_nothing_leaves_no_trail(office: Client, unit: Unit) -> None:
    add_staff(unit, Role.VIEWER, name="小川 恵", mail="ogawa@city.keyaki.example")

    office.get(SETTINGS).follow("小川 恵").press("この内容で変更する")

    assert trail(unit) == []


def test_old_address_stays_while_something_else_is_changed(office: Client, unit: Unit) -> None:
    add_staff(unit, Role.VIEWER, name="小川 恵", mail="old..one@city")
    form = office.get(SETTINGS).follow("小川 恵")

    form.press("この内容で変更する", department="健康課")
    page = (
        office.get(SETTINGS).follow("小川 恵").press("この内容で変更する", mail="new..one@city", status=422)
    )

    assert stored(unit, "old..one@city").department == "健康課"
    assert len(page.errors) == 1


def test_changed_address_ends_the_sessions_of_its_owner(
    office: Client, unit: Unit, new_client: Callable[[], Client]
) -> None:
    staff = add_staff(unit, Role.ADMIN, name="小川 恵", mail="ogawa@city.keyaki.example")
    browser = new_client()
    sign_in(browser, staff)

    office.get(SETTINGS).follow("小川 恵").press("この内容で変更する", mail="megumi@city.keyaki.example")

    assert browser.get(SETTINGS).h1 == "職員のサインイン"


def test_changing_to_an_address_in_use_is_refused(office: Client, unit: Unit) -> None:
    add_staff(unit, Role.VIEWER, name="小川 恵", mail="ogawa@city.keyaki.example")

    page = (
        office.get(SETTINGS)
        .follow("小川 恵")
        .press("この内容で変更する", mail="hanako@city.keyaki.example", name="別の 名", status=422)
    )

    assert page.errors == ["このメールアドレスは、すでにほかの職員が使っています。"]
    assert stored(unit, "ogawa@city.keyaki.example").name == "小川 恵"


def test_deactivated_staff_is_out_at_once_and_keeps_the_row(
    office: Client, unit: Unit, new_client: Callable[[], Client]
) -> None:
    staff = add_staff(unit, Role.ADMIN, name="小川 恵", mail="ogawa@city.keyaki.example")
    browser = new_client()
    sign_in(browser, staff)

    page = office.get(SETTINGS).follow("小川 恵").press("利用を止める")

    assert "小川 恵さんの利用を止めました" in page
    assert browser.get(SETTINGS).h1 == "職員のサインイン"
    assert not stored(unit, "ogawa@city.keyaki.example").active
    assert [verb for verb, _ in trail(unit)] == ["staff.deactivated"]


def test_reactivated_staff_has_the_old_roles_but_no_old_session(
    office: Client, unit: Unit, new_client: Callable[[], Client]
) -> None:
    staff = add_staff(unit, Role.ADMIN, name="小川 恵", mail="ogawa@city.keyaki.example")
    browser = new_client()
    sign_in(browser, staff)
    office.get(SETTINGS).follow("小川 恵").press("利用を止める")

    office.get(SETTINGS).press("小川 恵さんの利用を再開する")

    assert stored(unit, "ogawa@city.keyaki.example").roles == {Role.ADMIN}
    assert browser.get(SETTINGS).h1 == "職員のサインイン"
    assert [verb for verb, _ in trail(unit)] == ["staff.deactivated", "staff.reactivated"]


def test_nobody_ends_their_own_access(office: Client, unit: Unit) -> None:
    add_staff(unit, Role.ADMIN, name="小川 恵", mail="ogawa@city.keyaki.example")

    page = office.get(SETTINGS).follow("管理 花子").press("利用を止める", status=422)

    assert page.errors == [
        "自分自身の利用停止と、自分からシステム管理者を外すことはできません。ほかのシステム管理者に頼んでください。"
    ]
    assert page.form(button="この内容で変更する").values["name"] == ["管理 花子"]
    assert stored(unit, "hanako@city.keyaki.example").active


def test_nobody_gives_up_their_own_administration(office: Client, unit: Unit) -> None:
    add_staff(unit, Role.ADMIN, name="小川 恵", mail="ogawa@city.keyaki.example")

    page = office.get(SETTINGS).follow("管理 花子").press("この内容で変更する", roles=["planner"], status=422)

    assert len(page.errors) == 1
    assert stored(unit, "hanako@city.keyaki.example").roles == {Role.ADMIN}


@pytest.mark.parametrize("act", ["deactivate", "take the role"])
def test_last_administrator_stays(unit: Unit, admin: Staff, act: str) -> None:
    """By whatever way it is asked, a command included."""
    add_staff(unit, Role.ADMIN, name="元職員", mail="former@city.keyaki.example", active=False)

    with unit(), pytest.raises(Refused) as refused:
        if act == "deactivate":
            actions.deactivate_staff(staff_id=admin.id, by=None)
        else:
            actions.change_staff(
                staff_id=admin.id, mail=admin.mail, name="x", department="", roles={Role.PLANNER}, by=None
            )

    assert refused.value.code == AccountRefusal.LAST_ADMIN


def test_two_administrators_cannot_remove_each_other_at_once(app: Flask, unit: Unit, admin: Staff) -> None:
    other = add_staff(unit, Role.ADMIN, name="小川 恵", mail="ogawa@city.keyaki.example")
    barrier = threading.Barrier(2)

    def remove(victim: Staff, by: Staff) -> None:
        barrier.wait()
        try:
            with app.app_context(), unit_of_work():
                actions.deactivate_staff(staff_id=victim.id, by=by)
        except Refused:
            pass

    threads = [threading.Thread(target=remove, args=pair) for pair in ((admin, other), (other, admin))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with unit() as session:
        assert sorted(session.scalars(select(Staff.active)).all()) == [False, True]


def test_unknown_staff_is_not_found(office: Client) -> None:
    path = f"{SETTINGS}/staff/00000000-0000-0000-0000-000000000000"

    office.get(path, status=404)
    office.post(f"{path}/deactivate", status=404)
    office.post(f"{path}/reactivate", status=404)


def test_list_of_staff_takes_the_same_queries_however_long(
    office: Client, unit: Unit, count_queries: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    counts = []
    for n in range(2):
        add_staff(unit, Role.VIEWER, Role.TRAINER, name=f"職員{n}", mail=f"{n}@city.keyaki.example")
        with count_queries() as count:
            office.get(SETTINGS)
        counts.append(len(count))

    assert (
        counts[0] == counts[1] <= 7
    )  # of those at work and of those who left: how many, and a part; and the last backup


def test_menu_shows_only_pages_that_the_roles_open(app: Flask, staff_client: Callable[..., Client]) -> None:
    admin, viewer = staff_client(Role.ADMIN), staff_client(Role.VIEWER)

    for browser, roles in ((admin, {Role.ADMIN}), (viewer, {Role.VIEWER})):
        page = browser.get("/staff/sign-in")
        for link in page.all(".nav a"):
            assert browser.open("GET", link["href"]).status_code < 400, (link["href"], roles)
    assert "設定" in admin.get("/staff/sign-in")
    assert not viewer.get("/staff/sign-in").has_link("設定")
