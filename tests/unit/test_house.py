"""Rules of the house that no linter knows (docs: the house in one page)."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "trainings"
FILES = sorted(PROGRAM.rglob("*.py"))
LONGEST_FILE = 450
MOST_ROOMS = 24
LONGEST_LINE = 125
ROOMS_WITH_JAPANESE = {"texts.py", "forms.py", "exports.py", "presets.py"}
TABLES_OF_LETTERS = {"trainings/core/names.py", "trainings/core/paper/fitting.py"}
NO_ROOMS = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
PLAIN_ROOMS = ("texts", "presets", "refusals")
IMPURE = {"config", "flask", "flask_sqlalchemy", "flask_wtf", "sqlalchemy", "werkzeug", "wtforms"}
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff01-\uff60]")


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def _strings(tree: ast.Module) -> Iterator[ast.Constant]:
    """All string literals that are no docstring (a string standing alone as a statement)."""
    told = {
        id(statement.value)
        for statement in ast.walk(tree)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node


def test_files_are_found() -> None:
    assert len(FILES) > 20


def test_japanese_stands_only_in_rooms_for_texts() -> None:
    found = [
        f"{_name(file)}:{string.lineno} {string.value!r}"
        for file in FILES
        if file.name not in ROOMS_WITH_JAPANESE
        and file.relative_to(PROGRAM).parts[0] != "demo"
        and _name(file) not in TABLES_OF_LETTERS
        and file.relative_to(PROGRAM).parts[0] != "demo"
        for string in _strings(ast.parse(file.read_text("utf-8")))
        if JAPANESE.search(str(string.value))
    ]

    assert not found, "\n".join(found)


def test_texts_are_folded_behind_one_door() -> None:
    """NFKC takes time with the square of a row of combining marks: core.names looks at the length first."""
    found = [_name(file) for file in FILES if "unicodedata.normalize" in file.read_text("utf-8")]

    assert found == ["trainings/core/names.py"]


def test_no_room_is_named_for_nothing() -> None:
    assert [_name(file) for file in FILES if file.name in NO_ROOMS] == []


def test_no_file_is_longer_than_a_room() -> None:
    lengths = {_name(file): len(file.read_text("utf-8").splitlines()) for file in FILES}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_folder_has_more_rooms_than_a_look_takes_in() -> None:
    """Beyond that it is two features, or has a second level named by nouns."""
    rooms = Counter(str(file.parent.relative_to(ROOT)) for file in FILES if file.name != "__init__.py")

    assert {folder: number for folder, number in rooms.items() if number > MOST_ROOMS} == {}


def test_no_line_is_too_long_to_read() -> None:
    found = [
        f"{_name(file)}:{number}"
        for file in FILES
        if file.name not in ROOMS_WITH_JAPANESE and file.relative_to(PROGRAM).parts[0] != "demo"
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]

    assert not found, "\n".join(found)


def test_nobody_imports_from_the_package_root() -> None:
    found = [
        f"{_name(file)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module == "trainings"
        and any(not (PROGRAM / alias.name).is_dir() for alias in node.names)
        and file.relative_to(PROGRAM).parts[0] not in ("cli", "worker", "demo")
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("file", sorted(PROGRAM.glob("*/refusals.py")), ids=lambda file: file.parent.name)
def test_every_refusal_has_its_sentence(file: Path) -> None:
    feature = file.parent.name
    refusals = importlib.import_module(f"trainings.{feature}.refusals")
    texts = importlib.import_module(f"trainings.{feature}.texts")
    codes = {
        code
        for kind in vars(refusals).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind.__module__ == refusals.__name__
        for code in kind
    }

    assert codes
    assert {code for code in codes if not texts.REFUSALS.get(code)} == set()
    assert {code for code in texts.REFUSALS if code not in codes} == set()


def test_every_pure_room_is_held_pure() -> None:
    """A room that needs neither Flask nor the database stands in the contract that keeps it so."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    held = next(contract for contract in contracts if contract["name"].startswith("Pure rules"))
    graph = grimp.build_graph("trainings", include_external_packages=True)

    pure = {
        name
        for name in graph.modules
        if name.count(".") >= 2
        and not graph.find_children(name)
        and name.split(".")[1] not in ("cli", "demo", "seats", "worker")
        and name.split(".")[-1] not in PLAIN_ROOMS
        and not IMPURE & graph.find_upstream_modules(name)
    }

    listed = {name for name in held["source_modules"] if "*" not in name}
    assert sorted(pure - listed) == [], "pure, but pyproject.toml does not list it"
    assert sorted(listed - pure) == [], "listed in pyproject.toml, but not there or not pure"


@pytest.mark.parametrize(
    "name",
    ["requirements", "requirements-demo", "requirements-dev", "requirements-node", "bench/requirements-scan"],
)
def test_list_of_packages_is_locked(name: str) -> None:
    """Every package at one version with its hashes, from the package index that the reader's machine uses."""
    text = (ROOT / f"{name}.txt").read_text("utf-8")
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]

    assert packages
    assert all(re.fullmatch(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+ \\", line) for line in packages), packages
    assert text.count("--hash=sha256:") >= len(packages)
    assert "://" not in text


def test_product_needs_nothing_of_the_sample_city() -> None:
    """A server installs requirements.txt only: what it loads does not lead to the mail server of `make run`."""
    graph = grimp.build_graph("trainings", include_external_packages=True)
    starters = graph.find_modules_that_directly_import("aiosmtpd")

    assert starters == {"trainings.cli.serve"}
    assert graph.find_modules_that_directly_import("trainings.cli.serve") == set()
    assert "aiosmtpd" not in (ROOT / "requirements.txt").read_text("utf-8")
