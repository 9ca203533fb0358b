"""Each setting of an event works on every way in, whatever the selection; and says so before anything is typed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.announcing import announce, typed
from tests.support.client import Client
from tests.support.evening import device_of
from tests.support.guests import apply, published, submit
from tests.support.hands import Clock, Unit
from tests.support.settings_table import COLLEAGUE, NO_PART, PROXY, ROWS, SELECTION, WALK_IN, WAYS, Row
from trainings.accounts.models import Role
from trainings.checkin.actions import WalkIn, admit_walk_in
from trainings.checkin.models import Device
from trainings.core import clock as clocks
from trainings.core.refusal import Refused
from trainings.directory.actions import load_master_data
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventKind, Selection
from trainings.events.queries import group_of_profession
from trainings.registration.models import Application
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.states import Reason, State
from trainings.registration.texts import REFUSALS
from trainings.registration.transitions import change_state

OFFICE = "ひばり訪問看護"
NEWCOMER = {"family": "大沢", "given": "誠", "family_kana": "オオサワ", "given_kana": "マコト"}
REACH = {"mail": "makoto@a.example", "phone": "000-555-0177"}


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
    groups = {"group": _group(event, "NSV"), "doctors": _group(event, "MD")}
    for name, value in row.settings.items():
        where, _, column = name.rpartition(".")
        if column.endswith("_at"):
            value = clocks.now() + timedelta(days=value)
        elif column.endswith("_on"):
            value = clocks.today() + timedelta(days=value)
        setattr(groups[where] if where else event, column, value)


def _group(event: Event, code: str) -> Any:
    profession = next(one.profession_id for one in event.professions if one.profession.code == code)
    return group_of_profession(event.id, profession)


def test_every_setting_does_what_the_table_says_on_every_way_in(
    client: Client, staff_client: Callable[..., Client], unit: Unit
) -> None:
    """One event for each row and selection; who came one way has left again before the next one comes."""
    planner = staff_client(Role.PLANNER)
    tokens = {False: client.csrf_token(), True: planner.csrf_token()}
    told = {}
    for row in ROWS:
        for selection in (Selection.FIRST_COME, Selection.LOTTERY):
            event = _prepared(unit, row, selection)
            for way in WAYS:
                sender = planner if way == PROXY else client
                told[row.name, selection, way] = _outcome(row, event, way, sender, tokens[way == PROXY], unit)
    assert told == {(row.name, *path): outcome for row in ROWS for path, outcome in row.outcome.items()}


def _prepared(unit: Unit, row: Row, selection: Selection) -> Event:
    """The event, to which one has applied."""
    with unit() as session:
        event = announce(
            EventKind.SYMPOSIUM,
            quotas={},
            capacity=10,
            organisation_cap=None,
            selection=selection,
            pledge="",
            pre_question="",
        )
        submit(event, "NSV", 1, organisation_name=OFFICE)
        device_of(event)
        _set(event, row)
        session.flush()
        return event


def _outcome(row: Row, event: Event, way: str, sender: Client, token: str, unit: Unit) -> str:
    """What becomes of a newcomer: a state, or the code of the refusal."""
    said = ""
    if way == WALK_IN:
        said = _walk_in(unit, event)
    else:
        with unit() as session:
            values = typed(
                session.get_one(Event, event.id), **{**NEWCOMER, **REACH, "organisation_name": OFFICE}
            )
        values.pop("pledged", None)
        more = {"channel": "fax", "role": PARTICIPANT} if way == PROXY else {}
        more |= {"goes_on": "1"} if way == COLLEAGUE else {}
        path = (
            f"/staff/events/{event.slug}/applications/new" if way == PROXY else f"/e/{event.slug}/apply/send"
        )
        page = sender.raw.post(path, data={"csrf_token": token, **values, **row.said, **more})
        said = "" if page.status_code == 302 else _refusal(page.get_data(as_text=True))
    if said:
        return said
    with unit() as session:
        wanted = select(Application).where(
            Application.event_id == event.id,
            Application.family == "大沢",
            Application.state != State.CANCELLED,
        )
        newcomer = session.scalars(wanted).one()
        state = newcomer.state.value
        change_state(newcomer, State.CANCELLED, Reason.CANCELLED_BY_STAFF)
    return state


def _walk_in(unit: Unit, event: Event) -> str:
    try:
        with unit() as session:
            event = session.get_one(Event, event.id)
            device = session.scalars(select(Device).where(Device.event_id == event.id)).one()
            walk_in = WalkIn(
                scan_id=uuid.uuid4(),
                scanned_at=clocks.now(),
                name="大沢 誠",
                kana="オオサワ マコト",
                group_id=_group(event, "NSV").id,
            )
            admit_walk_in(event_id=event.id, walk_in=walk_in, device=device)
    except Refused as refused:
        return str(refused.code)
    return ""


FORM_SAYS = {"守秘の約束を読んで、しるしを付けてください": "pledge_missing"}


def _refusal(page: str) -> str:
    known = {words: code.value for code, words in REFUSALS.items()} | FORM_SAYS
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
