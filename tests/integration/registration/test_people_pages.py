"""The queue of candidates and the page of one person."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.support.applying import MAKOTO, apply_for, make_event, make_office, make_person
from tests.support.client import Client
from tests.support.hands import QueryCount, Unit
from trainings.accounts.models import Role
from trainings.core import clock
from trainings.directory import actions, queries
from trainings.directory.identity import Likeness
from trainings.directory.models import CandidateState, Person, PersonCandidate
from trainings.registration.models import Application
from trainings.registration.people.merging import merge_people
from trainings.registration.states import State

QUEUE = "/staff/people/candidates"


@pytest.fixture(autouse=True)
def master_data(unit: Unit) -> None:
    with unit():
        actions.load_master_data()


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


def two_alike(unit: Unit) -> tuple[Person, Person]:
    """髙橋 and 高橋, same kana, same mail: a candidate by the rule itself."""
    with unit():
        known = apply_for(make_event("春の集い"), mail="a@b.example", phone="090-0000-1111")
        newer = apply_for(make_event("秋の集い"), mail="a@b.example", family="髙橋", given="美咲",
                          family_kana="タカハシ", given_kana="ミサキ")  # fmt: skip
        return known.person, newer.person


def test_an_empty_queue_says_so(planner: Client) -> None:
    assert "確かめる組はありません" in planner.get(QUEUE)


def test_two_people_stand_side_by_side_with_their_events(planner: Client, unit: Unit) -> None:
    two_alike(unit)

    page = planner.get(QUEUE)

    assert "氏名とフリガナが同じ（異体字を含む）" in page
    rows = {row[0]: row[1:] for row in page.rows()}
    assert rows["氏名"] == ["高橋 美咲", "髙橋 美咲"]
    assert rows["電話"] == ["090-0000-1111", "—"]
    assert ["春の集い" in rows["申込"][0], "秋の集い" in rows["申込"][1]] == [True, True]


def test_offices_typed_freely_stand_beside_each_other_and_hyphens_make_no_other_phone(
    planner: Client, unit: Unit
) -> None:
    with unit():
        said = {"mail": "a@b.example", "organisation_name": "けやき訪問看護"}
        apply_for(make_event("春の集い"), phone="090-0000-1111", **said)
        apply_for(make_event("秋の集い"), phone="09000001111", family="髙橋", given="美咲",
                  family_kana="タカハシ", given_kana="ミサキ", **said)  # fmt: skip

    page = planner.get(QUEUE)

    assert {row[0]: row[1:] for row in page.rows()}["事業所"] == ["けやき訪問看護", "けやき訪問看護"]
    alike = [row.one("th").text for row in page.all("tbody tr") if row.all("td.is-same")]
    assert {"事業所", "電話"} <= set(alike)


def test_same_person_merges_and_can_be_taken_back(planner: Client, unit: Unit) -> None:
    known, newer = two_alike(unit)

    page = planner.get(QUEUE).press("同じ人です")
    assert "「高橋 美咲」さんとしてまとめました" in page
    assert "確かめる組はありません" in page
    with unit():
        assert queries.canonical(newer.id).id == known.id

    planner.get(QUEUE).press("まとめるのを取り消す")
    with unit():
        assert queries.canonical(newer.id).id == newer.id
        (pair,) = queries.open_candidates()
        assert pair.decided_by_id is None


def test_the_name_to_show_may_be_the_newer_one(planner: Client, unit: Unit) -> None:
    known, newer = two_alike(unit)

    page = planner.get(QUEUE).press("同じ人です", keep=str(newer.id))

    assert "「髙橋 美咲」さんとしてまとめました" in page
    with unit():
        assert queries.canonical(known.id).id == newer.id


def test_different_people_leave_the_queue_and_can_be_asked_again(planner: Client, unit: Unit) -> None:
    two_alike(unit)

    page = planner.get(QUEUE).press("別の人です")
    assert "確かめる組はありません" in page
    with unit() as session:
        assert session.query(PersonCandidate).one().state == CandidateState.DISTINCT

    page = page.press("取り消して選び直す")
    assert "あと1組あります" in page


def test_both_at_one_event_must_say_which_application_to_cancel(planner: Client, unit: Unit) -> None:
    with unit():
        event = make_event("第12回 百人の集い")
        a, b = make_person(), make_person(**MAKOTO)
        first, second = apply_for(event, own_person=a), apply_for(event, **MAKOTO, own_person=b)
        actions.propose_candidate(b.id, a.id, Likeness.BY_HAND)

    page = planner.get(QUEUE).press("同じ人です", status=422)
    assert page.errors == ["「第12回 百人の集い」に二人とも申し込んでいます。取り消す申込を選んでください。"]

    page = page.form(button="同じ人です").fill({f"cancel-{event.id}": str(second.id)}).submit("同じ人です")
    assert "まとめました" in page
    with unit() as session:
        assert session.get_one(Application, second.id).state == State.CANCELLED
        assert session.get_one(Application, first.id).state == State.APPLIED


def test_the_queue_of_one_event_shows_only_its_pairs(planner: Client, unit: Unit) -> None:
    two_alike(unit)
    with unit():
        quiet = make_event("冬の集い")
        spring = make_event("春の集い その2")
        apply_for(spring, mail="a@b.example")

    assert "確かめる組はありません" in planner.get(f"{QUEUE}?event={quiet.id}")
    page = planner.get(f"{QUEUE}?event={spring.id}")
    assert "すべて決まるまで、抽選はできません" in page

    page = page.press("別の人です")
    assert page.path.startswith(f"{QUEUE}?event={spring.id}&undo=")


def test_a_decision_made_twice_is_told_gently(planner: Client, unit: Unit) -> None:
    two_alike(unit)
    page = planner.get(QUEUE)
    page.press("同じ人です")

    assert "すでに同じ人としてまとめられています" in page.press("同じ人です", status=422)
    assert "すでに同じ人としてまとめられています" in page.press("別の人です", status=422)


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_queue_asks_the_same_number_of_questions_however_long(
    planner: Client, unit: Unit, count_queries: Callable[[], AbstractContextManager[QueryCount]], pairs: int
) -> None:
    with unit():
        for n in range(pairs):
            one, other = make_person(), make_person()
            apply_for(make_event(f"第{n}回"), own_person=one)
            actions.propose_candidate(one.id, other.id, Likeness.BY_HAND)

    with count_queries() as count:
        planner.get(QUEUE)

    # staff with roles (2), possible duplicates (2), open pairs beside whom they are, canonical ids, people, merged rows,
    # applications, decided pairs, addresses that ask
    assert len(count) == 11


# -- one person ----------------------------------------------------------------------------------------------


def test_the_page_of_a_person_tells_why_an_application_is_theirs(planner: Client, unit: Unit) -> None:
    with unit():
        office = make_office("ひばり薬局")
        first = apply_for(make_event("春の集い"), mail="a@b.example", organisation_id=office.id)
        apply_for(make_event("秋の集い"), mail="a@b.example")

    page = planner.get(f"/staff/people/{first.person_id}")

    assert page.h1 == "高橋 美咲"
    assert "ひばり薬局" in page
    assert "氏名・フリガナとメールが同じため、この人としました" in page


def test_a_wrong_application_is_separated_from_the_page(planner: Client, unit: Unit) -> None:
    with unit():
        right = apply_for(make_event("春の集い"), mail="a@b.example")
        wrong = apply_for(make_event("秋の集い"), mail="a@b.example")

    page = planner.get(f"/staff/people/{right.person_id}")
    form = next(one for one in page.all("main form") if str(wrong.id) in one["action"])
    page = planner.post(form["action"])

    assert "新しい記録に分けました" in page
    assert "申込 1件" in page
    with unit() as session:
        assert session.get_one(Application, wrong.id).person_id != right.person_id


def test_a_merge_is_taken_back_from_the_page(planner: Client, unit: Unit) -> None:
    with unit():
        kept, other = make_person(), make_person(**MAKOTO)
        merge_people(keep_id=kept.id, other_id=other.id)

    page = planner.get(f"/staff/people/{other.id}")
    assert page.h1 == "高橋 美咲"
    page = page.press("まとめるのを取り消す")

    assert page.h1 == "大沢 誠"
    assert "もとどおり別の人に戻しました" in page


def test_two_people_are_laid_side_by_side_by_hand(planner: Client, unit: Unit) -> None:
    with unit():
        one, other = make_person(), make_person(**MAKOTO)

    page = planner.get(f"/staff/people/{one.id}").press("探す", q="おおさわ")
    page = page.press("並べてくらべる")

    assert "職員が選んだ組" in page
    page.press("同じ人です")
    with unit():
        assert queries.canonical(other.id).id == queries.canonical(one.id).id


def test_laying_a_person_beside_itself_is_refused(planner: Client, unit: Unit) -> None:
    with unit():
        kept, other = make_person(), make_person(**MAKOTO)
        merge_people(keep_id=kept.id, other_id=other.id)

    page = planner.post(f"/staff/people/{kept.id}/beside/{other.id}", status=422)

    assert "すでに同じ人としてまとめられています" in page


def test_an_unknown_or_erased_person_is_not_found(planner: Client, unit: Unit) -> None:
    with unit():
        erased = make_person()
        erased.erased_at = clock.now()

    for id in (uuid.uuid4(), erased.id):
        planner.get(f"/staff/people/{id}", status=404)
    planner.post(f"{QUEUE}/{uuid.uuid4()}/merge", status=404)


def test_trainers_see_a_person_but_decide_nothing(staff_client: Callable[..., Client], unit: Unit) -> None:
    with unit():
        kept = make_person(phone="090-0000-1111", mail="a@b.example", licence_number="4711")
        other = make_person(**MAKOTO)
        merge_people(keep_id=kept.id, other_id=other.id)
    trainer = staff_client(Role.TRAINER)

    page = trainer.get(f"/staff/people/{kept.id}")

    assert page.h1 == "高橋 美咲"
    for secret in ("090-0000-1111", "a@b.example", "4711"):
        assert secret not in page
        assert secret in staff_client(Role.PLANNER).get(f"/staff/people/{kept.id}")
    assert [button.text for button in page.all("main button")] == []
    assert trainer.open("GET", QUEUE).status_code == 403
