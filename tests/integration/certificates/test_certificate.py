"""The certificate: a PDF for who has earned it, and a public page that says whether it is genuine."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from tests.support.client import Client
from tests.support.evening import come_in, device_of, evening
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.audit.models import AuditEntry
from trainings.certificates import exports
from trainings.certificates.models import Certificate
from trainings.certificates.queries import valid_certificates
from trainings.checkin.actions import open_door
from trainings.checkin.models import Method, Scan
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.desk.closing import close_event
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.models import Application
from trainings.registration.secrets import application_secret
from trainings.worker.press import make_papers

Closed = tuple[Event, Application, Application]


@pytest.fixture
def closed(unit: Unit, clock: Clock) -> Closed:
    """A closed event with somebody who came and somebody who did not."""
    with unit():
        load_master_data()
        event, people = evening(("NSV",) * 6)
    clock.set(event.doors_open_at)
    with unit():
        come_in(event, device_of(event)[0], people[:5])
    clock.set(event.ends_at)
    with unit():
        close_event(event_id=event.id)
    return event, people[0], people[5]


def certificate_of(unit: Unit, one: Application) -> Certificate:
    with unit() as session:
        return session.scalars(select(Certificate).where(Certificate.application_id == one.id)).one()


def path_of(unit: Unit, one: Application) -> str:
    with unit() as session:
        return f"/a/{application_secret(session.get_one(Application, one.id))}"


def test_who_came_finds_the_certificate_and_its_number_on_paper(
    client: Client, unit: Unit, closed: Closed
) -> None:
    event, came, _ = closed
    row = certificate_of(unit, came)

    file = client.open("GET", f"{path_of(unit, came)}/certificate.pdf")

    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    reader = PdfReader(io.BytesIO(file.data))
    words = "".join(reader.pages[0].extract_text().split())
    assert len(reader.pages) == 1
    for said in (row.number, came.full_name, event.title, f"{row.minutes}分"):
        assert "".join(said.split()) in words


def test_who_stayed_away_has_none(client: Client, unit: Unit, closed: Closed) -> None:
    _, _, away = closed

    assert client.open("GET", f"{path_of(unit, away)}/certificate.pdf").status_code == 404


def test_anybody_can_verify_without_learning_the_name(client: Client, unit: Unit, closed: Closed) -> None:
    _, came, _ = closed
    row = certificate_of(unit, came)

    page = client.get(f"/verify/{row.code}")

    assert "有効な証明書です" in page
    assert row.number in page
    assert came.full_name not in page
    assert came.given not in page


def test_withdrawn_attendance_withdraws_the_certificate(client: Client, unit: Unit, closed: Closed) -> None:
    event, came, _ = closed
    code = certificate_of(unit, came).code
    with unit() as session:
        device, _ = device_of(event, "受付2")
        open_door(event_id=event.id)
        scan = session.scalars(select(Scan).where(Scan.application_id == came.id)).one()
        undo = Attempt(scan_id=event.id, scanned_at=event.ends_at, method=Method.SEARCH, undoes=scan.id)
        record_attempts(event_id=event.id, device=device, attempts=[undo])
    with unit():
        close_event(event_id=event.id)

    page = client.get(f"/verify/{code}")

    assert "取り消された証明書です" in page
    assert client.open("GET", f"{path_of(unit, came)}/certificate.pdf").status_code == 404


def test_unknown_code_is_told_so(client: Client, closed: Closed) -> None:
    assert "この番号の証明書は見つかりません" in client.get("/verify/nothing", status=404)


def test_many_certificates_are_made_by_the_worker(
    app: Flask,
    staff_client: Callable[..., Client],
    unit: Unit,
    closed: Closed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 4)
    event = closed[0]
    planner = staff_client(Role.PLANNER)

    page = planner.get(f"/staff/events/{event.slug}/certificates").press("全員分（5人）をPDFで受け取る")
    assert page.h1 == "受講証明書のPDF"
    assert "順番を待っています" in page
    in_parts = {"certificates": replace(exports.ALL, part=2)}
    assert make_papers(app, in_parts, stop=lambda: False, between=lambda: None) == 1
    page = planner.get(page.path)
    assert "5人分のPDFができました" in page
    file = planner.open("POST", page.path + ".pdf", data={"csrf_token": planner.csrf_token()})

    reader = PdfReader(io.BytesIO(file.data))
    assert len(reader.pages) == 5
    numbers = ["".join(one.extract_text().split()) for one in reader.pages]
    with unit() as session:
        rows = valid_certificates(event.id)
        for words, row in zip(numbers, rows, strict=True):
            assert row.number in words
        told = session.scalars(select(AuditEntry.detail).where(AuditEntry.verb == "paper.taken")).all()
        assert told == [{"kind": "certificates", "n": 5}]


def printed(client: Client, event: Event, **chosen: object) -> PdfReader:
    data = {"csrf_token": client.csrf_token(), **chosen}
    file = client.open("POST", f"/staff/events/{event.slug}/certificates.pdf", data=data)
    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    return PdfReader(io.BytesIO(file.data))


def test_organiser_prints_all_or_one(staff_client: Callable[..., Client], unit: Unit, closed: Closed) -> None:
    event, came, away = closed
    planner = staff_client(Role.PLANNER)
    page = planner.get(f"/staff/events/{event.slug}").follow("受講証明書（5人）を見る・印刷する")
    assert len(page.rows()) == 1 + 5
    assert away.full_name not in page

    everybody = printed(planner, event)
    single = printed(planner, event, number=certificate_of(unit, came).number)

    assert len(everybody.pages) == 5
    assert came.full_name.replace(" ", "") in "".join(single.pages[0].extract_text().split())
    assert len(single.pages) == 1
    with unit() as session:
        told = session.scalars(
            select(AuditEntry.detail).where(AuditEntry.verb == "certificates.printed")
        ).all()
        assert [detail["n"] for detail in told] == [5, 1]


def test_organiser_who_asks_for_what_is_not_there_is_told_so(
    staff_client: Callable[..., Client], closed: Closed
) -> None:
    address = f"/staff/events/{closed[0].slug}/certificates.pdf"

    page = staff_client(Role.PLANNER).post(address, {"number": "2026-X-1"})

    assert "印刷する証明書がありません。" in page
