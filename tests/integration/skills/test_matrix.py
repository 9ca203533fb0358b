"""The matrix from the ledger, who may see what, and the workbook."""

import io
import uuid
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from tests.support.announcing import announce, profession
from tests.support.applying import make_person
from trainings.accounts.models import Role
from trainings.core import clock as core_clock
from trainings.directory.actions import load_master_data
from trainings.registration.people.merging import merge_people
from trainings.skills import queries
from trainings.skills.actions import load_framework
from trainings.skills.models import Evidence, EvidenceKind

GROUP = "看護(訪問/施設/保健師)"


@pytest.fixture
def nurses(unit):  # type: ignore[no-untyped-def]
    """Six nurses who attended last month; three of them are seen to reach the target of skill 4-1 (3)."""
    with unit() as session:
        load_master_data()
        framework = load_framework("skills")
        skill = next(
            one for _, skills in queries.skills_by_domain(framework) for one in skills if one.code == "4-1"
        )
        people = [make_person(given=f"美咲{n}", mail=f"n{n}@example.jp") for n in range(6)]
        for person in people:
            person.profession_id = profession("NSV").id
        session.flush()
        for place, person in enumerate(people):
            _evidence(session, person.id, skill.id, 1, EvidenceKind.ATTEND)
            if place < 3:
                _evidence(session, person.id, skill.id, 3, EvidenceKind.OBSERVATION)
    return people, skill


def _evidence(session, person_id, skill_id, level, kind, days=30, **more):  # type: ignore[no-untyped-def]
    row = Evidence(
        id=uuid.uuid4(),
        person_id=person_id,
        skill_id=skill_id,
        level=level,
        kind=kind,
        observed_on=core_clock.today() - timedelta(days=days),
        **more,
    )
    session.add(row)
    session.flush()
    return row


def _cell(skill):  # type: ignore[no-untyped-def]
    return queries.matrix(queries.current_framework())[GROUP, skill.id]


def test_framework_comes_as_shipped(unit) -> None:  # type: ignore[no-untyped-def]
    with unit():
        load_master_data()
        framework = load_framework("skills")
        again = load_framework("skills")
        domains = queries.skills_by_domain(framework)
        targets = queries.targets_of_group(framework, "救急", core_clock.today())
        codes = {one.id: one.code for _, skills in domains for one in skills}
        assert framework.id == again.id
        assert (len(domains), sum(len(skills) for _, skills in domains)) == (7, 32)
        assert len(queries.skill_groups(framework)) == 12
        assert {codes[key]: level for key, level in targets.items()}["5-3"] == 4
        assert "6-4" not in {codes[key] for key in targets}  # 対象外 is no target, not the target 0


def test_matrix_counts_who_reaches_the_target(nurses, unit) -> None:  # type: ignore[no-untyped-def]
    _, skill = nurses

    with unit():
        cell = _cell(skill)

    assert (cell.n, cell.reached, cell.target) == (6, 3, 3)


def test_matrix_forgets_expired_revoked_and_future_evidence(nurses, unit) -> None:  # type: ignore[no-untyped-def]
    people, skill = nurses
    with unit() as session:
        row = _evidence(session, people[3].id, skill.id, 4, EvidenceKind.TEST)
        _evidence(session, people[3].id, skill.id, 0, EvidenceKind.REVOKE, revokes_id=row.id)
        _evidence(session, people[4].id, skill.id, 4, EvidenceKind.TEST, expires_on=core_clock.today())
        _evidence(session, people[5].id, skill.id, 4, EvidenceKind.TEST, days=-1)

    with unit():
        assert _cell(skill).reached == 3


def test_matrix_leaves_out_who_has_not_come_for_two_years(nurses, unit, clock) -> None:  # type: ignore[no-untyped-def]
    _, skill = nurses
    clock.forward(days=731)

    with unit():
        assert _cell(skill).n == 0


def test_matrix_counts_merged_people_once_with_the_best_of_both(nurses, unit) -> None:  # type: ignore[no-untyped-def]
    people, skill = nurses
    with unit():
        merge_people(keep_id=people[5].id, other_id=people[0].id)

    with unit():
        cell = _cell(skill)
        levels = queries.people_of_cell(GROUP, skill.id)

    assert (cell.n, cell.reached) == (5, 3)
    assert {row.person.id: row.level for row in levels}[people[5].id] == 3


@pytest.mark.parametrize(
    ("role", "named"), [(Role.TRAINER, True), (Role.PLANNER, False), (Role.VIEWER, False)]
)
def test_names_behind_a_cell_are_for_the_training_officer(nurses, staff_client, role, named) -> None:  # type: ignore[no-untyped-def]
    people, skill = nurses

    page = staff_client(role).get(f"/staff/skills/cell/{skill.id}?group={GROUP}")

    assert "6人 のうち" in page.text
    assert (people[0].full_name in page.text) is named


def test_small_groups_are_hidden_from_all_others(nurses, unit, staff_client) -> None:  # type: ignore[no-untyped-def]
    people, skill = nurses
    with unit():
        merge_people(keep_id=people[5].id, other_id=people[0].id)
        merge_people(keep_id=people[5].id, other_id=people[1].id)

    viewer = staff_client(Role.VIEWER)
    cell = viewer.get(f"/staff/skills/cell/{skill.id}?group={GROUP}")

    assert "5人に満たない" in cell.text
    assert "5人未満" in viewer.get("/staff/skills").text
    assert "50％" in staff_client(Role.TRAINER).get("/staff/skills").text


def test_person_page_is_closed_to_others_and_explains_each_level(nurses, staff_client) -> None:  # type: ignore[no-untyped-def]
    people, skill = nurses

    page = staff_client(Role.TRAINER).get(f"/staff/skills/people/{people[0].id}")
    staff_client(Role.PLANNER).get(f"/staff/skills/people/{people[0].id}", status=403)

    assert skill.title in page.text
    assert "観察による確認" in page.text


def test_workbook_says_what_the_page_says(nurses, staff_client) -> None:  # type: ignore[no-untyped-def]
    _, skill = nurses
    staff = staff_client(Role.TRAINER)

    answer = staff.raw.post("/staff/skills/matrix.xlsx", data={"csrf_token": staff.csrf_token()})

    rows = list(load_workbook(io.BytesIO(answer.data))["一覧"].iter_rows(min_row=2, values_only=True))
    row = next(row for row in rows if row[1] == skill.code and row[3] == GROUP)
    assert row[4:] == (3, 6, 3, 0.5)


def test_trainer_who_says_what_an_event_teaches_comes_to_a_page_of_hers(nurses, unit, staff_client) -> None:  # type: ignore[no-untyped-def]
    with unit():
        event = announce(quotas={})

    page = staff_client(Role.TRAINER).get(f"/staff/events/{event.slug}/skills").press("この内容にする")

    assert event.title in page
    assert page.path == "/staff/year"
