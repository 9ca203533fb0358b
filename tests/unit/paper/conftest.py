"""Papers made from rows that no database has seen, so that many cases go on one document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from config import Settings
from trainings import create_app


@pytest.fixture(scope="session")
def printing_app() -> Flask:
    return create_app(Settings.for_tests())


@pytest.fixture
def printing(printing_app: Flask) -> Iterator[None]:
    """An application at work on a request, without a database; no longer than a test, or later ones would act in it."""
    with printing_app.test_request_context():
        yield


@pytest.fixture(scope="session")
def longest() -> Any:
    """`longest(Event.title, "W")`: as many of a letter as the column holds."""
    return lambda column, letter: letter * column.type.length
