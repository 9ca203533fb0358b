"""Which spellings of an office's name are one office for a cap."""

import pytest

from trainings.directory.office_names import office_key

ONE = "ひばり訪問看護"


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "ひばり 訪問看護",
            "ひばり　訪問看護",
            " ひばり訪問看護　",
            "ヒバリ訪問看護",
            "ﾋﾊﾞﾘ訪問看護",
            "ﾋﾊﾞﾘ　訪問看護",
        ),
        *(
            "株式会社ひばり訪問看護",
            "（株）ひばり訪問看護",
            "(株) ひばり訪問看護",
            "㈱ひばり訪問看護",
            "ひばり訪問看護（株）",
        ),
        *("有限会社　ひばり訪問看護", "㈲ひばり訪問看護", "合同会社 ひばり訪問看護"),
    ],
)
def test_width_blanks_kana_and_legal_form_make_no_other_office(typed: str) -> None:
    assert office_key(typed) == office_key(ONE)


@pytest.mark.parametrize(
    "typed", ["ひばり訪問看護 駅前", "ひばり薬局", "ひばり", "ひばり訪問看護2", "第二ひばり訪問看護"]
)
def test_another_name_is_another_office(typed: str) -> None:
    assert office_key(typed) != office_key(ONE)


def test_name_of_nothing_but_a_legal_form_is_itself() -> None:
    assert office_key("株式会社") == "株式会社" != office_key("有限会社")


def test_no_name_is_no_office() -> None:
    assert office_key("") == office_key("　") == ""
