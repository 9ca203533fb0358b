"""The record repeats: in the program, in the Python verifier and in the JavaScript verifier; and no byte can be changed."""

from __future__ import annotations

import ast
import base64
import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.seats.cases import evening, random_case
from tests.unit.seats.recorded import FILES, FOLDER, case_of, recorded
from trainings.seats.lottery import draw_with
from trainings.seats.odds import fair_odds
from trainings.seats.record import (
    canonical,
    digest,
    frozen_part,
    honoured_of,
    seed_of,
    singled_out,
    summary,
)
from trainings.seats.rounding import UNIT, fits
from trainings.seats.rules import Candidate, GroupRule, Rules
from trainings.seats.verifier import verify_draw

STATIC = Path(__file__).parents[3] / "static" / "js"
ALL = ["format", "seed", "people", "reserves", "levels", "odds", "draw", "waiting"]
HOLDS = [[name, ""] for name in ALL]


@pytest.fixture(scope="module")
def in_javascript(tmp_path_factory):
    """Runs the JavaScript verifier in Node over files; answers their checks."""
    folder = tmp_path_factory.mktemp("js")
    for name in ("sha256.js", "verify_draw.js"):
        shutil.copy(STATIC / name, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    node = shutil.which("node") or str(Path(sys.executable).parent / "node")

    def run(files):
        lines = "\n".join(" ".join(base64.b64encode(part).decode() for part in file) for file in files)
        command = [node, str(Path(__file__).parent / "verify.mjs"), str(folder / "verify_draw.js")]
        done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def in_python(data, earlier=None):
    return [list(check) for check in verify_draw.verify(data, earlier)]


def test_there_are_golden_records_of_every_kind():
    frozen = [json.loads(file.read_bytes())["frozen"] for file in FILES]
    assert len(frozen) >= 5
    assert any(part["shortfalls"] for part in frozen)
    assert any(part["placed"] for part in frozen)
    assert {node[0] for part in frozen for level in part["levels"] for node in level["cut"]} >= {
        "bottom",
        "organisation",
        "group",
        "district",
    }
    assert any(part["rules"]["cell_cap"] for part in frozen)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_program_repeats_a_golden_record(file):
    """All but z is unique; of the many best z the record's are checked, and used."""
    record = json.loads(file.read_bytes())
    odds = fair_odds(*case_of(record))
    again = frozen_part(odds, record["frozen"]["about"])
    assert again | {"odds": record["frozen"]["odds"]} == record["frozen"]
    z = record["frozen"]["odds"]
    assert fits(odds.network, z, odds.lower, odds.upper)
    assert all(abs(z[key] - exact * UNIT) < 1 for key, exact in odds.exact.items())
    seed = seed_of(record["frozen"], record["secret"], record["public_number"])
    assert seed.hex() == record["seed"]
    result = draw_with(replace(odds, z=z), seed)
    assert list(result.pushes) == record["pushes"]
    assert list(result.selected) == record["selected"]
    assert list(result.waiting) == record["waiting"]
    assert honoured_of(record) == odds.honoured


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_python_verifier_repeats_a_golden_record(file):
    assert in_python(file.read_bytes()) == HOLDS


def test_javascript_verifier_repeats_every_golden_record(in_javascript):
    assert in_javascript([[file.read_bytes()] for file in FILES]) == [HOLDS] * len(FILES)


def test_verifiers_check_the_chain(in_javascript):
    first, second = ((FOLDER / name).read_bytes() for name in ("evening.json", "second-draw.json"))
    assert in_python(second, first)[:2] == [["format", ""], ["earlier", ""]]
    broken = ["earlier", "the earlier record is another one"]
    assert in_python(first, second)[-1] == broken
    chained, crossed = in_javascript([[second, first], [first, second]])
    assert [name for name, wrong in chained if not wrong] == ["format", "earlier", *ALL[1:]]
    assert crossed[-1] == broken


def test_fresh_records_hold_in_both_verifiers(in_javascript):
    rng = random.Random(5)
    files = [canonical(recorded(random_case(rng, people=40, placed=5, seats=25))) for _ in range(60)]
    files.append(canonical(recorded(evening())))
    assert [in_python(file) for file in files] == [HOLDS] * len(files)
    assert in_javascript([[file] for file in files]) == [HOLDS] * len(files)


def test_no_byte_can_be_flipped(in_javascript):
    rng = random.Random(6)
    flipped = []
    for file in FILES:
        data = file.read_bytes()
        for at in rng.sample(range(len(data)), 60):
            changed = bytearray(data)
            changed[at] ^= 1 << rng.randrange(8)
            flipped.append(bytes(changed))
    assert all(in_python(data)[-1][1] for data in flipped)
    assert all(checks[-1][1] for checks in in_javascript([[data] for data in flipped]))


def test_no_number_can_be_changed_even_with_a_new_seed_and_digest(in_javascript):
    """Whoever changes one number and mends every hash is found out by what the numbers mean."""
    changed = []
    for file in FILES:
        record = json.loads(file.read_bytes())
        if not record["pushes"]:
            continue  # nobody to draw: other numbers are as good a record
        for path in list(_numbers(record))[::3]:
            for step in (1, -1):
                forged = json.loads(file.read_bytes())
                place = forged
                for key in path[:-1]:
                    place = place[key]
                place[path[-1]] += step
                forged["seed"] = seed_of(forged["frozen"], forged["secret"], forged["public_number"]).hex()
                changed.append(_sealed(forged))
    assert len(changed) > 200
    found = [in_python(data)[-1] for data in changed]
    assert [check for check in found if not check[1]] == []
    assert {check[0] for check in found} >= {"people", "reserves", "odds", "draw"}
    assert [checks[-1][0] for checks in in_javascript([[data] for data in changed])] == [
        name for name, _ in found
    ]


def test_no_person_can_be_exchanged_and_no_proof_left_out(in_javascript):
    forged = []
    for name in ("evening", "infeasible", "cells"):
        for change in (
            _swap_result,
            _swap_waiting,
            _raise_a_level,
            _drop_a_shortfall,
            _other_secret,
            _other_version,
        ):
            record = json.loads((FOLDER / f"{name}.json").read_bytes())
            change(record)
            forged.append(_sealed(record))
    found = [in_python(data)[-1] for data in forged]
    expected = ["draw", "waiting", "levels", "reserves", "seed", "format"]
    assert [name for name, _ in found[6:]] == expected * 2
    assert [checks[-1][0] for checks in in_javascript([[data] for data in forged])] == [
        name for name, _ in found
    ]


def _numbers(value, path=()):
    if isinstance(value, dict | list):
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _numbers(entry, (*path, key))
    elif isinstance(value, int):
        yield path


def _sealed(record):
    return canonical(record | {"digest": digest({key: record[key] for key in record if key != "digest"})})


def _swap_result(record):
    record["selected"][0], record["waiting"][0] = record["waiting"][0], record["selected"][0]
    record["selected"].sort()


def _swap_waiting(record):
    record["waiting"][:2] = record["waiting"][1::-1]


def _reseeded(record):
    record["seed"] = seed_of(record["frozen"], record["secret"], record["public_number"]).hex()


def _raise_a_level(record):
    top, bottom = record["frozen"]["levels"][0]["odds_per_weight"].split("/")
    record["frozen"]["levels"][0]["odds_per_weight"] = f"{int(top) + 1}/{bottom}"
    _reseeded(record)


def _drop_a_shortfall(record):
    del record["frozen"]["shortfalls"][:1]
    _reseeded(record)


def _other_secret(record):
    record["secret"] = "00" * 32


def _other_version(record):
    record["format"] = "tsudoi-draw-0"


def test_levels_out_of_order_are_refused(in_javascript):
    """Two offices share their caps each by itself: either level could come first, but for the order."""
    people = [Candidate(f"{n:02}", "nurse", "ab"[n > 5]) for n in range(11)]
    record = recorded((Rules(9, (GroupRule("nurse"),), organisation_cap=2), people, []))
    levels = record["frozen"]["levels"]
    assert [level["odds_per_weight"] for level in levels] == ["1/3", "2/5"]
    levels.reverse()
    _reseeded(record)
    forged = _sealed(record)
    assert in_python(forged)[-1] == ["levels", "levels do not ascend"]
    assert in_javascript([[forged]])[0][-1] == ["levels", "levels do not ascend"]


def test_verifier_file_stands_alone(tmp_path):
    source = Path(verify_draw.__file__)
    tree = ast.parse(source.read_text("utf-8"))
    roots = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert {root.split(".")[0] for root in roots} <= sys.stdlib_module_names
    copy = tmp_path / "verify_draw.py"
    shutil.copy(source, copy)
    good, bad = FOLDER / "evening.json", tmp_path / "bad.json"
    bad.write_bytes(good.read_bytes().replace(b'"capacity":35', b'"capacity":36'))
    runs = [
        subprocess.run(
            [sys.executable, "-I", str(copy), *map(str, files)], capture_output=True, text=True, check=False
        )
        for files in ([good], [bad], [tmp_path / "missing.json"], [])
    ]
    assert [run.returncode for run in runs] == [0, 1, 2, 2]
    assert runs[0].stdout.splitlines() == [f"{name:<10} holds" for name in ALL]


def test_digest_of_an_earlier_record_is_part_of_the_record():
    once = recorded(evening(40, 20))
    again = recorded(evening(40, 20), previous=once["digest"])
    assert again["previous"] == once["digest"]
    assert again["digest"] != once["digest"]
    assert again["seed"] == once["seed"]


def test_summary_shows_odds_by_group_and_nothing_about_persons():
    record = recorded(evening(60, 35, seed=7))
    public = summary(record)
    assert singled_out(record, 5) > 0
    assert public["record_digest"] == record["digest"]
    assert sum(group["candidates"] for group in public["groups"]) == 60
    assert sum(group["selected"] for group in public["groups"]) == 35
    assert public["groups"][0]["lowest_odds"] == min(
        record["frozen"]["odds"][person["number"]]
        for person in record["frozen"]["candidates"]
        if person["group"] == "g00"
    )
    assert "candidates" not in public
    assert "weight" not in canonical(public).decode()
