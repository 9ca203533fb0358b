"""Somebody whose family name has changed comes to staff as a pair: the licence number, or the mail and the given name, is
the same. Nobody is linked by that alone, and nobody hears of it but staff."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.client import Client
from tests.support.hands import Unit
from trainings.accounts.models import Role
from trainings.directory import actions, queries
from trainings.directory.identity import Likeness
from trainings.directory.models import CandidateState

BEFORE = {"family": "旧原", "given": "春香", "family_kana": "キュウハラ", "given_kana": "ハルカ"}
AFTER = {"family": "新谷", "given": "春香", "family_kana": "シンタニ", "given_kana": "ハルカ"}
LICENCE = {"licence_number": "0912345"}
APART = [{"mail": f"haruka{n}@mail.example", "phone": f"090-0000-090{n}"} for n in (1, 2)]


@pytest.fixture(autouse=True)
def master_data(app: Flask, unit: Unit) -> None:
    with unit():
        actions.load_master_data()


def likenesses() -> list[Likeness]:
    return [pair.likeness for pair in queries.open_candidates()]


@pytest.mark.parametrize(
    ("first", "second", "likeness", "reason"),
    [
        (
            APART[0] | LICENCE,
            APART[1] | {"licence_number": "０９１２３４５"},
            Likeness.LICENCE,
            "登録番号が同じ",
        ),
        (
            APART[0],
            {"mail": "Haruka1@Mail.Example", "phone": "090-0000-0902"},
            Likeness.MAIL_AND_GIVEN,
            "メールと名が同じ（氏がちがう）",
        ),
    ],
    ids=["licence", "mail"],
)
def test_pair_stands_in_the_queue_with_its_reason(
    unit: Unit,
    staff_client: Callable[..., Client],
    first: dict[str, str],
    second: dict[str, str],
    likeness: Likeness,
    reason: str,
) -> None:
    with unit():
        one = actions.recognise_person(**BEFORE, **first)
        other = actions.recognise_person(**AFTER, **second)
        assert (other.person.id != one.person.id, other.linked_by) == (True, None)
        assert likenesses() == [likeness]

    page = staff_client(Role.PLANNER).get("/staff/people/candidates")

    assert page.texts(".versus h3") == ["旧原 春香さんと新谷 春香さん"]
    assert page.texts(".versus .tag") == [reason]


@pytest.mark.parametrize("number", ["", "なし", "0000"])
def test_no_number_makes_no_pair(unit: Unit, number: str) -> None:
    with unit():
        actions.recognise_person(**BEFORE, **APART[0], licence_number=number)
        actions.recognise_person(**AFTER, **APART[1], licence_number=number)

        assert likenesses() == []


def test_number_that_is_told_at_the_next_event_still_leads_to_the_former_name(unit: Unit) -> None:
    """By then the name leads to a person known: themselves, not who they were."""
    with unit():
        former = actions.recognise_person(**BEFORE, **APART[0], **LICENCE).person
        new = actions.recognise_person(**AFTER, **APART[1])
        again = actions.recognise_person(**AFTER, **APART[1], **LICENCE)

        assert again.person.id == new.person.id
        (pair,) = again.candidates
        assert (pair.person_id, pair.other_id, pair.likeness) == (new.person.id, former.id, Likeness.LICENCE)


def test_pair_that_staff_told_apart_is_not_asked_about_again(unit: Unit) -> None:
    with unit():
        actions.recognise_person(**BEFORE, **APART[0], **LICENCE)
        (pair,) = actions.recognise_person(**AFTER, **APART[1], **LICENCE).candidates
        actions.decide_distinct(candidate_id=pair.id, staff_id=None)

        actions.recognise_person(**AFTER, **APART[1], **LICENCE)
        actions.recognise_person(**BEFORE, **APART[0], **LICENCE)

        assert (likenesses(), pair.state) == ([], CandidateState.DISTINCT)
