"""Golden draw records, and the way back from a record to rules and people.

`python -m tests.unit.seats.recorded` writes the records anew, for a new version of the format only.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tests.unit.seats.cases import Case, evening, random_case
from trainings.seats.lottery import draw_with
from trainings.seats.odds import fair_odds
from trainings.seats.reading import candidates_of, placed_of, rules_of
from trainings.seats.record import canonical, draw_record, frozen_part, seed_of
from trainings.seats.rules import Candidate, GroupRule, Rules

FOLDER = Path(__file__).parent / "vectors"
FILES = sorted(FOLDER.glob("*.json"))


def recorded(
    case: Case,
    *,
    secret: str = "5e" * 32,
    public_number: str = "04 11 23 29 35 41",
    about: Any = None,
    previous: str = "",
) -> dict[str, Any]:
    """The record of a draw of a case."""
    odds = fair_odds(*case)
    frozen = frozen_part(odds, about or {"title": "百人の集い"})
    result = draw_with(odds, seed_of(frozen, secret, public_number))
    return draw_record(frozen, result, secret=secret, public_number=public_number, previous=previous)


def case_of(record: dict[str, Any]) -> Case:
    """The rules, candidates and placed people of a record."""
    return rules_of(record), list(candidates_of(record)), list(placed_of(record))


def _records() -> dict[str, dict[str, Any]]:
    plain = Rules(4, (GroupRule("a"),)), [Candidate(f"{n:04X}", "a") for n in range(10)], []
    beyond = Rules(3, (GroupRule("a", 0, 1), GroupRule("b", 2)))
    placed = [Candidate(f"P{n}", "a", "P0") for n in range(4)]
    first = recorded(evening(60, 35, seed=7))
    about = {
        "title": "\U00020bb7野家の\ufa19",
        "groups": {"\U00020bb7": "医師", "\uff5e": "看護"},
        "note": '"\\\n\u0001',
    }
    named = Rules(3, (GroupRule("\U00020bb7", 1), GroupRule("\uff5e", 1, 2)))
    people = [Candidate(f"{n}", "\U00020bb7\uff5e"[n % 2], weight=n % 3 + 1) for n in range(10, 18)]
    return {
        "plain": recorded(plain),
        "evening": first,
        "second-draw": recorded(evening(60, 35, seed=7), secret="77" * 32, previous=first["digest"]),
        "infeasible": recorded(random_case(random.Random(189), people=40, placed=5, seats=25)),
        "cells": recorded(random_case(random.Random(76), people=40, placed=5, seats=25)),
        "placed-beyond-caps": recorded((beyond, [Candidate("C1", "a"), Candidate("C2", "b")], placed)),
        "nobody": recorded((plain[0], [], [])),
        "names": recorded((named, people, []), about=about, public_number="\U00020bb7 ①"),
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, record in _records().items():
        (FOLDER / f"{name}.json").write_bytes(canonical(record))
