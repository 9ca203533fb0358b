"""Names stay as typed, to the code point; what serves matching is folded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainings.core import names

COMPATIBLE = "\ufa19\uf9dc"
"""Two ideographs that any normalisation would replace by others."""


@pytest.mark.parametrize("name", ["髙橋", "山﨑", "𠮷田", "森鷗外", COMPATIBLE, "Lê Thị", "が"])
def test_as_typed_keeps_every_code_point(name: str) -> None:
    assert names.as_typed(name) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 鈴木 ", "鈴木"),
        ("　鈴木\t", "鈴木"),
        ("鈴\u200b木", "鈴木"),
        ("鈴木\x00", "鈴木"),
        ("鈴木　花子", "鈴木　花子"),
        (None, ""),
    ],
)
def test_as_typed_strips_outer_spaces_and_invisible_characters(typed: str | None, kept: str) -> None:
    assert names.as_typed(typed) == kept


@pytest.mark.parametrize("typed", ["スズキ", "すずき", "ｽｽﾞｷ", " すずき "])
def test_kana_is_katakana_of_full_width(typed: str) -> None:
    assert names.kana(typed) == "スズキ"


@pytest.mark.parametrize(
    "typed",
    ["090-1234-5678", "０９０−１２３４−５６７８", "090ー1234ー5678", "090 1234 5678", "(090)12345678"],
)
def test_phone_digits_are_the_same_however_typed(typed: str) -> None:
    assert names.phone_digits(typed) == "09012345678"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Taro@Clinic.Example", "Taro@clinic.example"),
        ("ｔａｒｏ＠clinic.example ", "taro@clinic.example"),
        ("ta ro@clinic.example", "taro@clinic.example"),
        ("a..b.@carrier.example", "a..b.@carrier.example"),
        ("taro", "taro"),
    ],
)
def test_mail_folds_the_domain_and_leaves_the_local_part(typed: str, stored: str) -> None:
    assert names.mail(typed) == stored


@pytest.mark.parametrize("typed", ["k12-0478", "Ｋ１２－０４７８", "K12 - 0478", "K12‐0478"])
def test_code_is_the_same_however_typed(typed: str) -> None:
    assert names.code(typed) == "K12-0478"


def test_number_keeps_leading_zeros() -> None:
    assert names.number("００1-234５") == "0012345"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("𠮷田", "吉田"),
        ("スズキ ハナコ", "すずきはなこ"),
        ("ＡＢＣ", "abc"),
        ("渡邊", "渡辺"),
    ],
)
def test_search_key_joins_what_people_write_differently(one: str, other: str) -> None:
    assert names.search_key(one) == names.search_key(other)


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    for fold in (names.as_typed, names.kana, names.phone, names.number, names.mail, names.code):
        assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "typed",
    [
        "http://evil.example/ に今すぐサインイン",
        "ｈｔｔｐｓ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ",
        "hxxps://evil.example",
        "WWW．evil",
        "evil。com",
        "evil｡com へ",
        "当選です bit.ly/x",
        "ケア.com",
        "evil.co.jp",
        "e\u200bvil.e\u200bxample",
        "taro@clinic.example",
        "ｔａｒｏ＠ｃｌｉｎｉｃ",
        "192.0.2.7/",
        "サインイン.みんな",
        "dr.com",
    ],
)
def test_address_is_seen_in_whatever_width(typed: str) -> None:
    assert names.holds_address(typed)


@pytest.mark.parametrize(
    "typed",
    [
        *("髙橋", "美咲", "O'Neill", "J.R. Smith", "St.Mary", "St. Mary", "Dr.Moriクリニック", "Jean-Luc"),
        *(
            "株式会社Q.O.L",
            "在宅ケア・こころ",
            "けやき訪問看護ステーション。",
            "ＮＰＯ法人 結（ゆい）",
            "第2病院",
            "",
        ),
        *("A.I.ケア", "N.Y.クリニック", "24時間対応型訪問介護", "高橋、鈴木"),
    ],
)
def test_name_of_a_person_or_an_office_is_no_address(typed: str) -> None:
    assert not names.holds_address(typed)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("至急０３－１２３４－５６７８へ", True),
        ("0120 000 000", True),
        ("高橋2", False),
        ("ミサキ100", False),
    ],
)
def test_phone_number_is_seen_in_a_name(typed: str, found: bool) -> None:
    assert names.holds_phone(typed) is found
