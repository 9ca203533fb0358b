"""The record of a draw: plain values from which anyone can repeat it. Format and steps: docs/lottery-specification.md.

People carry draw numbers (their keys), organisations the smallest draw number of their people. Whole numbers only;
fractions are texts like "7/72". Two parts: `frozen` is fixed before the seed can be known, the rest follows from it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trainings.seats.lottery import DrawResult
from trainings.seats.network import Label
from trainings.seats.odds import Odds
from trainings.seats.rounding import UNIT
from trainings.seats.rules import Candidate, Honoured, Rules

FORMAT = "tsudoi-draw-1"
"""Version of format and algorithm together: a verifier of another version refuses."""


def canonical(value: object) -> bytes:
    """Canonical JSON: keys sorted by code points, no spaces, UTF-8. value: dicts, lists, texts, whole numbers, None."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(value: object) -> str:
    """SHA-256 of a value's canonical JSON, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def commitment_to(secret: str) -> str:
    """SHA-256 of a secret (its text in UTF-8), as 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def seed_of(frozen: Mapping[str, Any], secret: str, public_number: str) -> bytes:
    """The seed: SHA-256 of the frozen part's digest, the secret and the public number, their texts joined (32 bytes)."""
    return hashlib.sha256(f"{digest(frozen)}{secret}{public_number}".encode()).digest()


def frozen_part(odds: Odds, about: Mapping[str, Any]) -> dict[str, Any]:
    """What is fixed before the seed is known: rules, people, what can be kept, everyone's odds and their certificate.

    about: whatever a reader should know (titles, names of groups); hashed with the rest, not used. It must hold nothing
    about persons.
    """
    numbers = _organisation_numbers((*odds.candidates, *odds.placed))
    return {
        "format": FORMAT,
        "about": dict(about),
        "rules": _rules(odds.network.rules, numbers),
        "candidates": [
            {
                "number": person.key,
                "group": person.group,
                "organisation": person.organisation and numbers[person.organisation],
                "weight": person.weight,
            }
            for person in odds.candidates
        ],
        "placed": [
            {
                "number": person.key,
                "group": person.group,
                "organisation": person.organisation and numbers[person.organisation],
            }
            for person in odds.placed
        ],
        "honoured": {
            "groups": dict(odds.honoured.groups),
            "sectors": dict(odds.honoured.sectors),
            "districts": dict(odds.honoured.districts),
            "seats": odds.honoured.seats,
        },
        "shortfalls": [
            {
                "set": _label(shortfall.label, numbers),
                "wished": shortfall.wished,
                "met": shortfall.met,
                "cut": _labels(shortfall.cut, numbers),
            }
            for shortfall in odds.shortfalls
        ],
        "levels": [
            {
                "odds_per_weight": f"{level.per_weight.numerator}/{level.per_weight.denominator}",
                "types": [
                    [people.group, people.organisation and numbers[people.organisation], people.weight]
                    for people in (odds.network.types[n] for n in level.types)
                ],
                "cut": _labels(level.cut, numbers),
            }
            for level in odds.levels
        ],
        "unit": UNIT,
        "odds": dict(odds.z),
    }


def draw_record(
    frozen: Mapping[str, Any], result: DrawResult, *, secret: str, public_number: str, previous: str = ""
) -> dict[str, Any]:
    """The whole record. previous: digest of the event's earlier record, "" for the first. The last entry, `digest`, is the
    digest of all others."""
    record: dict[str, Any] = {
        "format": FORMAT,
        "frozen": dict(frozen),
        "commitment": commitment_to(secret),
        "secret": secret,
        "public_number": public_number,
        "seed": seed_of(frozen, secret, public_number).hex(),
        "pushes": list(result.pushes),
        "selected": list(result.selected),
        "waiting": list(result.waiting),
        "previous": previous,
    }
    return record | {"digest": digest(record)}


def honoured_of(record: Mapping[str, Any]) -> Honoured:
    """What a recorded draw honoured, for offers made later."""
    kept = record["frozen"]["honoured"]
    return Honoured(kept["groups"], kept["sectors"], kept["districts"], kept["seats"])


def singled_out(record: Mapping[str, Any], fewest: int) -> int:
    """How many people share group, organisation and weight with fewer than `fewest` in all; of those placed by hand, group
    and organisation."""
    frozen = record["frozen"]
    kinds = Counter(_kind(person) for person in frozen["candidates"])
    placed = Counter((person["group"], person["organisation"]) for person in frozen["placed"])
    return sum(n for n in (*kinds.values(), *placed.values()) if n < fewest)


def summary(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without any person's attributes: numbers and odds by group, however few, and the digests of the whole record
    and of the list that was frozen. Before it is told to anybody, small numbers are taken out of it."""
    frozen = record["frozen"]
    selected = set(record["selected"])
    groups = []
    for rule in frozen["rules"]["groups"]:
        numbers = [person["number"] for person in frozen["candidates"] if person["group"] == rule["key"]]
        odds = [frozen["odds"][number] for number in numbers]
        groups.append(
            {
                "key": rule["key"],
                "candidates": len(numbers),
                "placed": sum(person["group"] == rule["key"] for person in frozen["placed"]),
                "selected": sum(number in selected for number in numbers),
                "lowest_odds": min(odds, default=None),
                "highest_odds": max(odds, default=None),
            }
        )
    rules = {key: value for key, value in frozen["rules"].items() if key != "districts"}
    kept = ("format", "commitment", "secret", "public_number", "seed", "selected", "waiting", "previous")
    return {key: record[key] for key in kept} | {
        "about": frozen["about"],
        "rules": rules,
        "honoured": frozen["honoured"],
        "unit": frozen["unit"],
        "groups": groups,
        "list_digest": digest(frozen),
        "record_digest": record["digest"],
    }


def _kind(person: Mapping[str, Any]) -> tuple[str, str | None, int]:
    return person["group"], person["organisation"], person["weight"]


def _organisation_numbers(people: Iterable[Candidate]) -> dict[str, str]:
    """Organisation → smallest draw number of its people."""
    numbers: dict[str, str] = {}
    for person in people:
        if person.organisation is not None:
            numbers[person.organisation] = min(person.key, numbers.get(person.organisation, person.key))
    return numbers


def _rules(rules: Rules, numbers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "capacity": rules.capacity,
        "organisation_cap": rules.organisation_cap,
        "cell_cap": rules.cell_cap,
        "groups": [
            {"key": rule.key, "reserved": rule.reserved, "cap": rule.cap, "sector": rule.sector}
            for rule in rules.groups
        ],
        "sectors": [{"key": rule.key, "reserved": rule.reserved, "cap": rule.cap} for rule in rules.sectors],
        "districts": [
            {
                "key": rule.key,
                "reserved": rule.reserved,
                "cap": rule.cap,
                "organisations": sorted(numbers[name] for name in rule.organisations if name in numbers),
            }
            for rule in rules.districts
        ],
    }


def _label(label: Label, numbers: Mapping[str, str]) -> list[str]:
    if label[0] in ("organisation", "cell"):
        return [*label[:-1], numbers[label[-1]]]
    return list(label)


def _labels(labels: Sequence[Label], numbers: Mapping[str, str]) -> list[list[str]]:
    return sorted(_label(label, numbers) for label in labels)
