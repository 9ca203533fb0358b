"""Workbooks of organisations: the empty form for a file, and the list as it is, in the same five columns."""

from __future__ import annotations

from collections.abc import Iterable

from trainings.core.paper import sheets
from trainings.core.web import about
from trainings.directory import texts
from trainings.directory.models import District, Organisation, OrganisationKind

WIDTHS = (36, 36, 24, 20, 16)
SHEET = "事業所"
NOTES = "記入のしかた"
NOTES_HEADER = ("列", "入れるもの")
TEMPLATE_NAME = "事業所一覧_ひな形.xlsx"
LIST_NAME = "事業所一覧"


def template(districts: Iterable[District]) -> bytes:
    """An .xlsx with the header alone, and a second sheet that says what goes where."""
    kinds = "、".join(texts.KINDS[kind] for kind in OrganisationKind)
    places = "、".join(district.name for district in districts)
    notes = [
        ("名称", "必須。正式な名称（120文字まで）"),
        ("カナ", "任意。申込の画面で探すときに使います"),
        ("種別", f"必須。次のどれか：{kinds}"),
        ("圏域", f"必須。次のどれか：{places}"),
        ("事業所番号", "任意。10桁。先頭の0が消えないよう、列を「文字列」にしてから入れてください"),
    ]
    return sheets.workbook(
        [
            sheets.Sheet(SHEET, _header(), [], WIDTHS),
            sheets.Sheet(NOTES, NOTES_HEADER, notes, (16, 90)),
        ],
        about(LIST_NAME),
    )


def listing(offices: Iterable[Organisation]) -> bytes:
    """The organisations in the five columns of the template: it may be edited and taken in again."""
    rows = [
        (one.name, one.kana, texts.KINDS[one.kind], one.district.name, one.number or "") for one in offices
    ]
    return sheets.workbook([sheets.Sheet(SHEET, _header(), rows, WIDTHS)], about(LIST_NAME))


def _header() -> list[str]:
    return list(texts.COLUMNS.values())
