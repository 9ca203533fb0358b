"""名簿 and 申込一覧 as workbooks: exactly what the page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trainings.core import clock
from trainings.core.paper import sheets
from trainings.core.paper.sheets import Cell, Sheet
from trainings.directory.queries import role_names
from trainings.events.heads import about_event
from trainings.events.models import Event
from trainings.registration import texts
from trainings.registration.models import Application

HEADER = (
    *(
        "受付番号",
        "状態",
        "職種区分",
        "職種",
        "氏",
        "名",
        "セイ",
        "メイ",
        "事業所",
        "圏域",
        "事業所番号",
        "メール",
        "電話",
        "FAX",
    ),
    *("登録番号", "参加のしかた", "届いた方法", "知ったきっかけ", "事前の質問", "配慮", "申込者", "優先順位"),
    *("卓", "待ち順", "申込日時", "締切", "決まった理由"),
)
"""So many columns, each with a width below."""
NAMED = 6
"""Columns up to the name."""
WIDTHS = (
    12,
    12,
    18,
    24,
    10,
    10,
    12,
    12,
    30,
    14,
    14,
    28,
    16,
    16,
    14,
    14,
    14,
    22,
    30,
    24,
    14,
    8,
    6,
    8,
    18,
    8,
    30,
)


def applications_workbook(event: Event, applications: Sequence[Application]) -> bytes:
    """One sheet, one row an application, in the order given."""
    roles = role_names()
    return sheets.workbook(
        [Sheet("申込一覧", HEADER, (_row(one, roles) for one in applications), WIDTHS, keys=NAMED)],
        about_event(event),
    )


def _row(one: Application, roles: Mapping[str, str]) -> list[Cell]:
    office = one.organisation
    return [
        one.code,
        texts.STATES[one.state],
        one.group.name,
        one.profession_note or (one.profession.name if one.profession else ""),
        one.family,
        one.given,
        one.family_kana,
        one.given_kana,
        one.organisation_name,
        office.district.name if office else "",
        office.number or "" if office else "",
        one.mail,
        one.phone,
        one.fax,
        one.licence_number,
        roles[one.role],
        texts.CHANNELS[one.channel],
        " ".join(filter(None, (one.heard_via.name if one.heard_via else "", one.heard_via_note))),
        one.pre_answer,
        one.care_note,
        one.submitter_name,
        one.priority,
        one.table_number,
        one.waiting_rank,
        one.submitted_at,
        texts.LATE if one.came_late else "",
        texts.REASONS[one.reason],
    ]


def file_name(event: Event) -> str:
    """20270214_百人の集い_申込一覧.xlsx"""
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, "申込一覧", ending="xlsx")
