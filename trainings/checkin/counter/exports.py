"""参加費 as a workbook: every taking with its desk, and the sum of each desk."""

from __future__ import annotations

from trainings.checkin.counter.fees import every_taking, takings_of
from trainings.core import clock
from trainings.core.paper import sheets
from trainings.core.paper.sheets import Cell, Sheet
from trainings.events.heads import about_event
from trainings.events.models import Event

BY_FILE = "ファイルから入れた分"


def fees_workbook(event: Event) -> bytes:
    """Two sheets: what was taken, in its order, and what lies at each desk without what was given back."""
    takings = takings_of(event.id)
    sums: list[list[Cell]] = [[box.name or BY_FILE, box.people, box.yen] for box in takings.boxes]
    sums.append(["合計", sum(box.people for box in takings.boxes), takings.yen])
    taken: list[list[Cell]] = [
        [
            one.taken_at,
            one.person.full_name,
            one.person.full_kana,
            one.person.code,
            one.amount,
            one.desk or BY_FILE,
            one.returned_at,
            (one.returned_at_desk or BY_FILE) if one.returned_at else "",
            0 if one.returned_at else one.amount,
        ]
        for one in every_taking(event.id)
    ]
    return sheets.workbook(
        [
            Sheet(
                "参加費",
                (
                    "いただいた時刻",
                    "氏名",
                    "フリガナ",
                    "受付番号",
                    "金額",
                    "端末",
                    "返した時刻",
                    "返した端末",
                    "残る金額",
                ),
                taken,
                (sheets.MOMENT_WIDTH, 16, 20, 12, 9, 22, sheets.MOMENT_WIDTH, 22, 10),
            ),
            Sheet(
                "端末ごとの合計",
                ("端末", "件数", "金額"),
                sums,
                (22, 8, 10),
            ),
        ],
        about_event(event),
    )


def fees_file_name(event: Event) -> str:
    """20270214_百人の集い_参加費.xlsx"""
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, "参加費", ending="xlsx")
