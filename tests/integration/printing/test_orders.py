"""A paper that the worker makes: asked for once, made part by part, fetched by planners, gone after a day; and whatever
goes wrong with it is said."""

from __future__ import annotations

import errno
import io
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.hands import Clock, Unit
from tests.support.pages import Page
from tests.support.staff import add_staff, sign_in
from trainings.accounts.models import Role, Staff
from trainings.core.db import db
from trainings.core.paper.pdf import PdfUnavailable
from trainings.core.web import beside_requests
from trainings.desk.closing import close_event
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.printing.actions import (
    Paper,
    claim_paper,
    forget_papers,
    note_progress,
    order_paper,
    withdraw_papers,
)
from trainings.printing.models import PaperOrder, PaperState
from trainings.worker.press import make_papers

PEOPLE = [uuid.UUID(int=n) for n in range(1, 6)]


def page_each(order: PaperOrder, people: Sequence[uuid.UUID | None]) -> str:
    pages = "".join(f'<p style="break-before: page">{one.int if one else "-"}</p>' for one in people)
    return f'<!DOCTYPE html><html lang="en"><title>five pages</title><body>{pages}</body></html>'


FIVE = Paper(people=lambda order: PEOPLE, html=page_each, file_name=lambda event: "five.pdf", part=2)


@dataclass
class Office:
    """A planner who asks for papers of one event."""

    app: Flask
    unit: Unit
    event: Event
    staff: Staff
    client: Client

    def ask(self, **chosen: object) -> str:
        """The address of the page on which she waits."""
        with self.unit():
            order = order_paper(
                event_id=self.event.id, kind="badges", staff=self.staff, chosen=dict(chosen) or None
            )
            return f"/staff/events/{self.event.slug}/papers/{order.id}"

    def make(
        self,
        paper: Paper = FIVE,
        stop: Callable[[], bool] = lambda: False,
        between: Callable[[], object] = lambda: None,
    ) -> int:
        return make_papers(self.app, {"badges": paper}, stop=stop, between=between)

    def look(self, address: str, *, status: int = 200) -> Page:
        """The page as she sees it, signed in anew after however long."""
        sign_in(self.client, self.staff)
        return self.client.get(address, status=status)

    def order(self) -> PaperOrder | None:
        with self.unit() as session:
            return session.scalars(select(PaperOrder)).one_or_none()


@pytest.fixture
def office(app: Flask, unit: Unit, clock: Clock) -> Office:
    with unit():
        load_master_data()
        event = announce()
    staff = add_staff(unit, Role.PLANNER, name="欅田 まもる", mail="planner@city.keyaki.example")
    client = Client(app)
    sign_in(client, staff)
    return Office(app, unit, event, staff, client)


def failing_with(error: Exception) -> Paper:
    def fail(order: PaperOrder, people: Sequence[uuid.UUID | None]) -> str:
        raise error

    return replace(FIVE, html=fail)


def test_paper_is_made_in_parts_and_says_how_far_it_is(office: Office) -> None:
    address = office.ask()
    said = []

    made = office.make(between=lambda: said.append(office.look(address).texts(".say")[0]))

    assert made == 1
    assert said == [
        "5人分のうち、2人分ができました。",
        "5人分のうち、4人分ができました。",
        "5人分を、一つのPDFにまとめています。",
    ]
    file = office.client.open("POST", address + ".pdf", data={"csrf_token": office.client.csrf_token()})
    assert "five.pdf" in file.headers["Content-Disposition"]
    pages = PdfReader(io.BytesIO(file.data)).pages
    assert [page.extract_text().strip() for page in pages] == ["1", "2", "3", "4", "5"]


def test_page_without_a_script_loads_itself_again_while_there_is_something_to_wait_for(
    office: Office,
) -> None:
    address = office.ask()

    assert office.look(address).all('noscript meta[http-equiv="refresh"]')
    office.make()
    assert not office.look(address).all('noscript meta[http-equiv="refresh"]')


def test_asking_twice_is_one_paper_and_a_new_one_replaces_the_last(office: Office) -> None:
    first = office.ask()
    assert office.ask() == first
    office.make()

    second = office.ask()

    assert second != first
    assert "このPDFは、もうありません" in office.look(first, status=404)


def test_killed_worker_leaves_a_paper_that_the_next_one_makes(office: Office, clock: Clock) -> None:
    address = office.ask()
    with beside_requests(office.app):
        killed = claim_paper()
    assert killed is not None
    assert office.make() == 0

    clock.forward(minutes=4)

    assert office.make() == 1
    with beside_requests(office.app):
        assert not note_progress(killed, done=1, total=5)
    assert "5人分のPDFができました" in office.look(address)


def test_worker_that_is_killed_again_and_again_gives_up(office: Office, clock: Clock) -> None:
    address = office.ask()
    for _ in range(3):
        with beside_requests(office.app):
            assert claim_paper() is not None
        clock.forward(minutes=4)

    with beside_requests(office.app):
        assert claim_paper() is None

    assert "途中でうまくいかず" in office.look(address)


def test_worker_that_is_told_to_stop_leaves_the_rest_to_the_next(office: Office) -> None:
    office.ask()
    asked = iter([False, True, True])

    assert office.make(stop=lambda: next(asked)) == 0

    order = office.order()
    assert order is not None
    assert (order.state, order.attempts) == (PaperState.WAITING, 0)
    assert office.make() == 1


def test_paper_withdrawn_while_it_is_made_is_not_kept(office: Office) -> None:
    office.ask()

    def withdraw() -> None:
        with office.unit():
            withdraw_papers(office.event.id)

    assert office.make(between=withdraw) == 0
    assert office.order() is None


def test_closing_an_event_deletes_its_papers(office: Office, clock: Clock) -> None:
    address = office.ask()
    office.make()
    clock.set(office.event.ends_at)

    with office.unit():
        close_event(event_id=office.event.id)

    assert office.order() is None
    assert "このPDFは、もうありません" in office.look(address, status=404)


def test_paper_is_gone_after_a_day(office: Office, clock: Clock) -> None:
    address = office.ask()
    office.make()

    clock.forward(days=1)

    assert "このPDFは、もうありません" in office.look(address, status=404)
    data = {"csrf_token": office.client.csrf_token()}
    assert office.client.open("POST", address + ".pdf", data=data).status_code == 302
    with office.unit():
        forget_papers()
    assert office.order() is None


@pytest.mark.parametrize(
    ("paper", "said"),
    [
        (replace(FIVE, people=lambda order: []), "印刷する方がいません"),
        (failing_with(PdfUnavailable("no Pango")), "PDFを作る部品（Pango）が入っていません"),
        (failing_with(OSError(errno.ENOSPC, "No space left on device")), "空き容量が足りず"),
        (failing_with(ValueError("a fault of ours")), "途中でうまくいかず"),
    ],
    ids=["nobody", "no printing", "disk full", "fault"],
)
def test_what_goes_wrong_is_said_and_may_be_tried_again(office: Office, paper: Paper, said: str) -> None:
    address = office.ask()

    assert office.make(paper) == 0

    page = office.look(address)
    assert said in page
    assert not page.all('noscript meta[http-equiv="refresh"]')
    page = page.press("もう一度作る")
    assert page.path != address
    assert office.make() == 1
    assert "5人分のPDFができました" in office.look(page.path)


@pytest.mark.sqlite_only
def test_full_disk_is_said_and_leaves_the_database_as_it_was(office: Office) -> None:
    address = office.ask()
    large = replace(FIVE, html=lambda order, people: page_each(order, people) + "<p>" + "紙" * 90_000)
    with office.app.app_context(), db.engine.connect() as connection:
        driver: Any = (
            connection.connection.driver_connection
        )  # the pool gives the same one to whoever asks next
    (used,) = driver.execute("PRAGMA page_count").fetchone()
    driver.execute(f"PRAGMA max_page_count = {used + 1}")

    assert office.make(large) == 0

    driver.execute("PRAGMA max_page_count = 1000000")
    assert "空き容量が足りず" in office.look(address)
    assert office.make() == 0
    order = office.order()
    assert order is not None
    assert (order.state, order.file_name) == (PaperState.FAILED, "")


def test_paper_of_another_event_is_not_found(office: Office) -> None:
    address = office.ask()
    with office.unit():
        other = announce()

    page = office.look(address.replace(office.event.slug, other.slug), status=404)

    assert "このPDFは、もうありません" in page
