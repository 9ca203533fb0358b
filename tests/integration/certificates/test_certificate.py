"""The certificate: a PDF for who has earned it, and a public page that says whether it is genuine."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from tests.support.client import Client
from tests.support.evening import come_in, device_of, evening
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.audit.models import AuditEntry
from trainings.certificates import exports
from trainings.certificates.models import Certificate
from trainings.checkin.actions import open_door
from trainings.checkin.models import Method, Scan
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.desk.closing import close_event
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.models import Application
from trainings.registration.secrets import application_secret

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


def printed(client: Client, event: Event, **chosen: object) -> PdfReader:
    data = {"csrf_token": client.csrf_token(), **chosen}
    file = client.open("POST", f"/staff/events/{event.slug}/certificates.pdf", data=data)
    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    return PdfReader(io.BytesIO(file.data))


def test_organiser_prints_all_or_one(
    staff_client: Callable[..., Client], unit: Unit, closed: Closed, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, came, away = closed
    planner = staff_client(Role.PLANNER)
    page = planner.get(f"/staff/events/{event.slug}").follow("受講証明書（5人）を見る・印刷する")
    assert len(page.rows()) == 1 + 5
    assert away.full_name not in page

    everybody = printed(planner, event, part=1)
    single = printed(planner, event, number=certificate_of(unit, came).number)

    assert len(everybody.pages) == 5
    assert came.full_name.replace(" ", "") in "".join(single.pages[0].extract_text().split())
    assert len(single.pages) == 1
    with unit() as session:
        told = session.scalars(
            select(AuditEntry.detail).where(AuditEntry.verb == "certificates.printed")
        ).all()
        assert [detail["n"] for detail in told] == [5, 1]
    monkeypatch.setattr(exports, "MOST_PAGES", 2)
    page = planner.get(f"/staff/events/{event.slug}/certificates")
    assert [len(printed(planner, event, part=part).pages) for part in (1, 2, 3)] == [2, 2, 1]
    assert "第3部（1人）をPDFで受け取る" in page


@pytest.mark.parametrize("chosen", [{"part": 2}, {"part": "x"}, {"number": "2026-X-1"}, {}])
def test_organiser_who_asks_for_what_is_not_there_is_told_so(
    staff_client: Callable[..., Client], closed: Closed, chosen: dict[str, object]
) -> None:
    page = staff_client(Role.PLANNER).post(f"/staff/events/{closed[0].slug}/certificates.pdf", chosen)

    assert "印刷する証明書がありません。" in page
