"""The roster in a desk's memory means the same as the server's facts, in whatever order it hears of them."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.door_model import Happened, Sitting, who_was_there
from tests.unit.checkin.test_decision import in_node

BEGIN = datetime(2027, 2, 14, 4, 30, tzinfo=UTC)
SITTING = Sitting("all", BEGIN, BEGIN + timedelta(hours=3))
GUESTS = ("a", "b", "c")
REFUSED = ("waiting", "not_open_yet", "left_already", "not_inside")


def news(chance: random.Random) -> list[dict[str, Any]]:
    """Scans of all desks as the server tells them, and undos of some, in any order."""
    scans = []
    for _ in range(chance.randint(1, 8)):
        outcome = chance.choice(("admitted", "repeated", "refused"))
        scans.append(
            {
                "scan_id": str(uuid.UUID(int=chance.getrandbits(128))),
                "application": chance.choice(GUESTS),
                "session": SITTING.id,
                "outcome": outcome,
                "why": chance.choice(REFUSED) if outcome == "refused" else "",
                "direction": chance.choice(("in", "out")),
                "at": (BEGIN + timedelta(minutes=chance.randint(0, 170))).isoformat(),
                "undoes": None,
                "corrects": None,
                "again_of": None,
            }
        )
    undos = [
        {
            **one,
            "scan_id": f"undo {at}",
            "outcome": chance.choice(("admitted", "refused")),
            "undoes": one["scan_id"],
        }
        for at, one in enumerate(chance.sample(scans, chance.randint(0, len(scans) // 2)))
    ]
    corrections = [
        {
            **one,
            "scan_id": f"correction {at}",
            "outcome": "admitted",
            "at": BEGIN.isoformat(),
            "corrects": one["scan_id"],
        }
        for at, one in enumerate(chance.sample(scans, chance.randint(0, 1)))
    ]
    told = [*scans, *undos, *corrections]
    chance.shuffle(told)
    return told


def first_entries(told: list[dict[str, Any]]) -> dict[str, str]:
    """By the plainest rules: guest → when they first came in."""
    times = {one["corrects"]: one["at"] for one in told if one["corrects"]}
    undone = {one["undoes"] for one in told if one["undoes"]}
    steps = [
        Happened(
            id=one["scan_id"],
            person=one["application"],
            at=datetime.fromisoformat(times.get(one["scan_id"], one["at"])),
            inwards=one["direction"] == "in",
            let_through=one["why"] not in ("waiting", "not_open_yet"),
        )
        for one in told
        if not one["undoes"] and not one["corrects"]
    ]
    present = {person for person, _ in who_was_there(steps, undone, [SITTING])}
    return {
        person: min(
            one.at
            for one in steps
            if one.person == person and one.inwards and one.let_through and one.id not in undone
        ).isoformat()
        for person in present
    }


def test_desk_knows_who_is_there_as_the_server_does() -> None:
    chance = random.Random("rosters")
    evenings = [news(chance) for _ in range(300)]
    script = f"""(m, given) => given.map((told) => {{
      const roster = new m.Roster({{ roster: {list(GUESTS)!r}.map((id) => ({{ id }})), scans: told }});
      return Object.fromEntries(roster.guests.map((one) => [one.id, roster.entry(one)?.at]).filter((one) => one[1]));
    }})"""

    found = in_node("roster.js", script, evenings)

    for told, entries in zip(evenings, found, strict=True):
        assert entries == first_entries(told)


def test_repeated_scan_of_a_desk_can_be_taken_back_there() -> None:
    """And what the server kept as said again goes with what it repeats."""
    scan = {"session": "all", "direction": "in", "at": BEGIN.isoformat(), "device": "other"}
    told = [
        scan | {"scan_id": "1", "application": "a", "outcome": "admitted", "why": ""},
        scan | {"scan_id": "2", "application": "a", "outcome": "repeated", "why": "", "device": "mine"},
        scan | {"scan_id": "3", "application": "b", "outcome": "refused", "why": "waiting", "device": "mine"},
        scan
        | {
            "scan_id": "4",
            "application": "b",
            "outcome": "admitted",
            "why": "",
            "device": "mine",
            "again_of": "3",
        },
    ]
    script = """(m, told) => {
      const roster = new m.Roster({ roster: ["a", "b"].map((id) => ({ id })), scans: told });
      const recent = () => roster.recent("mine", 9).map((one) => one.scan.scan_id).sort();
      const entries = () => ["a", "b"].map((id) => Boolean(roster.entry({ id })));
      const before = [recent(), entries()];
      roster.note({ scan_id: "u", undoes: "2", outcome: "admitted" });
      roster.note({ scan_id: "v", undoes: "3", outcome: "admitted" });
      return [before, [recent(), entries()]];
    }"""

    assert in_node("roster.js", script, told) == [[["2", "4"], [True, True]], [[], [True, False]]]
