"""Charts: numbers are drawn in proportion, what is too much stays visible, and PDF and browser agree on colours."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.unit.look.conftest import ROOT

CSS = ROOT / "static" / "css"
ANSWERS = {"1": "まったく", "2": "あまり", "3": "どちらとも", "4": "そう", "5": "とても"}


def _percent(given: str) -> float:
    assert given.endswith("%")
    return float(given[:-1])


def _variables() -> dict[str, str]:
    """Custom properties by name, as they stand in tokens.css and base.css."""
    text = (ROOT / "static/vendor/tokens.css").read_text() + (CSS / "base.css").read_text()
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", text))


def _colour(value: str, variables: dict[str, str]) -> str:
    """A literal colour in six digits."""
    while found := re.fullmatch(r"var\((--[\w-]+)\)", value.strip()):
        value = variables[found[1]]
    digits = value.strip().removeprefix("#")
    return "#" + ("".join(2 * digit for digit in digits) if len(digits) == 3 else digits)


def _drawn_by_css(css_class: str) -> dict[str, str]:
    """What charts.css says of a class: fill, stroke, stroke-width, font-size …, colours in six digits."""
    text = re.sub(r"/\*.*?\*/", "", (CSS / "charts.css").read_text(), flags=re.DOTALL)
    said: dict[str, str] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        if any(one.strip().split(" ")[-1] == f".{css_class}" for one in selectors.split(",")):
            said |= {
                name.strip(): value.strip() for name, value in re.findall(r"([\w-]+)\s*:\s*([^;]+)", body)
            }
    return _plain(said)


def _plain(said: dict[str, str]) -> dict[str, str]:
    variables = _variables()
    return {
        name: _colour(value, variables)
        if name in ("fill", "stroke") and value != "none"
        else value.removesuffix("px")
        for name, value in said.items()
    }


def test_drawings_look_the_same_without_the_style_sheet(room: Any) -> None:
    pens = room("charts").PENS

    assert len(pens) > 20
    for css_class, attributes in pens.items():
        assert _plain(dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))) == _drawn_by_css(css_class), (
            css_class
        )


def test_groups_have_the_same_colours_on_paper_and_on_the_screen(room: Any) -> None:
    variables = _variables()
    on_screen = {
        css: _colour(value, variables)
        for css, value in re.findall(r"\.(g-\w\w) \{ --g: ([^;]+);", (CSS / "base.css").read_text())
    }

    assert on_screen == room("charts").GROUPS
    assert len(on_screen) == 10


def test_bars_are_as_long_as_their_numbers(room: Any, read: Any) -> None:
    page = read(room("charts").bars("方法", [("Web", 100), ("電話", 25), ("FAX", 0)]))

    long, short, none = (_percent(bar["width"]) for bar in page.all("rect"))
    assert long == pytest.approx(4 * short)
    assert none == 0
    assert [cell.text for cell in page.all(".bars__num")] == ["100件", "25件", "0件"]


def test_bars_without_rows_say_so(room: Any, read: Any) -> None:
    page = read(room("charts").bars("方法", []))

    assert "まだありません" in page.one("figure").text
    assert page.all("table") == []


def test_seats_over_the_cap_are_hollow_and_stretch_the_scale(room: Any, read: Any, nurses: Any) -> None:
    row = {"group": nurses, "number": 31, "reserved": 16, "cap": 24, "note": ""}

    page = read(room("charts").seats("席", [row]))

    inside, beyond = page.one("td .c-g"), page.one("td .c-over")
    cap = _percent(page.one("td .c-cap")["x1"])
    assert _percent(inside["width"]) == pytest.approx(cap)
    assert _percent(beyond["x"]) == pytest.approx(cap)
    assert _percent(beyond["width"]) / _percent(inside["width"]) == pytest.approx(7 / 24, abs=1e-3)
    assert _percent(beyond["x"]) + _percent(beyond["width"]) <= 100
    assert page.one(".bars__num").text == "31 ／ 16–24"


def test_seats_without_a_cap_are_never_too_many(room: Any, read: Any, nurses: Any) -> None:
    row = {"group": nurses, "number": 31, "reserved": 0, "cap": None, "note": ""}

    page = read(room("charts").seats("席", [row]))

    assert page.all("td .c-over") + page.all("td .c-cap") + page.all("td .c-track") == []
    assert page.one(".bars__num").text == "31 ／ 0–なし"


@pytest.mark.parametrize(("peak", "ticks"), [(1, ["1"]), (4, ["1", "2", "3", "4"]), (27, ["10", "20", "30"])])
def test_days_have_few_round_lines(room: Any, read: Any, peak: int, ticks: list[str]) -> None:
    page = read(room("charts").days("日ごと", [("12/14", 0), ("12/15", peak)]))

    assert [text.text for text in page.all("text") if text.get("x") == "0"] == ticks
    assert [cell.text for cell in page.all("details tbody td")] == ["0", str(peak)]


def test_likert_bars_hang_on_the_middle_of_the_neutral_answer(room: Any, read: Any) -> None:
    rows = [
        {"label": "甲", "counts": {"1": 0, "2": 1, "3": 6, "4": 35, "5": 36}, "n": 78, "agree": 71 / 78, "mean": 4.36},
        {"label": "乙", "counts": {"1": 9, "2": 9, "3": 2, "4": 0, "5": 0}, "n": 20, "agree": 0, "mean": 1.65},
    ]  # fmt: skip

    page = read(room("charts").likert("答え", rows, ANSWERS))

    for row, drawing in zip(rows, page.all(".bars__bar svg"), strict=True):
        middle = _percent(drawing.one("line")["x1"])
        neutral = drawing.one(".l3")
        assert _percent(neutral["x"]) + _percent(neutral["width"]) / 2 == pytest.approx(middle, abs=0.02)
        pieces = [_percent(piece["width"]) for piece in drawing.all("rect")]
        ends = [_percent(piece["x"]) + _percent(piece["width"]) for piece in drawing.all("rect")]
        assert max(ends) <= 100
        shares = [count for code in "12453" if (count := row["counts"][code])]  # type: ignore[index]
        assert [round(piece / sum(pieces), 2) for piece in pieces] == [
            round(one / row["n"], 2) for one in shares
        ]  # type: ignore[operator]
    assert [cell.text for cell in page.all("td.bars__num")] == ["91％", "4.36", "0％", "1.65"]
    assert "20人" in page.all("tbody .bars__name")[1].text
    assert "人" not in page.all("tbody .bars__name")[0].text


def test_likert_row_without_answers_shows_a_dash(room: Any, read: Any) -> None:
    row = {"label": "甲", "counts": dict.fromkeys("12345", 0), "n": 0, "agree": 0, "mean": 0}

    page = read(room("charts").likert("答え", [row], ANSWERS))

    assert [cell.text for cell in page.all("td.bars__num")] == ["―", "―"]


@pytest.mark.parametrize("people", [1, 4, 7, 40, 120])
def test_every_person_is_one_dot(room: Any, read: Any, nurses: Any, people: int) -> None:
    page = read(
        room("charts").dots("確率", [{"group": nurses, "points": [(0.559, people)], "range": "55.9"}])
    )

    dots = page.all("circle")
    assert len(dots) == people
    assert len({(dot["cy"], dot["transform"]) for dot in dots}) == people
    assert {dot["cx"] for dot in dots} == {"55.90%"}
    assert all(0 < float(dot["cy"]) < 34 for dot in dots)


def test_heat_cells_speak_whole_sentences(room: Any, read: Any, nurses: Any) -> None:
    row = {"label": "入退院支援", "cells": [{"text": "40", "shade": 2, "link": "/cell"}]}

    page = read(room("charts").heat("表", [nurses], [{"label": "5 場面", "domain": True}, row]))

    assert page.one("td.h2 a").spoken == "入退院支援 看護 40"
    assert page.one("tr.domain th").text == "5 場面"


def test_heat_cell_without_a_number_has_no_shade(room: Any, read: Any, nurses: Any) -> None:
    row = {"label": "入退院支援", "cells": [{"text": "少数", "shade": None}]}

    page = read(room("charts").heat("表", [nurses], [row]))

    assert page.one("td.hx").text == "少数"


def test_slopes_rise_when_people_grew(room: Any, read: Any) -> None:
    page = read(room("charts").slopes("力", [{"label": "理解", "before": 0, "after": 4}]))

    line = page.one(".slope .c-brand-line")
    assert (line["y1"], line["y2"]) == ("140.0", "16.0")
    assert page.one(".slope")["aria-label"] == "理解。参加する前 0.0、今 4.0"


def test_odds_lie_within_their_range(room: Any, read: Any) -> None:
    page = read(room("charts").odds(0.559, 0.429, 1))

    band = page.one("rect")
    assert (band["x"], band["width"], page.one("circle")["cx"]) == ("42.90%", "57.10%", "55.90%")
    assert page.one("svg")["aria-label"].endswith("あなた 55.9％、いちばん高い方 100.0％")


def test_charts_offer_their_numbers(room: Any, read: Any, nurses: Any) -> None:
    charts = room("charts")

    for given in (
        charts.bars("方法", [("Web", 1)], csv="/n.csv"),
        charts.days("日ごと", [("1/1", 1)], csv="/n.csv"),
        charts.seats(
            "席", [{"group": nurses, "number": 1, "reserved": 0, "cap": 2, "note": ""}], csv="/n.csv"
        ),
        charts.dots("確率", [{"group": nurses, "points": [(1, 1)], "range": "100"}], csv="/n.csv"),
    ):
        assert read(given).one("a[href='/n.csv']").text == "CSVで受け取る"
