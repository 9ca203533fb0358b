"""Reading the framework, the ledger and the matrix."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import CTE, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from trainings.core import clock
from trainings.core.db import db
from trainings.directory.models import Person, Profession
from trainings.events.models import Event
from trainings.skills.levels import Cell, Fact, verified
from trainings.skills.models import (
    EventSkill,
    Evidence,
    EvidenceKind,
    Framework,
    Level,
    Skill,
    SkillKind,
    Target,
)

SCOPE_DAYS = 730
"""People who attended within 24 months are in scope; printed with every figure."""


def current_framework() -> Framework | None:
    """The newest version of the framework."""
    return db.session.scalar(select(Framework).order_by(Framework.version.desc()).limit(1))


def skills_by_domain(framework: Framework) -> list[tuple[Skill, list[Skill]]]:
    """Each domain with its skills, in the order of the framework."""
    rows = db.session.scalars(
        select(Skill).where(Skill.framework_id == framework.id).order_by(Skill.position, Skill.kind)
    ).all()
    domains = [skill for skill in rows if skill.kind == SkillKind.DOMAIN]
    return [(domain, [skill for skill in rows if skill.parent_id == domain.id]) for domain in domains]


def titles_of(skill_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Skill → its title, of whatever version of the framework."""
    if not skill_ids:
        return {}
    rows = db.session.execute(select(Skill.id, Skill.title).where(Skill.id.in_(skill_ids)))
    return {row.id: row.title for row in rows}


def levels_of(framework: Framework) -> dict[int, Level]:
    rows = db.session.scalars(
        select(Level).where(Level.framework_id == framework.id, Level.skill_id.is_(None)).order_by(Level.n)
    )
    return {row.n: row for row in rows}


def skill_groups(framework: Framework) -> list[str]:
    """The groups that have targets, in the order of their professions."""
    sort = (
        select(Profession.skill_group, func.min(Profession.sort).label("place"))
        .where(Profession.skill_group != "")
        .group_by(Profession.skill_group)
        .subquery()
    )
    return list(
        db.session.scalars(
            select(Target.skill_group)
            .outerjoin(sort, sort.c.skill_group == Target.skill_group)
            .where(Target.framework_id == framework.id)
            .group_by(Target.skill_group, sort.c.place)
            .order_by(sort.c.place.nulls_last(), Target.skill_group)
        )
    )


def targets_of_group(framework: Framework, group: str, on: date) -> dict[uuid.UUID, int]:
    """skill id → target level of one skill group on a date."""
    rows = db.session.execute(
        select(Target.skill_id, Target.level).where(
            Target.framework_id == framework.id, Target.skill_group == group, _valid(on)
        )
    )
    return {skill_id: level for skill_id, level in rows}


def _valid(on: date):  # type: ignore[no-untyped-def]
    return and_(Target.valid_from <= on, or_(Target.valid_to.is_(None), Target.valid_to > on))


# -- what an event teaches --------------------------------------------------------------------------------


def taught_skills(event_id: uuid.UUID) -> Sequence[EventSkill]:
    """The skills an event teaches, in the order of the framework."""
    return db.session.scalars(
        select(EventSkill)
        .join(Skill, Skill.id == EventSkill.skill_id)
        .where(EventSkill.event_id == event_id)
        .order_by(Skill.position)
    ).all()


def taught_levels(event_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Skill → the level up to which an event teaches it, read anew."""
    rows = db.session.execute(
        select(EventSkill.skill_id, EventSkill.to_level).where(EventSkill.event_id == event_id)
    )
    return {row.skill_id: row.to_level for row in rows}


def valid_attendance(event_id: uuid.UUID) -> dict[tuple[uuid.UUID, uuid.UUID], Evidence]:
    """(person, skill) → the attend row of this event that no revoke row takes back."""
    revoke = aliased(Evidence)
    rows = db.session.scalars(
        select(Evidence)
        .outerjoin(revoke, revoke.revokes_id == Evidence.id)
        .where(Evidence.event_id == event_id, Evidence.kind == EvidenceKind.ATTEND, revoke.id.is_(None))
    )
    return {(row.person_id, row.skill_id): row for row in rows}


def attendance_repetitions(event_id: uuid.UUID) -> dict[tuple[uuid.UUID, uuid.UUID], int]:
    """(person, skill) → how many attend rows this event has written so far, revoked ones included."""
    rows = db.session.execute(
        select(Evidence.person_id, Evidence.skill_id, func.count())
        .where(Evidence.event_id == event_id, Evidence.kind == EvidenceKind.ATTEND)
        .group_by(Evidence.person_id, Evidence.skill_id)
    )
    return {(person_id, skill_id): n for person_id, skill_id, n in rows}


# -- one person ---------------------------------------------------------------------------------------------


def evidence_of(person_ids: Iterable[uuid.UUID]) -> Sequence[Evidence]:
    """All rows of the ledger of a person, given with all people merged into it; newest first."""
    return db.session.scalars(
        select(Evidence)
        .where(Evidence.person_id.in_(list(person_ids)))
        .order_by(Evidence.observed_on.desc(), Evidence.recorded_at.desc())
    ).all()


def evidence_from(evidence: Sequence[Evidence], event_ids: Collection[uuid.UUID]) -> Sequence[Evidence]:
    """The rows that these events brought, and those that revoke one of them."""
    kept = {row.id for row in evidence if row.event_id in event_ids}
    return [row for row in evidence if row.id in kept or row.revokes_id in kept]


@dataclass(frozen=True)
class Happening:
    """Facts of one day, kind and event, in the order of the framework. title: of the event, "" without one."""

    observed_on: date
    kind: EvidenceKind
    title: str
    facts: tuple[Evidence, ...]


def happenings_of(evidence: Sequence[Evidence], skills: Sequence[uuid.UUID]) -> list[Happening]:
    """The rows of a ledger by what they came from, in the order of `evidence`. skills: ids in the framework's order."""
    found: dict[tuple[date, EvidenceKind, uuid.UUID | None], list[Evidence]] = {}
    for row in evidence:
        found.setdefault((row.observed_on, row.kind, row.event_id), []).append(row)
    place = {skill_id: n for n, skill_id in enumerate(skills)}
    ids = {row.event_id for row in evidence if row.event_id is not None}
    events = db.session.execute(select(Event.id, Event.title).where(Event.id.in_(ids)))
    titles = {row.id: row.title for row in events}
    return [
        Happening(
            day,
            kind,
            titles[event_id] if event_id else "",
            tuple(sorted(rows, key=lambda row: place.get(row.skill_id, len(place)))),
        )
        for (day, kind, event_id), rows in found.items()
    ]


def levels_of_person(evidence: Iterable[Evidence], on: date) -> dict[uuid.UUID, int]:
    """skill id → verified level on a date."""
    return verified(
        (
            Fact(row.id, row.skill_id, row.level, row.observed_on, row.expires_on, row.revokes_id)
            for row in evidence
        ),
        on,
    )


# -- the matrix ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PersonLevel:
    """One person in scope and their level of one skill."""

    person: Person
    level: int


def _canonical() -> Select[tuple[uuid.UUID, uuid.UUID]]:
    """(person, canonical person) for everybody, following merges to their end."""
    roots = select(Person.id.label("id"), Person.id.label("root")).where(Person.merged_into_id.is_(None))
    walk = roots.cte("canonical", recursive=True)
    return select(
        walk.union_all(select(Person.id, walk.c.root).join(walk, Person.merged_into_id == walk.c.id))
    )


def _held(on: date) -> CTE:
    """(root, skill, level, recent): the verified level of each canonical person and skill on the date, each once; recent: 1
    where an attendance within 24 months is among what stands behind it.

    What was taken back is left out by NOT EXISTS: an outer join with IS NULL says the same, but PostgreSQL expects one row
    of it and then reads everything once for each row.
    """
    canonical = _canonical().cte("everyone")
    revoke = aliased(Evidence, name="revocation")
    attended = and_(
        Evidence.kind == EvidenceKind.ATTEND, Evidence.observed_on > on - timedelta(days=SCOPE_DAYS)
    )
    return (
        select(
            canonical.c.root,
            Evidence.skill_id,
            func.max(Evidence.level).label("level"),
            func.max(case((attended, 1), else_=0)).label("recent"),
        )
        .join(canonical, canonical.c.id == Evidence.person_id)
        .where(
            Evidence.kind != EvidenceKind.REVOKE,
            Evidence.observed_on <= on,
            or_(Evidence.expires_on.is_(None), Evidence.expires_on > on),
            ~select(revoke.id).where(revoke.revokes_id == Evidence.id, revoke.observed_on <= on).exists(),
        )
        .group_by(canonical.c.root, Evidence.skill_id)
        .cte("held")
    )


def _counts(on: date) -> Sequence[Row[tuple[str, uuid.UUID, int, int, int]]]:
    """(skill group, skill, level, people, new people) of those in scope: how many stand at each level of each skill of
    which they have anything, and how many of them were counted in no other row. Reads the ledger once."""
    held = _held(on)
    own = (
        select(
            held.c.root,
            held.c.skill_id,
            held.c.level,
            func.max(held.c.recent).over(partition_by=held.c.root).label("recent"),
            func.row_number().over(partition_by=held.c.root, order_by=held.c.skill_id).label("place"),
        )
    ).subquery()
    return db.session.execute(
        select(
            Profession.skill_group,
            own.c.skill_id,
            own.c.level,
            func.count(),
            func.sum(case((own.c.place == 1, 1), else_=0)),
        )
        .join(Person, Person.id == own.c.root)
        .join(Profession, Profession.id == Person.profession_id)
        .where(own.c.recent == 1, Profession.skill_group != "")
        .group_by(Profession.skill_group, own.c.skill_id, own.c.level)
    ).all()


def matrix(framework: Framework, on: date | None = None) -> dict[tuple[str, uuid.UUID], Cell]:
    """(skill group, skill id) → cell, for every target of the framework, from the ledger.

    on: as of this date (default today). In scope: people who attended within the 24 months before it.
    """
    day = on or clock.today()
    sizes: Counter[str] = Counter()
    at_level: dict[tuple[str, uuid.UUID], dict[int, int]] = {}
    for group, skill_id, level, people, new in _counts(day):
        sizes[group] += new
        at_level.setdefault((group, skill_id), {})[level] = people
    targets = db.session.execute(
        select(Target.skill_group, Target.skill_id, Target.level).where(
            Target.framework_id == framework.id, _valid(day)
        )
    )
    return {
        (group, skill_id): Cell(
            n=sizes[group],
            reached=sum(n for level, n in at_level.get((group, skill_id), {}).items() if level >= target),
            target=target,
        )
        for group, skill_id, target in targets
    }


def people_of_cell(group: str, skill_id: uuid.UUID, on: date | None = None) -> list[PersonLevel]:
    """Everybody in scope of one group with their level of one skill, lowest first; for the training officer only."""
    held = _held(on or clock.today())
    own = (
        select(
            held.c.root, func.max(case((held.c.skill_id == skill_id, held.c.level), else_=0)).label("level")
        )
        .group_by(held.c.root)
        .having(func.max(held.c.recent) == 1)
        .subquery()
    )
    rows = db.session.execute(
        select(Person, own.c.level)
        .join(own, own.c.root == Person.id)
        .join(Profession, Profession.id == Person.profession_id)
        .where(Profession.skill_group == group, Profession.skill_group != "")
        .order_by(own.c.level, Person.family_kana, Person.given_kana, Person.id)
    )
    return [PersonLevel(person, n) for person, n in rows]


def level_counts(group: str, skill_id: uuid.UUID, on: date | None = None) -> dict[int, int]:
    """How many people in scope of one group stand at each level of one skill."""
    counts: dict[int, int] = {}
    for row in people_of_cell(group, skill_id, on):
        counts[row.level] = counts.get(row.level, 0) + 1
    return counts
