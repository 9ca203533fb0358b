"""The public record of a draw, what an applicant learns of it, and a draw that is taken back."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.evening import apply_as
from tests.support.hands import Clock, Outbox, Unit
from trainings.accounts.models import Role
from trainings.allocation import queries
from trainings.allocation.draws.drawing import draw_seats
from trainings.allocation.draws.freezing import commit_secret, freeze_list
from trainings.allocation.models import Draw, DrawCommitment, DrawVoid
from trainings.allocation.offers import answer_offer, expire_offer, offer_free_seats
from trainings.allocation.placing import place_by_hand
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application
from trainings.registration.secrets import application_secret
from trainings.registration.states import Reason, State
from trainings.seats.record import canonical, digest
from trainings.seats.verifier.verify_draw import verify

CODES = ("NSV",) * 14 + ("MD",) * 11 + ("PH",) * 11
QUOTAS = {"看護": (5, 8), "医科": (5, 6), "薬局": (5, 6)}
CAPACITY = 18
StaffClient = Callable[..., Client]


def applied(unit: Unit, clock: Clock, public_number_name: str = "") -> Event:
    """A lottery with 18 seats and 36 applicants, closed just now; no group of it is small, nor its turned away, whoever wins."""
    with unit():
        load_master_data()
        event = announce(
            EventKind.HUNDRED, quotas=QUOTAS, capacity=CAPACITY, public_number_name=public_number_name
        )
        commit_secret(event_id=event.id)
        for number, code in enumerate(CODES):
            apply_as(event, code, number)
    clock.set(event.application_closes_at)
    return event


@pytest.fixture
def drawn(unit: Unit, clock: Clock) -> Event:
    """The same, drawn just now."""
    event = applied(unit, clock)
    with unit():
        freeze_list(event_id=event.id)
    with unit():
        draw_seats(event_id=event.id)
    return event


def applications(unit: Unit, event: Event) -> list[Application]:
    with unit() as session:
        return list(
            session.scalars(
                select(Application).where(Application.event_id == event.id).order_by(Application.code)
            ).unique()
        )


def only_draw(unit: Unit, event: Event) -> Draw:
    with unit():
        (draw,) = queries.draws_of(event.id)
        return draw


# -- the record ------------------------------------------------------------------------------------------------


def test_record_tells_each_step_after_the_draw(
    client: Client, unit: Unit, drawn: Event, clock: Clock
) -> None:
    clock.forward(hours=1)
    (gone, *_) = [one for one in applications(unit, drawn) if one.state == State.CONFIRMED]
    with unit():
        cancel_application(application_id=gone.id)
        offer_free_seats(event_id=drawn.id)
    (first,) = [one for one in applications(unit, drawn) if one.state == State.OFFERED]
    clock.forward(hours=1)
    with unit():
        answer_offer(application_id=first.id, accept=False)
        offer_free_seats(event_id=drawn.id)
    (second,) = [one for one in applications(unit, drawn) if one.state == State.OFFERED]
    with unit():
        answer_offer(application_id=second.id, accept=True)

    page = client.get(f"/e/{drawn.slug}/draw")

    _, *steps = page.rows("table[data-steps]")
    with unit():
        (draw,) = queries.draws_of(drawn.id)
        of = {application.id: entry.number for entry, application in queries.entries_of(draw.id)}
    words = [
        (gone, "申込が取り消されました"),
        (first, "空いた席を案内しました"),
        (first, "案内を辞退されました"),
        (second, "空いた席を案内しました"),
        (second, "案内を受け、参加が決まりました"),
    ]
    assert sorted(tuple(step[1:]) for step in steps) == sorted((of[one.id], said) for one, said in words)
    assert [step[0] for step in steps] == sorted(step[0] for step in steps)


def test_public_record_tells_result_and_odds_by_group_and_no_person(
    client: Client, unit: Unit, drawn: Event
) -> None:
    page = client.get(f"/e/{drawn.slug}").follow("抽選の記録のページ")

    draw = only_draw(unit, drawn)
    rows = {row[0]: row[1:] for row in page.rows("main table")[1:]}
    assert rows["医科"][:4] in (["11", "5", "6", "5"], ["11", "5", "6", "6"])
    assert rows["看護"][0] == "14"
    assert sum(int(row[3]) for row in rows.values()) == CAPACITY
    assert "36人から 18人を選びました" in page
    for said in (draw.digest, draw.seed, draw.commitment.sha256, draw.record["secret"]):
        assert said in page
    for one in applications(unit, drawn):
        assert one.code not in page.html
        assert one.given not in page.html


def test_public_file_repeats_where_nobody_is_singled_out(client: Client, unit: Unit, drawn: Event) -> None:
    file = client.open("GET", f"/e/{drawn.slug}/draw/1.json")

    assert file.mimetype == "application/json"
    assert all(not wrong for _, wrong in verify(file.data))
    assert json.loads(file.data)["digest"] == only_draw(unit, drawn).digest


def test_verifier_on_the_record_page_checks_the_file_from_the_same_page(
    client: Client, drawn: Event, tmp_path: Path
) -> None:
    page = client.get(f"/e/{drawn.slug}/draw")
    (program,) = [link["href"] for link in page.all("main a") if "確かめるプログラム" in link.text]
    (tmp_path / "verify_draw.py").write_bytes(client.open("GET", program).data)
    (tmp_path / "record.json").write_bytes(client.open("GET", f"/e/{drawn.slug}/draw/1.json").data)

    run = subprocess.run([sys.executable, "-I", "verify_draw.py", "record.json"], cwd=tmp_path, check=False)

    assert run.returncode == 0


def test_public_file_is_a_summary_where_the_record_would_single_people_out(
    client: Client, staff_client: StaffClient, unit: Unit, clock: Clock
) -> None:
    with unit():
        load_master_data()
        event = announce(
            EventKind.HUNDRED, quotas={"看護": (2, 4), "医科": (1, 3)}, capacity=4, public_number_name=""
        )
        commit_secret(event_id=event.id)
        for number, code in enumerate(("NSV",) * 5 + ("MD",)):
            apply_as(event, code, number)
    clock.set(event.application_closes_at)
    with unit():
        freeze_list(event_id=event.id)
    with unit():
        draw_seats(event_id=event.id)

    public = json.loads(client.open("GET", f"/e/{event.slug}/draw/1.json").data)
    planner = staff_client(Role.PLANNER)
    whole = planner.get(f"/staff/events/{event.slug}/draw").form(button="記録の全部を受け取る（監査用）")
    taken = planner.open("POST", whole.node["action"], data={"csrf_token": planner.csrf_token()}).data

    assert "candidates" not in public
    assert public["record_digest"] == only_draw(unit, event).digest
    assert "ここには区分ごとのまとめを載せます" in client.get(f"/e/{event.slug}/draw")
    assert all(not wrong for _, wrong in verify(taken))


def test_record_before_the_draw_shows_the_seal_only(client: Client, unit: Unit, clock: Clock) -> None:
    with unit():
        load_master_data()
        event = announce(EventKind.HUNDRED, quotas=QUOTAS, capacity=CAPACITY)
        sealed = commit_secret(event_id=event.id)
        secret, sha256 = sealed.secret, sealed.sha256

    page = client.get(f"/e/{event.slug}/draw")

    assert "抽選はまだです" in page
    assert sha256 in page
    assert secret not in page.html
    client.get(f"/e/{event.slug}/draw/1.json", status=404)


def test_record_shows_every_list_from_the_moment_it_is_frozen(
    client: Client, staff_client: StaffClient, unit: Unit, clock: Clock
) -> None:
    event = applied(unit, clock, "ナンバーズ4")
    planner = staff_client(Role.PLANNER)
    frozen = planner.get(f"/staff/events/{event.slug}/draw").press("36人の名簿を固める")
    with unit():
        first = queries.frozen_lists_of(event.id)[0].digest
    assert first in frozen
    assert first in client.get(f"/e/{event.slug}/draw")
    frozen.press("名簿をもう一度開く").press("36人の名簿を固める")
    with unit():
        _, second = (one.digest for one in queries.frozen_lists_of(event.id))

    before = client.get(f"/e/{event.slug}/draw")
    assert before.texts("main .hash") == [second, first]
    assert "「ナンバーズ4」が決まってから、抽選します。" in before
    with unit():
        draw_seats(event_id=event.id, public_number="0478")

    after = client.get(f"/e/{event.slug}/draw")
    assert second != first
    assert digest(only_draw(unit, event).record["frozen"]) == second
    assert "ナンバーズ4：0478" in after
    assert after.texts("main #lists ~ .hash") == [first]


def test_record_of_a_draft_is_not_there(client: Client, unit: Unit) -> None:
    with unit():
        load_master_data()
        event = announce(EventKind.HUNDRED, quotas=QUOTAS, published=False)

    client.get(f"/e/{event.slug}/draw", status=404)


def test_applicant_reads_number_odds_and_reason(client: Client, unit: Unit, drawn: Event) -> None:
    draw = only_draw(unit, drawn)
    for one in applications(unit, drawn)[:4]:
        with unit() as session:
            secret = application_secret(session.get_one(Application, one.id))
            entry = queries.entry_of(draw.id, one.id)
            assert entry is not None
            number, odds = entry.number, draw.record["frozen"]["odds"][entry.number] / 2**30

        page = client.get(f"/a/{secret}")

        assert number in page
        assert f"あなた {100 * odds:.1f}％" in page.html
        assert "人で分け合うため" in page or "全員参加できます" in page


def test_who_declined_let_an_offer_lapse_or_cancelled_still_reads_odds_and_reason(
    client: Client, unit: Unit, clock: Clock, drawn: Event
) -> None:
    confirmed = [one for one in applications(unit, drawn) if one.state == State.CONFIRMED]
    with unit():
        cancel_application(application_id=confirmed[0].id)
        offer_free_seats(event_id=drawn.id)
    (declines,) = [one for one in applications(unit, drawn) if one.state == State.OFFERED]
    with unit():
        answer_offer(application_id=declines.id, accept=False)
        offer_free_seats(event_id=drawn.id)
    (lapses,) = [one for one in applications(unit, drawn) if one.state == State.OFFERED]
    clock.set(lapses.offer_expires_at)
    with unit():
        expire_offer(application_id=lapses.id)
    draw = only_draw(unit, drawn)
    waited = "抽選では、席に届かず、キャンセル待ちになりました。そのあと、"
    for one, said in (
        (confirmed[0], "抽選では、席が決まりました。そのあと、ご本人が取り消しました。"),
        (declines, f"{waited}ご案内を辞退されました。"),
        (lapses, f"{waited}ご案内の期限が過ぎました。"),
    ):
        with unit() as session:
            secret = application_secret(session.get_one(Application, one.id))
            entry = queries.entry_of(draw.id, one.id)
            assert entry is not None

        page = client.get(f"/a/{secret}")

        assert said in page
        assert entry.number in page
        assert f"あなた {100 * draw.record['frozen']['odds'][entry.number] / 2**30:.1f}％" in page.html
        assert "人で分け合うため" in page or "全員参加できます" in page


# -- taking it back --------------------------------------------------------------------------------------------


def test_voided_draw_sends_everybody_back_and_can_be_drawn_again(
    client: Client, staff_client: StaffClient, unit: Unit, outbox: Outbox, drawn: Event
) -> None:
    assert "に取り消しました" not in staff_client(Role.PLANNER).get(f"/staff/events/{drawn.slug}/draw")
    gone = next(
        one for one in applications(unit, drawn) if one.state == State.CONFIRMED and one.group.name == "看護"
    )
    with unit():
        cancel_application(application_id=gone.id)
    planner = staff_client(Role.PLANNER)

    page = planner.get(f"/staff/events/{drawn.slug}/draw").follow("抽選を取り消す")
    assert "35人にお知らせを送る" in page
    done = page.press(
        "抽選を取り消し、35人にお知らせを送る", cause="list", void_reason="FAXの申込が一枚漏れていました"
    )

    assert "35人の名簿を固める" in done
    states = {one.state for one in applications(unit, drawn)}
    assert states == {State.APPLIED, State.CANCELLED}
    assert {one.reason for one in applications(unit, drawn) if one.state == State.APPLIED} == {
        Reason.DRAW_VOIDED
    }
    assert len(outbox.all(purpose="registration_draw_voided")) == 35
    with unit() as session:
        seals = session.scalars(
            select(DrawCommitment).where(DrawCommitment.event_id == drawn.id).order_by(DrawCommitment.n)
        ).all()
        assert [seal.n for seal in seals] == [1, 2]
        assert seals[0].secret != seals[1].secret
        freeze_list(event_id=drawn.id)
        draw_seats(event_id=drawn.id)

    board = planner.get(f"/staff/events/{drawn.slug}")
    for told in (board, planner.get(f"/staff/events/{drawn.slug}/draw")):
        assert "第1回の抽選" in told
        assert "理由：FAXの申込が一枚漏れていました" in told
    record = board.follow("取り消した抽選の記録を見る")
    assert record.texts("h2")[:2] == ["第2回の抽選", "第1回の抽選"]
    for told in (record.html, *(mail.body for mail in outbox.all(purpose="registration_draw_voided"))):
        assert "申込の名簿に、漏れか誤りがあったため" in told
        assert "FAX" not in told
    with unit():
        # Somebody cancelled between the draws, so that anybody gets only a summary of the second one.
        files = [canonical(one.record) for one in queries.draws_of(drawn.id)]
    assert all(not wrong for _, wrong in verify(files[1], files[0]))


def test_decisions_by_hand_stand_when_the_draw_does_not(
    staff_client: StaffClient, unit: Unit, drawn: Event
) -> None:
    waiting = next(one for one in applications(unit, drawn) if one.state == State.WAITING)
    confirmed = next(one for one in applications(unit, drawn) if one.state == State.CONFIRMED)
    planner = staff_client(Role.PLANNER)
    with unit():
        cancel_application(application_id=confirmed.id)
    planner.get(f"/staff/applications/{waiting.id}/decide").press(
        "この内容で決める", decision="place", reason="講師の補助"
    )
    planner.get(f"/staff/events/{drawn.slug}/draw/void").press(
        "抽選を取り消し", cause="other", void_reason="やりなおし"
    )

    after = {one.id: one.state for one in applications(unit, drawn)}

    assert after[waiting.id] == State.CONFIRMED
    assert after[confirmed.id] == State.CANCELLED
    assert sum(state == State.APPLIED for state in after.values()) == 34


def test_void_needs_a_reason_and_keeps_the_draw_without(
    staff_client: StaffClient, unit: Unit, drawn: Event
) -> None:
    page = staff_client(Role.PLANNER).get(f"/staff/events/{drawn.slug}/draw/void")

    refused = page.press("抽選を取り消し", void_reason="", status=422)

    assert refused.errors == ["取り消すわけを選んでください", "取り消す理由を入力してください"]
    with unit() as session:
        assert session.scalars(select(DrawVoid)).all() == []


def test_void_is_refused_once_the_door_is_open(
    staff_client: StaffClient, unit: Unit, clock: Clock, drawn: Event
) -> None:
    page = staff_client(Role.PLANNER).get(f"/staff/events/{drawn.slug}/draw/void")
    clock.set(drawn.doors_open_at)

    refused = staff_client(Role.PLANNER).post(
        page.path, {"cause": "rules", "void_reason": "遅すぎる取り消し", "sure": "1"}, status=422
    )

    assert "受付の時刻を過ぎたので" in refused
    assert "遅すぎる取り消し" in refused.html
    assert "受付の時刻を過ぎたので" in staff_client(Role.PLANNER).get(page.path)
    assert {one.state for one in applications(unit, drawn)} == {State.CONFIRMED, State.WAITING}


# -- the board -------------------------------------------------------------------------------------------------


def test_board_tells_planned_drawn_manual_and_final_seats_by_group(
    staff_client: StaffClient, unit: Unit, drawn: Event
) -> None:
    by_number = {one["number"]: one["group"] for one in only_draw(unit, drawn).record["frozen"]["candidates"]}
    names = {str(one.event_group_id): one.group.name for one in applications(unit, drawn)}
    chosen = [names[by_number[number]] for number in only_draw(unit, drawn).record["selected"]]
    gone = next(one for one in applications(unit, drawn) if one.state == State.CONFIRMED)
    waits = next(
        one
        for one in applications(unit, drawn)
        if one.state == State.WAITING and one.event_group_id != gone.event_group_id
    )
    with unit():
        cancel_application(application_id=gone.id)
        place_by_hand(application_id=waits.id, reason="講師の補助")
        left = gone.group
    planner = staff_client(Role.PLANNER)

    pages = [planner.get(f"/staff/events/{drawn.slug}{place}") for place in ("", "/draw")]

    for page in pages:
        rows = {row[0][1:]: row[1:] for row in page.rows("#outcome")[1:-1]}
        lost, given = chosen.count(gone.group.name), chosen.count(waits.group.name)
        assert rows[gone.group.name] == [f"{left.reserved}–{left.cap}", str(lost), "0", "−1", str(lost - 1)]
        assert rows[waits.group.name][1:] == [str(given), "1", "0", str(given + 1)]
        assert page.rows("#outcome")[-1] == ["合計", "18", "18", "1", "−1", "18"]
    file = planner.open(
        "POST",
        f"/staff/events/{drawn.slug}/draw/1/result.xlsx",
        data={"csrf_token": planner.csrf_token()},
    )
    header, *groups = load_workbook(io.BytesIO(file.data))["職種区分"].iter_rows(values_only=True)
    last = {row[0]: dict(zip(header[-3:], row[-3:], strict=True)) for row in groups}
    assert last[gone.group.name] == {"手で決めた席（いま）": 0, "抽選のあとの増減": -1, "いまの席": lost - 1}
    assert last[waits.group.name] == {"手で決めた席（いま）": 1, "抽選のあとの増減": 0, "いまの席": given + 1}


# -- on paper --------------------------------------------------------------------------------------------------


def test_workbook_holds_everybody_with_odds_and_the_digest(
    staff_client: StaffClient, unit: Unit, drawn: Event
) -> None:
    planner = staff_client(Role.PLANNER)

    file = planner.open(
        "POST",
        f"/staff/events/{drawn.slug}/draw/1/result.xlsx",
        data={"csrf_token": planner.csrf_token()},
    )

    book = load_workbook(io.BytesIO(file.data))
    header, *people = book["抽選の結果"].iter_rows(values_only=True)
    rows = [dict(zip(header, row, strict=True)) for row in people]
    draw = only_draw(unit, drawn)
    assert {row["受付番号"] for row in rows} == {one.code for one in applications(unit, drawn)}
    assert sum(row["抽選の結果"] == "当選" for row in rows) == CAPACITY
    assert sum(row["確率"] for row in rows) == pytest.approx(CAPACITY)
    assert {row["決まった理由"] for row in rows} == {
        "抽選で席が決まりました",
        "抽選で席に届きませんでした",
    }
    facts = dict(row[:2] for row in book["記録"].iter_rows(min_row=2, values_only=True))
    assert facts["記録の指紋"] == draw.digest
    groups = {row[0]: row for row in book["職種区分"].iter_rows(min_row=2, values_only=True)}
    assert groups["看護"][1] == 14


def test_record_for_the_council_is_two_pages_without_a_name(
    staff_client: StaffClient, unit: Unit, drawn: Event
) -> None:
    file = staff_client(Role.VIEWER).download(f"/staff/events/{drawn.slug}/draw/1/record.pdf")

    reader = PdfReader(io.BytesIO(file.data))
    words = "".join("".join(page.extract_text().split()) for page in reader.pages)
    assert len(reader.pages) == 2
    assert only_draw(unit, drawn).digest in words
    assert "確率がそろわないところ" in words
    for one in applications(unit, drawn):
        assert one.given not in words
        assert one.code not in words
