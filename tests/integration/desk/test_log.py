"""The log on the board: every act in words, with who did it; changes with the old and the new value."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.client import Client
from tests.support.guests import apply, published
from tests.support.hands import Clock, Unit
from tests.support.pages import Page
from trainings.accounts.models import Role
from trainings.audit.actions import record
from trainings.desk import texts
from trainings.directory.actions import load_master_data
from trainings.events.changelog import CHANGED
from trainings.events.models import Event
from trainings.registration import texts as registration_texts

WITHOUT_EVENT = (
    *(
        "address.",
        "candidate.",
        "framework.",
        "job.",
        "organisation.",
        "person.merge",
        "person.merged",
        "skills.",
    ),
    "staff.",
    "worker.",
)
TOLD_BY_STATE = "application.state_changed"


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER, name="欅田 まもる")


def lines(board: Page) -> list[str]:
    return board.texts(".log li > span")


def edited(planner: Client, event: Event, **fields: str) -> Page:
    page = planner.get(f"/staff/events/{event.slug}/edit")
    page.form(button="この内容にする").fill(fields).submit("この内容にする")
    return planner.get(f"/staff/events/{event.slug}")


def test_log_tells_what_changed_after_publishing_and_who_did_it(planner: Client, unit: Unit) -> None:
    event = published(unit, results_on=None)

    told = lines(
        edited(
            planner,
            event,
            capacity="70",
            room="",
            subtitle="本人の声から",
            results_on="2027-02-01",
            responsible="city",
            description="長い紹介。" * 20,
            contact_phone="000-555-0199",
        )
    )

    assert "定員を「72」から「70」に直しました 欅田 まもる" in told
    assert (
        "副題を「本人の「こうしたい」を、みんなで支える」から「本人の声から」に直しました 欅田 まもる" in told
    )
    assert "結果をお知らせする日を「2月1日（月）」にしました 欅田 まもる" in told
    assert "取扱主体を「市と医師会（共同）」から「市」に直しました 欅田 まもる" in told
    assert "内容の紹介を直しました 欅田 まもる" in told
    # The trail holds no number of a person, only that it was changed.
    assert "お問い合わせの電話を直しました 欅田 まもる" in told
    assert any(line.startswith("公開しました") for line in told)


def test_log_leads_to_the_application_it_is_about(planner: Client, client: Client, unit: Unit) -> None:
    event = published(unit)
    apply(client, unit, event)

    board = planner.get(f"/staff/events/{event.slug}")

    (code,) = {link.text for link in board.all(".log a")}
    assert f"申込を受け付けました {code} 申込者" in lines(board)
    assert "高橋 美咲" in board.follow(code)


def test_board_holds_the_newest_lines_and_leads_to_all_of_them(planner: Client, unit: Unit) -> None:
    event = published(unit)
    with unit():
        for _ in range(125):
            record(verb="roster.exported", subject=("event", event.id), event_id=event.id)

    board = planner.get(f"/staff/events/{event.slug}")

    first = board.follow("全部の記録を見る")
    rest = first.follow("次へ")
    shown = [len(page.all("ol.log li")) for page in (board, first, rest)]
    assert shown[:2] == [20, 100]
    assert f"全{shown[1] + shown[2]}件" in rest


def test_every_act_of_an_event_has_its_words(project_root: Path) -> None:
    source = "\n".join(path.read_text() for path in (project_root / "trainings").rglob("*.py"))
    verbs = set(re.findall(r'verb="([a-z_]+\.[a-z_]+)"', source))

    acts = {verb for verb in verbs if not verb.startswith(WITHOUT_EVENT)}
    assert len(acts) > 30
    assert acts - {CHANGED, TOLD_BY_STATE} <= set(texts.VERBS) | set(registration_texts.VERBS)
