"""The templates alone: macros rendered without an application."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

from tests.support.markup import Markup

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def room() -> Callable[[str], Any]:
    """`room("charts")`: the macros of templates/macros/charts.html as functions."""
    templates = Environment(
        loader=FileSystemLoader(ROOT / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return lambda name: templates.get_template(f"macros/{name}.html").module


@pytest.fixture
def nurses() -> SimpleNamespace:
    """A profession group as the macros know it."""
    return SimpleNamespace(name="看護", mark="看", css="g-ns")


@pytest.fixture(scope="session")
def read() -> Callable[[Any], Markup]:
    """The markup of what a macro gave."""
    return lambda given: Markup(f"<!doctype html><html><body>{given}</body></html>")
