"""The workbook of a run: README, Codebook, Responses, Labels, Cross, Text, Rate. It reads back exactly."""

from __future__ import annotations

from trainings.core import clock
from trainings.core.paper import sheets
from trainings.core.paper.sheets import Cell, Sheet
from trainings.core.paper.workbook_reader import LONGEST_CELL
from trainings.surveys import queries, texts
from trainings.surveys.models import NO_CODE, SurveyRun
from trainings.surveys.questionnaires import Answer, Item, ItemType, Missing
from trainings.surveys.results import ItemResult, Results, Stratum
from trainings.surveys.statistics import Summary

MISSING_CODES = {Missing.NOT_SEEN: "NS", Missing.NO_ANSWER: "NA", Missing.NOT_APPLICABLE: "XX"}
"""Codes of the Responses sheet; no item may use them for an option (see Codebook)."""


def results_workbook(results: Results, *, single_answers: bool) -> bytes:
    """An .xlsx of one closed run. Responses are in random order and carry no id, time or person.

    single_answers: whether there are sheets with one row for each response; not for those who see figures of k only.
    """
    rows = [_responses(results), _labels(results)] if single_answers else []
    return sheets.workbook(
        [
            _readme(results),
            _codebook(results),
            *rows,
            _cross(results),
            _text(results),
            _rate(results),
        ]
    )


def stratum_label(stratum: Stratum) -> str:
    """The name of a group, or what the others are called."""
    if stratum.group is not None:
        return stratum.group.name
    return texts.NO_CODE if stratum.key == NO_CODE else texts.POOLED


def value_label(item: Item, value: Answer) -> Cell:
    """An answer in words; numbers stay numbers."""
    if isinstance(value, Missing):
        return texts.MISSING[value]
    if isinstance(value, int):
        return value
    words = (
        texts.LIKERT
        if item.type == ItemType.LIKERT5
        else {option.code: option.label for option in item.options}
    )
    return "、".join(words.get(code, code) for code in (value if isinstance(value, list) else [value]))


def _readme(results: Results) -> Sheet:
    run = results.run
    rows: list[list[Cell]] = [
        ["催し", run.event.title],
        ["開催日", f"{clock.local(run.event.starts_at):%Y-%m-%d}"],
        ["アンケート", f"{results.document.title}（第{run.version.n}版）"],
        ["設問の指紋（SHA-256）", run.version.sha256],
        ["方式", texts.MODES[run.mode]],
        ["参加した人", results.invited],
        ["回答", results.answered],
        ["まとめる人数", texts.POOLING.format(k=run.k, pooled=texts.POOLED)],
        [texts.NO_CODE, texts.NO_CODE_EXPLAINED.format(k=run.k)],
        [
            "欠測のしるし",
            "　".join(f"{code}＝{texts.MISSING[reason]}" for reason, code in MISSING_CODES.items()),
        ],
        ["行の順番", "回答の行は、届いた順ではなく、でたらめな順です"],
        ["作成", f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"],
    ]
    return Sheet("README", ["項目", "内容"], rows, [24, 80])


def _codebook(results: Results) -> Sheet:
    rows: list[list[Cell]] = []
    for item in results.document.items:
        if item.codes:
            rows += [
                [item.key, item.type.value, item.text, code, value_label(item, code)] for code in item.codes
            ]
        else:
            rows.append([item.key, item.type.value, item.text, "", _range(item)])
        if not item.is_free_text:
            rows += [
                [item.key, item.type.value, item.text, code, texts.MISSING[reason]]
                for reason, code in MISSING_CODES.items()
                if reason != Missing.NOT_APPLICABLE or item.not_applicable
            ]
    return Sheet("Codebook", ["key", "type", "設問", "code", "意味"], rows, [20, 12, 60, 12, 32])


def _range(item: Item) -> str:
    return (
        f"{item.low}から{item.high}までの数" if item.type == ItemType.NUMBER else "自由記述（Textのシート）"
    )


def _columns(results: Results) -> list[Item]:
    return [item for item in results.document.items if not item.is_free_text]


def _code(value: Answer) -> Cell:
    if isinstance(value, Missing):
        return MISSING_CODES[value]
    if isinstance(value, list):
        return ";".join(value)
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _responses(results: Results) -> Sheet:
    labels = {stratum.key: stratum_label(stratum) for stratum in results.strata}
    items = _columns(results)
    rows = [
        [
            labels[row.stratum],
            row.channel,
            *(_code(row.values.get(item.key, Missing.NOT_SEEN)) for item in items),
        ]
        for row in results.rows
    ]
    return Sheet("Responses", ["職種区分", "channel", *(item.key for item in items)], rows, [22, 10])


def _labels(results: Results) -> Sheet:
    labels = {stratum.key: stratum_label(stratum) for stratum in results.strata}
    items = _columns(results)
    rows = [
        [
            labels[row.stratum],
            *(value_label(item, row.values.get(item.key, Missing.NOT_SEEN)) for item in items),
        ]
        for row in results.rows
    ]
    return Sheet("Labels", ["職種区分", *(item.short for item in items)], rows, [22])


def _cross(results: Results) -> Sheet:
    rows: list[list[Cell]] = []
    for result in results.items:
        if result.item.is_free_text:
            continue
        if result.overall.n < results.run.k:
            rows.append(_withheld(result, "全体"))
            continue
        rows += _cross_rows(result, "全体", result.overall)
        for stratum in results.strata:
            label = stratum_label(stratum)
            if stratum.key in result.shown:
                rows += _cross_rows(result, label, result.by_stratum[stratum.key])
            else:
                rows.append(_withheld(result, label))
    return Sheet(
        "Cross",
        ["key", "設問", "職種区分", "n", "code", "意味", "人数", "割合", "平均", "標準偏差", "中央値"],
        rows,
        [20, 40, 20, 8, 10, 24, 8, 10, 10, 10, 10],
        {"割合": sheets.SHARE, "平均": "0.00", "標準偏差": "0.00"},
    )


def _withheld(result: ItemResult, label: str) -> list[Cell]:
    return [result.item.key, result.item.short, label, None, "", texts.WITHHELD, *([None] * 5)]


def _cross_rows(result: ItemResult, label: str, summary: Summary) -> list[list[Cell]]:
    item = result.item
    head: list[Cell] = [item.key, item.short, label, summary.n]
    tail: list[Cell] = [summary.mean, summary.sd, summary.median]
    if not summary.counts:
        return [[*head, "", "", 0, None, *tail]]
    return [
        [
            *head,
            _code(code),
            value_label(item, code) if item.codes else code,
            n,
            n / summary.n if summary.n else None,
            *tail,
        ]
        for code, n in summary.counts.items()
    ]


def _text(results: Results) -> Sheet:
    """Released texts only. A text longer than a cell goes on in the next cells of its row."""
    rows: list[list[Cell]] = []
    shown = queries.shown_texts(results.run) if results.publishable else {}
    for item in results.document.items:
        for body in shown.get(item.key, []):
            pieces = [body[start : start + LONGEST_CELL] for start in range(0, len(body), LONGEST_CELL)]
            rows.append([item.key, item.short, *pieces])
    return Sheet("Text", ["key", "設問", "文", "文（続き）"], rows, [20, 30, 80, 40])


def _rate(results: Results) -> Sheet:
    rows: list[list[Cell]] = [["全体", results.invited, results.answered, results.rate]]
    formats = {"回答率": sheets.SHARE}
    return Sheet("Rate", ["範囲", "参加した人", "回答", "回答率"], rows, formats=formats)


def file_name(run: SurveyRun) -> str:
    """20270214_百人の集い_アンケート結果.xlsx"""
    return sheets.file_name(
        clock.local(run.event.starts_at).date(), run.event.title, "アンケート結果", ending="xlsx"
    )
