"""The master data as shipped, beside what a city has made of them."""

from __future__ import annotations

import csv
from collections import Counter
from importlib import resources

from trainings.directory import queries
from trainings.directory.models import ProfessionGroup


def rows_of(file: str) -> list[dict[str, str]]:
    """The rows of a file of `trainings/data`."""
    text = (resources.files("trainings") / "data" / file).read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def shipped_skill_groups() -> set[str]:
    """The groups that the shipped framework has targets for."""
    return {row["skill_group"] for row in rows_of("professions.csv")}


def shipped_groups() -> dict[str, ProfessionGroup]:
    """Shipped name of a group → the group that it is now, whatever it is called: the one of that name, else the one that
    most of its shipped professions are in."""
    present = {one.code: one.group for one in queries.professions(active_only=False)}
    members: dict[str, Counter[ProfessionGroup]] = {}
    for row in rows_of("professions.csv"):
        if row["code"] in present:
            members.setdefault(row["quota_group"], Counter())[present[row["code"]]] += 1
    found = {name: groups.most_common(1)[0][0] for name, groups in members.items()}
    return found | {group.name: group for group in queries.profession_groups()}
