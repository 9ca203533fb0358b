"""Which offices a freely typed name may mean."""

import uuid

from trainings.directory.office_names import office_key
from trainings.directory.suggestions import NamedOffice, closest, likeness


def offices(*named: str) -> list[NamedOffice]:
    return [NamedOffice(uuid.UUID(int=n), office_key(name)) for n, name in enumerate(named, start=1)]


def suggested(typed: str, *named: str) -> list[str]:
    found = closest(office_key(typed), offices(*named))
    return [named[office.int - 1] for office in found]


def test_the_same_office_with_its_legal_form_comes_first() -> None:
    assert suggested("医療法人社団 山田医院", "山本医院", "山田医院", "川口薬局") == ["山田医院", "山本医院"]


def test_a_branch_is_suggested_for_its_short_name() -> None:
    assert suggested("けやき薬局", "けやき薬局 駅前店", "ひばり薬局") == ["けやき薬局 駅前店"]


def test_nothing_alike_gives_nothing() -> None:
    assert suggested("さくら訪問看護", "川口歯科", "") == []


def test_at_most_three_are_suggested() -> None:
    assert len(suggested("山田医院", *[f"山田医院{n}号館" for n in range(6)])) == 3


def test_likeness_is_symmetric_and_between_zero_and_one() -> None:
    for one, other in [("山田医院", "山田歯科"), ("a", ""), ("同じ", "同じ")]:
        assert likeness(one, other) == likeness(other, one)
        assert 0 <= likeness(one, other) <= 1
