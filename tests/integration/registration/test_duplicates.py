"""A second application of one person where lots are drawn: taken, told to nobody who only typed a name, counted nowhere,
settled by staff. First come: test_second_seats.py."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.announcing import announce, statement
from tests.support.applying import make_office
from tests.support.client import Client
from tests.support.guests import apply, my_link, published, said, stored
from tests.support.hands import Clock, Outbox, QueryCount, Unit
from tests.support.pages import Page
from trainings.accounts.models import Role
from trainings.allocation.draws.drawing import draw_seats
from trainings.allocation.draws.freezing import commit_secret, freeze_list
from trainings.allocation.refusals import AllocationRefusal
from trainings.core.refusal import Refused
from trainings.directory.actions import decide_distinct, load_master_data
from trainings.directory.models import PersonCandidate
from trainings.events.models import Event, EventKind
from trainings.registration import queries
from trainings.registration.actions import submit_application
from trainings.registration.models import Application, Channel
from trainings.registration.people.duplicates import (
    doubts,
    open_questions,
    settle_as_different,
    settle_as_one,
)
from trainings.registration.people.questions import Queue, questions
from trainings.registration.seat_rules import candidates_in
from trainings.registration.states import LIVE, State

Work = Callable[[], object]
CountQueries = Callable[[], AbstractContextManager[QueryCount]]

QUEUE = "/staff/people/candidates"
FALSE = {"mail": "intruder@else.example", "phone": "000-555-0999"}
"""What differs when somebody applies in her name; her office is known."""
SAME, LATER, OTHER = "同じ人です（先の申込を残す）", "同じ人です（あとの申込を残す）", "別の人です"


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


@pytest.fixture
def office(unit: Unit) -> dict[str, Any]:
    with unit():
        found = make_office("けやき訪問看護")
    return {"organisation_id": found.id, "organisation_name": found.name}


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


def chosen(office: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in office.items()}


def send(event: Event, **said_: Any) -> Application:
    return submit_application(
        event_id=event.id,
        statement=statement(**said_),
        channel=Channel.WEB,
        idempotency_key=uuid.uuid4().hex,
    )


def state_of(unit: Unit, one: Application) -> State:
    with unit() as session:
        return session.get_one(Application, one.id).state


def without(page: Page, *words: str) -> str:
    text = page.text
    for one in words:
        text = text.replace(one, "")
    return text


# -- taken, and told to nobody -------------------------------------------------------------------------------


def test_second_application_is_answered_like_a_first_one(
    new_client: Callable[[], Client], unit: Unit, office: dict[str, Any], outbox: Outbox
) -> None:
    """Whoever types a colleague's name and office learns nothing: from no page, and from no mail to their address."""
    event = published(unit, EventKind.HUNDRED)
    apply(new_client(), unit, event, **chosen(office))
    stranger, unknown = new_client(), new_client()

    false = apply(stranger, unit, event, **chosen(office), **FALSE)
    new = apply(unknown, unit, event, given="別子", given_kana="ベツコ", **chosen(office), **FALSE)
    codes = {one.mail + one.given: one.code for one in stored(unit, event)}
    mine, others = codes[FALSE["mail"] + "美咲"], codes[FALSE["mail"] + "別子"]

    assert without(false, mine, "美咲") == without(new, others, "別子")
    pages = stranger.get(my_link(false)), unknown.get(my_link(new))
    assert without(pages[0], mine, "美咲", "ミサキ") == without(pages[1], others, "別子", "ベツコ")
    told, told_new = outbox.all(to=FALSE["mail"])
    assert told.subject == told_new.subject
    assert len((told.body or "").splitlines()) == len((told_new.body or "").splitlines())


def test_known_and_unknown_names_cost_the_same_questions(
    client: Client, unit: Unit, office: dict[str, Any], count_queries: CountQueries
) -> None:
    event = published(unit, EventKind.HUNDRED)
    apply(client, unit, event, **chosen(office))

    def questions(**differs: str) -> list[str]:
        data = said(unit, event, **chosen(office), **(FALSE | differs))
        data |= {"csrf_token": client.csrf_token(), "idempotency_key": uuid.uuid4().hex}
        with count_queries() as count:
            assert client.raw.post(f"/e/{event.slug}/apply/send", data=data).status_code == 302
        return [one.split()[0].upper() for one in count.statements]

    known = questions()
    unknown = questions(given="別子", given_kana="ベツコ", phone="000-555-0888")

    assert [one.state for one in stored(unit, event)].count(State.DUPLICATE) == 1
    assert len(known) == len(unknown), (known, unknown)


def test_known_address_is_told_once_however_many_came(
    client: Client, unit: Unit, office: dict[str, Any], outbox: Outbox, work: Work
) -> None:
    event = published(unit, EventKind.HUNDRED)
    apply(client, unit, event, **chosen(office))
    for _ in range(3):
        with unit():
            send(event, **office, **FALSE)
    assert outbox.all(purpose="registration_second_application") == []

    work()
    work()

    told = outbox.one(purpose="registration_second_application")
    assert told.to_address == "misaki@houkan.example"
    assert FALSE["mail"] not in (told.body or "")


def test_possible_duplicate_is_counted_nowhere(unit: Unit, office: dict[str, Any]) -> None:
    event = published(unit, EventKind.HUNDRED, capacity=2, quotas={}, organisation_cap=None)
    with unit():
        first = send(event, **office)
        doubtful = send(event, **office, **FALSE)
        assert doubtful.state == State.DUPLICATE
        assert [one.key for one in candidates_in(event.id, LIVE)] == [str(first.id)]
        assert sum(one.applied for one in queries.counts_by_group(event.groups)) == 1
        assert queries.confirmed_count(event.id) == 0
        other = send(
            event, family="大沢", given="誠", family_kana="オオサワ", given_kana="マコト", mail="m@a.example"
        )
        assert other.state == first.state


def test_possible_duplicate_can_be_corrected_and_given_up(
    client: Client, unit: Unit, office: dict[str, Any]
) -> None:
    event = published(unit, EventKind.HUNDRED)
    with unit():
        send(event, **office, **FALSE)
    page = client.get(my_link(apply(client, unit, event, **chosen(office))))

    page = page.follow("内容を直す").press("この内容に直す", phone="000-555-0777")
    assert "000-555-0777" in page
    page = page.follow("取り消す").press("この申込を取り消す")

    assert "取り消しました" in page
    assert sorted(one.state for one in stored(unit, event)) == [State.APPLIED, State.CANCELLED]


# -- the draw ----------------------------------------------------------------------------------------------------


def test_draw_waits_until_possible_duplicates_are_settled(
    unit: Unit, office: dict[str, Any], clock: Clock
) -> None:
    event = published(unit, EventKind.HUNDRED, public_number_name="")
    with unit():
        commit_secret(event_id=event.id)
        first = send(event, **office)
        later = send(event, **office, **FALSE)
    clock.set(event.application_closes_at)
    with pytest.raises(Refused) as refused, unit():
        freeze_list(event_id=event.id)
    assert (refused.value.code, refused.value.facts) == (AllocationRefusal.OPEN_CANDIDATES, {"n": 1})

    with unit():
        settle_as_one(event_id=event.id, person_id=first.canonical_person_id, keep_id=later.id)
        freeze_list(event_id=event.id)
        draw_seats(event_id=event.id)

    assert (state_of(unit, first), state_of(unit, later)) == (State.CANCELLED, State.CONFIRMED)


# -- settling ----------------------------------------------------------------------------------------------------


def test_first_application_stays(planner: Client, unit: Unit, office: dict[str, Any], outbox: Outbox) -> None:
    event = published(unit, EventKind.HUNDRED)
    with unit():
        first, later = send(event, **office), send(event, **office, **FALSE)

    page = planner.get(QUEUE)
    assert ["misaki@houkan.example", FALSE["mail"]] in [row[1:] for row in page.rows()]
    page = page.press(SAME)

    assert f"受付番号 {first.code} だけにしました" in page
    assert "確かめる組はありません" in page
    assert (state_of(unit, first), state_of(unit, later)) == (State.APPLIED, State.CANCELLED)
    assert [mail.to_address for mail in outbox.all(purpose="registration_cancelled")] == [FALSE["mail"]]


def test_different_people_both_stand_and_one_address_stands_once(
    planner: Client, unit: Unit, office: dict[str, Any]
) -> None:
    event = published(unit, EventKind.HUNDRED)
    with unit():
        first = send(event, **office)
        others = [send(event, **office, **FALSE) for _ in range(3)]

    page = planner.get(QUEUE)
    assert "高橋 美咲さんの申込が4件" in page
    page = page.press(OTHER)

    assert state_of(unit, first) == State.APPLIED
    expected = [State.APPLIED, State.DUPLICATE, State.DUPLICATE]
    assert sorted(state_of(unit, one) for one in others) == expected
    with unit() as session:
        assert len({session.get_one(Application, one.id).canonical_person_id for one in others}) == 1
        assert questions(most=20) == Queue([], 0)
    assert "高橋 美咲さんの申込が3件" in page


def test_flood_from_one_address_is_one_question(
    planner: Client, unit: Unit, office: dict[str, Any], clock: Clock
) -> None:
    """Hundreds of applications in names that resemble one person are decided on with one press."""
    event = published(unit, EventKind.HUNDRED)
    with unit():
        send(event, **office)
    clock.forward(minutes=1)
    with unit():
        for n in range(12):
            send(event, family=f"高橋{n}", **office, mail=FALSE["mail"], phone=f"000-555-09{n:02}")
        for n in range(12):
            send(event, **office, mail=FALSE["mail"], phone=f"000-555-08{n:02}")
        assert open_questions(event.id) == 2

    page = planner.get(f"{QUEUE}?event={event.id}")
    assert "あと2組あります" in page
    page = page.press(SAME)
    assert "ほかに11人分あります" in page
    page = page.press("同じ人です", **{f"cancel-{event.id}": page.one("[data-usual]")["value"]})

    assert "確かめる組はありません" in page
    states = [one.state for one in stored(unit, event)]
    assert (states.count(State.APPLIED), states.count(State.CANCELLED)) == (1, 24)


def test_somebody_alike_several_people_is_asked_about_one_after_the_other(unit: Unit) -> None:
    with unit() as session:
        event = announce(EventKind.HUNDRED)
        for n in range(3):
            send(event, mail=f"{n}@a.example", phone=f"000-555-070{n}", organisation_name="")
        assert len(session.scalars(select(PersonCandidate)).all()) == 2
        asked = set()
        while queue := questions(event.id, most=1).first:
            pair = queue[0].candidate
            asked.add((pair.person_id, pair.other_id))
            decide_distinct(candidate_id=pair.id, staff_id=None)
        assert len(asked) == 3


def test_question_on_a_merge_of_two_possible_duplicates_is_none(unit: Unit, office: dict[str, Any]) -> None:
    """What staff have settled is not asked again."""
    event = published(unit, EventKind.HUNDRED)
    with unit():
        first = send(event, **office)
        send(event, **office, **FALSE)
        settle_as_different(event_id=event.id, person_id=first.canonical_person_id, staff_id=None)
        assert doubts(event.id) == []
        assert open_questions(event.id) == 0


@pytest.mark.parametrize("n", [1, 3])
def test_queue_asks_the_same_number_of_questions_however_many_doubts(
    planner: Client, unit: Unit, office: dict[str, Any], count_queries: CountQueries, n: int
) -> None:
    event = published(unit, EventKind.HUNDRED)
    with unit():
        for number in range(n):
            for mail in ("1@a.example", "2@a.example"):
                send(
                    event,
                    given=f"美咲{number}",
                    given_kana=f"ミサキ{number}",
                    phone=f"000-555-040{number}",
                    mail=mail,
                    **office,
                )

    with count_queries() as count:
        page = planner.get(QUEUE)

    assert len(page.all("article")) == n
    # staff with roles (2), possible duplicates (2), open pairs, decided pairs, addresses that ask
    assert len(count) == 7, count.statements


# -- settled after the last seat was given -------------------------------------------------------------------
