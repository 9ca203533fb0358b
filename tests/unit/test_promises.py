"""A sentence that names a button, a link, a page or a choice names one that exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUOTED = re.compile(r"「([^「」{}%<>~]{2,40})」")
NO_LABEL = {
    "Safariで開く": "a menu of the browser",
    "Chromeで開く": "a menu of the browser",
    "ほかのブラウザーで開く": "a menu of the chat app",
    "Excel ブック（.xlsx）": "a choice of Excel",
    "CSV（コンマ区切り）": "a choice of Excel",
    "文字列": "a choice of Excel",
    "名称・カナ・種別・圏域・事業所番号": "the first row of a file",
    "flask install": "a command",
    "受付1": "an example",
    "内線12": "an example",
    "aとb": "people of an example",
    "bとc": "people of an example",
    "aとc": "people of an example",
    "知っている": "a level of the shipped skills",
    "エラー：": "the beginning of a title",
    "なし": "what somebody types",
}
"""What is quoted and is none of ours, and what it is."""


def _templates() -> list[Path]:
    return [one for kind in ("*.html", "*.txt") for one in sorted((ROOT / "templates").rglob(kind))]


def _modules() -> list[Path]:
    return sorted((ROOT / "trainings").rglob("*.py"))


def _scripts() -> list[Path]:
    return sorted((ROOT / "static/js").rglob("*.js"))


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def _labels() -> set[str]:
    """Whatever stands alone: between two tags, or as a string of its own. Sentences that quote are none."""
    found = set()
    for path in [*_templates(), *_scripts()]:
        text = path.read_text()
        for match in re.finditer(r">([^<>]{1,80}?)<|'([^'\n]{1,60}?)'|\"([^\"\n]{1,60}?)\"", text):
            found.add(next(part for part in match.groups() if part is not None))
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= 60:
                found.add(node.value)
    return {_squeezed(one) for one in found if "「" not in one}


def _promises() -> Iterator[tuple[str, str]]:
    for path in _templates():
        for match in QUOTED.finditer(re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)):
            yield match[1], path.name
    for path in _modules():
        if path.name == "presets.py" or path.parent.name == "demo":
            continue  # the words of events, not of pages
        tree = ast.parse(path.read_text())
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                for match in QUOTED.finditer(node.value):
                    yield match[1], path.name


def test_whatever_is_quoted_on_a_page_or_in_a_mail_stands_on_one() -> None:
    labels = _labels()
    missing = {
        (name, where)
        for name, where in _promises()
        if name not in NO_LABEL
        and not any(_squeezed(name) in one for one in labels if len(one) < len(name) + 16)
    }

    assert missing == set()


def test_what_is_excused_is_quoted() -> None:
    quoted = {name for name, _ in _promises()}
    assert set(NO_LABEL) - quoted <= {"エラー：", "なし", "知っている"}
