"""What master data do that went out of use: not offered to anybody new, and valid for whoever has them; nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from tests.support.access_table import TABLE
from tests.support.applying import make_office
from tests.support.client import Client
from tests.support.guests import apply, my_link, published, said, stored
from tests.support.hands import Clock, Unit
from trainings.directory.actions import load_master_data
from trainings.directory.models import Association, Organisation, Profession
from trainings.directory.offices import set_organisation_active
from trainings.events.models import EventKind


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def test_no_route_deletes_master_data() -> None:
    deleting = {one for one in TABLE if any(word in one for word in ("delete", "remove", "destroy"))}

    assert deleting == {"desk.delete"}, "a draft of an event, to which nobody has applied"


def test_office_out_of_use_is_not_filled_in_for_a_colleague_and_stays_with_whom_it_has(
    client: Client, unit: Unit
) -> None:
    event = published(unit, EventKind.SYMPOSIUM, quotas={}, capacity=10, organisation_cap=None)
    with unit():
        office = make_office("けやき訪問看護")
    receipt = apply(client, unit, event, organisation_id=str(office.id), organisation_name=office.name)
    assert receipt.follow("続けて、同じ事業所の方を申し込む").form(button="確認へ進む").values[
        "organisation_id"
    ] == [str(office.id)]
    with unit():
        set_organisation_active(organisation_id=office.id, active=False)

    page = receipt.follow("続けて、同じ事業所の方を申し込む")
    assert "「けやき訪問看護」は、いまの事業所の一覧にありません" in page
    assert "事業所と連絡先は" not in page
    values = page.form(button="確認へ進む").values
    assert (values["organisation_id"], values["organisation_name"]) == ([""], [""])

    edit = client.get(my_link(receipt)).follow("内容を直す")
    edit.press("この内容に直す", phone="000-555-0111")
    assert [(one.phone, one.organisation_id) for one in stored(unit, event)] == [("000-555-0111", office.id)]


def test_office_retired_while_the_form_is_filled_in_is_kept_as_it_was_typed(
    client: Client, new_client: Callable[[], Client], unit: Unit
) -> None:
    event = published(unit, EventKind.SYMPOSIUM, quotas={}, capacity=10, organisation_cap=None)
    with unit():
        office = make_office("けやき訪問看護")
    form = client.get(f"/e/{event.slug}/apply").form(button="確認へ進む")
    form.fill(said(unit, event, organisation_id=str(office.id), organisation_name=office.name))
    with unit():
        set_organisation_active(organisation_id=office.id, active=False)

    form.submit("確認へ進む").press("この内容で申し込む")

    (one,) = stored(unit, event)
    assert (one.organisation_id, one.organisation_name) == (None, office.name)


def test_master_data_loaded_again_leave_out_of_use_what_was_put_out_of_use(unit: Unit) -> None:
    with unit() as session:
        for model in (Profession, Association, Organisation):
            session.execute(update(model).values(active=False))

        load_master_data()

        for model in (Profession, Association):
            assert not session.query(model).filter(model.active).count(), model
