"""Each setting of an event works on every way in, whatever the selection; and says so before anything is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.announcing import announce, typed
from tests.support.arrivals import scan
from tests.support.client import Client
from tests.support.evening import device_of
from tests.support.guests import apply, published, submit
from tests.support.hands import Clock, Unit
from tests.support.settings_table import (
    APPLIED,
    ASKED,
    COLLEAGUE,
    CONFIRMED,
    MAIL_SAYS,
    MAILS,
    NO_PART,
    PROXY,
    ROWS,
    SAYS,
    SELECTION,
    STORED,
    WAITING,
    WALK_IN,
    WAYS,
    WEB,
    Row,
    Words,
)
from trainings.accounts.models import Role
from trainings.checkin.texts import PLEDGE_BY_HAND
from trainings.core import clock as clocks
from trainings.core.refusal import Refused
from trainings.directory.actions import load_master_data
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventKind, Selection
from trainings.events.queries import group_of_profession
from trainings.messages.models import Message
from trainings.registration.models import Application
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.secrets import application_secret
from trainings.registration.states import Reason, State
from trainings.registration.texts import FOR_STAFF, REFUSALS
from trainings.registration.transitions import change_state

OFFICE = "ひばり訪問看護"
NEWCOMER = {"family": "大沢", "given": "誠", "family_kana": "オオサワ", "given_kana": "マコト"}
REACH = {"mail": "makoto@a.example", "phone": "000-555-0177"}


@pytest.fixture
def overrides() -> dict[str, Any]:
    """Desks may have the roster weeks before the evening, and pages say what holds now."""
    return {"door_roster_days": 60, "public_page_seconds": 0}


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def test_every_column_of_an_event_is_in_the_table_or_says_why_not() -> None:
    varied = {name for row in ROWS for name in row.settings if "." not in name} | {SELECTION}
    assert varied | set(NO_PART) == set(Event.__table__.columns.keys())
    assert varied & set(NO_PART) == set()
    for row in ROWS:
        assert set(row.outcome) == {
            (one, way) for one in (Selection.FIRST_COME, Selection.LOTTERY) for way in WAYS
        }, row.name


def _set(event: Event, row: Row) -> None:
    """Write the row's settings; a number for a moment or a day is days from now."""
    places = {"": event, "group": _group(event, "NSV"), "doctors": _group(event, "MD")}
    for name, value in row.settings.items():
        where, _, column = name.rpartition(".")
        if column.endswith("_at"):
            value = clocks.now() + timedelta(days=value)
        elif column.endswith("_on"):
            value = clocks.today() + timedelta(days=value)
        setattr(places[where], column, value)


def _group(event: Event, code: str) -> Any:
    profession = next(one.profession_id for one in event.professions if one.profession.code == code)
    return group_of_profession(event.id, profession)


@dataclass(frozen=True)
class Seen:
    """What one who came one way has met."""

    outcome: str
    before: Words
    asked: Words
    mail: str
    mail_says: Words
    stored: str


@dataclass
class Hall:
    """One event of a selection, and those who try it. token: of a desk; earlier: the link of the one who came first."""

    event: Event
    token: str
    earlier: str
    guest: Client
    planner: Client
    unit: Unit
    tried: int = 0

    @contextmanager
    def as_set(self, row: Row) -> Iterator[None]:
        """The event with the settings of a row; afterwards as it was."""
        with self.unit() as session:
            event = session.get_one(Event, self.event.id)
            before = [
                (one, {column.name: getattr(one, column.name) for column in one.__table__.columns})
                for one in (event, *event.groups)
            ]
            _set(event, row)
        yield
        with self.unit() as session:
            for one, values in before:
                stored = session.get_one(type(one), one.id)
                for column, value in values.items():
                    setattr(stored, column, value)

    # -- before anything is typed --------------------------------------------------------------------------------

    def pages(self, way: str) -> str:
        """What somebody reads who comes this way, until there is something to fill in."""
        form = {
            WEB: f"/e/{self.event.slug}/apply",
            COLLEAGUE: f"{self.earlier}/again",
            PROXY: f"/staff/events/{self.event.slug}/applications/new",
        }[way]
        paths = [f"/e/{self.event.slug}", form] if way == WEB else [form]
        sender = self.planner if way == PROXY else self.guest
        return "".join(sender.raw.get(path).get_data(as_text=True) for path in paths)

    def desk_is_told(self) -> Words:
        facts = self.guest.api("GET", "/api/v1/door/event", bearer=self.token)["event"]
        return frozenset({"fee"} if facts["fee"] == 1000 else ()) | (
            {"not held"} if not facts["held"] else set()
        )

    # -- trying --------------------------------------------------------------------------------------------------

    def seen_by(self, row: Row, way: str) -> Seen:
        self.tried += 1
        address = f"makoto{self.tried}@{self.event.code_prefix.lower()}.example"
        if way == WALK_IN:
            before, asked = self.desk_is_told(), frozenset[str]()
            refusal, to_do = self.walk_in()
            before |= {"pledge on paper"} if to_do == PLEDGE_BY_HAND else set()
        else:
            page = self.pages(way)
            before = frozenset(name for name, words in SAYS.items() if words in page)
            asked = frozenset(name for name in ASKED if f'name="{name}"' in page)
            refusal = self.send(row, way, address)
        with self.unit() as session:
            mails = session.scalars(select(Message).where(Message.to_address == address)).all()
        assert len(mails) < 2, [mail.purpose for mail in mails]
        purpose = mails[0].purpose if mails else ""
        body = (mails[0].body or "") if mails and way == PROXY else ""
        mail_says = frozenset(name for name, words in MAIL_SAYS.items() if words in body)
        if refusal:
            return Seen(refusal, before, asked, purpose, mail_says, "")
        return Seen(*self.leaves_again(before, asked, purpose, mail_says))

    def send(self, row: Row, way: str, address: str) -> str:
        """The code of the refusal, "" where there is none."""
        with self.unit() as session:
            event = session.get_one(Event, self.event.id)
            values = typed(event, **NEWCOMER, mail=address, phone="000-555-0177", organisation_name=OFFICE)
        values.pop("pledged", None)
        # What comes past the deadline is asked about once (test_arrival): here it is meant.
        more = {"channel": "fax", "role": PARTICIPANT, "agreed": "1"} if way == PROXY else {}
        more |= {"goes_on": "1"} if way == COLLEAGUE else {}
        sender = self.planner if way == PROXY else self.guest
        slug = self.event.slug
        path = f"/staff/events/{slug}/applications/new" if way == PROXY else f"/e/{slug}/apply/send"
        page = sender.raw.post(path, data={"csrf_token": sender.csrf_token(), **values, **row.said, **more})
        return "" if page.status_code == 302 else _refusal(page.get_data(as_text=True))

    def walk_in(self) -> tuple[str, str]:
        """The code of the refusal, and what else the desk has to see to."""
        with self.unit() as session:
            group = _group(session.get_one(Event, self.event.id), "NSV").id
        body = scan() | {"name": "大沢 誠", "kana": "オオサワ マコト", "group": str(group)}
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.guest.raw.post("/api/v1/door/walk-ins", json=body, headers=headers).get_json()
        # Out of the room again, where the next one is counted.
        back = {"scans": [scan(undoes=body["scan_id"])]}
        self.guest.raw.post("/api/v1/door/scans", json=back, headers=headers)
        return answer.get("error", ""), answer["answers"][0]["next"] if "answers" in answer else ""

    def leaves_again(self, *seen: Any) -> tuple[Any, ...]:
        """What was stored; and the newcomer is gone before the next one comes."""
        with self.unit() as session:
            wanted = select(Application).where(
                Application.event_id == self.event.id,
                Application.family == "大沢",
                Application.state != State.CANCELLED,
            )
            newcomer = session.scalars(wanted).one()
            state = newcomer.state.value
            notes = {
                newcomer.channel.value: True,
                "by staff": newcomer.entered_by_id is not None,
                "pledged": newcomer.pledged_at is not None,
                "answered": newcomer.pre_answer == "退院前の会議",
            }
            change_state(newcomer, State.CANCELLED, Reason.CANCELLED_BY_STAFF)
        return state, *seen, " ".join(note for note, is_so in notes.items() if is_so)


def _promised(row: Row, path: tuple[Selection, str]) -> Seen:
    """What the table says."""
    selection, way = path
    outcome = row.outcome[path]
    mailed = MAILS.get(outcome, "") if way != WALK_IN else ""
    full = way == PROXY and outcome in (CONFIRMED, APPLIED)
    stored = " ".join(filter(None, (STORED[way], row.stored if way != WALK_IN else "")))
    return Seen(
        outcome,
        row.before(path),
        row.asked(path) if way != WALK_IN else frozenset(),
        mailed,
        row.mail_says(selection) if full else frozenset(),
        stored if outcome in (CONFIRMED, WAITING, APPLIED) else "",
    )


def test_every_setting_does_and_says_what_the_table_says_on_every_way_in(
    client: Client, staff_client: Callable[..., Client], unit: Unit
) -> None:
    """One event for each selection, set anew for each row; who came one way has left again before the next one comes."""
    planner = staff_client(Role.PLANNER)
    told, promised = {}, {}
    for selection in (Selection.FIRST_COME, Selection.LOTTERY):
        hall = _hall(unit, selection, client, planner)
        for row in ROWS:
            with hall.as_set(row):
                for way in WAYS:
                    told[row.name, selection, way] = hall.seen_by(row, way)
                    promised[row.name, selection, way] = _promised(row, (selection, way))

    wrong = {path: (seen, promised[path]) for path, seen in told.items() if seen != promised[path]}
    assert not wrong, "\n".join(f"{path}: {seen}, not {meant}" for path, (seen, meant) in wrong.items())


def _hall(unit: Unit, selection: Selection, guest: Client, planner: Client) -> Hall:
    """An event to which one has applied, with an open door."""
    with unit():
        event = announce(
            EventKind.SYMPOSIUM,
            quotas={},
            capacity=10,
            organisation_cap=None,
            selection=selection,
            pledge="",
            pre_question="",
            fee="",
            results_on=None,
        )
        earlier = submit(event, "NSV", 1, organisation_name=OFFICE)
        _, token = device_of(event)
        link = f"/a/{application_secret(earlier)}"
    return Hall(event, token, link, guest, planner, unit)


FORM_SAYS = {"守秘の約束を読んで、しるしを付けてください": "pledge_missing"}


def _refusal(page: str) -> str:
    known = {words: code.value for of in (REFUSALS, FOR_STAFF) for code, words in of.items()} | FORM_SAYS
    found = {code for words, code in known.items() if words in page}
    assert len(found) == 1, page
    return str(found.pop())


# -- no seat, and nobody may wait --------------------------------------------------------------------------------


def test_full_event_without_waiting_list_says_so_before_and_after_the_form_is_filled_in(
    client: Client, new_client: Callable[[], Client], unit: Unit
) -> None:
    event = published(unit, quotas={}, capacity=1, keeps_waiting_list=False)
    form = client.get(f"/e/{event.slug}/apply").form(button="確認へ進む")
    apply(new_client(), unit, event)

    with unit() as session:
        values = typed(session.get_one(Event, event.id), **NEWCOMER, **REACH)
    values.pop("idempotency_key")
    late = form.fill(values).submit("確認へ進む", status=422)

    assert late.errors == [REFUSALS[RegistrationRefusal.FULL]]
    page = client.get(f"/e/{event.slug}")
    assert "席はいっぱいになりました" in page
    assert "キャンセル待ちになり" not in page
    assert "キャンセル待ち受付中" not in page
    assert not page.has_link("申し込む")
    assert "席は、いっぱいになりました" in client.get(f"/e/{event.slug}/apply", status=410)


def test_full_group_is_named_before_anything_is_typed_and_the_others_may_apply(
    client: Client, new_client: Callable[[], Client], staff_client: Callable[..., Client], unit: Unit
) -> None:
    event = published(unit, quotas={"看護": (0, 1)}, capacity=10, keeps_waiting_list=False)
    receipt = apply(new_client(), unit, event)

    notice = "席がいっぱいです。キャンセル待ちは受けていません：看護"
    page = client.get(f"/e/{event.slug}/apply")
    assert notice in page
    assert "キャンセル待ちになったら" not in page
    planner = staff_client(Role.PLANNER)
    assert notice in planner.get(f"/staff/events/{event.slug}/applications/new")
    assert "参加が決まりました" in apply(client, unit, event, "MD", **NEWCOMER, **REACH)
    assert notice not in new_client().get(receipt.link("わたしの申込を開く"))


def test_who_waited_before_the_list_was_given_up_keeps_the_place_before_newcomers(unit: Unit) -> None:
    with unit() as session:
        event = announce(quotas={}, capacity=1, organisation_cap=None)
        holder, waiting = submit(event, "NSV", 1), submit(event, "NSV", 2)
        assert (holder.state, waiting.state) == (State.CONFIRMED, State.WAITING)
        event.keeps_waiting_list = False
        event.capacity = 2
        session.flush()

        with pytest.raises(Refused) as refused:
            submit(event, "NSV", 3)

    assert refused.value.code == RegistrationRefusal.FULL
    with unit() as session:
        assert session.get_one(Application, waiting.id).state == State.WAITING
