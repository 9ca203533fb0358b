"""Anonymous means anonymous in the file: no order, no time and no sender of an answer stays anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.integration.surveys.conftest import Survey
from tests.support.client import Client
from tests.support.databases import Database
from tests.support.evening import DOCTOR, NURSE
from tests.support.hands import Clock, Unit
from tests.support.linking import files_of, rows_of_every_table, telling, views
from tests.support.surveying import answer
from trainings.core.requests.fleeting import FleetingLimit
from trainings.surveys import views as surveys
from trainings.surveys.actions import close_run
from trainings.surveys.models import SurveyRun
from trainings.surveys.watches import clear_traces
from trainings.worker.jobs import DUTIES

PEOPLE = 16
NewClient = Callable[[], Client]


@pytest.fixture
def overrides(tmp_path: Path) -> dict[str, Any]:
    return {"survey_key_dir": str(tmp_path / "keys"), "rate_limits": True}


@pytest.fixture
def came() -> Sequence[str]:
    return (NURSE,) * 8 + (DOCTOR,) * 8


@pytest.fixture
def answered(evening_survey: Survey, new_client: NewClient, clock: Clock) -> Survey:
    """Sixteen people have answered one after the other, every second one without a code."""
    for number, link in enumerate(evening_survey.links):
        clock.forward(minutes=1)
        address = link if number % 2 else link.partition("#")[0]
        answer(new_client(), address, new_contacts=str(number), good=f"mark{number:02d}")
    return evening_survey


def test_copy_of_the_database_tells_no_order_while_the_survey_is_open(
    answered: Survey, app: Flask, database: Database, tmp_path: Path
) -> None:
    found = views(database, app, tmp_path / "copy")

    if database.kind == "postgresql":
        # Only pages and their dead rows still tell, to whoever reads the files; see docs/operators.md.
        found = {name: view for name, view in found.items() if "file" not in name}
    assert [name for name, view in found.items() if len(view) == PEOPLE], "the attack sees no answers"
    assert telling(found, PEOPLE) == []


def test_copy_of_the_database_tells_no_order_after_closing(
    answered: Survey, app: Flask, unit: Unit, database: Database, tmp_path: Path
) -> None:
    with unit():
        close_run(run_id=answered.run.id)
    with unit():
        clear_traces()

    found = views(database, app, tmp_path / "copy")

    assert [name for name, view in found.items() if len(view) == PEOPLE], "the attack sees no answers"
    assert telling(found, PEOPLE) == []
    with unit() as session:
        assert session.get_one(SurveyRun, answered.run.id).cleared_at is not None
    assert clear_traces in DUTIES.watches


def test_answering_touches_no_table_but_those_of_answers(
    evening_survey: Survey, app: Flask, new_client: NewClient
) -> None:
    """No counter of senders, no job, no mail, no audit entry: nothing that has a time or a sender."""
    before = rows_of_every_table(app)

    answer(new_client(), evening_survey.links[0], satisfied="5", good="よかった")
    answer(new_client(), evening_survey.links[1].partition("#")[0], satisfied="4")

    after = rows_of_every_table(app)
    assert {table for table in after if after[table] != before[table]} == {"response", "free_text"}


def test_answering_leaves_nothing_in_logs_and_files(
    evening_survey: Survey, new_client: NewClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    instance = tmp_path / "instance"
    before = {path: path.read_bytes() for path in instance.rglob("*") if path.is_file()}

    answer(new_client(), evening_survey.links[0], satisfied="5", good="よかった")

    secret = evening_survey.links[0].partition("#")[2]
    assert [
        line for line in caplog.messages if secret in line or "よかった" in line or "127.0.0.1" in line
    ] == []
    assert {path: path.read_bytes() for path in instance.rglob("*") if path.is_file()} == before


def test_replaced_answer_leaves_no_trace(
    evening_survey: Survey, new_client: NewClient, app: Flask, unit: Unit, database: Database, tmp_path: Path
) -> None:
    answer(new_client(), evening_survey.links[0], new_contacts="2", good="mark02")
    answer(new_client(), evening_survey.links[0], new_contacts="3", good="mark03")
    if database.kind == "sqlite":
        content = b"".join(path.read_bytes() for path in files_of(database))
        assert b"mark03" in content
        assert b"mark02" not in content

    with unit():
        close_run(run_id=evening_survey.run.id)
    with unit():
        clear_traces()

    seen = {number for view in views(database, app, tmp_path / "copy").values() for number in view}
    assert seen == {3}


def test_flood_from_one_sender_is_held_up_and_not_stored(
    evening_survey: Survey, client: Client, app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveys, "FLOODS", FleetingLimit("survey", limit=2, minutes=15))
    before = rows_of_every_table(app)

    for status in (422, 422, 429):
        client.post(evening_survey.path, {"token": "A" * 26}, status=status)
    clock.forward(minutes=15)
    client.post(evening_survey.path, {"token": "A" * 26}, status=422)

    assert rows_of_every_table(app) == before
