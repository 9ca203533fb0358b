"""The skills matrix from ledgers of 5 000, 20 000 and 100 000 rows, with merged people and revoked evidence: the median of
three times, and how much longer four times the rows take."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from sqlalchemy import insert, select, text

from bench.results import Row, report
from bench.site import Site, sites
from trainings.core import clock
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.directory.models import Person, Profession
from trainings.skills.models import Evidence, EvidenceKind, Skill, SkillKind
from trainings.skills.queries import current_framework, matrix

LEDGERS = (5_000, 20_000, 100_000)
TIMES = 3
ROWS_A_PERSON = 8
REVOKED = 20
"""One of so many rows is taken back by another."""
MERGED = 10
"""One of so many people was merged into another."""
AIM_RATIO = 5.0
"""Four times the rows may take so many times as long: linear, and something for the larger tables."""


def main() -> None:
    """Print the table and write bench/results/skills.json."""
    rows: list[Row] = []
    with sites() as both:
        for site in both:
            rows += _measure(site)
    report("skills", rows)


def _measure(site: Site) -> list[Row]:
    stored, seconds = 0, {}
    for size in LEDGERS:
        _add_evidence(site, size - stored)
        stored = size
        seconds[size] = median(_read(site) for _ in range(TIMES))
    return [
        *(Row(f"{site.name}: skills matrix of {_spaced(n)} rows of evidence", took, "s") for n, took in seconds.items()),
        Row(
            f"{site.name}: skills matrix, 20 000 rows beside 5 000",
            seconds[20_000],
            "s",
            seconds[5_000],
            AIM_RATIO,
            "ratio",
            "less",
        ),
    ]  # fmt: skip


def _read(site: Site) -> float:
    with beside_requests(site.app), unit_of_work():
        framework = current_framework()
        if framework is None:
            raise RuntimeError("the site has no framework")
        begin = time.perf_counter()
        matrix(framework)
        return time.perf_counter() - begin


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _add_evidence(site: Site, count: int) -> None:
    """So many rows more: each person attended, was tested or observed in some skills; a few were merged or revoked."""
    with beside_requests(site.app), unit_of_work() as session:
        professions = list(session.scalars(select(Profession.id).where(Profession.skill_group != "")))
        skills = list(session.scalars(select(Skill.id).where(Skill.kind == SkillKind.SKILL)))
        people = [uuid.uuid4() for _ in range(count // ROWS_A_PERSON)]
        session.execute(
            insert(Person),
            [
                {"id": person, "family": "山田", "given": "花子", "family_kana": "ヤマダ", "given_kana": "ハナコ",
                 "name_key": "山田\n花子", "search_key": "山田花子", "profession_id": professions[n % len(professions)],
                 "merged_into_id": people[n - 1] if n % MERGED == MERGED - 1 else None}
                for n, person in enumerate(people)
            ],
        )  # fmt: skip
        session.execute(insert(Evidence), list(_ledger(people, skills, count)))
        if site.name == "postgresql":  # as its autovacuum does within a minute
            db.session.execute(text("ANALYZE"))


def _ledger(people: list[uuid.UUID], skills: list[uuid.UUID], count: int) -> Iterator[dict[str, object]]:
    kinds = (EvidenceKind.ATTEND, EvidenceKind.TEST, EvidenceKind.OBSERVATION)
    earlier: dict[str, object] = {}
    for n in range(count):
        revokes = n % REVOKED == REVOKED - 1
        row: dict[str, object] = {
            "id": uuid.uuid4(),
            "person_id": people[n % len(people)],
            "skill_id": skills[(n + n // len(people)) % len(skills)],
            "level": n % 5,
            "kind": kinds[n % 3],
            "observed_on": clock.today() - timedelta(days=n % 900),
            "expires_on": None,
            "revokes_id": None,
            "repetition": 0,
        }
        if revokes:
            row |= {"person_id": earlier["person_id"], "skill_id": earlier["skill_id"]}
            row |= {"kind": EvidenceKind.REVOKE, "revokes_id": earlier["id"], "level": 0}
        yield row
        earlier = row
