"""A city after years: many rows of everything that grows, written in bulk, most of them at one large event."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Session

from tests.support.crowd import crowd
from trainings.accounts.models import Staff
from trainings.audit.models import AuditEntry
from trainings.certificates.models import Certificate
from trainings.checkin.models import Direction, Method, Outcome, Scan, ScanKind, Why
from trainings.core import clock
from trainings.core.actor import ActorKind
from trainings.directory.identity import Likeness
from trainings.directory.models import (
    District,
    Organisation,
    OrganisationKind,
    PersonAddress,
    PersonCandidate,
)
from trainings.messages.models import Message, MessageState
from trainings.registration.models import Application
from trainings.skills.models import Evidence, EvidenceKind, Skill, SkillKind

AT_ONCE = 5000

CONFIRMED = (
    "state = 'confirmed', reason = 'received', table_number = 1 + CAST(substr(code, 4) AS integer) % 60"
)
WAITING = "state = 'waiting', reason = 'received', table_number = NULL, waiting_rank = 1 + CAST(substr(code, 4) AS integer)"
FREE = (
    "organisation_id = NULL, organisation_name = 'ことり相談室' || (CAST(substr(code, 4) AS integer) % 400)"
)
_NUMBER = "CAST(substr(code, 4) AS integer) % 10"
KINDS = ((CONFIRMED, "0 AND 5"), (WAITING, "6 AND 8"), (FREE, "9 AND 9"))
"""Of ten who apply six have a seat, three wait, and one has typed an office that is in no list."""


def plenty(session: Session, like: Application, rows: int, *, first: int = 0, staff: Staff) -> None:
    """So many more applications beside this one, and what comes with them. first: how many there are already."""
    event_id, title = like.event_id, like.event.title
    for begin in range(first, first + rows, AT_ONCE):
        crowd(session, like, min(AT_ONCE, first + rows - begin), first=begin)
    for change, remainder in KINDS:
        session.execute(
            text(
                f"UPDATE application SET {change} WHERE event_id = :event AND code LIKE 'S9-%' "
                f"AND CAST(substr(code, 4) AS integer) >= :first AND {_NUMBER} BETWEEN {remainder}"
            ).bindparams(event=_as_stored(session, event_id), first=first)
        )
    people = session.execute(
        select(Application.id, Application.person_id, Application.state)
        .where(Application.event_id == event_id, Application.code >= f"S9-{first:05}")
        .order_by(Application.code)
        .limit(rows)
    ).all()
    district = session.scalars(select(District.id).limit(1)).one()
    now = clock.now()
    numbers = range(first, first + rows)
    _write(session, AuditEntry, numbers, lambda n: {
        "id": uuid.uuid4(), "at": now + timedelta(seconds=n), "actor_kind": ActorKind.STAFF, "actor_id": str(staff.id),
        "verb": "application.submitted", "subject_kind": "application", "subject_id": str(people[n - first].id),
        "event_id": event_id, "detail": {},
    })  # fmt: skip
    _write(session, Message, numbers, lambda n: {
        "id": uuid.uuid4(), "to_address": f"guest{n}@clinic.example", "subject": f"【{title}】申込を受け付けました", "body": "",
        "purpose": "received", "event_id": event_id, "message_id": f"<{n}@tsudoi.example>",
        "state": MessageState.SENT if n % 50 else MessageState.QUEUED, "sent_at": now if n % 50 else None,
        "created_at": now, "next_attempt_at": now,
    })  # fmt: skip
    _write(session, Certificate, [n for n in numbers if people[n - first].state == "confirmed"], lambda n: {
        "id": uuid.uuid4(), "application_id": people[n - first].id, "number": f"2027-{n:07}", "code": f"{n:026x}",
        "name": "欅田 花子", "event_title": title, "held_on": now.date(), "minutes": 120, "issued_at": now,
    })  # fmt: skip
    _write(session, Organisation, [n for n in numbers if n % 5 == 0], lambda n: {
        "id": uuid.uuid4(), "name": f"けやき第{n}訪問看護ステーション", "kana": f"ケヤキダイ{n}ホウモンカンゴ",
        "kind": OrganisationKind.CLINIC, "district_id": district, "number": f"{n:010}",
        "search_key": f"けやき第{n}訪問看護すてえしょん", "active": True,
    })  # fmt: skip
    _write(session, Scan, [n for n in numbers if n % 5 == 0], lambda n: {
        "id": uuid.uuid4(), "cursor": n + 1_000, "event_id": event_id, "code_fingerprint": f"{n:064x}",
        "kind": ScanKind.SCAN, "direction": Direction.IN, "method": Method.SEARCH, "scanned_at": now, "received_at": now,
        "staff_id": staff.id, "outcome": Outcome.REFUSED, "why": Why.UNKNOWN, "flagged": True, "answer": {},
    })  # fmt: skip
    _write(session, Scan, [n for n in numbers if people[n - first].state == "confirmed" and n % 3], lambda n: {
        "id": uuid.uuid4(), "cursor": n + 2_000_000, "event_id": event_id, "session_id": like.event.sessions[0].id,
        "application_id": people[n - first].id, "kind": ScanKind.SCAN, "direction": Direction.IN,
        "method": Method.SEARCH, "scanned_at": now, "received_at": now, "staff_id": staff.id,
        "outcome": Outcome.ADMITTED, "answer": {},
    })  # fmt: skip
    _write(session, PersonAddress, [n for n in numbers if n % 20 == 0], lambda n: {
        "id": uuid.uuid4(), "person_id": people[n - first].person_id, "mail": f"guest{n}@clinic.example",
        "asked_at": now, "confirmed_at": now, "link_fingerprint": secrets.token_hex(32),
        "confirm_fingerprint": secrets.token_hex(32),
    })  # fmt: skip
    skills = session.scalars(select(Skill.id).where(Skill.kind == SkillKind.SKILL).order_by(Skill.code)).all()
    _write(session, Evidence, [n for n in numbers if skills and n % 3], lambda n: {
        "id": uuid.uuid4(), "person_id": people[n - first].person_id, "skill_id": skills[n % len(skills)],
        "level": 1, "kind": EvidenceKind.ATTEND, "observed_on": clock.today(), "event_id": event_id,
    })  # fmt: skip
    _write(session, PersonCandidate, [n for n in numbers if n % 10 == 1], lambda n: {
        "id": uuid.uuid4(), "person_id": people[n - first].person_id, "other_id": people[n - first - 1].person_id,
        "likeness": Likeness.NAME_AND_KANA,
    })  # fmt: skip
    _write(session, Staff, [n for n in numbers if n % 2 == 0][:500], lambda n: {
        "id": uuid.uuid4(), "mail": f"staff{n}@city.keyaki.example", "name": f"欅田 {n}", "active": n % 3 > 0,
    })  # fmt: skip


def _write(
    session: Session,
    model: type[DeclarativeBase],
    numbers: Sequence[int],
    row: Callable[[int], dict[str, Any]],
) -> None:
    table = model.__table__
    assert isinstance(table, Table)
    for begin in range(0, len(numbers), AT_ONCE):
        session.execute(insert(table), [row(n) for n in numbers[begin : begin + AT_ONCE]])


def _as_stored(session: Session, key: uuid.UUID) -> str | uuid.UUID:
    return key.hex if session.get_bind().dialect.name == "sqlite" else key
