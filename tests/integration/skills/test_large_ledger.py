"""The matrix of a large ledger: what it says is held against the rule in plain Python, and what it reads against the ledger."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert, select

from trainings.core import clock as core_clock
from trainings.core.db import db
from trainings.directory.actions import load_master_data
from trainings.directory.models import Person, Profession
from trainings.skills import queries
from trainings.skills.actions import load_framework
from trainings.skills.models import Evidence, EvidenceKind, Skill, SkillKind, Target

PEOPLE, FACTS = 200, 1600
TWO_YEARS = timedelta(days=730)


@dataclass(frozen=True)
class Ledger:
    """people: id → (skill group, whoever it was merged into). facts: rows of the ledger, revocations among them."""

    people: dict[uuid.UUID, tuple[str, uuid.UUID | None]]
    facts: list[dict[str, object]]

    def root(self, person: uuid.UUID) -> uuid.UUID:
        while (into := self.people[person][1]) is not None:
            person = into
        return person

    def levels(self, on: date) -> dict[uuid.UUID, dict[uuid.UUID, int]]:
        """Person in scope → skill → level, by the words of the design: highest unexpired, unrevoked evidence until then."""
        back = {one["revokes_id"] for one in self.facts if one["revokes_id"] and one["observed_on"] <= on}
        levels: dict[uuid.UUID, dict[uuid.UUID, int]] = defaultdict(dict)
        came = set()
        for one in self.facts:
            ended = one["expires_on"] is not None and one["expires_on"] <= on
            if one["kind"] == EvidenceKind.REVOKE or one["id"] in back or one["observed_on"] > on or ended:
                continue
            root = self.root(one["person_id"])
            known = levels[root].get(one["skill_id"], 0)
            levels[root][one["skill_id"]] = max(known, one["level"])
            if one["kind"] == EvidenceKind.ATTEND and one["observed_on"] > on - TWO_YEARS:
                came.add(root)
        return {root: levels[root] for root in came}


@pytest.fixture
def ledger(unit) -> Ledger:  # type: ignore[no-untyped-def]
    """Drawn at random: merged twice over, revoked sooner and later, expired, of the future, and from long ago."""
    chance = random.Random(8)
    today = core_clock.today()
    with unit() as session:
        load_master_data()
        load_framework("skills")
        groups = session.execute(select(Profession.id, Profession.skill_group)).all()
        skills = list(session.scalars(select(Skill.id).where(Skill.kind == SkillKind.SKILL)))
        people, rows = {}, []
        for number in range(PEOPLE):
            into = chance.choice(list(people)) if people and chance.random() < 0.15 else None
            profession = chance.choice(groups)
            person = uuid.uuid4()
            people[person] = (profession.skill_group, into)
            rows.append(
                {"id": person, "family": "山田", "given": f"花子{number}", "name_key": f"{number}",
                 "search_key": f"{number}", "profession_id": profession.id, "merged_into_id": into}
            )  # fmt: skip
        facts = [_fact(chance, today, list(people), skills) for _ in range(FACTS)]
        facts += [_revocation(chance, one) for one in chance.sample(facts, FACTS // 10)]
        session.execute(insert(Person), rows)
        session.execute(insert(Evidence), facts)
    return Ledger(people, facts)


def _fact(chance, today, people, skills):  # type: ignore[no-untyped-def]
    kind = chance.choice([EvidenceKind.ATTEND, EvidenceKind.TEST, EvidenceKind.OBSERVATION])
    observed_on = today - timedelta(days=chance.choice([-3, 0, 1, 30, 400, 729, 730, 731, 1000]))
    expires_on = (
        observed_on + timedelta(days=chance.choice([30, 365, 731])) if chance.random() < 0.3 else None
    )
    return {
        "id": uuid.uuid4(), "person_id": chance.choice(people), "skill_id": chance.choice(skills),
        "level": chance.randrange(5), "kind": kind, "observed_on": observed_on, "expires_on": expires_on,
        "revokes_id": None,
    }  # fmt: skip


def _revocation(chance, fact):  # type: ignore[no-untyped-def]
    later = {"observed_on": fact["observed_on"] + timedelta(days=chance.choice([0, 20, 500])), "level": 0}
    return fact | later | {"id": uuid.uuid4(), "kind": EvidenceKind.REVOKE, "revokes_id": fact["id"]}


def test_matrix_says_what_the_rule_says_in_plain_python(ledger, unit) -> None:  # type: ignore[no-untyped-def]
    today = core_clock.today()
    for on in (today, today - timedelta(days=1), today - timedelta(days=420)):
        levels = ledger.levels(on)
        with unit() as session:
            cells = queries.matrix(queries.current_framework(), on)
            targets = session.scalars(select(Target).where(Target.valid_from <= on)).all()
            group, skill = ("医師", next(one.skill_id for one in session.scalars(select(Target))))
            named = {one.person.id: one.level for one in queries.people_of_cell(group, skill, on)}

        of_group = defaultdict(list)
        for root, held in levels.items():
            of_group[ledger.people[root][0]].append((root, held))
        assert sum(len(found) for name, found in of_group.items() if name) > 30
        assert {key: (cell.n, cell.reached, cell.target) for key, cell in cells.items()} == {
            (one.skill_group, one.skill_id): (
                len(of_group[one.skill_group]),
                sum(held.get(one.skill_id, 0) >= one.level for _, held in of_group[one.skill_group]),
                one.level,
            )
            for one in targets
        }
        assert named == {root: held.get(skill, 0) for root, held in of_group[group]}


@pytest.mark.postgresql_only
@pytest.mark.parametrize("is_analysed", [False, True])
def test_matrix_reads_each_row_of_the_ledger_a_few_times(ledger, unit, is_analysed) -> None:  # type: ignore[no-untyped-def]
    """Quadratic, it would take up some 300 000 rows here."""
    asked = []

    with unit() as session:
        connection = session.connection()
        if is_analysed:
            connection.exec_driver_sql("ANALYZE")
        framework = queries.current_framework()
        with _heard(asked):
            queries.matrix(framework)
            queries.people_of_cell("医師", framework.id)
        plans = [
            connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values).scalar()
            for statement, values in asked
            if statement.startswith("WITH")
        ]

    assert len(plans) == 2
    assert max(_rows_taken_up(plan[0]["Plan"]) for plan in plans) < 25 * FACTS


@contextmanager
def _heard(asked: list[tuple[str, object]]) -> Iterator[None]:
    """Statements with their values."""

    def hear(_connection, _cursor, statement, values, *_more):  # type: ignore[no-untyped-def]
        asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)


def _rows_taken_up(node) -> float:  # type: ignore[no-untyped-def]
    """By all steps of a plan together, those that a step has thrown away included."""
    passed = sum(node.get(f"Rows Removed by {what}", 0) for what in ("Filter", "Join Filter"))
    own = (node["Actual Rows"] + passed) * node["Actual Loops"]
    return own + sum(_rows_taken_up(below) for below in node.get("Plans", []))
