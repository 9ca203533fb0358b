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


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("０００−５５５ー０１００", "000-555-0100"),
        ("（０００）５５５　０１００", "(000)5550100"),
        ("000.555.0100", "000.555.0100"),
        ("+81 00 555 0100", "+81005550100"),
        ("TEL：000-555-0100", "000-555-0100"),
        ("℡000-555-0100", "000-555-0100"),
        ("電話 000-555-0100", "000-555-0100"),
        ("000-555-0100 内線 １２", "000-555-0100内線12"),
        ("000-555-0100（内線：12）", "000-555-0100内線12"),
        ("000-555-0100(内)12番", "000-555-0100内線12"),
        ("000-555-0100 ext.12", "000-555-0100内線12"),
    ],
)
def test_phone_is_cleaned_where_that_is_certain(typed: str, stored: str) -> None:
    folded = names.phone(typed)

    assert (folded, names.phone(folded), spellings.about_phone(folded)) == (stored, stored, "")


@pytest.mark.parametrize(
    ("typed", "letters"),
    [
        ("O00-555-0I00", "OI"),
        ("000-555-0100 自宅", "自宅"),
        ("000-555-0100 内線 山田", "内線山田"),
        ("000-555-0100、000-555-0101", "、"),
        ("内線12", "内線"),
        ("〇〇〇-555-0100", "〇"),
    ],
)
def test_letters_in_a_phone_number_are_asked_about(typed: str, letters: str) -> None:
    assert spellings.about_phone(names.phone(typed)).startswith(f"電話番号に「{letters}」は使えません")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        *(
            (none, "")
            for none in (
                "なし",
                "無し",
                "ナシ",
                "ありません",
                "0",
                "０００",
                "ー",
                "-",
                "特になし",
                "none",
                " ",
            )
        ),
        ("第１２３４５号", "12345"),
        ("第 00123 号", "00123"),
        ("登録番号：第123号", "123"),
        ("12345号", "12345"),
        ("０１２３-４５", "012345"),
        ("東京都第123号", "東京都第123号"),
        ("10", "10"),
    ],
)
def test_licence_number_that_is_none_is_empty_and_others_lose_what_stands_around_them(
    typed: str, stored: str
) -> None:
    assert (names.licence(typed), names.licence(stored)) == (stored, stored)


@pytest.mark.parametrize("typed", ["a..b.@clinic.example", "mamoru@city", "a@city.local", "a_b@c_d.jp"])
def test_address_of_an_older_rule_is_found_by_it(typed: str) -> None:
    assert spellings.about_mail(names.mail(typed))
    assert spellings.about_known_mail(names.mail(typed)) == ""


@pytest.mark.parametrize("typed", ["mamoru", "mamoru@", "@city.jp", "a@b@city.jp", "美咲@city.jp"])
def test_what_was_never_an_address_is_asked_about_where_one_is_looked_up(typed: str) -> None:
    assert spellings.about_known_mail(typed) == spellings.about_mail(typed) != ""
