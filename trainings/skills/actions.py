"""Loading the framework, saying what an event teaches, writing evidence."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from sqlalchemy import select

from trainings.audit.actions import record
from trainings.core import actor, clock
from trainings.core.db import db
from trainings.events.models import Event, EventKind, EventState
from trainings.events.queries import lock_event
from trainings.registration.models import Application
from trainings.skills import queries
from trainings.skills.levels import attendance_level
from trainings.skills.models import (
    Contribution,
    EventSkill,
    Evidence,
    EvidenceKind,
    Framework,
    Level,
    Skill,
    SkillKind,
    Target,
)

DATA = Path(__file__).resolve().parent.parent / "data"
CODE = "tsudoi"
VALID_FROM = date(2020, 4, 1)
NO_TARGET = "-"


def load_framework(title: str) -> Framework:
    """The framework, levels, targets and contributions that come with the product; does nothing when one is there."""
    existing = queries.current_framework()
    if existing is not None:
        return existing
    framework = Framework(code=CODE, version=1, title=title)
    db.session.add(framework)
    db.session.flush()
    for row in _rows("levels.csv"):
        db.session.add(
            Level(
                framework_id=framework.id, n=int(row["n"]), label=row["label"], descriptor=row["descriptor"]
            )
        )
    skills = _load_skills(framework)
    for row in _rows("contributions.csv"):
        db.session.add(
            Contribution(
                event_kind=EventKind(row["event_kind"]),
                skill_id=skills[row["skill_code"]].id,
                from_level=int(row["from_level"]),
                to_level=int(row["to_level"]),
                p_gain=float(row["p_gain"]),
            )
        )
    record(verb="framework.loaded", subject=("framework", framework.id), detail={"version": 1})
    db.session.flush()
    return framework


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _load_skills(framework: Framework) -> dict[str, Skill]:
    domains: dict[str, Skill] = {}
    skills: dict[str, Skill] = {}
    for position, row in enumerate(_rows("skills.csv")):
        number, _, name = row["domain"].partition(" ")
        if number not in domains:
            domains[number] = Skill(
                framework_id=framework.id, code=number, title=name, kind=SkillKind.DOMAIN, position=position
            )
            db.session.add(domains[number])
            db.session.flush()
        skill = Skill(
            framework_id=framework.id,
            parent_id=domains[number].id,
            code=row["skill_code"],
            title=row["skill"],
            description=row["description"],
            kind=SkillKind.SKILL,
            position=position,
        )
        db.session.add(skill)
        db.session.flush()
        skills[skill.code] = skill
        _load_targets(framework, skill, row)
    return skills


def _load_targets(framework: Framework, skill: Skill, row: Mapping[str, str]) -> None:
    for column, level in row.items():
        if column.startswith("target:") and level != NO_TARGET:
            db.session.add(
                Target(
                    framework_id=framework.id,
                    skill_group=column.removeprefix("target:"),
                    skill_id=skill.id,
                    level=int(level),
                    valid_from=VALID_FROM,
                )
            )


def teach_usual_skills(*, event: Event) -> None:
    """Give a new event the skills that its kind usually teaches."""
    for contribution in db.session.scalars(select(Contribution).where(Contribution.event_kind == event.kind)):
        db.session.merge(
            EventSkill(
                event_id=event.id,
                skill_id=contribution.skill_id,
                to_level=contribution.to_level,
                valid_months=contribution.valid_months,
            )
        )
    db.session.flush()


def set_taught_skills(*, event_id: uuid.UUID, levels: Mapping[uuid.UUID, int]) -> bool:
    """Say which skills an event teaches: skill id → highest level that it teaches (1–4). False, and nothing changes, for
    a closed event: what it taught stands in the ledger."""
    event = lock_event(event_id)
    if event.state == EventState.CLOSED:
        return False
    framework = queries.current_framework()
    # What stands on no page, of an earlier version of the framework, stays.
    known = {
        row.skill_id: row
        for row in queries.taught_skills(event.id)
        if framework is not None and row.skill.framework_id == framework.id
    }
    for skill_id, row in known.items():
        if skill_id not in levels:
            db.session.delete(row)
    for skill_id, to_level in levels.items():
        if skill_id in known:
            known[skill_id].to_level = to_level
        else:
            db.session.add(EventSkill(event_id=event.id, skill_id=skill_id, to_level=to_level))
    record(
        verb="event.skills_changed",
        subject=("event", event.id),
        event_id=event.id,
        detail={"skills": sorted(str(skill_id) for skill_id in levels)},
    )
    db.session.flush()
    return True


def copy_for_event(*, source: Event, target: Event) -> None:
    """A copied event teaches what its model taught."""
    for row in queries.taught_skills(source.id):
        db.session.add(
            EventSkill(
                event_id=target.id,
                skill_id=row.skill_id,
                to_level=row.to_level,
                valid_months=row.valid_months,
            )
        )
    db.session.flush()


def write_attendance(*, event: Event, attended: Iterable[Application]) -> int:
    """Write one `attend` row for each person present and each skill taught, and revoke rows for attendance that a
    reopened door withdrew. Calling it again with the same people writes nothing. How many rows were written.

    The caller holds the event's lock.
    """
    framework = queries.current_framework()
    taught = queries.taught_skills(event.id)
    if framework is None:
        return 0
    observed_on = clock.local(event.starts_at).date()
    present = {application.person_id for application in attended}
    valid = queries.valid_attendance(event.id)
    counts = queries.attendance_repetitions(event.id)
    written = 0
    for (person_id, _skill_id), row in valid.items():
        if person_id not in present:
            db.session.add(_revocation(row, event))
            written += 1
    for person_id in sorted(present):
        for taught_skill in taught:
            key = (person_id, taught_skill.skill_id)
            if key in valid:
                continue
            db.session.add(
                Evidence(
                    person_id=person_id,
                    skill_id=taught_skill.skill_id,
                    level=attendance_level(taught_skill.to_level, framework.attend_cap),
                    kind=EvidenceKind.ATTEND,
                    observed_on=observed_on,
                    expires_on=_months_later(observed_on, taught_skill.valid_months),
                    event_id=event.id,
                    repetition=counts.get(key, 0),
                    recorded_by=actor.current().id or actor.current().kind.value,
                )
            )
            written += 1
    if written:
        record(
            verb="evidence.written", subject=("event", event.id), event_id=event.id, detail={"rows": written}
        )
    db.session.flush()
    return written


def _revocation(row: Evidence, event: Event) -> Evidence:
    return Evidence(
        person_id=row.person_id,
        skill_id=row.skill_id,
        level=0,
        kind=EvidenceKind.REVOKE,
        observed_on=row.observed_on,
        event_id=event.id,
        revokes_id=row.id,
        note="attendance withdrawn",
        recorded_by=actor.current().id or actor.current().kind.value,
    )


def _months_later(day: date, months: int | None) -> date | None:
    if months is None:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, 28))
