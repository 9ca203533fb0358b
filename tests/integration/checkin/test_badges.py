"""名札: what is printed is measured and read back as a scanner would."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import select

from tests.support.announcing import announce
from tests.support.arrivals import Evening, make_evening, take_seat
from tests.support.client import Client
from tests.support.hands import Unit
from trainings.accounts.models import Role, Staff
from trainings.audit.models import AuditEntry
from trainings.checkin.models import BadgePrint
from trainings.checkin.paper import exports
from trainings.core.actor import ActorKind
from trainings.directory.actions import load_master_data
from trainings.directory.queries import professions
from trainings.printing.actions import order_paper
from trainings.registration.secrets import ticket_url
from trainings.worker.press import make_papers

DOTS_PER_INCH = 200
MILLIMETRE = DOTS_PER_INCH / 25.4
LONG_NAMES = (
    (
        "長宗我部",
        "真由美子",
        "チョウソカベ",
        "マユミコ",
        "CM",
        "けやき北地域包括支援センター　サテライト本町三丁目",
    ),
    ("マリア・クリスティーナ", "サントス・オリベイラ", "", "", "CW", ""),
    ("𠮷", "槗", "ヨシ", "ハシ", "MD", "𠮷田内科"),
)


@pytest.fixture
def evening(unit: Unit) -> Evening:
    """Thirteen people: a whole sheet and three badges of a second."""
    with unit():
        made = make_evening()
        others = [take_seat(made.event, *person) for person in LONG_NAMES]
        others += [
            take_seat(made.event, "欅田", f"花{number}", "ケヤキダ", f"ハナ{number}", "OT", "")
            for number in range(5)
        ]
        return Evening(made.event, [*made.guests, *others])


def print_badges(planner: Client, slug: str) -> bytes:
    address = f"/staff/events/{slug}/badges.pdf"
    answer = planner.open("POST", address, data={"csrf_token": planner.csrf_token()})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return answer.data


def pages_of(printed: bytes, folder: Path) -> list[Image.Image]:
    """The pages as a printer would lay them down, in grey."""
    (folder / "badges.pdf").write_bytes(printed)
    command = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-gray", "badges.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    return [Image.open(io.BytesIO(found.read_bytes())) for found in sorted(folder.glob("page*.pgm"))]


def test_badges_every_qr_is_read_from_the_printed_page(
    staff_client: Callable[..., Client], evening: Evening, unit: Unit, tmp_path: Path
) -> None:
    printed = print_badges(staff_client(Role.PLANNER), evening.event.slug)

    pages = pages_of(printed, tmp_path)

    found = [zxingcpp.read_barcodes(page) for page in pages]
    with unit():
        tickets = {ticket_url(guest) for guest in evening.guests}
    assert [len(codes) for codes in found] == [10, 3]
    assert {code.text for codes in found for code in codes} == tickets
    with unit() as session:
        assert "badges.printed" in session.scalars(select(AuditEntry.verb)).all()


def test_badges_lie_on_a_sheet_of_ten(
    staff_client: Callable[..., Client], evening: Evening, tmp_path: Path
) -> None:
    page = pages_of(print_badges(staff_client(Role.PLANNER), evening.event.slug), tmp_path)[0]

    assert [round(side / MILLIMETRE) for side in page.size] == [210, 297]
    corners = [code.position.top_left for code in zxingcpp.read_barcodes(page)]
    columns = sorted({round(corner.x / MILLIMETRE) for corner in corners})
    rows = sorted({round(corner.y / MILLIMETRE / 55) for corner in corners})
    assert columns[-1] - columns[0] == pytest.approx(91, abs=1)
    assert rows == [1, 2, 3, 4, 5]


def test_badges_without_anybody_are_an_empty_sheet(
    staff_client: Callable[..., Client], unit: Unit, tmp_path: Path
) -> None:
    with unit():
        if not professions():
            load_master_data()
        empty = announce()

    pages = pages_of(print_badges(staff_client(Role.PLANNER), empty.slug), tmp_path)

    assert [zxingcpp.read_barcodes(page) for page in pages] == [[]]


def test_many_badges_are_made_by_the_worker_for_whom_asked(
    app: Flask,
    staff_client: Callable[..., Client],
    evening: Evening,
    unit: Unit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 12)
    planner = staff_client(Role.PLANNER)

    page = planner.post(f"/staff/events/{evening.event.slug}/badges.pdf")
    in_parts = {"badges": replace(exports.MANY, part=10)}
    assert make_papers(app, in_parts, stop=lambda: False, between=lambda: None) == 1
    file = planner.open("POST", page.path + ".pdf", data={"csrf_token": planner.csrf_token()})

    found = [zxingcpp.read_barcodes(page) for page in pages_of(file.data, tmp_path)]
    assert [len(codes) for codes in found] == [10, 3]
    with unit() as session:
        assert {code.text for codes in found for code in codes} == {
            ticket_url(guest) for guest in evening.guests
        }
        noted = session.scalars(select(BadgePrint)).all()
        assert {one.application_id for one in noted} == {guest.id for guest in evening.guests}
        assert None not in {one.staff_id for one in noted}
        entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "badges.printed")).one()
        assert (entry.actor_kind, entry.detail) == (ActorKind.STAFF, {"n": 13})


def test_chosen_badges_begin_where_the_sheet_is_free(
    app: Flask, unit: Unit, evening: Evening, staff_client: Callable[..., Client]
) -> None:
    staff_client(Role.PLANNER)
    with unit() as session:
        chosen = exports.chosen_badges(evening.guests[:2], start=10)
        staff = session.scalars(select(Staff)).one()
        order = order_paper(event_id=evening.event.id, kind=exports.KIND, staff=staff, chosen=chosen)

        places = exports.MANY.people(order)

    assert places[:9] == [None] * 9
    assert set(places[9:]) == {guest.id for guest in evening.guests[:2]}
