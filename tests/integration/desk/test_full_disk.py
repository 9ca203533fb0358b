"""A disk that fills up while people apply, scan and save: words, nothing half-stored, and on it goes once there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import full_disk
from tests.support.client import Client
from tests.support.databases import Database
from tests.support.hands import Clock, Unit
from tests.support.ordinary import AGAIN, Ordinary, make_ordinary
from trainings.core.db import Base, db

IN_WORDS = "ただいま利用できません"


@pytest.fixture
def ordinary(app: Flask, unit: Unit, clock: Clock, staff_client: Callable[..., Client]) -> Ordinary:
    return make_ordinary(app, unit, clock, staff_client)


@pytest.fixture(params=["in a statement", "in the commit"])
def disk_full(
    request: pytest.FixtureRequest, app: Flask, database: Database
) -> Callable[[], AbstractContextManager[None]]:
    @contextmanager
    def filled() -> Iterator[None]:
        if database.kind == "postgresql":
            moment = {"in a statement": "statement", "in the commit": "commit"}[request.param]
            with full_disk.refused(app, moment=moment):
                yield
        else:
            way = {"in a statement": full_disk.no_page_left, "in the commit": full_disk.nothing_written}
            with way[request.param](app):
                yield

    return filled


def everything(app: Flask) -> dict[str, list[str]]:
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: sorted(str(dict(row)) for row in connection.execute(select(table)).mappings())
            for table in Base.metadata.sorted_tables
        }


def changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> set[str]:
    return {table for table in before if before[table] != after[table]}


def test_full_disk_is_told_in_words_and_leaves_nothing_half_stored(
    app: Flask, ordinary: Ordinary, disk_full: Callable[[], AbstractContextManager[None]]
) -> None:
    before = everything(app)

    with disk_full():
        assert ordinary.apply(503) == IN_WORDS
        assert ordinary.save(503) == IN_WORDS
        assert ordinary.scan(503)["code"] == 503

    assert changed(before, everything(app)) == set()

    assert ordinary.apply(200) == "申込を受け付けました"
    answers = [answer["outcome"] for answer in ordinary.scan(200)["answers"]]
    assert answers == ["admitted"] * 5 + ["repeated"] * 5 * (AGAIN - 1)
    ordinary.save(200)
    assert changed(before, everything(app)) >= {"application", "scan", "event", "audit_entry", "message"}
    assert len(everything(app)["application"]) == len(before["application"]) + 1
