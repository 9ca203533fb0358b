"""Simulated desks at a real server that is killed: what they send, what they keep, and what must stand of it.

A desk does what the browser's does (static/js/door): every scan has an id made at the desk and goes into a queue first; it
leaves the queue when its answer has arrived, whatever happened in between. Used by the tests and by bench/killed.py.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.door_model import Happened, Sitting, There, who_was_there
from tests.support.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
BATCH = 40
SWALLOWED = 0.1
"""Share of messages that the network loses, each way."""


class Lost(Exception):
    """No answer came: the server was down, died on the way, or the network swallowed what it said."""


# -- the server ---------------------------------------------------------------------------------------------------


class KilledServer:
    """gunicorn on a fixed port, with two workers; `kill` is SIGKILL to all of its processes."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.kills = 0
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TSUDOI_")},
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "gunicorn", "wsgi:app", "--workers", "2", "--log-level", "critical"),
            *("--bind", f"127.0.0.1:{self.port}", "--no-control-socket"),
        ]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, start_new_session=True)
        give_up = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < give_up, "the server does not answer"
            assert self._process.poll() is None, "the server ended by itself"
            time.sleep(0.05)

    def kill(self) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self.kills += 1

    def _answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            connection.request("GET", "/api/v1/door/openapi.json")
            return connection.getresponse().status == 200
        except OSError:
            return False


@contextmanager
def killed_server(environment: dict[str, str]) -> Iterator[KilledServer]:
    """A running server; whatever is left of it is ended."""
    server = KilledServer(environment)
    server.start()
    try:
        yield server
    finally:
        server.kill()


# -- the desks ----------------------------------------------------------------------------------------------------


@dataclass
class Desk:
    """skew: how far its clock is off. seatless: whom its roster shows without a seat, so that it turns them away.
    forgetful: it throws its queue away when an answer is lost, as no desk may."""

    name: str
    token: str
    port: int
    skew: timedelta = timedelta(0)
    seatless: frozenset[str] = frozenset()
    forgetful: bool = False
    online: bool = True
    revoked: bool = False
    queue: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, tuple[str, str]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    def scan(self, at: datetime, **said: Any) -> None:
        """One more scan in the queue. at: the right time."""
        one = {
            "scan_id": str(uuid.uuid4()),
            "scanned_at": (at + self.skew).isoformat(),
            "method": "camera",
            "offline": not self.online and "undoes" not in said,
            **said,
        }
        self.made[one["scan_id"]] = one
        self.queue.append(one)

    def walk_in(self, at: datetime, group: str) -> None:
        """Somebody without an application, with a name that nobody else has."""
        number = "".join("アイウエオカキクケコ"[int(figure)] for figure in str(len(self.made)))
        one: dict[str, Any] = {
            "scan_id": str(uuid.uuid4()),
            "scanned_at": (at + self.skew).isoformat(),
            "name": f"{self.name} {number}",
            "kana": f"ライジョウ {number}",
            "group": group,
            "reason": "立ち見で",
            "offline": not self.online,
        }
        self.made[one["scan_id"]] = one
        self.queue.append(one)

    def flush(self, chance: random.Random) -> None:
        """Send the queue: in any order, with some of what was sent before, and now and then deaf to the answer."""
        if not self.online:
            return
        again = chance.sample(self.sent, min(len(self.sent), chance.choice((0, 0, 0, 3))))
        batch = [*self.queue[:BATCH], *again]
        if chance.random() < 0.3:
            chance.shuffle(batch)
        for part in _parts(batch):
            try:
                if chance.random() < SWALLOWED:
                    raise Lost  # on its way there
                answers = self._send(part)
                if chance.random() < SWALLOWED:
                    raise Lost  # on its way back
            except Lost:
                if self.forgetful:
                    self.queue.clear()
                self._let_in_on_its_own_word()
                return
            for answer in answers:
                self._hear(answer)

    def _let_in_on_its_own_word(self) -> None:
        """No answer came while people stood there: whoever was shown green has gone in."""
        for one in self.queue:
            if "application" in one and one["application"] not in self.seatless:
                one["offline"] = True

    def _hear(self, answer: dict[str, Any]) -> None:
        id, said = answer["scan_id"], (answer["outcome"], answer["why"])
        if self.answers.setdefault(id, said) != said:
            self.changed.append(id)
        done = [one for one in self.queue if one["scan_id"] == id]
        self.queue = [one for one in self.queue if one["scan_id"] != id]
        self.sent += done

    def _send(self, part: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        path, body = ("walk-ins", part[0]) if "name" in part[0] else ("scans", {"scans": part, "unsent": 0})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", f"/api/v1/door/{path}", json.dumps(body), headers)
            answer = connection.getresponse()
            content = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as broken:
            raise Lost from broken
        finally:
            connection.close()
        if answer.status == 401:
            self.revoked = True
            raise Lost
        assert answer.status == 200, (answer.status, content)
        answers: list[dict[str, Any]] = content["answers"]
        return answers


def _parts(batch: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """In their order: walk-ins one by one, the scans between them together."""
    parts: list[list[dict[str, Any]]] = []
    for one in batch:
        if not parts or "name" in one or "name" in parts[-1][0]:
            parts.append([])
        parts[-1].append(one)
    return parts


# -- an evening ---------------------------------------------------------------------------------------------------


def play(
    server: KilledServer,
    desks: Sequence[Desk],
    guests: Sequence[str],
    groups: Sequence[str],
    *,
    sittings: Sequence[Sitting],
    scans: int,
    kills: int,
    chance: random.Random,
    revoke: Any,
) -> None:
    """So many scans by all desks from the beginning of the first sitting to the end of the last, in and out, with the server
    killed so many times while they send; at the end every desk is online and sends all it has. A desk takes back what
    any desk has scanned, whether that has arrived or not. guests: ids of applications. groups: ids, of walk-ins.
    revoke: called once, half-way; it revokes the last desk."""
    fatal = set(chance.sample(range(10, scans), kills))
    begin, end = sittings[0].starts_at, sittings[-1].ends_at
    for n in range(scans):
        desk = chance.choice(list(desks))
        at = begin + (end - begin) * n / scans
        if chance.random() < 0.05:
            desk.online = not desk.online
        undone = [id for one in desks for id in one.made] if chance.random() < 0.08 else []
        if undone:
            desk.scan(at, undoes=chance.choice(undone), method="search")
        elif chance.random() < 0.04:
            desk.walk_in(at, chance.choice(list(groups)))
        elif chance.random() < 0.04:
            desk.scan(at, ticket=f"UNKNOWN {n}")
        else:
            desk.scan(
                at,
                application=chance.choice(list(guests)),
                direction="in" if chance.random() < 0.6 else "out",
                forced=chance.random() < 0.03,
            )
        if n == scans // 2:
            revoke()
        if n in fatal:
            _kill_while_sending(server, desks, chance)
        elif chance.random() < 0.4:
            desk.flush(chance)
    for _ in range(200):
        for desk in desks:
            desk.online = True
            desk.flush(chance)
        if all(desk.revoked or not desk.queue for desk in desks):
            return
    raise AssertionError("a queue does not become empty")


def _kill_while_sending(server: KilledServer, desks: Sequence[Desk], chance: random.Random) -> None:
    """All desks send at once; the server dies in the middle of it and comes back."""
    seeds = [random.Random(chance.random()) for _ in desks]
    threads = [
        threading.Thread(target=desk.flush, args=(seed,)) for desk, seed in zip(desks, seeds, strict=True)
    ]
    for thread in threads:
        thread.start()
    time.sleep(chance.uniform(0.0, 0.06))
    server.kill()
    for thread in threads:
        thread.join(PATIENCE)
    server.start()


# -- what must stand ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """What the server has at the end. stored: the id of every scan that a desk made. there: (application, session) → what
    the product says of them. arrived: how many its board counts. attended: ids of applications. registered: name →
    application, of people who came without one. seatless: applications without a seat, as they were before the doors
    opened."""

    stored: list[str]
    there: dict[tuple[str, str], There]
    arrived: int
    attended: set[str]
    registered: dict[str, str]
    seatless: set[str]


def faults(desks: Sequence[Desk], sittings: Sequence[Sitting], kept: Kept) -> list[str]:
    """What is wrong with what the server kept; empty when all is well. The desks are believed, not what was answered to
    them: every scan that could be sent counts as it was shown."""
    stored = set(kept.stored)
    found = []
    if len(stored) != len(kept.stored):
        found.append("a scan is stored twice")
    for desk in desks:
        waiting = {one["scan_id"] for one in desk.queue}
        found += [f"{desk.name}: {id} was acknowledged and is gone" for id in desk.answers.keys() - stored]
        found += [f"{desk.name}: {id} is lost" for id in desk.made.keys() - stored - waiting]
        found += [f"{desk.name}: the answer to {id} changed" for id in desk.changed]
    made = {id: one for desk in desks for id, one in desk.made.items()}
    found += [f"{id} was never scanned" for id in stored - made.keys()]
    # What a revoked desk could not send any more nobody can know of.
    arrived = [one for id, one in made.items() if id in stored]
    walked_in = {one["name"] for one in arrived if "name" in one}
    if walked_in != kept.registered.keys():
        found.append(f"walk-ins differ by {walked_in ^ kept.registered.keys()}")
    return found + _against_model(arrived, sittings, kept)


def _against_model(arrived: Sequence[dict[str, Any]], sittings: Sequence[Sitting], kept: Kept) -> list[str]:
    happened = [
        Happened(
            id=one["scan_id"],
            person=one["application"] if "application" in one else kept.registered.get(one["name"], ""),
            at=datetime.fromisoformat(one["scanned_at"]),
            inwards=one.get("direction", "in") == "in",
            let_through=one.get("application") not in kept.seatless or one["forced"] or one["offline"],
        )
        for one in arrived
        if "application" in one or "name" in one
    ]
    model = who_was_there(happened, [one["undoes"] for one in arrived if "undoes" in one], sittings)
    found = [
        f"{person} in {session}: {kept.there.get((person, session))} instead of {model.get((person, session))}"
        for person, session in model.keys() | kept.there.keys()
        if model.get((person, session)) != kept.there.get((person, session))
    ]
    present = {person for person, _ in model}
    if present != kept.attended:
        found.append(f"attendance differs by {present ^ kept.attended}")
    if kept.arrived != len(present):
        found.append(f"{kept.arrived} are counted, {len(present)} are there")
    return found
