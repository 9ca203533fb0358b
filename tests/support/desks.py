"""Simulated desks at a real server that is killed: what they send, what they keep, and a simple model of what must stand.

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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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
    """skew: how far its clock is off. forgetful: it throws its queue away when an answer is lost, as no desk may."""

    name: str
    token: str
    port: int
    skew: timedelta = timedelta(0)
    forgetful: bool = False
    online: bool = True
    revoked: bool = False
    queue: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, tuple[str, str]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    def scan(self, **said: Any) -> None:
        """One more scan in the queue."""
        one = {
            "scan_id": str(uuid.uuid4()),
            "scanned_at": (datetime.now(UTC) + self.skew).isoformat(),
            "method": "camera",
            "offline": not self.online and "undoes" not in said,
            **said,
        }
        self.made[one["scan_id"]] = one
        self.queue.append(one)

    def walk_in(self, group: str) -> None:
        """Somebody without an application, with a name that nobody else has."""
        number = "".join("アイウエオカキクケコ"[int(figure)] for figure in str(len(self.made)))
        one: dict[str, Any] = {
            "scan_id": str(uuid.uuid4()),
            "scanned_at": (datetime.now(UTC) + self.skew).isoformat(),
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
                return
            for answer in answers:
                self._hear(answer)

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
    scans: int,
    kills: int,
    chance: random.Random,
    revoke: Any,
) -> None:
    """So many scans by all desks, with the server killed so many times while they send; at the end every desk is online
    and sends all it has. guests: ids of applications. groups: ids, of walk-ins. revoke: called once, half-way; it revokes the last desk."""
    fatal = set(chance.sample(range(10, scans), kills))
    for n in range(scans):
        desk = chance.choice(list(desks))
        if chance.random() < 0.05:
            desk.online = not desk.online
        undone = [one for one in desk.sent if "undoes" not in one]
        if undone and chance.random() < 0.05:
            desk.scan(undoes=chance.choice(undone)["scan_id"], method="search")
        elif chance.random() < 0.04:
            desk.walk_in(chance.choice(list(groups)))
        elif chance.random() < 0.04:
            desk.scan(ticket=f"UNKNOWN {n}")
        else:
            desk.scan(application=chance.choice(list(guests)), forced=chance.random() < 0.03)
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
class Row:
    """A stored scan in the order of arrival. kind: scan or undo."""

    id: str
    kind: str
    application: str | None
    session: str | None
    outcome: str
    undoes: str | None


def faults(
    desks: Sequence[Desk],
    rows: Sequence[Row],
    attended: set[str],
    arrived: int,
    seatless: set[str],
    registered: set[str],
) -> list[str]:
    """What is wrong with what the server kept; empty when all is well.

    rows: every stored scan by cursor. attended, arrived: as the product counts. seatless: applications without a seat.
    registered: applications of people who came without one.
    """
    stored = {row.id for row in rows}
    found = []
    if len(stored) != len(rows):
        found.append("a scan is stored twice")
    for desk in desks:
        waiting = {one["scan_id"] for one in desk.queue}
        found += [f"{desk.name}: {id} was acknowledged and is gone" for id in desk.answers.keys() - stored]
        found += [f"{desk.name}: {id} is lost" for id in desk.made.keys() - stored - waiting]
        found += [f"{desk.name}: the answer to {id} changed" for id in desk.changed]
    made = {id: one for desk in desks for id, one in desk.made.items()}
    found += [f"{row.id} was never scanned" for row in rows if row.id not in made]
    walked_in = {row.application for row in rows if "name" in made.get(row.id, {})}
    if walked_in != registered:
        found.append(f"walk-ins differ by {walked_in ^ registered}")
    return found + _against_model(made, rows, attended, arrived, seatless)


def _against_model(
    made: dict[str, dict[str, Any]],
    rows: Sequence[Row],
    attended: set[str],
    arrived: int,
    seatless: set[str],
) -> list[str]:
    """The rows again, in their order, by the plainest rules there are."""
    found = []
    standing: dict[str, tuple[str, str | None]] = {}
    taken_back: set[str] = set()
    let_in_once: set[str] = set()
    for row in rows:
        said = made.get(row.id, {})
        if "undoes" in said:
            expected = "admitted" if said["undoes"] in let_in_once - taken_back else "refused"
            if expected == "admitted":
                taken_back.add(said["undoes"])
                standing.pop(said["undoes"], None)
        elif "ticket" in said:
            expected = "refused"
        elif "name" in said:
            expected = "admitted"
            standing[row.id] = str(row.application), row.session
            let_in_once.add(row.id)
        else:
            person, by_desk = said["application"], said["forced"] or said["offline"]
            inside = (person, row.session) in standing.values()
            expected = "refused" if person in seatless and not by_desk else "admitted"
            if person not in seatless and inside:
                expected = "repeated"
            if expected == "admitted":
                standing[row.id] = person, row.session
                let_in_once.add(row.id)
        if row.outcome != expected:
            found.append(f"{row.id} should be {expected}, is {row.outcome}")
    present = {person for person, _ in standing.values()}
    with_seat = [pair for pair in standing.values() if pair[0] not in seatless]
    if len(with_seat) != len(set(with_seat)):
        found.append("somebody is counted twice")
    if present != attended:
        found.append(f"attendance differs by {present ^ attended}")
    if arrived != len(present):
        found.append(f"{arrived} are counted, {len(present)} are there")
    return found
