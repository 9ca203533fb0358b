"""Four desks and a server that is killed again and again: nothing is lost, nobody is counted twice."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.support.databases import Database
from tests.support.desks import faults, killed_server, play
from tests.support.door_faults import Stage, set_stage
from tests.support.hands import Unit

SCANS, KILLS = 200, 2
"""bench/killed.py does the same with ten thousand."""


@pytest.fixture
def overrides(tmp_path: Path) -> dict[str, Any]:
    return {"instance_dir": str(tmp_path / "instance")}


@pytest.fixture
def stage(app: Flask, unit: Unit) -> Stage:
    return set_stage(app, unit)


def test_nothing_is_lost_and_nobody_counted_twice(stage: Stage, database: Database) -> None:
    chance = random.Random(f"evening on {database.kind}")
    with killed_server(stage.environment) as server:
        desks = stage.desks(server.port)
        play(
            server,
            desks,
            stage.guests,
            stage.groups,
            sittings=stage.sittings,
            scans=SCANS,
            kills=KILLS,
            chance=chance,
            revoke=stage.revoke_last,
        )
        kills = server.kills

    assert faults(desks, stage.sittings, stage.kept()) == []
    assert kills == KILLS
    assert desks[-1].revoked
    assert len({skew for skew in (desk.skew for desk in desks)}) > 1
    assert sum(len(desk.answers) for desk in desks) > SCANS / 2


def test_desks_that_forget_their_queues_are_noticed(stage: Stage) -> None:
    """The negative control: what the comparison is for."""
    chance = random.Random("forgetful")
    with killed_server(stage.environment) as server:
        desks = stage.desks(server.port)
        for desk in desks:
            desk.forgetful = True
        play(
            server,
            desks,
            stage.guests,
            stage.groups,
            sittings=stage.sittings,
            scans=150,
            kills=1,
            chance=chance,
            revoke=lambda: None,
        )

    assert any("is lost" in one for one in faults(desks, stage.sittings, stage.kept()))


def test_clock_of_a_desk_is_off_by_minutes(stage: Stage) -> None:
    assert max(desk.skew for desk in stage.desks(1)) >= timedelta(minutes=3)
