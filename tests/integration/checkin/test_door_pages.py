"""The door's pages: opening, enrolling, revoking, tables, the printed roster, and the desk's shell."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from tests.support.arrivals import Evening, make_evening
from tests.support.client import Client
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.audit.models import AuditEntry
from trainings.checkin.models import Device
from trainings.registration.models import Application


@pytest.fixture
def evening(unit: Unit) -> Evening:
    with unit():
        return make_evening()


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


def path(evening: Evening, rest: str = "door") -> str:
    return f"/staff/events/{evening.event.slug}/{rest}"


def test_door_is_opened_and_a_device_enrolled(
    planner: Client, client: Client, evening: Evening, unit: Unit
) -> None:
    page = planner.get(path(evening)).press("受付を開く").press("いま受付を開く")
    link = page.one("main a[href*='/door/enrol/']").get("href")

    enrol = client.get("/" + link.split("/", 3)[3])
    done = enrol.press("この端末を登録する", name="受付1")

    assert done.h1 == "登録しました"
    assert len(done.one("[data-door-token]").get("data-door-token")) == 26
    assert "受付1" in planner.get(path(evening))


def test_enrolling_without_a_name_is_refused(planner: Client, client: Client, evening: Evening) -> None:
    page = planner.get(path(evening)).press("受付を開く").press("いま受付を開く")
    link = page.one("main a[href*='/door/enrol/']").get("href")

    refused = client.get("/" + link.split("/", 3)[3]).press("この端末を登録する", name=" ", status=422)

    assert refused.errors == ["端末の名前を入力してください。例：受付1"]


def test_new_link_voids_the_old_one(planner: Client, client: Client, evening: Evening) -> None:
    page = planner.get(path(evening)).press("受付を開く").press("いま受付を開く")
    old = "/" + page.one("main a[href*='/door/enrol/']").get("href").split("/", 3)[3]

    page.press("このリンクをやめて、新しく作る").press("作りなおす")

    client.get(old, status=404)


def test_device_is_revoked(planner: Client, client: Client, evening: Evening, unit: Unit) -> None:
    page = planner.get(path(evening)).press("受付を開く").press("いま受付を開く")
    link = "/" + page.one("main a[href*='/door/enrol/']").get("href").split("/", 3)[3]
    client.get(link).press("この端末を登録する", name="受付1")

    page = planner.get(path(evening)).press("受付1を使えなくする").press("受付1を使えなくする")

    assert "使えなくしました" in page
    with unit() as session:
        assert session.scalars(select(Device)).one().revoked_at is not None


def test_tables_are_typed_by_hand(planner: Client, evening: Evening, unit: Unit) -> None:
    field = f"table-{evening.guests[0].id}"
    page = planner.get(path(evening, "tables"))

    refused = page.press("この番号にする", **{field: "百"}, status=422)
    assert refused.errors == ["卓の番号は、1から99までの数字で入力してください。"]
    refused.press("この番号にする", **{field: "１２"})

    with unit() as session:
        assert session.get_one(Application, evening.guests[0].id).table_number == 12


def test_printed_roster_lists_everybody_by_kana(planner: Client, evening: Evening) -> None:
    page = planner.get(path(evening, "roster"))

    names = [row[1] for row in page.rows("table.roster") if len(row) > 1]
    assert [name.split()[0] for name in names][-5:] == sorted([name.split()[0] for name in names][-5:])
    assert evening.guests[0].code in page


def test_roster_workbook_is_a_file_and_an_audit_entry(planner: Client, evening: Evening, unit: Unit) -> None:
    token = planner.csrf_token()

    answer = planner.open("POST", path(evening, "roster.xlsx"), data={"csrf_token": token})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    assert "大久保 千鶴" in str(list(sheet.values))
    assert "filename*" in answer.headers["Content-Disposition"]
    with unit() as session:
        assert "roster.exported" in session.scalars(select(AuditEntry.verb)).all()


def test_desk_is_the_same_shell_for_everybody(client: Client, planner: Client, clock: Clock) -> None:
    page = client.get("/door")

    assert "受付をはじめる" in page
    answer = client.open("GET", "/door")
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert "wasm-unsafe-eval" in answer.headers["Content-Security-Policy"]


def test_desk_keeps_exactly_what_its_page_asks_for(client: Client, project_root: Path) -> None:
    """Found by reading the page, and from each module the ones that it imports: nothing more, and nothing is missing."""
    page = client.open("GET", "/door").get_data(as_text=True)
    icons = client.open("GET", "/door/app.webmanifest").get_data(as_text=True)
    asked = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page)) | set(
        re.findall(r'"src": "(/static/[^"]+)"', icons)
    )
    (version,) = {address.split("/")[2] for address in asked}
    front = f"/static/{version}/"
    left = [address.removeprefix(front) for address in asked]
    names = set(left)
    while left:
        name = left.pop()
        text = (project_root / "static" / name).read_text("utf-8") if name.endswith(".js") else ""
        for one in re.findall(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)["'](\.[^"']+)["']""", text):
            imported = os.path.normpath(Path(name).parent / one)
            if imported not in names:
                names.add(imported)
                left.append(imported)
    names.add("vendor/zxing/zxing_reader.wasm")  # the reader of codes, which its module names by a call

    script = client.open("GET", "/door/sw.js").get_data(as_text=True)

    listed = re.search(r"const FILES = (\[.*?\]);", script, re.DOTALL)
    assert listed
    kept = json.loads(listed[1])
    assert sorted(kept) == sorted({"/door", "/door/app.webmanifest", *(front + name for name in names)})
    assert len(names) > 40
    assert f'const STATIC = "{front}";' in script
