"""The end of a rehearsal: a backup taken while everything serves, put back in an empty place, served from there, and the same
files taken home again. bench/reread.py compares them with the totals of the evening, and with the files of the first server."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import select

from bench.browser import Browser
from bench.servers import flask, serving
from bench.takings import take_draw, take_workbooks
from config import Settings
from trainings import create_app
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.messages.models import Message, MessageState

ORGANISER = "planner@city.keyaki.example"
RESTORED = "_restored"
"""End of the name of the folder with what the restored server gave."""


@dataclass(frozen=True)
class Backup:
    """file: the sealed backup. identity: file with the key that opens it."""

    file: Path
    identity: Path


def back_up(environment: dict[str, str], place: Path) -> Backup:
    """Take a backup with the command, beside the servers of this environment, for a new pair of keys."""
    printed = flask(environment, "backup", "--new-key")
    place.mkdir()
    identity = place / "key.txt"
    identity.write_text(printed, encoding="utf-8")
    (recipient,) = re.findall(r"^TSUDOI_BACKUP_RECIPIENTS=(\S+)$", printed, re.MULTILINE)
    flask({**environment, "TSUDOI_BACKUP_RECIPIENTS": recipient}, "backup", "--to", str(place))
    (file,) = place.glob("*.age")
    return Backup(file, identity)


def bring_back(backup: Backup, environment: dict[str, str], settings: Settings, slug: str, out: Path) -> None:
    """Put a backup back in the empty place that environment and settings name, serve from it, and take the files again into
    a folder beside the first one's."""
    there = out.with_name(out.name + RESTORED)
    there.mkdir(exist_ok=True)
    flask(environment, "restore", str(backup.file), "--identity", str(backup.identity))
    sign_in = flask(environment, "staff", "link", ORGANISER).split()[-1]
    with serving("wsgi:app", environment, workers=1) as server:
        staff = Browser(server.port)
        staff.get(sign_in)
        staff.post(staff.path)
        take_workbooks(staff, slug, there)
    take_draw(settings, slug, there)
    _take_mails(settings, there / "mails")
    shutil.copy(out / "totals.json", there)


def _take_mails(settings: Settings, folder: Path) -> None:
    """The mails that the restored database knows as sent. Their texts are in no database."""
    folder.mkdir(exist_ok=True)
    with beside_requests(create_app(settings)), unit_of_work():
        sent = db.session.scalars(select(Message).where(Message.state == MessageState.SENT)).all()
        for number, one in enumerate(sent):
            mail = EmailMessage()
            mail["To"], mail["Subject"], mail["Message-ID"] = one.to_address, one.subject, one.message_id
            (folder / f"{number:04d}.eml").write_bytes(mail.as_bytes())


def go_and_come_back(
    name: str,
    environment: dict[str, str],
    settings: Settings,
    elsewhere: tuple[str, Path],
    slug: str,
    out: Path,
) -> None:
    """Both, and the line that says so. elsewhere: address of an empty database, and an empty folder. To be called while the
    servers run."""
    begin = time.perf_counter()
    address, instance = elsewhere
    backup = back_up(environment, instance.with_name(f"{instance.name}-backups"))
    moved = {**environment, "TSUDOI_DATABASE_URL": address, "TSUDOI_INSTANCE_DIR": str(instance)}
    there = replace(settings, database_url=address, instance_dir=str(instance))
    bring_back(backup, moved, there, slug, out)
    words = "backup taken, put back elsewhere, served, read"
    size = backup.file.stat().st_size // 1024
    print(f"  {name:<11} {words:<46} {time.perf_counter() - begin:6.1f} s   {size} KiB sealed", flush=True)
