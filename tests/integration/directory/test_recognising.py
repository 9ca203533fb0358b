"""Who is whom when somebody applies: against real tables."""

import pytest

from tests.support.applying import MAKOTO, MISAKI, make_office, make_person
from tests.support.hands import Unit
from trainings.audit.queries import entries_of_subject
from trainings.directory import actions, queries
from trainings.directory.identity import Likeness, LinkedBy
from trainings.directory.models import CandidateState, Person


@pytest.fixture(autouse=True)
def master_data(unit: Unit) -> None:
    with unit():
        actions.load_master_data()


def test_a_second_application_with_the_same_mail_is_linked_with_an_audit_line(unit: Unit) -> None:
    with unit():
        first = actions.recognise_person(**MISAKI, mail="misaki@hibari.example")
        second = actions.recognise_person(
            **MISAKI, mail="Ｍisaki@HIBARI.example", phone="０９０ー０００ー１１１１"
        )

    with unit():
        lines = entries_of_subject("person", first.person.id)
        assert (first.linked_by, second.linked_by) == (None, LinkedBy.MAIL)
        assert second.person.id == first.person.id
        assert [(line.verb, line.detail.get("rule")) for line in lines] == [
            ("person.made", None),
            ("person.linked_by_rule", "mail"),
        ]
        assert second.person.phone_digits == "0900001111"


def test_what_is_left_out_stays_as_it_was(unit: Unit) -> None:
    with unit():
        office = make_office()
        actions.recognise_person(**MISAKI, mail="a@b.example", phone="090-1", organisation_id=office.id)
        person = actions.recognise_person(**MISAKI, mail="a@b.example").person

        assert (person.phone, person.organisation_id) == ("090-1", office.id)


def test_kana_is_compared_folded(unit: Unit) -> None:
    with unit():
        office = make_office()
        typed = {"family": "高橋", "given": "美咲", "family_kana": "たかはし", "given_kana": "ﾐｻｷ"}
        actions.recognise_person(**MISAKI, organisation_id=office.id)

        assert actions.recognise_person(**typed, organisation_id=office.id).linked_by == LinkedBy.ORGANISATION


@pytest.mark.parametrize(
    ("family", "written"),
    [("\ufa19田", "神田"), ("\uf9dc", "隆"), ("髙橋", "高橋"), ("宮﨑", "宮崎"), ("𠮷田", "吉田")],
)
def test_names_survive_as_typed_and_are_found_by_the_usual_letter(
    unit: Unit, family: str, written: str
) -> None:
    with unit():
        made = actions.recognise_person(**(MISAKI | {"family": family})).person

    with unit() as session:
        stored = session.get_one(Person, made.id)
        assert stored.family == family
        assert [one.id for one in queries.search_people(written)] == [made.id]
        assert [one.id for one in queries.search_people(f"{family} たかはし")] == [made.id]


def test_a_variant_of_the_name_waits_for_staff(unit: Unit) -> None:
    with unit():
        first = actions.recognise_person(**MISAKI, mail="a@b.example")
        second = actions.recognise_person(**(MISAKI | {"family": "髙橋"}), mail="a@b.example")

        (pair,) = queries.open_candidates()
        assert second.candidates == (pair,)
        assert (pair.person_id, pair.other_id) == (second.person.id, first.person.id)
        assert pair.likeness == Likeness.NAME_AND_KANA


def test_colleagues_on_one_office_phone_are_not_candidates(unit: Unit) -> None:
    with unit():
        office = make_office()
        for name in (
            MISAKI,
            MAKOTO,
            MISAKI | {"given": "陽菜", "given_kana": "ハルナ", "family_kana": "タカバシ"},
        ):
            actions.recognise_person(**name, phone="03-1234-5678", organisation_id=office.id)

        assert queries.open_candidates() == []


def test_whoever_comes_by_their_own_link_is_that_person_whatever_they_typed(unit: Unit) -> None:
    with unit():
        known = make_person()
        found = actions.recognise_person(**MAKOTO, own_person=known)

        assert (found.person, found.linked_by) == (known, LinkedBy.OWN_LINK)
        assert known.full_name == "大沢 誠"


def test_an_application_that_fits_a_merged_row_keeps_that_row_and_its_canonical_person(unit: Unit) -> None:
    with unit():
        old, kept = make_person(mail="a@b.example"), make_person(**MAKOTO)
        old.merged_into_id = kept.id

    with unit():
        found = actions.recognise_person(**MISAKI, mail="a@b.example")

        assert (found.person.id, found.canonical.id) == (old.id, kept.id)


def test_an_erased_person_is_nobody(unit: Unit, clock) -> None:
    with unit():
        make_person(mail="a@b.example").erased_at = clock.now

    with unit():
        found = actions.recognise_person(**MISAKI, mail="a@b.example")

        assert (found.linked_by, found.candidates) == (None, ())


def test_chains_lead_to_their_end_and_back(unit: Unit) -> None:
    with unit():
        a, b, c, alone = (make_person() for _ in range(4))
        a.merged_into_id, b.merged_into_id = b.id, c.id

    with unit():
        assert queries.canonical(a.id).id == c.id
        assert queries.canonical_ids_of(b.id) == {a.id, b.id, c.id}
        assert queries.merged_ids(b.id) == {a.id, b.id}
        assert [one.id for one in queries.merged_rows([c.id, alone.id])[c.id]] == [a.id, b.id]
        assert queries.canonical_ids_of(alone.id) == {alone.id}


def test_an_address_shared_by_two_people_belongs_to_both(unit: Unit) -> None:
    with unit():
        one, other = make_person(mail="Office@b.example"), make_person(**MAKOTO, mail="office@b.example")
        twin = make_person(mail="office@b.example")
        twin.merged_into_id = one.id

    with unit():
        assert queries.canonical_people_with_mail("OFFICE@b.example") == {one.id, other.id}
        assert queries.canonical_people_with_mail("") == set()


def test_a_decided_pair_is_not_asked_again(unit: Unit) -> None:
    with unit():
        one, other = make_person(), make_person()
        pair = actions.propose_candidate(one.id, other.id, Likeness.NAME_AND_KANA)
        actions.decide_distinct(candidate_id=pair.id, staff_id=None)

        again = actions.propose_candidate(other.id, one.id, Likeness.PHONE)

        assert (again.id, again.state) == (pair.id, CandidateState.DISTINCT)


def test_master_data_loads_once_and_keeps_what_was_edited(unit: Unit) -> None:
    with unit():
        nurse = next(one for one in queries.professions() if one.code == "PHN")
        nurse.name, nurse.active, nurse.group.name = "保健師（市）", False, "看護・保健"
        queries.districts()[0].name = "けやき北"
        queries.associations()[0].active = False

    with unit():
        actions.load_master_data()

    with unit():
        assert len(queries.professions(active_only=False)) == 35
        assert [(one.mark, one.css) for one in queries.profession_groups()] == [
            ("医", "g-md"),
            ("歯", "g-dt"),
            ("薬", "g-ph"),
            ("看", "g-ns"),
            ("リ", "g-rh"),
            ("ケ", "g-cm"),
            ("相", "g-sw"),
            ("介", "g-cw"),
            ("行", "g-ad"),
            ("他", "g-ot"),
        ]
        assert "看護・保健" in [one.name for one in queries.profession_groups()]
        assert [one.name for one in queries.sectors()] == ["医療", "介護・福祉", "行政・地域", "市民・その他"]
        assert [one.name for one in queries.districts()] == ["けやき北", "近隣市", "その他"]
        assert "保健師（市）" not in [one.name for one in queries.professions()]
        assert (len(queries.associations()), len(queries.channels_to_choose())) == (28, 27)
