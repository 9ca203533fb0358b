"""One site in this process, whose clock a bench holds: what a browser is measured at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.support.databases import SqliteTemplate
from tests.support.hands import Clock
from tests.support.site import Site, served

BEGINS = datetime(2027, 1, 18, 1, 0, tzinfo=UTC)


@contextmanager
def held_site() -> Iterator[tuple[Site, Clock]]:
    """An empty site on SQLite, and its clock; thrown away at the end."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "template").mkdir()
        clock = Clock()
        with (
            clock.holding(BEGINS),
            SqliteTemplate(folder / "template").copied(folder) as database,
            served(database.url, folder / "instance") as site,
        ):
            yield site, clock
