"""The result of a draw on paper: a workbook for the office, two pages for the council."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from flask import current_app, render_template

from trainings.allocation import queries
from trainings.allocation import texts as allocation_texts
from trainings.allocation.draws import publishing
from trainings.allocation.draws.outcome import GroupOutcome, outcome_by_group
from trainings.allocation.draws.weights import HALVES
from trainings.allocation.models import Draw
from trainings.core import clock
from trainings.core.paper import pdf, sheets
from trainings.core.paper.sheets import Cell, Sheet
from trainings.events.heads import about_event
from trainings.events.models import Event
from trainings.registration import texts
from trainings.registration.models import Application
from trainings.registration.states import Reason, State

PERCENT = "0.0%"
SELECTED, WAITING, TURNED_AWAY = "当選", "キャンセル待ち", "見送り"
PEOPLE = (
    *(
        "抽選番号",
        "受付番号",
        "氏名",
        "職種区分",
        "職種",
        "事業所",
        "重み",
        "確率",
        "抽選の結果",
        "抽選での待ち順",
    ),
    *("いまの状態", "決まった理由", "手で決めた理由"),
)
GROUPS = (
    "職種区分",
    "申込",
    "確保したい席",
    "確保した席",
    "上限",
    "抽選の前に手で決めた席",
    "当選",
    "確率の最低",
    "確率の最高",
    "手で決めた席（いま）",
    "抽選のあとの増減",
    "いまの席",
)


def result_workbook(event: Event, draw: Draw) -> bytes:
    """Who took part with their odds and what became of them; the groups; and what identifies the record."""
    seen = publishing.public_draw(draw)
    return sheets.workbook(
        [
            Sheet(
                "抽選の結果",
                PEOPLE,
                _people(draw),
                (12, 12, 18, 18, 24, 30, 8, 8, 14, 12, 14, 30, 30),
                {"確率": PERCENT},
            ),
            Sheet(
                "職種区分",
                GROUPS,
                _groups(publishing.every_group(draw), None if seen.void else outcome_by_group(event, draw)),
                (22,),
                {"確率の最低": PERCENT, "確率の最高": PERCENT},
            ),
            Sheet("記録", ("項目", "内容"), _facts(event, draw, seen), (20, 90)),
        ],
        about_event(event),
    )


def _people(draw: Draw) -> Iterator[list[Cell]]:
    record, unit = draw.record, draw.record["frozen"]["unit"]
    weights = {one["number"]: one["weight"] for one in record["frozen"]["candidates"]}
    selected = set(record["selected"])
    rank = {number: place for place, number in enumerate(record["waiting"], start=1)}
    for entry, one in queries.entries_of(draw.id):
        yield [
            entry.number,
            one.code,
            one.full_name,
            one.group.name,
            one.profession_note or (one.profession.name if one.profession else ""),
            one.organisation_name,
            weights[entry.number] / HALVES,
            record["frozen"]["odds"][entry.number] / unit,
            SELECTED if entry.number in selected else WAITING if entry.number in rank else TURNED_AWAY,
            rank.get(entry.number),
            texts.STATES[one.state],
            texts.REASONS[one.reason],
            one.decision_reason,
        ]


def _groups(
    lines: Sequence[publishing.GroupLine], outcome: Sequence[GroupOutcome] | None
) -> Iterator[list[Cell]]:
    """outcome: how the seats stand now; None for a draw that no longer counts, from which no seat follows."""
    now = {str(row.group.id): row for row in outcome or ()}
    for line in lines:
        low, high = line.odds if line.odds else (None, None)
        row = now.get(line.key)
        yield [
            line.name,
            line.applied + line.placed,
            line.reserved,
            line.kept,
            line.cap,
            line.placed,
            line.selected,
            low,
            high,
            *((row.by_hand, row.since, row.seats) if row else (None, None, None)),
        ]


def _facts(event: Event, draw: Draw, seen: publishing.PublicDraw) -> Iterator[list[Cell]]:
    yield ["催し", event.title]
    yield ["抽選の日時", draw.drawn_at]
    yield ["封印", draw.commitment.sha256]
    yield ["名簿の指紋", seen.list_digest]
    yield ["名簿を固めた日時", seen.frozen_at]
    yield ["秘密の数", draw.record["secret"]]
    yield ["公の番号の名前", draw.record["frozen"]["about"].get("public_number", "")]
    yield ["公の番号", draw.public_number]
    yield ["たね", draw.seed]
    yield ["記録の指紋", draw.digest]
    yield ["前の抽選の記録", draw.previous_digest]
    yield ["取り消したわけ", allocation_texts.VOID_CAUSES[seen.void.cause] if seen.void else ""]
    yield ["取り消した理由", seen.void.reason if seen.void else ""]
    yield ["重みの決まり", seen.weights]
    for sentence in publishing.every_reason(draw):
        yield ["確率の理由", sentence]


def result_name(event: Event) -> str:
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, "抽選の結果", ending="xlsx")


# -- for the council ----------------------------------------------------------------------------------------------


def council_pdf(
    event: Event, draw: Draw, by_hand: Sequence[Application], moved: Sequence[Application]
) -> bytes:
    """Two pages A4 without a name, a small number by group, or a word that staff wrote: what the rules were, who got in by
    group, why, and how anybody can check it."""
    return council_pages(event, publishing.public_draw(draw), _by_hand(by_hand, moved))


def council_pages(event: Event, one: publishing.PublicDraw, by_hand: Sequence[tuple[str, int]]) -> bytes:
    """by_hand: what staff decided, in words, and how often."""
    told = {"event": event, "one": one, "by_hand": by_hand, "causes": allocation_texts.VOID_CAUSES}
    versions = (render_template("allocation/council.html", tightness=name, **told) for name in pdf.TIGHTNESS)
    return pdf.render_within(versions, most_pages=2, static_dir=Path(current_app.static_folder or ""))


def _by_hand(by_hand: Sequence[Application], moved: Sequence[Application]) -> list[tuple[str, int]]:
    """What staff decided, in words, and how often; of two who swapped their seats the one who has it now counts."""
    found = Counter(
        one.reason for one in by_hand if one.reason != Reason.SWAPPED or one.state == State.CONFIRMED
    )
    counts = [(words, found[reason]) for reason, words in allocation_texts.BY_HAND.items()]
    return [(words, n) for words, n in [*counts, (allocation_texts.MOVED, len(moved))] if n]


def council_name(event: Event) -> str:
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, "抽選の記録", ending="pdf")
