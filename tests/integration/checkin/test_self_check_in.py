"""Guests check themselves in with the code at the door."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.support.client import Client
from tests.support.evening import apply_as, device_of, evening
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.checkin.models import Method, Outcome, Scan, Why
from trainings.checkin.queries import door_of
from trainings.checkin.screens.venue import venue_code
from trainings.core.db import db
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application
from trainings.registration.secrets import ticket_code

StaffClient = Callable[..., Client]
Night = tuple[Event, list[Application]]

UNKNOWN = "受付番号とフリガナの組み合わせが見つかりません。お申し込みのメールでお確かめください"


def typed(application: Application) -> dict[str, str]:
    """What a guest types whose browser knows no ticket."""
    return {"number": application.code, "kana": application.full_kana}


@pytest.fixture
def night(unit: Unit, clock: Clock) -> Night:
    """The door is open."""
    with unit():
        load_master_data()
        event, people = evening(("NSV",) * 3)
    clock.set(event.doors_open_at)
    with unit():
        device_of(event)
    return event, people


@pytest.fixture
def address(app, night: Night, clock: Clock) -> Callable[[], str]:  # type: ignore[no-untyped-def]
    """What the code on show leads to now."""
    event, _ = night
    return lambda: f"/v/{event.slug}/{venue_code(app.config['TSUDOI'].link_key, event.id, 1, clock.now)}"


def scans(unit: Unit) -> list[Scan]:
    with unit() as session:
        return list(session.scalars(select(Scan).order_by(Scan.cursor)))


def test_screen_at_the_door_shows_a_code_and_changes_it(
    staff_client: StaffClient, night: Night, clock: Clock
) -> None:
    event, _ = night
    planner = staff_client(Role.PLANNER)

    first = planner.get(f"/staff/events/{event.slug}/door").follow("スマートフォンで受付するコードを映す")
    clock.forward(seconds=31)
    second = planner.get(first.path)

    paths = [re.findall(r'<path d="([^"]+)"', page.html)[0] for page in (first, second)]
    assert paths[0] != paths[1]


def test_phone_that_has_shown_the_ticket_needs_one_button(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    with unit():
        ticket = ticket_code(db.session.get_one(Application, people[0].id))
    client.get(f"/t/{ticket}")

    page = client.get(address())
    assert people[0].full_name in page
    form = page.form(button="受付する")
    done, again = form.submit("受付する"), form.submit("受付する")

    assert done.h1 == again.h1 == "受付しました"
    (scan,) = scans(unit)
    assert (scan.method, scan.outcome, scan.application_id) == (Method.SELF, Outcome.ADMITTED, people[0].id)


def test_number_stays_typed_when_the_cookie_is_gone(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    form = client.get(address()).form(button="受付する").fill(**typed(people[0]))
    client.raw.delete_cookie("tsudoi")

    page = form.submit("受付する", status=422)

    assert "もう一度、ボタンを押してください" in page
    assert scans(unit) == []
    assert page.press("受付する").h1 == "受付しました"


def test_other_phones_are_asked_for_number_and_kana(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    page = client.get(address())

    missing = page.press("受付する", status=422)
    unknown = page.press("受付する", number="99-00000", kana="タカハシ", status=422)
    done = page.press("受付する", **typed(people[1]))

    assert missing.errors == ["受付番号を入力してください", "フリガナを入力してください"]
    assert unknown.errors == [UNKNOWN]
    assert done.h1 == "受付しました"


def test_number_needs_neither_prefix_nor_hyphen(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    event, people = night
    digits = people[0].code.removeprefix(f"{event.code_prefix}-")

    short = client.get(address()).press("受付する", number=f"　{digits}", kana=people[0].full_kana)
    joined = client.get(address()).press(
        "受付する", number=people[1].code.replace("-", "").lower(), kana=people[1].full_kana
    )

    assert short.h1 == joined.h1 == "受付しました"
    assert [scan.application_id for scan in scans(unit)] == [people[0].id, people[1].id]


def test_numbers_of_all_lengths_stay_good_when_an_event_grows(
    client: Client,
    staff_client: StaffClient,
    unit: Unit,
    night: Night,
    clock: Clock,
    address: Callable[[], str],
) -> None:
    event, people = night
    at_the_door = clock.now
    clock.set(event.application_opens_at)
    with unit() as session:
        session.get_one(Event, event.id).capacity = 5_000
        late = apply_as(event, "NSV", 9, pledged=True)
    clock.set(at_the_door)
    mixed = [people[0], late]
    planner = staff_client(Role.PLANNER)

    found = [planner.get(f"/staff/events/{event.slug}/applications?q={one.code}") for one in mixed]
    done = [client.get(address()).press("受付する", **typed(one)) for one in mixed]

    assert [len(one.code.partition("-")[2]) for one in mixed] == [5, 7]
    assert [one.h1 for one in done] == ["受付しました"] * 2
    for one, page in zip(mixed, found, strict=True):
        assert one.code in page
        assert sum(other.code in page for other in mixed) == 1


def test_kana_is_known_however_it_is_typed(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    with unit() as session:
        one = session.get_one(Application, people[0].id)
        one.family_kana, one.given_kana = "タカハシ", "ミサキ"

    page = client.get(address()).press("受付する", number=people[0].code, kana="たかはし ﾐｻｷ")

    assert page.h1 == "受付しました"


def test_number_alone_checks_nobody_in_and_tells_nothing(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    """The attack: numbers were guessed, names and states shown, and absent people checked in."""
    _, people = night

    real = client.get(address()).press("受付する", number=people[0].code, kana="サトウ ハナコ", status=422)
    invented = client.get(address()).press("受付する", number="K12-00000", kana="サトウ ハナコ", status=422)

    assert real.errors == invented.errors == [UNKNOWN]
    assert people[0].full_name not in real
    assert scans(unit) == []


def test_kana_of_marks_only_is_no_kana(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    """Who is written in letters may have none; blanks and dots must not stand for that."""
    _, people = night
    with unit() as session:
        latin = session.get_one(Application, people[0].id)
        latin.family_kana = latin.given_kana = ""

    client.get(address()).press("受付する", number=people[0].code, kana="・", status=422)

    assert scans(unit) == []


def test_typed_number_shows_no_name_and_no_state(
    client: Client, new_client: Callable[[], Client], unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    with unit():
        cancel_application(application_id=people[2].id)

    first = client.get(address()).press("受付する", **typed(people[0]))
    again = new_client().get(address()).press("受付する", **typed(people[0]))
    cancelled = client.get(address()).press("受付する", **typed(people[2]))

    assert again.text == first.text
    assert cancelled.h1 == "受付の机へどうぞ"
    for page in (first, again, cancelled):
        assert people[0].family not in page
        assert "取り消" not in page
    assert [(scan.outcome, scan.why) for scan in scans(unit)][-1] == (Outcome.REFUSED, Why.CANCELLED)


def test_own_refused_ticket_is_told_and_kept(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    with unit():
        ticket = ticket_code(db.session.get_one(Application, people[2].id))
    client.get(f"/t/{ticket}")
    with unit():
        cancel_application(application_id=people[2].id)

    page = client.get(address()).press("受付する")

    assert page.h1 == "取り消された申込です"
    (scan,) = scans(unit)
    assert (scan.outcome, scan.why) == (Outcome.REFUSED, Why.CANCELLED)


class TestWithLimits:
    """Whoever guesses is sent to the desk, and with them nobody but those who hold the same half minute's code."""

    @pytest.fixture
    def overrides(self) -> dict[str, object]:
        return {"rate_limits": True}

    def guess(self, client: Client, address: str, n: int) -> tuple[int, str]:
        answer = client.open(
            "POST",
            address,
            data={
                "csrf_token": client.csrf_token(),
                "scan_id": str(uuid.uuid4()),
                "number": f"K12-{n:05}",
                "kana": "サトウ ハナコ",
            },
        )
        return answer.status_code, re.findall(r"<h1[^>]*>(.*?)</h1>", answer.get_data(as_text=True))[0]

    def test_browser_goes_to_the_desk_after_five_wrong_numbers(
        self, client: Client, unit: Unit, night: Night, clock: Clock, address: Callable[[], str]
    ) -> None:
        _, people = night
        tries = []
        for n in range(6):
            tries.append(self.guess(client, address(), n))
            clock.forward(seconds=31)

        right = client.get(address()).press("受付する", **typed(people[0]), status=429)

        assert tries == [(422, "会場での受付")] * 5 + [(429, "受付の机へどうぞ")]
        assert right.h1 == "受付の机へどうぞ"
        assert scans(unit) == []

    def test_new_browsers_do_not_begin_anew_with_one_code(
        self, new_client: Callable[[], Client], unit: Unit, night: Night, address: Callable[[], str]
    ) -> None:
        """600 numbers in 6.7 s came from a script that keeps no cookie."""
        fixed = address()

        tries = [self.guess(new_client(), fixed, n)[0] for n in range(12)]

        assert tries == [422] * 5 + [429] * 7

    def test_next_code_serves_everybody_else(
        self,
        new_client: Callable[[], Client],
        unit: Unit,
        night: Night,
        clock: Clock,
        address: Callable[[], str],
    ) -> None:
        _, people = night
        for n in range(7):
            self.guess(new_client(), address(), n)
        clock.forward(seconds=31)

        assert new_client().get(address()).press("受付する", **typed(people[0])).h1 == "受付しました"

    def test_guesses_at_one_event_end_whatever_browser_and_code(
        self, new_client: Callable[[], Client], night: Night, clock: Clock, address: Callable[[], str]
    ) -> None:
        tries = []
        for code in range(10):
            tries += [self.guess(new_client(), address(), 5 * code + n)[0] for n in range(5)]
            clock.forward(seconds=31)

        assert tries == [422] * 40 + [429] * 10

    def test_right_numbers_are_no_tries(
        self, client: Client, unit: Unit, night: Night, address: Callable[[], str]
    ) -> None:
        """One phone checks in the whole office."""
        _, people = night

        pages = [client.get(address()).press("受付する", **typed(one)) for one in [*people, *people]]

        assert {page.h1 for page in pages} == {"受付しました"}

    def test_ticket_opens_the_door_although_the_browser_has_guessed(
        self, client: Client, unit: Unit, night: Night, address: Callable[[], str]
    ) -> None:
        _, people = night
        for n in range(6):
            self.guess(client, address(), n)
        with unit():
            ticket = ticket_code(db.session.get_one(Application, people[0].id))
        client.get(f"/t/{ticket}")

        assert client.get(address()).press("受付する").h1 == "受付しました"


def test_old_code_checks_nobody_in(
    client: Client, unit: Unit, clock: Clock, night: Night, address: Callable[[], str]
) -> None:
    _, people = night
    page = client.get(address())
    clock.forward(minutes=4)

    late = page.press("受付する", **typed(people[0]), status=410)

    assert "このコードの時間が過ぎました" in late
    assert "このコードの時間が過ぎました" in client.get(page.path, status=410)
    assert scans(unit) == []


def test_guessed_code_and_closed_door_lead_nowhere(
    client: Client, unit: Unit, night: Night, address: Callable[[], str]
) -> None:
    event, _ = night
    client.get(f"/v/{event.slug}/{'0' * 26}", status=404)
    fresh = address()
    with unit() as session:
        event = session.get_one(Event, event.id)
        door = door_of(event.id)
        assert door is not None
        door.closed_at = event.ends_at

    client.get(fresh, status=404)
