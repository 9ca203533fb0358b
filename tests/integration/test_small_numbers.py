"""Whatever the public and viewers may fetch in a city with groups of one to four: no small number by group, and no word that
staff typed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from tests.support.access_table import PUBLIC, TABLE
from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.evening import apply_as, come_in, device_of, evening
from tests.support.hands import Clock, Unit
from tests.support.markup import parsed
from tests.support.pages import Page
from tests.support.surveying import answer
from trainings.accounts.models import Role
from trainings.allocation.draws.drawing import draw_seats
from trainings.allocation.draws.freezing import commit_secret, freeze_list
from trainings.allocation.draws.voiding import void_draw
from trainings.allocation.models import VoidCause
from trainings.allocation.placing import move_by_hand, place_by_hand, refuse_by_hand
from trainings.core.small_numbers import SMALLEST
from trainings.desk.closing import close_event
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventGroup, EventKind
from trainings.registration.actions import cancel_application
from trainings.skills import queries as skills
from trainings.surveys import invitations
from trainings.surveys import queries as surveys
from trainings.surveys.actions import close_run

TYPED = {
    "place": "山辺さん（妊娠中）の代わり",
    "move": "実は看護助手なので看護にしない",
    "refuse": "昨年さわいだ方",
    "void": "病院長の奥様が漏れていた",
    "cancel": "入院されたと電話あり",
}
"""What staff wrote, act by act."""
QUOTAS = {"看護": (6, 12), "医科": (6, 12), "薬局": (5, 12), "歯科": (5, 12)}
"""No number of a rule is small, so a small number beside the name of a group counts people."""
SMALL = re.compile(r"(?<![\d./–:-])[1-4](?![\d./％%:–-])")
NO_COUNTS = {"目標", "code", "割合", "平均", "標準偏差", "中央値"}
"""Columns of workbooks whose small numbers are levels and answers."""
Found = dict[str, list[str]]
StaffClient = Callable[..., Client]


@pytest.fixture
def overrides(tmp_path: Any) -> dict[str, Any]:
    return {"survey_key_dir": str(tmp_path / "keys")}


def _drawn(unit: Unit, clock: Clock) -> Event:
    """22 nurses, 9 doctors, 3 pharmacists and one dentist for 24 seats: one seat by hand, one moved, one turned away, the
    first draw taken back."""
    with unit():
        event = announce(EventKind.HUNDRED, quotas=QUOTAS, capacity=24, public_number_name="")
        commit_secret(event_id=event.id)
        codes = ("NSV",) * 22 + ("MD",) * 9 + ("PH",) * 3 + ("DT",)
        people = [apply_as(event, code, number) for number, code in enumerate(codes)]
        nurses, pharmacy = people[0].event_group_id, people[31].event_group_id
    with unit():
        place_by_hand(application_id=people[1].id, reason=TYPED["place"])
        move_by_hand(application_id=people[2].id, group_id=pharmacy, reason=TYPED["move"])
        refuse_by_hand(application_id=people[3].id, reason=TYPED["refuse"])
        cancel_application(application_id=people[4].id, by_staff=True, reason=TYPED["cancel"])
    assert nurses != pharmacy
    clock.set(event.application_closes_at)
    for again in (True, False):
        with unit():
            freeze_list(event_id=event.id)
        with unit():
            draw_seats(event_id=event.id)
        if again:
            with unit():
                void_draw(event_id=event.id, cause=VoidCause.LIST, reason=TYPED["void"])
                cancel_application(application_id=people[5].id, by_staff=True, reason=TYPED["cancel"])
    return event


@pytest.fixture
def city(app: Flask, unit: Unit, clock: Clock, new_client: Callable[[], Client]) -> list[Event]:
    """A lottery that was drawn, a first-come event that is open, one that is closed with its survey answered."""
    with unit():
        load_master_data()
        past, came = evening(("NSV",) * 6 + ("MD",) * 3 + ("PH",) * 2, slug="past", code_prefix="PA")
    clock.set(past.doors_open_at)
    with unit():
        come_in(past, device_of(past)[0], came)
    clock.set(past.ends_at)
    with unit():
        close_event(event_id=past.id)
    with unit():
        run = surveys.runs_of_event(past.id)[-1]
        links = [
            invitations.personal_link(run, invitation) for invitation in surveys.invitations_of_event(past.id)
        ]
    for link in links:
        answer(new_client(), link, satisfied="4")
    with unit():
        close_run(run_id=run.id)
    drawn = _drawn(unit, clock)
    with unit():
        opened = announce(EventKind.SYMPOSIUM, quotas=QUOTAS, slug="open", code_prefix="OP")
        for number, code in enumerate(("NSV",) * 8 + ("MD",) * 2 + ("PH",)):
            apply_as(opened, code, 100 + number, pledged=True)
    return [past, drawn, opened]


def _addresses(app: Flask, unit: Unit, events: list[Event]) -> Iterator[tuple[str, str]]:
    """(method, address) of everything that the public or a viewer may fetch about these events."""
    with unit():
        framework = skills.current_framework()
        assert framework is not None
        nurses = "看護(訪問/施設/保健師)"
        cells = [(group, skill) for group, skill in skills.matrix(framework) if group in (nurses, "医師")][:4]
    values: dict[str, list[Any]] = {
        "slug": [event.slug for event in events],
        "n": [1, 2],
        "skill_id": [skill_id for _, skill_id in cells[:1]],
        "number": ["unknown"],
    }
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        who = TABLE[rule.endpoint].split()
        if rule.endpoint == "static" or not (PUBLIC in who or "viewer" in who):
            continue
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        if method == "POST" and "viewer" not in who:
            continue  # a guest's own form, not a page to read
        for place in _choices({name: values.get(name, ["unknown"]) for name in rule.arguments}):
            yield method, adapter.build(rule.endpoint, place | dict(rule.defaults or {}), method=method)
    for group, skill_id in cells:
        yield "GET", adapter.build("skills.cell", {"skill_id": skill_id, "group": group}, method="GET")


def _choices(values: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    if not values:
        yield {}
        return
    name, *_ = values
    rest = {key: value for key, value in values.items() if key != name}
    for value in values[name]:
        for others in _choices(rest):
            yield {name: value, **others}


@pytest.fixture
def fetched(
    city: list[Event], app: Flask, unit: Unit, staff_client: StaffClient
) -> dict[str, tuple[str, bytes]]:
    """Address → media type and content, as a viewer gets it (who may open whatever is public as well)."""
    viewer = staff_client(Role.VIEWER)
    found = {}
    for method, address in _addresses(app, unit, city):
        data = {"csrf_token": viewer.csrf_token()} if method == "POST" else None
        reply = viewer.raw.open(address, method=method, data=data)
        if reply.status_code == 200:
            found[f"{method} {address}"] = (reply.mimetype, reply.data)
    return found


def _lines(mimetype: str, content: bytes) -> list[str]:
    """Content as lines, of which one holds what a row of a table says."""
    if mimetype == "text/html":
        page = parsed(content.decode())
        cells = {row.element: " ".join(cell.text for cell in row.children) for row in page.all("tr")}
        return [cells.get(node.element, node.text) for node in page.all("tr, li, p, figcaption, dd, h1")]
    if mimetype == "application/pdf":
        return [
            line for page in PdfReader(io.BytesIO(content)).pages for line in page.extract_text().splitlines()
        ]
    if "spreadsheet" in mimetype:
        return [line for sheet in load_workbook(io.BytesIO(content)) for line in _rows_of(sheet)]
    return content.decode().splitlines()


def _rows_of(sheet: Any) -> Iterator[str]:
    header, *rows = sheet.iter_rows(values_only=True)
    for row in rows:
        yield " ".join(
            str(cell)
            for name, cell in zip(header, row, strict=True)
            if cell is not None and name not in NO_COUNTS
        )


def _check_that_nothing_typed_is_told(fetched: dict[str, tuple[str, bytes]]) -> None:
    told = [
        (address, act)
        for address, (mimetype, content) in fetched.items()
        for act, words in TYPED.items()
        if words in "".join(_lines(mimetype, content)) or words in content.decode("utf-8", "ignore")
    ]

    assert told == []
    assert any(address.endswith("record.pdf") for address in fetched)
    assert any("/draw" in address for address in fetched)


def _check_that_no_line_counts_few(fetched: dict[str, tuple[str, bytes]], unit: Unit) -> None:
    with unit() as session:
        groups = set(session.scalars(select(EventGroup.name)))
    counts: Found = {}
    for address, (mimetype, content) in fetched.items():
        if mimetype in ("application/json", "application/ld+json"):
            continue  # records: see below; the event as it was announced, which counts nobody
        for line in _lines(mimetype, content):
            if any(name in line for name in groups) and SMALL.search(_without_rules(line)):
                counts.setdefault(address, []).append(line)

    assert counts == {}
    assert {kind for _, (kind, _) in fetched.items()} >= {"text/html", "application/pdf"}


def _without_rules(line: str) -> str:
    """A line without dates, hours, numbers of lectures and of skills, and what is said of a rule."""
    for gone in (
        r"\d+月\d+日",
        r"\d+:\d+",
        r"講演\d",
        r"4場面",
        r"\d-\d",
        r"上限\d+席",
        r"参加できるのは、\d+人まで",
        r"目標は「[^」]*」（\d）",
    ):
        line = re.sub(gone, " ", line)
    return line


def _check_public_files(fetched: dict[str, tuple[str, bytes]], city: list[Event]) -> None:
    files = [
        json.loads(content)
        for address, (_, content) in fetched.items()
        if re.search(r"/draw/\d\.json$", address)
    ]

    assert len(files) == 2
    for file in files:
        assert "frozen" not in file
        lines = file["groups"]
        assert {len(line["keys"]) for line in lines} > {1}
        numbers = [line[what] for line in lines for what in ("applied", "decided")]
        assert [n for n in numbers if n is not None and 0 < n < SMALLEST] == []
        assert [n for n in file["honoured"]["groups"].values() if 0 < n < SMALLEST] == []


def _check_that_draws_less_each_other_tell_nothing(fetched: dict[str, tuple[str, bytes]]) -> None:
    """One nurse less stood on the list of the second draw. Whoever has both files finds no line of one group that says so."""
    first, second = (
        json.loads(content)["groups"]
        for address, (_, content) in sorted(fetched.items())
        if re.search(r"/draw/\d\.json$", address)
    )
    for line in second:
        parts = [one for one in first if set(one["keys"]) <= set(line["keys"])]
        assert {key for one in parts for key in one["keys"]} == set(line["keys"])
        numbers = [one["applied"] for one in (line, *parts)]
        if None not in numbers and len(line["keys"]) == 1:
            change = abs(numbers[0] - sum(numbers[1:]))
            assert change == 0 or change >= SMALLEST
    assert sum(len(line["keys"]) == 1 for line in second) > 0
    whole = [
        json.loads(content)
        for address, (_, content) in sorted(fetched.items())
        if re.search(r"/draw/\d\.json$", address)
    ]
    assert "selected" in whole[0]
    assert not {"selected", "waiting"} & whole[1].keys()
    assert whole[1]["honoured"]["seats"] is None


def _tables_of_groups(page: Page) -> list[Any]:
    return [one for one in page.all("main table") if "職種区分ごとの結果" in one.text]


def _check_that_no_difference_is_small(client: Client, city: list[Event]) -> None:
    """The dentist and the pharmacists stand with others; total and shown lines give only their sum."""
    drawn = city[1]
    page = client.get(f"/e/{drawn.slug}/draw")
    for table, is_again in zip(_tables_of_groups(page), (True, False), strict=True):
        rows = [[cell.text for cell in row.all("th, td")] for row in table.all("tbody tr")]
        pooled = [row for row in rows if "人数の少ない区分" in row[0]]
        assert len(pooled) == 1
        assert "薬局" in pooled[0][0]
        assert "歯科" in pooled[0][0]
        assert pooled[0][5] == "―"
        # Of the second draw no sum is told: less that of the first it would be one nurse.
        assert (pooled[0][1], pooled[0][4]) == ("―", "―") or not is_again
        counted = [row for row in rows if row[1] != "―"]
        assert all(int(row[column]) >= SMALLEST or row[column] == "0" for row in counted for column in (1, 4))
        turned_away = {row[0]: int(row[1]) - int(row[4]) for row in counted}
        assert {name: n for name, n in turned_away.items() if 0 < n < SMALLEST} == {}
    assert page.text.count("を選びました。") == 1
    event_page = client.get(f"/e/{drawn.slug}")
    assert "職種区分ごとの申込" not in event_page
    assert "申込を締め切りました。申込は" not in event_page
    # Odds with their decimals and the seats of a cap would tell how many share it.
    assert not re.search(r"\d\.\d％", page.text)
    assert "人で分け合う" not in page


def test_public_and_viewers_read_no_small_number_and_no_word_of_staff(
    fetched: dict[str, tuple[str, bytes]], city: list[Event], client: Client, unit: Unit
) -> None:
    """One test, since the city takes a while to build."""
    _check_that_nothing_typed_is_told(fetched)
    _check_that_no_line_counts_few(fetched, unit)
    _check_public_files(fetched, city)
    _check_that_draws_less_each_other_tell_nothing(fetched)
    _check_that_no_difference_is_small(client, city)
