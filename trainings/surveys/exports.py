"""The workbook of a run: first what the screen says, behind it the sheets for research. It reads back exactly."""

from __future__ import annotations

from trainings.core import clock
from trainings.core.paper import sheets
from trainings.core.paper.sheets import Cell, Sheet
from trainings.core.paper.workbook_reader import LONGEST_CELL
from trainings.events.heads import about_event
from trainings.surveys import queries, texts
from trainings.surveys.models import NO_CODE, SurveyRun
from trainings.surveys.questionnaires import Answer, Item, ItemType, Missing
from trainings.surveys.results import ItemResult, Results, Stratum
from trainings.surveys.statistics import Summary

MISSING_CODES = {Missing.NOT_SEEN: "NS", Missing.NO_ANSWER: "NA", Missing.NOT_APPLICABLE: "XX"}
"""Codes of the sheet of answers; no item may use them for an option (see CODEBOOK)."""
SUMMARY, README, CODEBOOK = "まとめ", "このファイルについて", "設問と記号"
RESPONSES, LABELS = "回答（記号）", "回答（ことば）"
CROSS, TEXT, RATE = "職種ごとの集計", "自由記述", "回収率"
WHOLE = "全体"


def results_workbook(results: Results, *, single_answers: bool) -> bytes:
    """An .xlsx of one closed run. Responses are in random order and carry no id, time or person.

    single_answers: whether there are sheets with one row for each response; not for those who see figures of k only.
    """
    rows = [_responses(results), _labels(results)] if single_answers else []
    return sheets.workbook(
        [
            _summary(results),
            _readme(results),
            _codebook(results),
            *rows,
            _cross(results),
            _text(results),
            _rate(results),
        ],
        about_event(results.run.event),
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


def _summary(results: Results) -> Sheet:
    """What the page of results shows, in its order: agreement by group, then the other questions."""
    columns = {stratum.key: f"{stratum_label(stratum)}（{stratum.n}人）" for stratum in results.strata}
    blank: list[Cell] = [None] * len(columns)
    rows: list[list[Cell]] = [["回収", "参加した人のうち", results.answered, results.rate, None, *blank]]
    for result in results.likert:
        whole = result.overall
        agreed = round(whole.agree * whole.n) if whole.agree is not None else None
        by_group: list[Cell] = [
            result.by_stratum[key].agree if key in result.shown else "―" for key in columns
        ]
        rows.append([result.item.short, "そう思う計", agreed, whole.agree, whole.mean, *by_group])
    for result in results.others:
        whole = result.overall
        if not result.item.codes:
            rows.append([result.item.short, "平均", whole.n, None, whole.mean, *blank])
        for option in result.item.options if result.item.codes else ():
            chosen = whole.counts[option.code]
            rows.append(
                [result.item.short, option.label, chosen, chosen / whole.n if whole.n else None, None, *blank]
            )
    return Sheet(
        SUMMARY,
        ["項目", "答え", "人数", "割合", "平均", *columns.values()],
        rows,
        [36, 24, 8, 8, 8, *[14] * len(columns)],
        {"割合": sheets.SHARE, "平均": "0.0", **dict.fromkeys(columns.values(), sheets.SHARE)},
        keys=2,
    )


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
    return Sheet(README, ["項目", "内容"], rows, [24, 80])


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
    return Sheet(CODEBOOK, ["key", "type", "設問", "code", "意味"], rows, [20, 12, 60, 12, 32])


def _range(item: Item) -> str:
    return (
        f"{item.low}から{item.high}までの数"
        if item.type == ItemType.NUMBER
        else f"自由記述（「{TEXT}」のシート）"
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
    return Sheet(RESPONSES, ["職種区分", "channel", *(item.key for item in items)], rows, [22, 10])


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
    return Sheet(LABELS, ["職種区分", *(item.short for item in items)], rows, [22])


def _cross(results: Results) -> Sheet:
    rows: list[list[Cell]] = []
    for result in results.items:
        if result.item.is_free_text:
            continue
        if result.overall.n < results.run.k:
            rows.append(_withheld(result, WHOLE))
            continue
        rows += _cross_rows(result, WHOLE, result.overall)
        for stratum in results.strata:
            label = stratum_label(stratum)
            if stratum.key in result.shown:
                rows += _cross_rows(result, label, result.by_stratum[stratum.key])
            else:
                rows.append(_withheld(result, label))
    return Sheet(
        CROSS,
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
    return Sheet(TEXT, ["key", "設問", "文", "文（続き）"], rows, [20, 30, 80, 40])


def _rate(results: Results) -> Sheet:
    rows: list[list[Cell]] = [[WHOLE, results.invited, results.answered, results.rate]]
    formats = {"回答率": sheets.SHARE}
    return Sheet(RATE, ["範囲", "参加した人", "回答", "回答率"], rows, formats=formats)


def file_name(run: SurveyRun) -> str:
    """20270214_百人の集い_アンケート結果.xlsx"""
    return sheets.file_name(
        clock.local(run.event.starts_at).date(), run.event.title, "アンケート結果", ending="xlsx"
    )
