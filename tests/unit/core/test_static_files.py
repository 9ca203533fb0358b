"""Static files: what browsers may have, under which address, and for how long they may keep it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, url_for

import trainings
from config import Settings
from trainings import create_app
from trainings.core.readiness import NotReady
from trainings.desk.readiness import check_start

VENDOR = {
    "vendor/tokens.css",
    "vendor/zxing/share.js",
    "vendor/zxing/zxing_reader.wasm",
    "vendor/zxing/reader/index.js",
}
LEFT_BY_DEVELOPERS = (
    "README.md",
    "package.json",
    "css/base.css.map",
    "css/notes.md",
    "icons/icon.py",
    "js/main.js.map",
    "js/main.ts",
    "js/tests/test_main.js",
    "js/door/.main.js.swp",
    "js/door/decision.json",
    "mailbox/index.html",
    "vendor/axe.min.js",
    "vendor/zxing/README.md",
    "vendor/zxing/reader/index.d.ts",
    ".DS_Store",
)


def is_for_browsers(name: str) -> bool:
    """The rule, by hand: styles, icons and scripts of ours; of others' files the four that pages load. The service worker
    has an address of its own."""
    if name.startswith("vendor/"):
        return name in VENDOR
    ours = re.fullmatch(r"css/[a-z_]+\.css|icons/icon[-0-9]*\.(png|svg)|js/(door/)?[a-z0-9_]+\.js", name)
    return ours is not None and name != "js/door/sw.js"


@pytest.fixture
def program(tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Flask]:
    """Starts the program with static files of its own in `tmp_path / "static"`."""
    shutil.copytree(project_root / "static", tmp_path / "static")
    for name in ("templates", "trainings", "migrations"):
        (tmp_path / name).symlink_to(project_root / name)
    monkeypatch.setattr(trainings, "ROOT", tmp_path)
    return lambda: create_app(Settings.for_tests())


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return url_for("static", filename=name)


def names_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_only_what_browsers_need_is_given_out(program: Callable[[], Flask], tmp_path: Path) -> None:
    for name in LEFT_BY_DEVELOPERS:
        (tmp_path / "static" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "static" / name).write_text("for developers")
    app = program()
    names = names_below(tmp_path / "static")
    version = address(app, "css/base.css").removesuffix("css/base.css")

    given = {
        name: {app.test_client().get(f"{folder}{name}").status_code for folder in ("/static/", version)}
        for name in names
    }

    assert {name for name in names if given[name] == {200}} == {
        name for name in names if is_for_browsers(name)
    }
    assert all(given[name] == {404} for name in names if not is_for_browsers(name))
    assert set(LEFT_BY_DEVELOPERS) <= set(names)
    assert VENDOR | {"css/base.css", "js/door/main.js"} <= {name for name in names if is_for_browsers(name)}


def test_file_under_its_versioned_address_is_kept_for_a_year_and_otherwise_shortly(
    program: Callable[[], Flask],
) -> None:
    app = program()
    browser = app.test_client()

    versioned = browser.get(address(app, "css/base.css"))
    bare = browser.get("/static/css/base.css")

    assert versioned.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert bare.headers["Cache-Control"] == "public, max-age=60"
    assert versioned.data == bare.data
    assert "Set-Cookie" not in versioned.headers
    assert "Vary" not in versioned.headers
    again = browser.get("/static/css/base.css", headers={"If-None-Match": bare.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", ["css/base.css", "js/door/store.js", "vendor/zxing/zxing_reader.wasm"])
def test_changed_file_changes_the_address_of_all(
    program: Callable[[], Flask], tmp_path: Path, name: str
) -> None:
    before = program()

    (tmp_path / "static" / name).write_bytes(b"/* changed */")
    after = program()

    assert address(before, "js/door/main.js") != address(after, "js/door/main.js")
    assert address(before, "js/door/main.js") == address(before, "js/door/main.js")


def test_what_is_put_in_place_while_serving_comes_under_no_old_address(
    program: Callable[[], Flask], tmp_path: Path
) -> None:
    """An update copies its files while the old program still serves: under the old address that would stay for a year."""
    app = program()
    old = app.test_client().get(address(app, "css/base.css")).data

    (tmp_path / "static/css/base.css").write_text("/* of the next version */")
    (tmp_path / "static/css/furniture.css").unlink()

    assert app.test_client().get(address(app, "css/base.css")).data == old
    assert app.test_client().get(address(app, "css/furniture.css")).status_code == 200


def test_page_of_another_version_gets_what_there_is_and_nobody_keeps_it(
    program: Callable[[], Flask], tmp_path: Path
) -> None:
    before = program()
    (tmp_path / "static/js/live.js").write_text("// changed")
    (tmp_path / "static/js/work.js").unlink()
    after = program()

    answer = after.test_client().get(address(before, "js/live.js"))

    assert answer.status_code == 302
    assert answer.headers["Location"] == address(after, "js/live.js")
    assert answer.headers["Cache-Control"] == "no-store"
    assert after.test_client().get(address(before, "js/work.js")).status_code == 404


def test_page_that_names_a_file_that_is_not_given_out_breaks(program: Callable[[], Flask]) -> None:
    app = program()

    for name in ("css/nowhere.css", "js/door/sw.js", "../config.py"):
        with pytest.raises(LookupError):
            address(app, name)


def test_nothing_names_a_static_file_by_its_bare_address(project_root: Path) -> None:
    """Templates and programs ask `url_for`, styles and modules name each other relatively: all of one version."""
    texts = [
        *(project_root / "templates").rglob("*.*"),
        *(project_root / "static/css").glob("*.css"),
        *(project_root / "static/js").rglob("*.js"),
        *(project_root / "trainings").rglob("*.py"),
    ]

    bare = [
        path.relative_to(project_root).as_posix()
        for path in texts
        if re.search(r"""["'(={]/static/""", path.read_text("utf-8"))
    ]

    assert bare == ["trainings/core/static_files.py"]
    assert len(texts) > 200


def test_every_file_that_a_style_or_a_module_names_is_given_out(project_root: Path) -> None:
    folder = project_root / "static"
    missing = []
    for name in filter(is_for_browsers, names_below(folder)):
        if name.endswith((".css", ".js")):
            missing += [f"{name}: {one}" for one in named_in(folder, name) if not is_for_browsers(one)]

    assert missing == []


def named_in(folder: Path, name: str) -> list[str]:
    text = (folder / name).read_text("utf-8")
    found = re.findall(r"""(?:\bfrom\s*|\bimport\s*\(?\s*|@import\s+)["'](\.[^"']+)["']""", text)
    found += [one for one in re.findall(r"""url\(\s*["']?([^"')]+)""", text) if name.endswith(".css")]
    here = (folder / name).parent
    return [
        (here / one).resolve().relative_to(folder.resolve()).as_posix()
        for one in found
        if not one.startswith("data:")
    ]


def test_program_says_at_its_start_that_browser_files_are_missing(
    program: Callable[[], Flask], tmp_path: Path
) -> None:
    (tmp_path / "static/vendor/tokens.css").unlink()

    with pytest.raises(NotReady, match=r"^static/vendor/tokens\.css is missing: run `make setup`"):
        check_start(program())
