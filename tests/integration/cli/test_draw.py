"""`flask draw verify`: a record that holds, one that was changed by a hair, and one that follows another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.unit.seats.recorded import FOLDER

RECORD = FOLDER / "evening.json"
SECOND = FOLDER / "second-draw.json"


def verify(app: Flask, *files: Path) -> Result:
    return app.test_cli_runner().invoke(args=["draw", "verify", *map(str, files)])


def test_record_that_holds_is_told_check_by_check(app: Flask) -> None:
    result = verify(app, RECORD)

    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "This record holds: the draw repeats."
    assert [line.split()[1] for line in result.output.splitlines()[:-1]] == [
        *("format", "seed", "people", "reserves", "levels", "odds", "draw", "waiting")
    ]


def test_changed_record_fails(app: Flask, tmp_path: Path) -> None:
    changed = tmp_path / "record.json"
    changed.write_text(RECORD.read_text("utf-8").replace('"capacity":35', '"capacity":34'), "utf-8")

    result = verify(app, changed)

    assert result.exit_code == 1
    assert result.output.splitlines() == ["NO  format    digest", "This record does not hold."]


@pytest.mark.parametrize(("earlier", "code"), [(RECORD, 0), (FOLDER / "plain.json", 1)])
def test_second_draw_names_the_one_that_it_replaces(app: Flask, earlier: Path, code: int) -> None:
    assert verify(app, SECOND, earlier).exit_code == code


def test_missing_file_is_named(app: Flask, tmp_path: Path) -> None:
    result = verify(app, tmp_path / "nothing.json")

    assert result.exit_code == 2
    assert "nothing.json" in result.output


def test_record_is_checked_on_a_machine_without_settings() -> None:
    bare = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}

    run = subprocess.run(
        [sys.executable, "-m", "flask", "draw", "verify", str(RECORD)],
        cwd=Path(__file__).parents[3],
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[-1] == "This record holds: the draw repeats."
