"""The rule of who is whom."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainings.directory.identity import Known, Likeness, LinkedBy, Statement, judge

CLINIC, PHARMACY = uuid.UUID(int=101), uuid.UUID(int=102)


def statement(**changes: object) -> Statement:
    values: dict = {
        "family": "高橋",
        "given": "美咲",
        "folded_name": "高橋美咲",
        "family_kana": "タカハシ",
        "given_kana": "ミサキ",
    }
    return Statement(**(values | changes))


def known(number: int, stated: Statement, canonical: int | None = None) -> Known:
    return Known(
        person_id=uuid.UUID(int=number), canonical_id=uuid.UUID(int=canonical or number), stated=stated
    )


@pytest.mark.parametrize(
    ("fact", "tie"),
    [
        ({"licence_number": "123456"}, LinkedBy.LICENCE),
        ({"mail": "misaki@hibari.example"}, LinkedBy.MAIL),
        ({"phone_digits": "09000000001"}, LinkedBy.PHONE),
        ({"organisation_id": CLINIC}, LinkedBy.ORGANISATION),
    ],
)
def test_same_name_and_kana_with_one_more_fact_is_linked(fact: dict, tie: LinkedBy) -> None:
    verdict = judge(statement(**fact), [known(1, statement(**fact))])

    assert (verdict.person_id, verdict.linked_by, verdict.candidates) == (uuid.UUID(int=1), tie, ())


def test_mail_is_compared_without_regard_to_case() -> None:
    verdict = judge(statement(mail="Misaki@a.example"), [known(1, statement(mail="misaki@a.example"))])

    assert verdict.linked_by == LinkedBy.MAIL


@pytest.mark.parametrize(
    "other",
    [
        {"family": "髙橋"},
        {"given": "美沙"},
        {"family_kana": "タカバシ"},
        {"given_kana": ""},
    ],
)
def test_another_kanji_or_kana_is_never_linked_by_rule(other: dict) -> None:
    shared = {"mail": "a@b.example", "phone_digits": "0312345678", "organisation_id": CLINIC}

    verdict = judge(statement(**shared), [known(1, statement(**shared, **other))])

    assert verdict.linked_by is None


def test_nothing_stated_is_nothing_shared() -> None:
    verdict = judge(statement(), [known(1, statement())])

    assert verdict.person_id is None
    assert verdict.candidates == ((uuid.UUID(int=1), Likeness.NAME_AND_KANA),)


def test_a_variant_of_the_kanji_is_proposed() -> None:
    verdict = judge(statement(), [known(1, statement(family="髙橋"))])

    assert verdict.candidates == ((uuid.UUID(int=1), Likeness.NAME_AND_KANA),)


def test_same_kana_at_the_same_office_is_proposed() -> None:
    stored = statement(family="高梁", folded_name="高梁美咲", organisation_id=CLINIC)

    verdict = judge(statement(organisation_id=CLINIC), [known(1, stored)])

    assert verdict.candidates == ((uuid.UUID(int=1), Likeness.KANA_AND_OFFICE),)


def test_same_kana_at_another_office_is_nobody() -> None:
    stored = statement(family="高梁", folded_name="高梁美咲", organisation_id=PHARMACY)

    verdict = judge(statement(organisation_id=CLINIC), [known(1, stored)])

    assert verdict.candidates == ()


OTHER_NAME = {
    "family": "大沢",
    "given": "誠",
    "folded_name": "大沢誠",
    "family_kana": "オオサワ",
    "given_kana": "マコト",
}


def test_the_same_phone_is_proposed() -> None:
    verdict = judge(
        statement(phone_digits="09000000001"), [known(1, statement(phone_digits="09000000001", **OTHER_NAME))]
    )

    assert verdict.candidates == ((uuid.UUID(int=1), Likeness.PHONE),)


def test_the_phone_of_a_shared_office_is_not_proposed() -> None:
    shared = {"phone_digits": "0312345678", "organisation_id": CLINIC}

    verdict = judge(statement(**shared), [known(1, statement(**shared, **OTHER_NAME))])

    assert verdict.candidates == ()


def test_a_phone_that_several_use_is_not_proposed() -> None:
    colleagues = [known(n, statement(phone_digits="0312345678", **OTHER_NAME)) for n in (1, 2)]

    verdict = judge(statement(phone_digits="0312345678"), colleagues)

    assert verdict.candidates == ()


def test_a_changed_family_name_on_the_office_phone_is_proposed() -> None:
    shared = {"phone_digits": "0312345678", "organisation_id": CLINIC}
    married = statement(family="大沢", family_kana="オオサワ", folded_name="大沢美咲", **shared)

    verdict = judge(married, [known(1, statement(**shared))])

    assert verdict.candidates == ((uuid.UUID(int=1), Likeness.PHONE),)


def test_two_rows_of_one_merged_person_are_no_ambiguity() -> None:
    rows = [known(1, statement(mail="a@b.example"), canonical=2), known(2, statement(mail="a@b.example"))]

    verdict = judge(statement(mail="a@b.example"), rows)

    assert verdict.person_id == uuid.UUID(int=2)


def test_two_people_of_one_name_at_one_office_are_not_linked_but_proposed() -> None:
    namesakes = [known(n, statement(organisation_id=CLINIC)) for n in (1, 2)]

    verdict = judge(statement(organisation_id=CLINIC), namesakes)

    assert verdict.person_id is None
    assert verdict.candidates == (
        (uuid.UUID(int=1), Likeness.NAME_AND_KANA),
        (uuid.UUID(int=2), Likeness.NAME_AND_KANA),
    )


def test_a_licence_number_singles_out_one_of_two_namesakes() -> None:
    namesakes = [
        known(1, statement(organisation_id=CLINIC, licence_number="1")),
        known(2, statement(organisation_id=CLINIC, licence_number="2")),
    ]

    verdict = judge(statement(organisation_id=CLINIC, licence_number="2"), namesakes)

    assert (verdict.person_id, verdict.linked_by) == (uuid.UUID(int=2), LinkedBy.LICENCE)


def test_names_without_kana_are_linked_by_mail() -> None:
    foreign = {"family": "Nguyen", "given": "Lan", "folded_name": "nguyenlan"}
    bare = statement(**foreign, family_kana="", given_kana="", mail="lan@b.example")

    verdict = judge(bare, [known(1, bare)])

    assert verdict.linked_by == LinkedBy.MAIL


def test_an_empty_name_is_never_linked() -> None:
    nobody = statement(
        family="", given="", folded_name="", family_kana="", given_kana="", mail="office@b.example"
    )

    verdict = judge(nobody, [known(1, nobody)])

    assert (verdict.person_id, verdict.candidates) == (None, ())


few = st.sampled_from
statements = st.builds(
    statement,
    family=few(["高橋", "髙橋"]),
    given=few(["美咲", "誠"]),
    folded_name=few(["高橋美咲", "高橋誠"]),
    family_kana=few(["タカハシ", ""]),
    given_kana=few(["ミサキ", "マコト"]),
    mail=few(["", "a@b.example", "c@d.example"]),
    phone_digits=few(["", "0312345678", "09000000001"]),
    organisation_id=few([None, CLINIC, PHARMACY]),
    licence_number=few(["", "1", "2"]),
)


@given(said=statements, stored=st.lists(statements, max_size=6), data=st.data())
def test_a_verdict_links_or_proposes_but_never_guesses(
    said: Statement, stored: list[Statement], data: st.DataObject
) -> None:
    roots = [data.draw(st.integers(1, place + 1)) for place in range(len(stored))]
    people = [known(place + 1, one, roots[place]) for place, one in enumerate(stored)]

    verdict = judge(said, people)

    def ties(other: Statement) -> bool:
        return (
            (said.family, said.given, said.family_kana, said.given_kana)
            == (other.family, other.given, other.family_kana, other.given_kana)
        ) and any(
            getattr(said, fact) and getattr(said, fact) == getattr(other, fact)
            for fact in ("mail", "phone_digits", "organisation_id", "licence_number")
        )

    tied = {one.canonical_id for one in people if ties(one.stated)}
    if len(tied) == 1:
        assert next(one for one in people if one.person_id == verdict.person_id).canonical_id in tied
    if not tied:
        assert verdict.person_id is None
    if verdict.person_id is None:
        proposed = [person for person, _ in verdict.candidates]
        assert len(proposed) == len(set(proposed))
        assert set(proposed) <= {one.canonical_id for one in people}
    else:
        assert verdict.candidates == ()


FORMER = {"family": "旧原", "folded_name": "旧原美咲", "family_kana": "キュウハラ"}


@pytest.mark.parametrize("number", ["0912345", "1234", "A-0012", "東京都123456"])
def test_licence_number_is_proposed_whatever_the_names(number: str) -> None:
    verdict = judge(
        statement(licence_number=number), [known(1, statement(licence_number=number, **OTHER_NAME))]
    )

    assert verdict.candidates == ((uuid.UUID(int=1), Likeness.LICENCE),)


@pytest.mark.parametrize("number", ["", "ナシ", "なし", "不明", "0", "0000", "000000", "123", "9999999"])
def test_what_stands_for_no_licence_number_is_not_proposed(number: str) -> None:
    verdict = judge(
        statement(licence_number=number), [known(1, statement(licence_number=number, **OTHER_NAME))]
    )

    assert verdict.candidates == ()


def test_mail_and_given_kana_are_proposed_under_another_family_name() -> None:
    stored = statement(mail="Misaki@a.example", given="美沙季", **FORMER)

    verdict = judge(statement(mail="misaki@a.example"), [known(1, stored)])

    assert verdict.candidates == ((uuid.UUID(int=1), Likeness.MAIL_AND_GIVEN),)


@pytest.mark.parametrize("differs", [{"given_kana": "マコト"}, {"given_kana": ""}, {"mail": "b@a.example"}])
def test_mail_of_an_office_makes_no_colleagues_alike(differs: dict) -> None:
    stored = statement(**(FORMER | {"mail": "a@a.example"} | differs))

    assert judge(statement(mail="a@a.example"), [known(1, stored)]).candidates == ()


def test_given_name_in_latin_letters_counts_without_kana() -> None:
    lan = {"given": "Lan", "family_kana": "", "given_kana": "", "mail": "lan@a.example"}
    stored = statement(**lan, family="Nguyen", folded_name="nguyenlan")

    verdict = judge(statement(**lan, family="Schmidt", folded_name="schmidtlan"), [known(1, stored)])

    assert verdict.candidates == ((uuid.UUID(int=1), Likeness.MAIL_AND_GIVEN),)
