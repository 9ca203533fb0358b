"""Runs `sortition-algorithms` on one instance (JSON on standard input). Lives in .venv-peers: imports nothing of ours."""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict

from sortition_algorithms.committee_generation.maximin import find_distribution_maximin
from sortition_algorithms.features import read_in_features
from sortition_algorithms.people import read_in_people
from sortition_algorithms.settings import Settings


def main() -> None:
    instance = json.load(sys.stdin)
    columns = instance["columns"]
    features, _, _ = read_in_features(
        ["feature", "value", "min", "max"], instance["features"], instance["seats"]
    )
    settings = Settings(id_column="id", columns_to_keep=[], solver_backend="highspy")
    people, _ = read_in_people(["id", *columns], instance["people"], features, settings)
    start = time.perf_counter()
    panels, chances, _ = find_distribution_maximin(features, people, instance["seats"], [], "highspy")
    seconds = time.perf_counter() - start
    odds: dict[str, float] = defaultdict(float)
    for panel, chance in zip(panels, chances, strict=True):
        for person in panel:
            odds[person] += chance
    json.dump(
        {"seconds": seconds, "odds": {person["id"]: odds[person["id"]] for person in instance["people"]}},
        sys.stdout,
    )


main()
