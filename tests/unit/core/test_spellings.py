"""What is certain is cleaned, what is not is asked about, in words that name it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trainings.core import names, spellings

KANA = json.loads((Path(__file__).parent / "kana_vectors.json").read_text("utf-8"))
"""The same table is held against the desk's own check in a browser."""


@pytest.mark.parametrize("case", KANA, ids=lambda case: f"{case['name']}: {case['kana']}")
def test_kana_is_kana_or_asked_about(case: dict[str, str]) -> None:
    folded = names.kana(case["kana"])
    if not folded:
        assert names.is_latin(case["name"]) is (case["wrong"] == "")
    else:
        assert bool(spellings.about_kana("セイ", folded, name=case["name"])) is (case["wrong"] == "strange")


@pytest.mark.parametrize(
    ("name", "kana", "said"),
    [
        ("高橋", "高橋", "セイに漢字「高橋」が入っています。カタカナかひらがなで入力してください"),
        ("高橋", "タカハシ1", "セイに「1」は使えません。カタカナかひらがなで入力してください"),
        ("Schmidt", "Schmidt", "ローマ字のお名前の方は、セイを空けたままにしてください"),
    ],
)
def test_sentence_about_kana_names_what_is_wrong(name: str, kana: str, said: str) -> None:
    assert spellings.about_kana("セイ", names.kana(kana), name=name) == said


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("へ\u3099み", "ベミ"),
        ("ﾍﾞﾐ", "ベミ"),
        ("たろ-", "タロー"),
        ("サト− タロ－", "サトー タロー"),
        ("タ-カ", "タ-カ"),
        ("スミス＝ジョーンズ", "スミス＝ジョーンズ"),
    ],
)
def test_kana_is_cleaned_where_that_is_certain(typed: str, stored: str) -> None:
    assert names.kana(typed) == stored


@pytest.mark.parametrize("kana", ["ケヤキ24ジカンクリニック", "NPO ケヤキ", "ケヤキ(ホンテン)", ""])
def test_kana_of_an_office_may_hold_figures_and_latin_letters(kana: str) -> None:
    assert spellings.about_kanji_in_kana("カナ", kana) == ""


def test_kanji_in_the_kana_of_an_office_is_asked_about() -> None:
    assert "漢字「薬局」" in spellings.about_kanji_in_kana("カナ", "ケヤキ薬局")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        *(
            (typed, "kensho@mail.example")
            for typed in (
                "kensho@mail.example、",
                "<kensho@mail.example>",
                "mailto:kensho@mail.example",
                "kensho@mail.example;",
                "kensho@mail.example.",
                "ｋｅｎｓｈｏ＠ｍａｉｌ．ｅｘａｍｐｌｅ",
                "検証 <kensho@mail.example>",
                "＜kensho@mail.example＞",
                "「kensho@mail.example」",
                "MAILTO:<kensho@Mail.Example>;",
                "kensho＠mail.example。",
                "(kensho@mail.example)",
                "kensho@ mail.example",
                "kensho@mail.example；",
            )
        ),
        ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
        ('"a..b."@docomo.ne.jp', "a..b.@docomo.ne.jp"),
        ("a..b.@xx.ezweb.ne.jp,", "a..b.@xx.ezweb.ne.jp"),
        ("a.@au.com", "a.@au.com"),
        ("o'neill+city@clinic.example", "o'neill+city@clinic.example"),
        ("a@xn--wgv71a119e.jp", "a@xn--wgv71a119e.jp"),
    ],
)
def test_mail_that_is_certain_is_cleaned_and_taken(typed: str, stored: str) -> None:
    assert (names.mail(typed), spellings.about_mail(names.mail(typed))) == (stored, "")


FORM = "メールアドレスは、name@example.jp のような形で入力してください"
DOTS = "メールアドレスの点「.」が続いているか、「@」のとなりにあります。入力しなおしてください"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "けんしょう@mail.example",
            "メールアドレスに「けんしょう」は使えません。半角の英数字で入力してください",
        ),
        (
            "kensho@mail。example.jp",
            "メールアドレスに「。」は使えません。半角の英数字で入力してください。「kensho@mail.example.jp」ではありませんか",
        ),
        ("kensho@めーる.jp", "メールアドレスに「めーる」は使えません。半角の英数字で入力してください"),
        ("kensho", "メールアドレスに「@」がありません。name@example.jp のような形で入力してください"),
        (
            "a@b.example,c@d.example",
            "メールアドレスに「@」が2つ以上あります。アドレスを1つだけ入力してください",
        ),
        ("a..b@clinic.example", DOTS),
        ("a.@clinic.example", DOTS),
        (".a@docomo.ne.jp", DOTS),
        ("a..b@evil-au.com", DOTS),
        ("a@clinic..example", DOTS),
        *(
            (typed, FORM)
            for typed in (
                "a@",
                "@clinic.example",
                "a@b",
                "a@-b.jp",
                "a@b_c.jp",
                "a@[127.0.0.1]",
                "a@127.0.0.1",
                "a@city.local",
                'a"b@clinic.example',
                "a<b@clinic.example",
                f"{'a' * 65}@clinic.example",
                f"a@{'b.' * 130}jp",
            )
        ),
    ],
)
def test_mail_that_is_not_certain_is_asked_about(typed: str, said: str) -> None:
    assert spellings.about_mail(names.mail(typed)) == said
