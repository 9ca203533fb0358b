"""`make rehearse OUT=dir`: the whole life of a 百人の集い against real servers, once on each database.

148 people apply for 100 seats; freeze, draw, mails; three cancel and the seats are offered on; 96 arrive, five of them
scanned twice, three without an application; 80 answer; close. A backup is taken, put back elsewhere, and served again. gunicorn, worker and SMTP server are real processes on
the loopback address, the database is thrown away. The clock is real too: instead of turning it, the rehearsal moves
the dates of the event. What it counted on the way stands in totals.json; bench/reread.py compares it with the files.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import select

from bench.browser import Browser
from bench.servers import ROOT, cleared, flask, serving
from bench.takings import take_draw, take_workbooks
from bench.way_back import ORGANISER, go_and_come_back
from config import Settings
from tests.support import postgres
from trainings import create_app
from trainings.checkin.actions import enrol_device, open_door
from trainings.core import clock
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.events.models import Event, EventProfession
from trainings.registration.models import Application
from trainings.registration.secrets import ticket_code
from trainings.registration.states import State

CANCELLED, ARRIVALS, TWICE, WALK_INS, ANSWERS = 3, 96, 5, 3, 80
BY_GROUP = {"医": 9, "歯": 6, "薬": 13, "看": 34, "リ": 18, "ケ": 32, "介": 14, "相": 10, "行": 8, "他": 4}
"""Applicants by mark of their group: 148 in all, and more than the 100 seats within the caps."""
LIKERT = ("satisfied", "understood", "useful", "conduct", "other_professions")
PATIENCE_SECONDS = 90
MAIL_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/\S+)")


class Mailbox:
    """An SMTP server's handler that keeps every mail, as bytes and parsed."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str, str, bytes]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        body = parsed.get_body(("plain",))
        text = body.get_content() if body else ""
        self.mails.append((envelope.rcpt_tos[0], str(parsed["Subject"]), text, envelope.content))
        await asyncio.sleep(0)
        return "250 OK"

    def links(self, words: str) -> dict[str, str]:
        """Address → first link (with its fragment) in the mails whose subject contains the words."""
        found = {}
        for to, subject, text, _ in self.mails:
            link = MAIL_LINK.search(text)
            if words in subject and link:
                found[to] = link[1]
        return found


@dataclass
class Rehearsal:
    """One run on one database."""

    name: str
    folder: Path
    settings: Settings
    port: int = 0
    mailbox: Mailbox = field(default_factory=Mailbox)
    totals: dict[str, Any] = field(default_factory=dict)
    event_id: uuid.UUID | None = None
    slug: str = ""
    token: str = ""
    staff: Browser | None = None

    # -- the steps ------------------------------------------------------------------------------------------------

    def run(self, sign_in: str) -> None:
        """All steps in their order; one line each."""
        self.staff = Browser(self.port)
        for words, step in (
            ("the organiser signs in and publishes", lambda: self.publish(sign_in)),
            ("people apply on their phones", self.apply),
            ("the list is frozen and drawn", self.draw),
            ("the results are mailed", self.mail_results),
            ("three cancel, and their seats are offered on", self.offer),
            ("people arrive at two desks", self.arrive),
            ("the organiser closes the door", self.close),
            ("people answer the evaluation", self.answer),
            ("the organiser takes the files home", self.export),
        ):
            begin = time.perf_counter()
            said = step()
            print(f"  {self.name:<11} {words:<46} {time.perf_counter() - begin:6.1f} s   {said}", flush=True)

    def publish(self, sign_in: str) -> str:
        staff = self._staff()
        staff.get(sign_in)
        staff.post(staff.path)
        staff.get("/staff/events/new")
        day = (clock.today() + timedelta(days=40)).isoformat()
        fields = {
            "kind": "hundred",
            "title": "第12回 百人の集い",
            "on": day,
            "venue": "けやき市民会館",
            "responsible": "joint",
        }
        staff.post("/staff/events/new", fields)
        self.slug = staff.path.split("/")[3]
        staff.get(f"/staff/events/{self.slug}/edit")
        yesterday = (clock.today() - timedelta(days=1)).isoformat()
        staff.press("この内容にして公開する", opens_day=yesterday)
        with self._unit():
            self.event_id = db.session.scalars(select(Event.id).where(Event.slug == self.slug)).one()
        return f"/e/{self.slug}"

    def apply(self) -> str:
        with self._unit():
            rows = db.session.execute(
                select(EventProfession.profession_id, EventProfession.event_group_id).where(
                    EventProfession.event_id == self.event_id
                )
            ).all()
            mark_of = {group.id: group.mark for group in self._event().groups}
        first = {mark_of[group]: (profession, group) for profession, group in rows}
        wanted = [first[mark] for mark, people in BY_GROUP.items() for _ in range(people)]
        jobs = [(number, *pair) for number, pair in enumerate(wanted)]
        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(lambda job: self._apply_once(*job), jobs))
        self.totals["applications"] = len(done)
        return f"{len(done)} applications"

    def _apply_once(self, number: int, profession: uuid.UUID, group: uuid.UUID) -> str:
        phone = Browser(self.port)
        page = phone.get(f"/e/{self.slug}/apply")
        key = re.search(r'name="idempotency_key"[^>]*value="(\w+)"', page)
        heard = re.search(r'<option value="([0-9a-f-]{36})">', page[page.index('id="heard_via"') :])
        if key is None or heard is None:
            raise RuntimeError("the form has changed")
        fields = {
            "idempotency_key": key[1],
            "group": str(group),
            "profession": str(profession),
            "profession_note": "その他の職種",
            "organisation_name": "なし",
            "family": "髙橋",
            "given": f"美咲{number}",
            "family_kana": "タカハシ",
            "given_kana": f"ミサキ{_kana_of(number)}",
            "mail": f"guest{number}@example.jp",
            "phone": f"090{number:08d}",
            "heard_via": heard[1],
        }
        phone.post(f"/e/{self.slug}/apply", fields)
        return phone.post(f"/e/{self.slug}/apply/send", fields)

    def draw(self) -> str:
        with self._unit():
            self._event().application_closes_at = clock.now() - timedelta(seconds=1)
        staff = self._staff()
        staff.get(f"/staff/events/{self.slug}/draw")
        staff.post(f"/staff/events/{self.slug}/draw/freeze")
        staff.post(f"/staff/events/{self.slug}/draw", {"public_number": "0478", "sure": "1"})
        with self._unit():
            confirmed, waiting = self._count(State.CONFIRMED), self._count(State.WAITING)
        self.totals |= {"drawn": confirmed, "waiting_after_draw": waiting}
        return f"{confirmed} confirmed, {waiting} waiting"

    def mail_results(self) -> str:
        self._wait(
            lambda: len(self.mailbox.links("参加が決まりました")) == self.totals["drawn"],
            "mails to the drawn",
        )
        self._wait(
            lambda: len(self.mailbox.links("キャンセル待ち")) == self.totals["waiting_after_draw"],
            "mails to the waiting",
        )
        return f"{len(self.mailbox.mails)} mails so far"

    def offer(self) -> str:
        leaving = list(self.mailbox.links("参加が決まりました").values())[:CANCELLED]
        for link in leaving:
            phone = Browser(self.port)
            phone.get(f"{link}/cancel")
            phone.post(f"{link}/cancel", {"sure": "1"})
        self._wait(lambda: len(self.mailbox.links("お席のご案内")) == CANCELLED, "offers")
        for link in self.mailbox.links("お席のご案内").values():
            phone = Browser(self.port)
            phone.get(link)
            phone.post(f"{link}/offer", {"answer": "accept", "sure": "1"})
        with self._unit():
            confirmed = self._count(State.CONFIRMED)
            cancelled = self._count(State.CANCELLED)
        self.totals |= {"confirmed": confirmed, "cancelled": cancelled}
        return f"{cancelled} cancelled, {confirmed} confirmed again"

    def arrive(self) -> str:
        with self._unit():
            event = self._event()
            event.doors_open_at = clock.now() - timedelta(minutes=30)
            shift = clock.now() + timedelta(minutes=1) - event.starts_at
            for session in event.sessions:
                session.starts_at += shift
                session.ends_at += shift
            event.starts_at, event.ends_at = event.starts_at + shift, event.ends_at + shift
        with self._unit():
            door = open_door(event_id=self.event_id)
            tokens = [enrol_device(door=door, name=name)[1] for name in ("受付1", "受付2")]
            tickets = [ticket_code(one) for one in self._applications(State.CONFIRMED)][: ARRIVALS - WALK_INS]
            groups = [str(group.id) for group in self._event().groups]
        outcomes: dict[str, int] = {}
        for number, ticket in enumerate([*tickets, *tickets[:TWICE]]):
            answer = self._scan(tokens[number % 2], ticket)
            outcomes[answer["outcome"]] = outcomes.get(answer["outcome"], 0) + 1
        for number in range(WALK_INS):
            body = {
                "scan_id": str(uuid.uuid4()),
                "scanned_at": clock.now().isoformat(),
                "name": f"山田 太郎{number}",
                "kana": f"ヤマダ タロウ{_kana_of(number)}",
                "group": groups[number],
                "reason": "欠席の方の席",
            }
            answer = self._call("walk-ins", tokens[0], body)["answers"][0]
            outcomes[answer["outcome"]] = outcomes.get(answer["outcome"], 0) + 1
        self.totals |= {"admitted": outcomes.get("admitted", 0), "repeated": outcomes.get("repeated", 0)}
        self.totals["walk_ins"] = WALK_INS
        return f"{outcomes}"

    def close(self) -> str:
        with self._unit():
            event = self._event()
            for session in event.sessions:
                session.starts_at -= timedelta(minutes=10)
            event.starts_at -= timedelta(minutes=10)
        staff = self._staff()
        staff.get(f"/staff/events/{self.slug}/close")
        staff.post(f"/staff/events/{self.slug}/close", {"sure": "1"})
        invited = ARRIVALS - WALK_INS
        self._wait(lambda: len(self.mailbox.links("アンケート")) == invited, "survey mails")
        return f"{invited} invitations"

    def answer(self) -> str:
        chance = random.Random(80)
        given: dict[str, dict[str, int]] = {key: {} for key in LIKERT}
        for link in list(self.mailbox.links("アンケート").values())[:ANSWERS]:
            path, _, secret = link.partition("#")
            phone = Browser(self.port)
            phone.get(path)
            fields = {
                "response_id": str(uuid.uuid4()),
                "token": secret,
                "q-new_contacts": "2",
                "q-good": "=1+1 よかった",
            }
            for key in LIKERT:
                code = chance.choice("12345")
                fields[f"q-{key}"] = code
                given[key][code] = given[key].get(code, 0) + 1
            phone.post(path, fields)
        self.totals |= {"answers": ANSWERS, "likert": given}
        return f"{ANSWERS} answers"

    def export(self) -> str:
        staff = self._staff()
        staff.get(f"/staff/events/{self.slug}/survey")
        staff.post(f"/staff/events/{self.slug}/survey/close", {"sure": "1"})
        workbooks = take_workbooks(staff, self.slug, self.folder)
        take_draw(self.settings, self.slug, self.folder)
        mails = self.folder / "mails"
        mails.mkdir(exist_ok=True)
        for number, (_, _, _, content) in enumerate(self.mailbox.mails):
            (mails / f"{number:04d}.eml").write_bytes(content)
        self.totals["mails"] = len(self.mailbox.mails)
        (self.folder / "totals.json").write_text(json.dumps(self.totals, indent=1), encoding="utf-8")
        return f"{workbooks + 1} files, {len(self.mailbox.mails)} mails"

    # -- tools ----------------------------------------------------------------------------------------------------

    def _staff(self) -> Browser:
        assert self.staff is not None
        return self.staff

    @contextmanager
    def _unit(self) -> Iterator[None]:
        with beside_requests(self.app), unit_of_work():
            yield

    @property
    def app(self) -> Any:
        if not hasattr(self, "_app"):
            self._app = create_app(self.settings)
        return self._app

    def _event(self) -> Event:
        return db.session.get_one(Event, self.event_id)

    def _applications(self, state: State) -> Sequence[Application]:
        return db.session.scalars(
            select(Application)
            .where(Application.event_id == self.event_id, Application.state == state)
            .order_by(Application.code)
        ).all()

    def _count(self, state: State) -> int:
        return len(self._applications(state))

    def _wait(self, there: Callable[[], bool], what: str) -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not there():
            if time.monotonic() > give_up:
                raise RuntimeError(f"{self.name}: {what} did not come")
            time.sleep(0.2)

    def _scan(self, token: str, ticket: str) -> dict[str, Any]:
        scan = {
            "scan_id": str(uuid.uuid4()),
            "scanned_at": clock.now().isoformat(),
            "method": "camera",
            "direction": "in",
            "ticket": ticket,
        }
        answer: dict[str, Any] = self._call("scans", token, {"scans": [scan], "unsent": 0})["answers"][0]
        return answer

    def _call(self, what: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request("POST", f"/api/v1/door/{what}", json.dumps(body), headers)
        answer = connection.getresponse()
        content: dict[str, Any] = json.loads(answer.read())
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{what}: {answer.status} {content}")
        return content


def _kana_of(number: int) -> str:
    """Kana that belong to one number: figures are none."""
    return "".join("アイウエオカキクケコ"[int(figure)] for figure in str(number))


def main() -> int:
    """Rehearse on both databases, then read everything again; the exit code of the reading."""
    parser = argparse.ArgumentParser(description="Rehearse a whole evening against real servers.")
    parser.add_argument("--out", type=Path, required=True, help="folder for workbooks, record and mails")
    out: Path = parser.parse_args().out.resolve()
    with tempfile.TemporaryDirectory(prefix="tsudoi-rehearsal-") as folder, postgres.running() as cluster:
        for database in ("rehearsal", "restored"):
            cluster.create_database(database)
        addresses = {
            "sqlite": (f"sqlite:///{folder}/rehearsal.sqlite3", f"sqlite:///{folder}/restored.sqlite3"),
            "postgresql": (cluster.url("rehearsal"), cluster.url("restored")),
        }
        for name, (address, other) in addresses.items():
            elsewhere = (other, Path(folder) / f"{name}-restored")
            rehearse(name, address, Path(folder) / name, elsewhere, out / name)
    return subprocess.run([sys.executable, ROOT / "bench" / "reread.py", out], check=False).returncode


def rehearse(name: str, address: str, instance: Path, elsewhere: tuple[str, Path], out: Path) -> None:
    """One database: start mail server, web server and worker, run the steps, take a backup and put it back elsewhere (another
    database's address, another folder), stop them."""
    instance.mkdir()
    out.mkdir(parents=True, exist_ok=True)
    mailbox = Mailbox()
    smtp = Controller(mailbox, hostname="127.0.0.1", port=postgres.free_port())
    smtp.start()
    try:
        environment = {
            "TSUDOI_ENVIRONMENT": "demo",
            "TSUDOI_DATABASE_URL": address,
            "TSUDOI_INSTANCE_DIR": str(instance),
            "TSUDOI_SMTP_PORT": str(smtp.port),
            "TSUDOI_RATE_LIMITS": "false",
        }
        flask(environment, "install")
        sign_in = flask(
            environment,
            "staff",
            "link",
            ORGANISER,
            "--role",
            "planner",
            "--role",
            "trainer",
        ).split()[-1]
        with serving("wsgi:app", environment) as server, _worker(environment):
            settings = Settings.for_demo(
                database_url=address, instance_dir=str(instance), smtp_port=smtp.port, rate_limits=False
            )
            rehearsal = Rehearsal(name, out, settings, server.port, mailbox)
            rehearsal.run(sign_in)
            go_and_come_back(name, environment, settings, elsewhere, rehearsal.slug, out)
    finally:
        smtp.stop()


@contextmanager
def _worker(environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--quiet"],
        cwd=ROOT,
        env=cleared(environment),
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    sys.exit(main())
