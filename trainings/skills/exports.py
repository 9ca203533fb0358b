"""The matrix as a workbook."""

from __future__ import annotations

from trainings.core import clock
from trainings.core.paper import sheets
from trainings.core.paper.sheets import Cell as SheetCell
from trainings.core.paper.sheets import Sheet
from trainings.core.small_numbers import told
from trainings.core.web import about
from trainings.skills import queries
from trainings.skills.models import Framework


def matrix_workbook(framework: Framework, *, all_groups: bool) -> bytes:
    """Sheets: 一覧 (one row per group and skill), 到達割合 (skill × group), このファイルについて.

    all_groups: False leaves out the figures of small groups (for roles that see no names).
    """
    cells = queries.matrix(framework)
    groups = queries.skill_groups(framework)
    long: list[list[SheetCell]] = []
    wide: list[list[SheetCell]] = []
    for domain, skills in queries.skills_by_domain(framework):
        for skill in skills:
            row: list[SheetCell] = [domain.title, skill.code, skill.title]
            for group in groups:
                cell = cells.get((group, skill.id))
                if cell is None:
                    row.append("対象外")
                    continue
                shown = all_groups or told(cell.n) is not None
                row.append(cell.coverage if shown and cell.coverage is not None else "―")
                long.append(
                    [
                        domain.title,
                        skill.code,
                        skill.title,
                        group,
                        cell.target,
                        cell.n if shown else None,
                        cell.reached if shown else None,
                        cell.coverage if shown else None,
                    ]
                )
            wide.append(row)
    facts: list[list[SheetCell]] = [
        ["スキル表", f"{framework.title}（第{framework.version}版）"],
        ["基準日", f"{clock.today():%Y-%m-%d}"],
        ["対象の人", f"この日までの{queries.SCOPE_DAYS}日に参加した人"],
        ["到達割合", "目標の段階に届いている人 ÷ 対象の人"],
        ["参加だけで届く段階", framework.attend_cap],
        ["使い方", "人の順位づけ、給与や配置の判断には使いません"],
    ]
    return sheets.workbook(
        [
            Sheet(
                "到達割合",
                ["領域", "番号", "スキル", *groups],
                wide,
                [26, 8, 32, *[11] * len(groups)],
                dict.fromkeys(groups, sheets.SHARE),
                keys=3,
            ),
            Sheet(
                "一覧",
                ["領域", "番号", "スキル", "職種のまとまり", "目標", "対象の人", "届いている人", "到達割合"],
                long,
                [26, 8, 32, 24, 8, 10, 12, 10],
                {"到達割合": sheets.SHARE},
            ),
            Sheet("このファイルについて", ["項目", "内容"], facts, [24, 60]),
        ],
        about(framework.title),
    )


def file_name() -> str:
    """20270214_スキル表.xlsx"""
    return sheets.file_name(clock.today(), "スキル表", ending="xlsx")
