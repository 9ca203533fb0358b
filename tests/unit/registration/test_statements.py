"""When a name can be a correction of another one."""

import pytest

from trainings.registration.statements import NameParts, is_somebody_else

KEIKO = ("佐藤", "恵子", "サトウ", "ケイコ")


@pytest.mark.parametrize(
    "after",
    [
        ("鈴木", "恵子", "スズキ", "ケイコ"),  # married
        ("佐藤", "慶子", "サトウ", "ケイコ"),
        ("斎藤", "慶子", "サイトウ", "ケイコ"),
        ("佐藤", "恵", "サトウ", "ケイ"),
        ("恵子", "佐藤", "ケイコ", "サトウ"),  # the two fields were mixed up
        ("佐藤", "恵子", "", ""),
        ("佐東", "恵古", "サトオ", "ケイコオ"),
    ],
)
def test_correction_is_the_same_person(after: NameParts) -> None:
    assert not is_somebody_else(KEIKO, after)


@pytest.mark.parametrize(
    "after",
    [
        ("山田", "太郎", "ヤマダ", "タロウ"),
        (
            "山田",
            "順子",
            "ヤマダ",
            "ジュンコ",
        ),  # nothing in common but a letter that half of all colleagues have
        ("佐藤", "太郎", "サトウ", "タロウ"),
        ("山田", "順子", "", ""),
    ],
)
def test_another_name_is_somebody_else(after: NameParts) -> None:
    assert is_somebody_else(KEIKO, after)
