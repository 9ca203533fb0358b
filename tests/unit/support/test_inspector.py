"""The inspector must see every kind of fault, or it proves nothing."""

import pytest

from tests.support.inspector import DOOR_POLICY, POLICY, header_problems, page_problems

GOOD = """<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>申込 - つどい</title><link rel="stylesheet" href="/static/css/app.css">
<script type="module" src="/static/js/door.js"></script></head>
<body><a class="skip" href="#main">本文へ</a><main id="main"><h1>申込</h1>
<form method="post" novalidate><input type="hidden" name="csrf_token" value="x">
<label for="mei">名</label><input id="mei" name="mei" aria-describedby="mei-h"><p id="mei-h">漢字で</p>
<fieldset><legend>立場</legend><label><input type="radio" name="g" value="a">医科</label>
<label><input type="radio" name="g" value="b">薬局</label></fieldset><button>確認へ進む</button></form>
<h2>席</h2><table><caption>席の数</caption><tr><th scope="col">区分</th></tr><tr><td>医科</td></tr></table>
<svg role="img" aria-label="棒"><rect width="3" height="8"/></svg>
<ul><li><a href="/events">一覧</a></li></ul></main></body></html>"""

WRONG = (
    GOOD.replace("<title>", "<title>エラー：")
    .replace(
        "<form",
        '<div class="error-summary" role="alert" tabindex="-1"><h2>1件</h2>'
        '<ul><li><a href="#mei" class="to-field">名を入力してください</a></li></ul></div><form',
        1,
    )
    .replace('id="mei" name', 'id="mei" aria-invalid="true" name')
)


def test_page_problems_passes_a_good_page() -> None:
    assert page_problems(GOOD, 200) == []


def test_page_problems_passes_a_good_error_page() -> None:
    assert page_problems(WRONG, 422) == []


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("</h1>", "", "HTML: line"),
        ("<h2>席</h2>", "<p>席<p></div>", "HTML: line"),
        ("<h2>席</h2>", '<p class="a" class="b">席</p>', "HTML: line"),
        ('lang="ja"', 'lang="en"', 'lang="ja"'),
        ("<h2>席</h2>", "<h1>席</h1>", "2 h1"),
        ("<title>申込", "<title>もうしこみ", "does not begin"),
        ("<title>申込", "<title>エラー：申込", "does not begin"),
        ("<h1>申込", "<h1>", "does not begin"),
        ("<h2>席</h2>", "<h3>席</h3>", "skips a level"),
        ("<h2>席", "<h2>", "is empty"),
        ('id="mei-h"', 'id="mei"', "occurs 2 times"),
        ('id="mei-h"', "", "points to 'mei-h'"),
        ('for="mei"', 'for="sei"', "points to 'sei'"),
        ('for="mei"', "", "has no label"),
        (">名</label>", "></label>", "has no label"),
        ('name="mei"', 'name="mei" placeholder="花子"', "placeholder"),
        ("<button>", "<button disabled>", "is disabled"),
        ("確認へ進む", "", "has no text"),
        ("<legend>立場</legend>", "", "no fieldset with a legend"),
        ('name="csrf_token"', 'name="token"', "0 CSRF tokens"),
        (" novalidate", "", "novalidate"),
        ('method="post"', 'method="get"', "CSRF token in the address"),
        ('method="post"', 'method="post" action="https://elsewhere.example/"', "goes to"),
        ('id="mei" name', 'id="mei" type="file" name', "no enctype"),
        ('id="mei" name', 'id="mei" aria-invalid="true" name', "shows errors but answers 200"),
        ('id="mei" name', 'id="mei" aria-invalid="true" name', "0 error summaries"),
        ("<h2>席</h2>", "<style>p {}</style>", "style element"),
        ("<h2>", '<h2 style="color:red">', "inline style"),
        ("<h2>", '<h2 onclick="go()">', "inline onclick"),
        ("<h2>席</h2>", "<script>go()</script>", "inline script"),
        ('"/static/js/door.js"', '"https://cdn.example/door.js"', "another host"),
        ('href="/events"', 'href="javascript:go()"', "javascript: address"),
        ('href="/events"', "", "leads nowhere"),
        (">一覧</a>", "></a>", "has no text"),
        (">一覧</a>", "><button>一覧</button></a>", "inside another"),
        ("<h2>席</h2>", '<img src="/static/a.png">', "has no alt"),
        (' aria-label="棒"', "", "says nothing"),
        (' role="img"', "", "neither role=img nor hidden"),
        ("<ul><li>", "<ul><div></div><li>", "is a child of <ul>"),
        ("<caption>席の数</caption>", "", "no caption"),
        (' scope="col"', "", "no scope"),
        ('<main id="main">', '<main id="main"><main></main>', "2 main elements"),
        ('href="#main"', 'href="#content"', "points to '#content'"),
        ('name="viewport"', 'name="robots"', "no viewport"),
    ],
)
def test_page_problems_sees_each_fault(was: str, becomes: str, says: str) -> None:
    assert was in GOOD

    problems = page_problems(GOOD.replace(was, becomes, 1), 200)

    assert any(says in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("<title>エラー：", "<title>", "does not begin"),
        ('role="alert"', "", "role=alert"),
        ('href="#mei" class="to-field"', 'href="#x"', "no link of the error summary"),
        ('tabindex="-1"', "", "cannot take the focus"),
        (' aria-describedby="mei-h"', "", "not described"),
    ],
)
def test_page_problems_sees_each_fault_of_an_error_page(was: str, becomes: str, says: str) -> None:
    assert was in WRONG

    problems = page_problems(WRONG.replace(was, becomes, 1), 422)

    assert any(says in problem for problem in problems), problems


def test_page_problems_allows_data_for_search_engines() -> None:
    event = '<script type="application/ld+json">{"@type": "Event"}</script>'

    assert page_problems(GOOD.replace("<h2>席</h2>", event), 200) == []


HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


def test_header_problems_passes_strict_headers() -> None:
    assert header_problems(HEADERS, is_page=True) == []


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_header_problems_misses_each_header(name: str) -> None:
    assert header_problems({**HEADERS, name: ""}, is_page=True) != []


def test_header_problems_lets_only_the_door_run_webassembly() -> None:
    door = HEADERS | {"Content-Security-Policy": DOOR_POLICY}

    assert header_problems(door, is_page=True) != []
    assert header_problems(door | {"Permissions-Policy": "camera=(self), microphone=()"}, is_page=True) == []
