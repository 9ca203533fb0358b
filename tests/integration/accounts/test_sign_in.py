"""Signing in without a password, rule by rule."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.client import Client
from tests.support.hands import Clock, Outbox, QueryCount, Unit, jobs_done, link_in
from tests.support.pages import Page
from tests.support.staff import add_staff
from trainings.accounts import actions
from trainings.accounts.actions import sign_in_body
from trainings.accounts.models import Role, SignInLink, SignInRequest, Staff
from trainings.audit.models import AuditEntry
from trainings.core.actor import ActorKind
from trainings.core.db import unit_of_work
from trainings.core.refusal import Refused
from trainings.registration.models import LinkRequest
from trainings.worker.jobs import DUTIES

Work = Callable[[], object]
MAIL = "mamoru@city.keyaki.example"
SENT = "メールを確かめてください"
DEAD = "このリンクは使えません"


@pytest.fixture
def staff(unit: Unit) -> Staff:
    return add_staff(unit, Role.PLANNER, name="欅田 まもる", mail=MAIL)


def ask(client: Client, mail: str = MAIL, *, next_path: str = "", status: int = 200) -> Page:
    page = client.get(f"/staff/sign-in?next={next_path}" if next_path else "/staff/sign-in")
    return page.press("リンクを送る", mail=mail, status=status)


def mailed_link(app: Flask, outbox: Outbox, n: int = -1) -> str:
    """The path in the n-th sign-in mail, after a round of the worker; its text made as the worker makes it."""
    jobs_done(app)
    message = outbox.all(purpose="sign_in")[n]
    with app.test_request_context():
        return link_in(sign_in_body(message), "/staff/sign-in/")


def is_signed_in(client: Client) -> bool:
    return "としてサインインしています" in client.get("/staff/sign-in")


def test_sign_in_by_the_mailed_link(app: Flask, client: Client, staff: Staff, outbox: Outbox) -> None:
    ask(client)
    page = client.get(mailed_link(app, outbox))

    page.press("サインインする")

    assert "欅田 まもるさんとしてサインインします" in page
    assert is_signed_in(client)


def test_sign_in_page_answers_the_same_for_known_and_unknown_addresses(
    client: Client, staff: Staff, outbox: Outbox, work: Work
) -> None:
    known, unknown = ask(client), ask(client, "nobody@city.keyaki.example")
    work()

    assert known.html == unknown.html
    assert known.h1 == SENT
    assert [mail.to_address for mail in outbox.all()] == [MAIL]


def test_addresses_that_could_not_be_answered_are_forgotten_after_a_day(unit: Unit, clock: Clock) -> None:
    """Their jobs were given up; what strangers typed does not stay for ever."""
    asked = (SignInRequest, LinkRequest)
    for hours, left in ((0, 1), (23, 1), (2, 0)):
        clock.forward(hours=hours)
        with unit() as session:
            if not hours:
                session.add_all(model(mail=MAIL) for model in asked)
                session.flush()
            for watch in DUTIES.watches:
                if watch.__name__ == "forget_unanswered":
                    watch()
            assert [len(session.scalars(select(model)).all()) for model in asked] == [left, left]


@pytest.mark.parametrize("address", [MAIL, "left@city.keyaki.example", "nobody@city.keyaki.example"])
def test_asking_costs_the_same_questions_for_every_address(
    client: Client,
    staff: Staff,
    unit: Unit,
    count_queries: Callable[[], AbstractContextManager[QueryCount]],
    work: Work,
    address: str,
) -> None:
    """The attack: the time of the answer tells who is on the staff. What was asked is gone once the worker has answered."""
    add_staff(unit, Role.PLANNER, name="元職員", mail="left@city.keyaki.example", active=False)
    page = client.get("/staff/sign-in")

    with count_queries() as count:
        page.press("リンクを送る", mail=address)
    assert [" ".join(one.split()[:3]) for one in count.statements] == [
        "INSERT INTO sign_in_request",
        "INSERT INTO job",
    ]

    work()
    with unit() as session:
        assert session.scalars(select(SignInRequest)).all() == []


def test_sign_in_mail_goes_to_no_one_who_left(client: Client, unit: Unit, outbox: Outbox, work: Work) -> None:
    add_staff(unit, Role.PLANNER, name="元職員", mail=MAIL, active=False)

    assert ask(client).h1 == SENT
    work()
    assert outbox.all() == []


def test_sign_in_finds_the_address_however_it_is_typed(
    client: Client, staff: Staff, outbox: Outbox, work: Work
) -> None:
    ask(client, " Ｍamoru@City.Keyaki.Example ")
    work()

    assert outbox.one().to_address == MAIL


def test_old_address_that_would_not_be_taken_today_still_signs_in(
    client: Client, unit: Unit, outbox: Outbox, work: Work
) -> None:
    add_staff(unit, Role.PLANNER, name="古い 住所", mail="old..one@city")

    ask(client, "old..one@city")
    work()

    assert outbox.one().to_address == "old..one@city"


@pytest.mark.parametrize(
    "typed",
    ["", "mamoru", "mamoru@", "@city.keyaki.example", "美咲@city.keyaki.example", "x" * 250 + "@a.jp"],
)
def test_sign_in_page_says_what_is_wrong_with_an_address_and_keeps_it(client: Client, typed: str) -> None:
    page = ask(client, typed, status=422)

    assert len(page.errors) == 1
    assert page.form().values["mail"] == [typed]


def test_link_is_stored_nowhere(app: Flask, client: Client, staff: Staff, outbox: Outbox, unit: Unit) -> None:
    ask(client)
    secret = mailed_link(app, outbox).rsplit("/", 1)[1]

    message = outbox.one()
    with unit() as session:
        link = session.scalars(select(SignInLink)).one()
    assert message.body is None
    assert secret not in (message.subject, message.reference, link.fingerprint, str(link.id))


def test_opening_the_link_does_not_sign_in(app: Flask, client: Client, staff: Staff, outbox: Outbox) -> None:
    """Mail scanners open links; only the button counts."""
    ask(client)
    link = mailed_link(app, outbox)

    client.get(link)
    client.get(link)

    assert not is_signed_in(client)
    assert client.get(link).h1 == "サインイン"


def test_link_works_only_once(
    app: Flask, client: Client, new_client: Callable[[], Client], staff: Staff, outbox: Outbox
) -> None:
    ask(client)
    link = mailed_link(app, outbox)
    second = new_client()
    page = second.get(link)
    client.get(link).press("サインインする")

    assert page.press("サインインする", status=410).h1 == DEAD
    assert not is_signed_in(second)
    assert second.get(link, status=410).h1 == DEAD


def test_link_is_valid_for_fifteen_minutes(
    app: Flask, client: Client, staff: Staff, outbox: Outbox, clock: Clock
) -> None:
    ask(client)
    link = mailed_link(app, outbox)
    clock.forward(minutes=14, seconds=59)
    page = client.get(link)
    clock.forward(seconds=1)

    assert page.press("サインインする", status=410).h1 == DEAD
    assert client.get(link, status=410).h1 == DEAD


def test_newer_link_leaves_the_older_as_it_is(
    app: Flask, client: Client, staff: Staff, outbox: Outbox
) -> None:
    """Anybody can ask for a link in her name."""
    ask(client)
    older = mailed_link(app, outbox)
    ask(client)
    newer = mailed_link(app, outbox)

    assert client.get(older).h1 == "サインイン"
    assert client.get(newer).h1 == "サインイン"


def test_late_mail_with_a_dead_link_is_not_made(
    app: Flask, client: Client, staff: Staff, outbox: Outbox, clock: Clock
) -> None:
    ask(client)
    mailed_link(app, outbox)
    clock.forward(minutes=15)

    with pytest.raises(LookupError):
        mailed_link(app, outbox)


def test_link_of_someone_who_left_meanwhile_is_dead(
    app: Flask, client: Client, staff: Staff, outbox: Outbox, unit: Unit
) -> None:
    ask(client)
    link = mailed_link(app, outbox)
    with unit() as session:
        session.get_one(Staff, staff.id).active = False

    assert client.get(link, status=410).h1 == DEAD
    assert client.post(link, status=410).h1 == DEAD


def test_unknown_link_is_dead(client: Client) -> None:
    assert client.get("/staff/sign-in/abcdefghijklmnopqrstuvwxyz", status=410).h1 == DEAD


def test_signing_in_keeps_nothing_of_the_session_before(
    app: Flask, client: Client, staff: Staff, outbox: Outbox
) -> None:
    """Session fixation: what somebody else put into this browser's session must not survive."""
    ask(client)
    with client.raw.session_transaction() as session:
        session["planted"] = "by somebody else"
        token_before = session["csrf_token"]

    client.get(mailed_link(app, outbox)).press("サインインする")

    with client.raw.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != token_before


def test_signing_in_replaces_whoever_was_signed_in(
    app: Flask, client: Client, staff: Staff, outbox: Outbox, staff_client: Callable[..., Client]
) -> None:
    browser = staff_client(Role.ADMIN, name="別の 職員")
    ask(client)

    browser.get(mailed_link(app, outbox)).press("サインインする")

    assert "欅田 まもるさんとして" in browser.get("/staff/sign-in")


def test_signing_in_leads_to_the_page_asked_for(
    app: Flask, client: Client, staff: Staff, outbox: Outbox
) -> None:
    ask(client, next_path="/staff/sign-in?from=here")

    page = client.get(mailed_link(app, outbox)).press("サインインする")

    assert page.path == "/staff/sign-in?from=here"


def test_page_for_staff_leads_a_guest_through_signing_in_and_back(
    app: Flask, client: Client, unit: Unit, outbox: Outbox
) -> None:
    add_staff(unit, Role.ADMIN, name="管理 花子", mail=MAIL)
    client.get("/staff/settings").press("リンクを送る", mail=MAIL)

    page = client.get(mailed_link(app, outbox)).press("サインインする")

    assert page.path == "/staff/settings"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/staff\n/x",
        "/" + "x" * 300,
    ],
)
def test_next_leads_to_own_paths_only(
    client: Client, staff: Staff, unit: Unit, work: Work, elsewhere: str
) -> None:
    client.post("/staff/sign-in", {"mail": MAIL, "next": elsewhere})
    work()

    with unit() as session:
        assert session.scalars(select(SignInLink.next_path)).all() == [""]


def test_session_ends_after_its_hours(
    app: Flask, client: Client, staff: Staff, outbox: Outbox, clock: Clock
) -> None:
    ask(client)
    client.get(mailed_link(app, outbox)).press("サインインする")
    clock.forward(hours=11, minutes=59)
    still = is_signed_in(client)
    clock.forward(minutes=2)

    assert still
    assert not is_signed_in(client)


class TestIdle:
    @pytest.fixture
    def overrides(self) -> dict[str, object]:
        return {"idle_minutes": 60}

    def test_who_opens_no_page_for_an_hour_is_signed_out(
        self, app: Flask, client: Client, staff: Staff, outbox: Outbox, clock: Clock
    ) -> None:
        """The attack: a desk that somebody has left, hours ago."""
        ask(client)
        client.get(mailed_link(app, outbox)).press("サインインする")
        for _ in range(3):
            clock.forward(minutes=59)
            assert is_signed_in(client)
        clock.forward(minutes=61)

        assert not is_signed_in(client)

    def test_page_that_renews_itself_keeps_nobody_signed_in(
        self, app: Flask, client: Client, staff: Staff, outbox: Outbox, clock: Clock
    ) -> None:
        ask(client)
        client.get(mailed_link(app, outbox)).press("サインインする")
        for _ in range(7):
            clock.forward(minutes=10)
            client.open("GET", "/staff", headers={"Sec-Fetch-Mode": "cors"})

        assert not is_signed_in(client)


def test_session_ends_when_its_version_is_raised(staff_client: Callable[..., Client], unit: Unit) -> None:
    browser = staff_client(Role.PLANNER)
    with unit() as session:
        session.scalars(select(Staff)).one().session_version += 1

    assert not is_signed_in(browser)


def test_sign_out_ends_the_session_and_every_copy_of_its_cookie(
    staff_client: Callable[..., Client], new_client: Callable[[], Client]
) -> None:
    browser, copy = staff_client(Role.PLANNER), new_client()
    with browser.raw.session_transaction() as session, copy.raw.session_transaction() as copied:
        copied.update(session)
    was_in = is_signed_in(copy)

    page = browser.get("/staff/sign-in").form("header form").submit("サインアウト")

    assert was_in
    assert "サインアウトしました" in page
    assert not is_signed_in(browser)
    assert not is_signed_in(copy)


def test_sign_out_is_no_link(staff_client: Callable[..., Client]) -> None:
    browser = staff_client(Role.PLANNER)

    browser.open("GET", "/staff/sign-out")

    assert is_signed_in(browser)


def test_signing_in_and_out_stand_in_the_trail(
    app: Flask, client: Client, staff: Staff, outbox: Outbox, unit: Unit
) -> None:
    ask(client)
    client.get(mailed_link(app, outbox)).press("サインインする")
    client.get("/staff/sign-in").form("header form").submit("サインアウト")

    with unit() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.at)).all()
    assert [(entry.verb, entry.actor_kind, entry.subject_id) for entry in entries] == [
        ("staff.link_issued", ActorKind.SYSTEM, str(staff.id)),
        ("staff.signed_in", ActorKind.STAFF, str(staff.id)),
        ("staff.signed_out", ActorKind.STAFF, str(staff.id)),
    ]


def test_two_presses_at_once_sign_in_once(app: Flask, client: Client, staff: Staff, outbox: Outbox) -> None:
    ask(client)
    secret = mailed_link(app, outbox).rsplit("/", 1)[1]

    assert _pressed_together(app, secret) == ["dead", "in"]


def _pressed_together(app: Flask, secret: str) -> list[str]:
    """Two transactions that both want the link before either has ended."""
    barrier = threading.Barrier(2)
    found: list[str] = []

    def press() -> None:
        barrier.wait()
        try:
            with app.app_context(), unit_of_work():
                actions.sign_in(secret=secret)
            found.append("in")
        except Refused:
            found.append("dead")

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)
