"""Whoever can switch the triggers off still cannot take a row out of the trail unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.support.hands import Clock, Unit
from trainings.audit.actions import record
from trainings.audit.chains import Chain, Trouble, extend_chains, verify_chains
from trainings.audit.models import AuditEntry, ChainLink
from trainings.core import actor, triggers
from trainings.core.db import db
from trainings.worker.jobs import DUTIES


@pytest.fixture
def trail(unit: Unit, clock: Clock) -> list[AuditEntry]:
    """Five entries, a minute apart, linked in two rounds of the worker."""
    made = []
    for number in range(5):
        with unit(), actor.acting_as(actor.SYSTEM):
            made.append(record(verb="test.done", subject=("staff", str(number)), detail={"n": number}))
        if number in (2, 4):
            with unit():
                extend_chains()
        clock.forward(minutes=1)
    return made


@pytest.fixture
def past_the_triggers(app: Flask, unit: Unit) -> Callable[[str], None]:
    """Runs a statement as an administrator of the database would, and leaves the triggers as they were."""

    def run(statement: str) -> None:
        with unit() as session:
            for guard in triggers.guards():
                _drop(session, guard)
            session.execute(text(statement))
        with app.app_context(), db.engine.begin() as connection:
            triggers.install(connection)

    return run


def _drop(session: Session, guard: triggers.Guard) -> None:
    on = f" ON {guard.table}" if session.get_bind().dialect.name == "postgresql" else ""
    session.execute(text(f"DROP TRIGGER IF EXISTS {guard.trigger}{on}"))


def chain(unit: Unit, head: str = "") -> Chain:
    with unit():
        found = verify_chains({"audit_entry": head} if head else {})
    return next(one for one in found if one.table == "audit_entry")


def test_whole_chain_is_found_whole(unit: Unit, trail: list[AuditEntry]) -> None:
    found = chain(unit)

    assert (found.links, found.findings) == (5, ())


def test_digest_follows_from_the_row_and_the_one_before(unit: Unit, trail: list[AuditEntry]) -> None:
    """By hand, from the words of the module alone."""
    first = {
        "id": str(trail[0].id),
        "at": "2027-01-18T01:00:00.000000+00:00",
        "actor_kind": trail[0].actor_kind.value,
        "verb": "test.done",
        "subject_kind": "staff",
        "subject_id": "0",
        "detail": {"n": 0},
    }
    line = json.dumps(first, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    with unit() as session:
        stored = session.scalars(select(ChainLink.digest).order_by(ChainLink.n)).first()

    assert stored == hashlib.sha256(f"\n{line}".encode()).hexdigest()


def test_linking_again_changes_nothing(unit: Unit, trail: list[AuditEntry]) -> None:
    before = chain(unit)
    with unit():
        extend_chains()

    assert chain(unit) == before


def test_missing_row_is_named_with_its_place(
    unit: Unit, trail: list[AuditEntry], past_the_triggers: Callable[[str], None]
) -> None:
    past_the_triggers("DELETE FROM audit_entry WHERE subject_id = '1'")

    (finding,) = chain(unit).findings

    assert (finding.trouble, finding.n, finding.row_id) == (Trouble.ROW_MISSING, 2, trail[1].id)
    assert finding.at == trail[1].at


def test_changed_row_is_named_and_the_later_ones_are_not(
    unit: Unit, trail: list[AuditEntry], past_the_triggers: Callable[[str], None]
) -> None:
    past_the_triggers("UPDATE audit_entry SET subject_id = '9' WHERE subject_id = '3'")

    assert [(one.trouble, one.n) for one in chain(unit).findings] == [(Trouble.ROW_CHANGED, 4)]


def test_row_and_its_link_cannot_be_taken_out_together(
    unit: Unit, trail: list[AuditEntry], past_the_triggers: Callable[[str], None]
) -> None:
    past_the_triggers("DELETE FROM audit_entry WHERE subject_id = '1'")
    past_the_triggers("DELETE FROM chain_link WHERE chain = 'audit_entry' AND n = 2")

    # The next row no longer follows from what stands before it.
    assert [(one.trouble, one.n) for one in chain(unit).findings] == [
        (Trouble.LINK_MISSING, 2),
        (Trouble.ROW_CHANGED, 3),
    ]


def test_end_that_was_cut_off_is_seen_by_a_head_that_was_written_down(
    unit: Unit, trail: list[AuditEntry], past_the_triggers: Callable[[str], None]
) -> None:
    noted = chain(unit).head
    past_the_triggers("DELETE FROM audit_entry WHERE subject_id = '4'")
    past_the_triggers("DELETE FROM chain_link WHERE chain = 'audit_entry' AND n = 5")

    assert chain(unit).findings == ()
    assert [one.trouble for one in chain(unit, noted).findings] == [Trouble.HEAD_UNKNOWN]


def test_earlier_head_is_known_when_the_chain_has_grown(unit: Unit, trail: list[AuditEntry]) -> None:
    noted = chain(unit).head
    with unit():
        record(verb="test.done", subject=("staff", "5"))
    with unit():
        extend_chains()

    assert chain(unit, noted).findings == ()


def test_row_that_came_in_past_the_program_is_named(
    unit: Unit, clock: Clock, trail: list[AuditEntry]
) -> None:
    """Dated two days back, so that the worker does not take it for one of its own."""
    clock.forward(days=-2)
    with unit():
        forged = record(verb="test.forged", subject=("staff", "1"))
    clock.forward(days=2)
    with unit():
        extend_chains()

    assert [(one.trouble, one.row_id) for one in chain(unit).findings] == [(Trouble.ROW_OUTSIDE, forged.id)]


def test_worker_links_every_minute() -> None:
    assert extend_chains in DUTIES.watches


def test_command_says_where_a_row_is_missing(
    app: Flask, unit: Unit, trail: list[AuditEntry], past_the_triggers: Callable[[str], None]
) -> None:
    whole = app.test_cli_runner().invoke(args=["audit", "verify"])
    past_the_triggers("DELETE FROM audit_entry WHERE subject_id = '1'")
    broken = app.test_cli_runner().invoke(args=["audit", "verify"])

    assert (whole.exit_code, broken.exit_code) == (0, 1)
    assert "ok  audit_entry  5 rows, head " in whole.output
    assert "ok  scan         0 rows" in whole.output
    assert f"row 2 ({trail[1].id}, written 2027-01-18 01:01:00 UTC) is missing" in broken.output


def test_command_refuses_a_head_of_no_chain(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["audit", "verify", "--head", "staff=00"])

    assert done.exit_code == 2
    assert "there is no chain of staff" in done.output
