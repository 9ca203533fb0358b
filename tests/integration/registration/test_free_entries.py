"""Freely typed offices: matched, added, left as they are."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from tests.support.applying import MAKOTO, MISAKI, apply_for, make_event, make_office
from tests.support.client import Client
from tests.support.hands import Unit
from trainings.accounts.models import Role
from trainings.audit.queries import entries_of_subject
from trainings.core import names
from trainings.core.refusal import Refused
from trainings.directory import actions, queries
from trainings.directory.models import Organisation, Person
from trainings.directory.refusals import DirectoryRefusal
from trainings.registration.models import Application
from trainings.registration.people import free_entries
from trainings.registration.states import State

PAGE = "/staff/directory/free-entries"


@pytest.fixture(autouse=True)
def master_data(unit: Unit) -> None:
    with unit():
        actions.load_master_data()


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


def test_spellings_of_one_name_are_one_entry_with_suggestions(unit: Unit) -> None:
    with unit():
        event = make_event()
        office = make_office("山田医院")
        make_office("川口薬局")
        apply_for(event, organisation_name="医療法人社団 山田医院")
        apply_for(event, **MAKOTO, organisation_name="医療法人社団　山田医院")
        apply_for(make_event("秋"), organisation_name="")

    with unit():
        (entry,) = free_entries.open_free_entries()
        assert (entry.name, len(entry.applications)) == ("医療法人社団 山田医院", 2)
        assert [one.id for one in entry.suggestions] == [office.id]
        assert free_entries.count_open_free_entries(event.id) == 2


def test_matching_keeps_what_was_typed_and_tells_the_person(unit: Unit) -> None:
    with unit():
        event = make_event()
        office = make_office("山田医院")
        application = apply_for(event, organisation_name="山田クリニック")

    with unit():
        free_entries.match_free_entry(application_ids=[application.id], organisation_id=office.id)

    with unit() as session:
        matched = session.get_one(Application, application.id)
        assert (matched.organisation_id, matched.organisation_name) == (office.id, "山田クリニック")
        assert names.search_key("山田医院") in matched.search_key
        assert session.get_one(Person, matched.person_id).organisation_id == office.id
        assert free_entries.open_free_entries() == []
        line = entries_of_subject("application", application.id)[-1]
        assert (line.verb, line.detail) == ("application.office_matched", {"organisation": str(office.id)})


def test_matching_finds_the_colleague_of_the_same_kana(unit: Unit) -> None:
    with unit():
        event = make_event()
        office = make_office("山田医院")
        apply_for(event, organisation_id=office.id)
        application = apply_for(
            event, **(MISAKI | {"family": "高梁"}), organisation_name="山田医院（在宅部）"
        )
        assert queries.open_candidates() == []

        free_entries.match_free_entry(application_ids=[application.id], organisation_id=office.id)

        assert [pair.likeness for pair in queries.open_candidates()] == ["kana_and_office"]


def test_what_is_matched_cannot_be_matched_again(unit: Unit) -> None:
    with unit():
        office, other = make_office("山田医院"), make_office("川口薬局")
        application = apply_for(make_event(), organisation_name="山田")
        free_entries.match_free_entry(application_ids=[application.id], organisation_id=office.id)

    for act in (
        lambda: free_entries.match_free_entry(application_ids=[application.id], organisation_id=other.id),
        lambda: free_entries.keep_free_entry(application_ids=[application.id]),
    ):
        with pytest.raises(Refused) as refused, unit():
            act()
        assert refused.value.code == DirectoryRefusal.ALREADY_MATCHED


@pytest.mark.parametrize("ids", [[], [uuid.UUID(int=1)]])
def test_unknown_applications_are_refused(unit: Unit, ids: list[uuid.UUID]) -> None:
    with pytest.raises(Refused) as refused, unit():
        free_entries.keep_free_entry(application_ids=ids)
    assert refused.value.code == DirectoryRefusal.NOT_FOUND


def test_a_kept_entry_no_longer_holds_up_the_draw(unit: Unit) -> None:
    with unit():
        event = make_event()
        application = apply_for(event, organisation_name="個人で参加")
        apply_for(event, **MAKOTO, organisation_name="取消", state=State.CANCELLED)
        apply_for(event, family="森", given="一", organisation_name="講師の大学", role="speaker")
        assert free_entries.count_open_free_entries(event.id) == 1
        assert [entry.name for entry in free_entries.open_free_entries(event.id)] == ["個人で参加"]

        free_entries.keep_free_entry(application_ids=[application.id])
        assert free_entries.count_open_free_entries(event.id) == 0

        free_entries.keep_free_entry(application_ids=[application.id], keep=False)
        assert free_entries.count_open_free_entries(event.id) == 1


# -- the page ------------------------------------------------------------------------------------------------


def test_the_suggestion_is_taken_with_one_press(planner: Client, unit: Unit) -> None:
    with unit():
        office = make_office("山田医院")
        applications = [
            apply_for(make_event(), **said, organisation_name="医療法人社団 山田医院")
            for said in (MISAKI, MAKOTO)
        ]

    page = planner.get(PAGE).press("この事業所に結び付ける")

    assert "2件の申込を「山田医院」に結び付けました" in page
    assert "結び付ける名前はありません" in page
    with unit() as session:
        found = {session.get_one(Application, one.id).organisation_id for one in applications}
        assert found == {office.id}


def test_only_the_ticked_applications_are_matched(planner: Client, unit: Unit) -> None:
    with unit():
        make_office("山田医院")
        event = make_event()
        one, other = (
            apply_for(event, **said, organisation_name="山田医院 東口") for said in (MISAKI, MAKOTO)
        )

    page = planner.get(PAGE).press("この事業所に結び付ける", application=[str(one.id)])

    assert "1件の申込を「山田医院」" in page
    with unit() as session:
        assert session.get_one(Application, other.id).organisation_id is None


def test_a_typed_name_wins_over_the_suggestion(planner: Client, unit: Unit) -> None:
    with unit():
        make_office("山田医院")
        right = make_office("川口薬局")
        application = apply_for(make_event(), organisation_name="山田医院 東口")

    planner.get(PAGE).press("この事業所に結び付ける", organisation_name="川口 薬局")

    with unit() as session:
        assert session.get_one(Application, application.id).organisation_id == right.id


def test_a_name_that_is_not_in_the_list_is_asked_for_again(planner: Client, unit: Unit) -> None:
    with unit():
        apply_for(make_event(), organisation_name="さくら整骨院")

    page = planner.get(PAGE).press("この事業所に結び付ける", organisation_name="どこか", status=422)

    assert "一覧にある名称をそのまま入力してください" in page


def test_an_office_is_added_from_what_was_typed(planner: Client, unit: Unit) -> None:
    with unit():
        application = apply_for(make_event(), organisation_name="さくら整骨院")

    page = planner.get(PAGE).follow("一覧に新しく加える：さくら整骨院")
    assert page.one("#name")["value"] == "さくら整骨院"
    page.press("加えて結び付ける", kind="", status=422)
    district = page.all('#district option:not([value=""])')[0]["value"]
    page = page.press("加えて結び付ける", kind="other", district=district)

    assert "「さくら整骨院」を一覧に加え、1件の申込を結び付けました" in page
    with unit() as session:
        office = session.query(Organisation).one()
        assert session.get_one(Application, application.id).organisation_id == office.id


def test_an_entry_is_left_as_typed_and_taken_back(planner: Client, unit: Unit) -> None:
    with unit():
        event = make_event()
        apply_for(event, organisation_name="個人で参加")

    page = planner.get(f"{PAGE}?event={event.id}").press("書かれたままにする")
    assert "「個人で参加」は一覧に加えず、書かれたままにします" in page
    assert page.path == f"{PAGE}?event={event.id}"

    page = page.press("取り消して選び直す")
    assert "あと1つの名前があります" in page


def test_a_press_on_an_outdated_page_is_told_gently(planner: Client, unit: Unit) -> None:
    with unit():
        make_office("山田医院")
        apply_for(make_event(), organisation_name="山田医院 東口")
    page = planner.get(PAGE)
    page.press("この事業所に結び付ける")

    assert "すでに決まっています" in page.press("この事業所に結び付ける", status=422)


def test_adding_for_no_application_is_not_found(planner: Client) -> None:
    planner.get(f"{PAGE}/add?application={uuid.uuid4()}", status=404)
