"""Merging people and taking it back: chains, any order, live applications at one event."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.support.addresses import own_link
from tests.support.applying import MAKOTO, MISAKI, apply_for, make_event, make_office, make_person
from tests.support.hands import Unit
from trainings.audit.queries import entries_of_subject
from trainings.core.db import db, unit_of_work
from trainings.core.jobs import Job
from trainings.core.refusal import Refused
from trainings.directory import actions, queries
from trainings.directory.identity import Likeness
from trainings.directory.models import CandidateState, Person, PersonCandidate
from trainings.directory.refusals import DirectoryRefusal
from trainings.registration.models import Application
from trainings.registration.people import reading as people
from trainings.registration.people.addresses import address_by_person_secret
from trainings.registration.people.merging import merge_people, undo_merge, unlink_application
from trainings.registration.people.questions import count_elsewhere, count_of_events, questions
from trainings.registration.states import LIVE, Reason, State


@pytest.fixture(autouse=True)
def master_data(unit: Unit) -> None:
    with unit():
        actions.load_master_data()


def canonical_of(*applications: Application) -> list[uuid.UUID]:
    wanted = [one.id for one in applications]
    found = dict(
        db.session.execute(
            select(Application.id, Application.canonical_person_id).where(Application.id.in_(wanted))
        ).all()
    )
    return [found[id] for id in wanted]


def three_with_one_application_each(unit: Unit) -> tuple[list[Person], list[Application]]:
    with unit():
        made = [make_person() for _ in range(3)]
        applications = [apply_for(make_event(f"第{n}回"), own_person=one) for n, one in enumerate(made)]
    return made, applications


def test_a_chain_is_merged_and_undone_from_its_end(unit: Unit) -> None:
    (a, b, c), applications = three_with_one_application_each(unit)

    with unit():
        merge_people(keep_id=b.id, other_id=a.id)
        merge_people(keep_id=c.id, other_id=b.id)
    with unit():
        assert canonical_of(*applications) == [c.id, c.id, c.id]

    with unit():
        undo_merge(person_id=b.id)
    with unit():
        assert canonical_of(*applications) == [b.id, b.id, c.id]

    with unit():
        undo_merge(person_id=a.id)
    with unit():
        assert canonical_of(*applications) == [a.id, b.id, c.id]


def test_a_chain_is_undone_from_its_beginning(unit: Unit) -> None:
    (a, b, c), applications = three_with_one_application_each(unit)
    with unit():
        merge_people(keep_id=b.id, other_id=a.id)
        merge_people(keep_id=c.id, other_id=b.id)

    with unit():
        undo_merge(person_id=a.id)

    with unit():
        assert canonical_of(*applications) == [a.id, c.id, c.id]


def test_merging_a_merged_person_joins_the_canonical_ones(unit: Unit) -> None:
    (a, b, c), applications = three_with_one_application_each(unit)
    with unit():
        merge_people(keep_id=b.id, other_id=a.id)
        kept = merge_people(keep_id=c.id, other_id=a.id)

    with unit():
        assert kept.id == c.id
        assert canonical_of(*applications) == [c.id, c.id, c.id]
        assert queries.canonical_ids_of(a.id) == {a.id, b.id, c.id}


def test_an_application_itself_is_never_re_pointed(unit: Unit) -> None:
    (a, b, _), applications = three_with_one_application_each(unit)
    with unit():
        merge_people(keep_id=b.id, other_id=a.id)

    with unit() as session:
        stored = session.get_one(Application, applications[0].id)
        assert (stored.person_id, stored.canonical_person_id) == (a.id, b.id)


def test_one_person_cannot_be_merged_again(unit: Unit) -> None:
    (a, b, _), _ = three_with_one_application_each(unit)
    with unit():
        merge_people(keep_id=b.id, other_id=a.id)

    with pytest.raises(Refused) as refused, unit():
        merge_people(keep_id=a.id, other_id=b.id)
    assert refused.value.code == DirectoryRefusal.ALREADY_ONE


def test_both_at_one_event_asks_which_application_to_cancel(unit: Unit) -> None:
    with unit():
        event = make_event("第12回 百人の集い")
        a, b = make_person(), make_person()
        first = apply_for(event, own_person=a, state=State.CONFIRMED)
        second = apply_for(event, own_person=b, state=State.WAITING)

    with pytest.raises(Refused) as refused, unit():
        merge_people(keep_id=a.id, other_id=b.id)
    assert refused.value.code == DirectoryRefusal.BOTH_APPLIED
    assert refused.value.facts == {"event": "第12回 百人の集い", "event_id": str(event.id)}

    with pytest.raises(Refused), unit():
        merge_people(keep_id=a.id, other_id=b.id, cancel=[first.id, second.id])
    with unit():
        assert canonical_of(first, second) == [a.id, b.id]

    with unit():
        merge_people(keep_id=a.id, other_id=b.id, cancel=[first.id])
    with unit() as session:
        cancelled = session.get_one(Application, first.id)
        assert (cancelled.state, cancelled.reason) == (State.CANCELLED, Reason.CANCELLED_AS_DUPLICATE)
        assert session.get_one(Application, second.id).state == State.WAITING
        assert canonical_of(first, second) == [a.id, a.id]
        assert [job.name for job in session.scalars(select(Job))] == ["seat_freed"]


def test_each_clash_needs_its_own_choice(unit: Unit) -> None:
    with unit():
        a, b = make_person(), make_person()
        events = [make_event("春"), make_event("秋")]
        applications = [[apply_for(event, own_person=one) for one in (a, b)] for event in events]

    with unit():
        assert [clash.event.title for clash in people.clashes(a.id, b.id)] == ["春", "秋"]
    with pytest.raises(Refused) as refused, unit():
        merge_people(keep_id=a.id, other_id=b.id, cancel=[applications[0][0].id])
    assert refused.value.facts["event"] == "秋"

    with unit():
        merge_people(keep_id=a.id, other_id=b.id, cancel=[applications[0][0].id, applications[1][1].id])
    with unit() as session:
        states = [
            [session.get_one(Application, one.id).state for one in at_event] for at_event in applications
        ]
        assert states == [[State.CANCELLED, State.APPLIED], [State.APPLIED, State.CANCELLED]]
        assert people.clashes(a.id, b.id) == []


def test_a_cancelled_application_is_no_clash(unit: Unit) -> None:
    with unit():
        event = make_event()
        a, b = make_person(), make_person()
        apply_for(event, own_person=a, state=State.CANCELLED)
        apply_for(event, own_person=b)

        merge_people(keep_id=a.id, other_id=b.id)

        assert queries.canonical(b.id).id == a.id


def test_a_merge_settles_every_pair_between_the_two_and_undo_opens_them_again(unit: Unit) -> None:
    with unit():
        a, b, c = (make_person() for _ in range(3))
        between = actions.propose_candidate(a.id, c.id, Likeness.PHONE)
        other = actions.propose_candidate(b.id, c.id, Likeness.NAME_AND_KANA)
        merge_people(keep_id=b.id, other_id=a.id)
        merge_people(keep_id=c.id, other_id=b.id)

    def states() -> list[CandidateState]:
        with unit() as session:
            return [session.get_one(PersonCandidate, pair.id).state for pair in (between, other)]

    assert states() == [CandidateState.MERGED, CandidateState.MERGED]
    with unit():
        undo_merge(person_id=a.id)
    assert states() == [CandidateState.OPEN, CandidateState.MERGED]
    with unit():
        undo_merge(person_id=b.id)
    assert states() == [CandidateState.OPEN, CandidateState.OPEN]


def test_people_called_different_are_not_merged_by_a_detour(unit: Unit) -> None:
    with unit():
        a, b, c = (make_person() for _ in range(3))
        pair = actions.propose_candidate(a.id, c.id, Likeness.PHONE)
        actions.decide_distinct(candidate_id=pair.id, staff_id=None)
        merge_people(keep_id=b.id, other_id=a.id)

    with pytest.raises(Refused) as refused, unit():
        merge_people(keep_id=c.id, other_id=b.id)
    assert refused.value.code == DirectoryRefusal.DECIDED_DISTINCT

    with unit():
        actions.reopen_candidate(candidate_id=pair.id)
        merge_people(keep_id=c.id, other_id=b.id)


def test_undo_kills_the_person_links_of_both_sides(unit: Unit) -> None:
    with unit():
        office = make_office()
        a = apply_for(make_event("春"), organisation_id=office.id, mail="a@b.example")
        b = apply_for(make_event("夏"), **MAKOTO, organisation_id=office.id, mail="m@b.example")
        old = [own_link(a), own_link(b)]
        merge_people(keep_id=b.person_id, other_id=a.person_id)
        undo_merge(person_id=a.person_id)

    with unit():
        assert [address_by_person_secret(secret) for secret in old] == [None, None]
        found = address_by_person_secret(own_link(a))
        assert found is not None
        assert (found.person_id, found.mail) == (a.person_id, "a@b.example")


@pytest.mark.parametrize("which", ["unknown", "single", "erased"])
def test_what_cannot_be_merged_is_refused(unit: Unit, clock, which: str) -> None:
    with unit():
        a, b = make_person(), make_person()
        if which == "erased":
            b.erased_at = clock.now

    wanted = {
        "unknown": (lambda: merge_people(keep_id=a.id, other_id=uuid.uuid4()), DirectoryRefusal.NOT_FOUND),
        "single": (lambda: undo_merge(person_id=a.id), DirectoryRefusal.NOT_MERGED),
        "erased": (lambda: merge_people(keep_id=a.id, other_id=b.id), DirectoryRefusal.PERSON_ERASED),
    }
    act, code = wanted[which]
    with pytest.raises(Refused) as refused, unit():
        act()
    assert refused.value.code == code


# -- a wrong link ------------------------------------------------------------------------------------------


def test_a_wrongly_linked_application_gets_a_person_of_its_own(unit: Unit) -> None:
    with unit():
        office = make_office()
        right = apply_for(make_event("春"), organisation_id=office.id, mail="right@b.example", phone="090-1")
        later = apply_for(make_event("夏"), organisation_id=office.id, phone="090-3")
        wrong = apply_for(
            make_event("秋"),
            organisation_id=office.id,
            mail="wrong@b.example",
            phone="090-2",
            licence_number="99",
        )
        assert {later.person_id, wrong.person_id} == {right.person_id}
        old_link = own_link(right)

    with unit():
        fresh = unlink_application(application_id=wrong.id)

    with unit() as session:
        former = session.get_one(Person, right.person_id)
        assert canonical_of(right, wrong) == [former.id, fresh.id]
        assert (former.mail, former.phone, former.licence_number) == ("right@b.example", "090-3", "")
        assert (fresh.mail, fresh.phone, fresh.organisation_id) == ("wrong@b.example", "090-2", office.id)
        assert address_by_person_secret(old_link) is None
        assert [line.verb for line in entries_of_subject("application", wrong.id)] == [
            "application.person_separated"
        ]
        pair = queries.candidate_between(former.id, fresh.id)
        assert pair is not None
        assert pair.state == CandidateState.DISTINCT


def test_after_the_separation_the_mail_still_tells_the_two_apart(unit: Unit) -> None:
    with unit():
        office = make_office()
        right = apply_for(make_event("春"), organisation_id=office.id, mail="right@b.example")
        wrong = apply_for(make_event("秋"), organisation_id=office.id, mail="wrong@b.example")
        fresh = unlink_application(application_id=wrong.id)

    with unit():
        assert actions.recognise_person(**MISAKI, mail="wrong@b.example").person.id == fresh.id
        assert actions.recognise_person(**MISAKI, mail="right@b.example").person.id == right.person_id
        assert actions.recognise_person(**MISAKI, organisation_id=office.id).linked_by is None


def test_the_only_application_of_a_person_cannot_be_separated(unit: Unit) -> None:
    with unit():
        application = apply_for(make_event())

    with pytest.raises(Refused) as refused, unit():
        unlink_application(application_id=application.id)
    assert refused.value.code == DirectoryRefusal.ONLY_APPLICATION


def test_separating_inside_a_merged_person_frees_only_that_application(unit: Unit) -> None:
    with unit():
        a, b = make_person(), make_person(**MAKOTO)
        kept, wrong = (apply_for(make_event(f"{n}"), own_person=a) for n in range(2))
        merge_people(keep_id=b.id, other_id=a.id)

    with unit():
        fresh = unlink_application(application_id=wrong.id)

    with unit():
        assert canonical_of(kept, wrong) == [b.id, fresh.id]


def test_the_audit_line_of_a_link_is_read_with_the_application(unit: Unit) -> None:
    with unit():
        first = apply_for(make_event("春"), mail="a@b.example")
        second = apply_for(make_event("秋"), mail="a@b.example")

    with unit():
        side = people.sides([first.person_id])[first.person_id]
        assert people.rules_of_links([row.id for row in (side.person, *side.merged)]) == {
            str(second.id): "mail"
        }


# -- the queue of an event ------------------------------------------------------------------------------------


def test_open_candidates_concern_the_events_of_either_side(unit: Unit) -> None:
    with unit():
        event, elsewhere, quiet = make_event("春"), make_event("秋"), make_event("冬")
        a, b, c = (make_person() for _ in range(3))
        apply_for(event, own_person=a)
        apply_for(elsewhere, own_person=c)
        apply_for(quiet, own_person=b, state=State.CANCELLED)
        pair = actions.propose_candidate(a.id, b.id, Likeness.PHONE)
        merge_people(keep_id=c.id, other_id=b.id)

    with unit():
        found = {
            one.title: [asked.candidate.id for asked in questions(one.id, most=20).first]
            for one in (event, elsewhere, quiet)
        }
        assert found == {"春": [pair.id], "秋": [pair.id], "冬": []}
        every = [event.id, elsewhere.id, quiet.id]
        assert count_of_events(every) == {event.id: 1, elsewhere.id: 1}
        assert [count_elsewhere(every), count_elsewhere([quiet.id])] == [0, 1]

    with unit():
        actions.decide_distinct(candidate_id=pair.id, staff_id=None)
        assert questions(event.id, most=20).total == 0
        assert (count_of_events(every), count_elsewhere([])) == ({}, 0)


# -- any order, against a reference -----------------------------------------------------------------------------


class Reference:
    """The same story told with dictionaries: parents of people, and (event, person, state) of applications."""

    def __init__(self, people_count: int) -> None:
        self.parent: dict[int, int | None] = dict.fromkeys(range(people_count))
        self.applications: list[list[object]] = []

    def root(self, person: int) -> int:
        above = self.parent[person]
        return person if above is None else self.root(above)

    def live(self, event: int, root: int) -> list[int]:
        return [
            place
            for place, (at, person, state) in enumerate(self.applications)
            if at == event and self.root(person) == root and state in LIVE
        ]


PEOPLE, EVENTS = 4, 2
steps = st.one_of(
    st.tuples(st.just("apply"), st.integers(0, EVENTS - 1), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("merge"), st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1), st.booleans()),
    st.tuples(st.just("undo"), st.integers(0, PEOPLE - 1)),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(steps, max_size=14))
def test_any_order_of_merging_and_undoing_agrees_with_a_reference(app: Flask, story: list[tuple]) -> None:
    class Forgotten(Exception):
        pass

    with app.app_context(), pytest.raises(Forgotten), unit_of_work():
        reference = Reference(PEOPLE)
        persons = [make_person() for _ in range(PEOPLE)]
        events = [make_event(f"第{n}回") for n in range(EVENTS)]
        stored: list[Application] = []
        for verb, *what in story:
            if verb == "apply":
                _apply(reference, stored, events, persons, *what)
            elif verb == "merge":
                _merge(reference, stored, persons, *what)
            else:
                _undo(reference, persons, *what)
            _compare(reference, stored, persons)
        raise Forgotten


def _apply(reference: Reference, stored: list, events: list, persons: list, event: int, person: int) -> None:
    if reference.live(event, reference.root(person)):
        return
    stored.append(apply_for(events[event], own_person=persons[person]))
    reference.applications.append([event, person, State.APPLIED])


def _merge(reference: Reference, stored: list, persons: list, keep: int, other: int, first: bool) -> None:
    roots = reference.root(keep), reference.root(other)
    ask = {"keep_id": persons[keep].id, "other_id": persons[other].id}
    if roots[0] == roots[1]:
        with pytest.raises(Refused) as refused:
            merge_people(**ask)
        assert refused.value.code == DirectoryRefusal.ALREADY_ONE
        return
    clashing = [
        sorted(reference.live(event, roots[0]) + reference.live(event, roots[1])) for event in range(EVENTS)
    ]
    clashing = [pair for pair in clashing if len(pair) == 2]
    if clashing:
        with pytest.raises(Refused) as refused:
            merge_people(**ask)
        assert refused.value.code == DirectoryRefusal.BOTH_APPLIED
    chosen = [pair[0] if first else pair[1] for pair in clashing]
    merge_people(**ask, cancel=[stored[place].id for place in chosen])
    for place in chosen:
        reference.applications[place][2] = State.CANCELLED
    reference.parent[roots[1]] = roots[0]


def _undo(reference: Reference, persons: list, person: int) -> None:
    if reference.parent[person] is None:
        with pytest.raises(Refused):
            undo_merge(person_id=persons[person].id)
        return
    undo_merge(person_id=persons[person].id)
    reference.parent[person] = None


def _compare(reference: Reference, stored: list, persons: list) -> None:
    db.session.flush()
    db.session.expire_all()
    roots = [persons[reference.root(person)].id for _, person, _ in reference.applications]
    assert canonical_of(*stored) == roots
    assert [one.state for one in stored] == [state for *_, state in reference.applications]
    assert queries.canonical_ids([one.id for one in persons]) == {
        persons[n].id: persons[reference.root(n)].id for n in range(PEOPLE)
    }


def test_separating_kills_the_link_of_whoever_the_person_was_merged_into(unit: Unit) -> None:
    with unit():
        kept, merged = make_person(), make_person()
        wrong = apply_for(make_event("第1回"), own_person=merged, mail="w@b.example")
        apply_for(make_event("第2回"), own_person=merged, mail="m@b.example")
        first = apply_for(make_event("第3回"), own_person=kept, mail="k@b.example")
        merge_people(keep_id=kept.id, other_id=merged.id)
        mailed = own_link(first)

    with unit():
        unlink_application(application_id=wrong.id)

    with unit():
        assert address_by_person_secret(mailed) is None
