"""Closing an event: evidence, certificates and the survey in one transaction; reopening writes nothing twice."""

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from tests.support.announcing import announce
from tests.support.evening import NURSE, apply_as, come_in, device_of, evening
from trainings.accounts.models import Role
from trainings.certificates.models import Certificate
from trainings.checkin.actions import open_door
from trainings.checkin.models import Method, Scan
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.checkin.queries import door_of
from trainings.checkin.refusals import CheckinRefusal
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.desk.closing import close_again, close_event
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventState
from trainings.messages.models import Message
from trainings.registration.models import Application
from trainings.registration.people.merging import unlink_application
from trainings.skills import queries as skills
from trainings.skills.actions import set_taught_skills
from trainings.skills.models import Evidence, EvidenceKind
from trainings.surveys.models import QuestionnaireVersion, SurveyInvitation, SurveyRun
from trainings.worker.rounds import run_round


@pytest.fixture
def held(unit, clock):  # type: ignore[no-untyped-def]
    """An event at which 10 of 13 have arrived; the clock stands after its end."""
    with unit():
        load_master_data()
        event, people = evening()
    clock.set(event.doors_open_at)
    with unit():
        device, _ = device_of(event)
        come_in(event, device, people[:10])
    clock.set(event.ends_at)
    return event, people, device


def test_close_event_writes_evidence_certificates_and_invitations(held, unit) -> None:  # type: ignore[no-untyped-def]
    event, people, _ = held

    with unit():
        closing = close_event(event_id=event.id)

    with unit() as session:
        taught = skills.taught_skills(event.id)
        rows = session.scalars(select(Evidence)).all()
        invited = session.scalars(select(SurveyInvitation.application_id)).all()
        assert (closing.attended, closing.certificates) == (10, 10)
        assert len(rows) == 10 * len(taught) > 0
        assert {row.level for row in rows} == {1}  # the symposium teaches up to 2; attendance alone gives 1
        assert set(invited) == {one.id for one in people[:10]}
        assert session.get_one(Event, event.id).state == EventState.CLOSED


def test_close_event_twice_writes_nothing_twice(held, unit) -> None:  # type: ignore[no-untyped-def]
    event, _, _ = held
    with unit():
        close_event(event_id=event.id)
    before = _counts(unit)

    with unit():
        again = close_event(event_id=event.id)

    assert (again.evidence, again.certificates) == (0, 0)
    assert _counts(unit) == before


def test_reopened_door_revokes_what_was_undone_and_adds_who_came(held, unit) -> None:  # type: ignore[no-untyped-def]
    event, people, device = held
    with unit():
        close_event(event_id=event.id)
        taught = len(skills.taught_skills(event.id))
    with unit() as session:
        open_door(event_id=event.id)
        scan = session.scalars(select(Scan).where(Scan.application_id == people[0].id)).one()
        undo = Attempt(scan_id=people[11].id, scanned_at=event.ends_at, method=Method.SEARCH, undoes=scan.id)
        record_attempts(event_id=event.id, device=device, attempts=[undo])
        come_in(event, device, [people[12]])

    with unit():
        closing = close_event(event_id=event.id)

    with unit() as session:
        revoked = session.scalars(select(Evidence).where(Evidence.kind == EvidenceKind.REVOKE)).all()
        valid = skills.valid_attendance(event.id)
        certificate = session.scalars(
            select(Certificate).where(Certificate.application_id == people[0].id)
        ).one()
        assert closing.evidence == 2 * taught
        assert {row.person_id for row in revoked} == {people[0].person_id}
        assert {person for person, _ in valid} == {one.person_id for one in [*people[1:10], people[12]]}
        assert certificate.revoked_at is not None


def test_name_mended_by_staff_after_the_event_stands_on_the_certificate(
    held, unit, app, staff_client
) -> None:  # type: ignore[no-untyped-def]
    event, people, _ = held
    with unit():
        close_event(event_id=event.id)
    with unit() as session:
        number = session.scalars(
            select(Certificate.number).where(Certificate.application_id == people[0].id)
        ).one()

    staff_client(Role.PLANNER).get(f"/staff/applications/{people[0].id}/edit").press(
        "この内容に直す", given="美咲江"
    )
    with app.app_context():
        run_round(app)

    with unit() as session:
        row = session.scalars(select(Certificate).where(Certificate.application_id == people[0].id)).one()
        assert (row.name, row.number, row.revoked_at) == ("高橋 美咲江", number, None)
        assert len(session.scalars(select(Certificate)).all()) == 10


def test_separated_application_takes_its_attendance_along(held, unit, app, clock) -> None:  # type: ignore[no-untyped-def]
    event, people, _ = held
    clock.set(event.starts_at)
    with unit():
        # The same person applies to another event, so that there is somebody to separate from.
        submitted = apply_as(announce(quotas={}), NURSE, 0, pledged=True)
        assert submitted.person_id == people[0].person_id
    clock.set(event.ends_at)
    with unit():
        close_event(event_id=event.id)

    with unit():
        fresh = unlink_application(application_id=people[0].id)
    run_round(app)

    with unit() as session:
        valid = {person for person, _ in skills.valid_attendance(event.id)}
        assert session.get_one(Application, people[0].id).person_id == fresh.id
        assert fresh.id in valid
        assert people[0].person_id not in valid


def test_reopened_door_stays_open_when_something_changes(held, unit) -> None:  # type: ignore[no-untyped-def]
    event, _, _ = held
    with unit():
        close_event(event_id=event.id)
    with unit():
        open_door(event_id=event.id)

    with unit():
        assert close_again(event_id=event.id) is None

    with unit():
        door = door_of(event.id)
        assert door is not None
        assert door.closed_at is None


def test_what_a_closed_event_taught_stays(held, unit) -> None:  # type: ignore[no-untyped-def]
    event, _, _ = held
    with unit():
        close_event(event_id=event.id)

    with unit():
        before = len(skills.taught_skills(event.id))
        assert not set_taught_skills(event_id=event.id, levels={})
        assert len(skills.taught_skills(event.id)) == before > 0


def test_close_event_refuses_before_it_has_begun(held, unit, clock) -> None:  # type: ignore[no-untyped-def]
    event, _, _ = held
    clock.set(event.doors_open_at)

    with pytest.raises(Refused) as refused, unit():
        close_event(event_id=event.id)

    assert refused.value.code == CheckinRefusal.NOT_ENDED
    assert _counts(unit)[Evidence] == 0


def test_fault_half_way_leaves_the_database_as_it_was(held, unit, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    event, _, _ = held
    before = _counts(unit)
    # Opening the survey fails, after evidence and certificates were written.
    monkeypatch.setattr("trainings.surveys.queries.SHIPPED", "nowhere")

    with pytest.raises(TypeError), unit():
        close_event(event_id=event.id)

    after = _counts(unit)
    assert {kind: after[kind] for kind in (Evidence, Certificate, SurveyRun)} == {
        kind: before[kind] for kind in (Evidence, Certificate, SurveyRun)
    }


@pytest.mark.parametrize("change", [update(Evidence).values(level=4), delete(Evidence)])
def test_evidence_is_append_only(held, unit, change) -> None:  # type: ignore[no-untyped-def]
    event, _, _ = held
    with unit():
        close_event(event_id=event.id)

    with pytest.raises(DatabaseError), unit() as session:
        session.execute(change)


def test_frozen_questionnaire_and_the_runs_version_cannot_change(held, unit) -> None:  # type: ignore[no-untyped-def]
    event, _, _ = held
    with unit():
        close_event(event_id=event.id)

    for change in (
        update(QuestionnaireVersion).values(doc={}),
        delete(QuestionnaireVersion),
        update(SurveyRun).values(mode="identified"),
        update(SurveyRun).values(k=3),
    ):
        with pytest.raises(DatabaseError), unit() as session:
            session.execute(change)


def _counts(unit):  # type: ignore[no-untyped-def]
    with unit():
        return {
            kind: db.session.scalar(select(func.count()).select_from(kind))
            for kind in (Evidence, Certificate, SurveyRun, SurveyInvitation, Message)
        }
