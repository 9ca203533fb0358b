"""けやき市, the sample city: 120 offices, 267 people, five events over two fiscal years.

Everything is made by the same actions as in real life, under a clock that is held at the day on which it would have
happened. Dates count from today, so that the city is always in the middle of its year.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Flask
from sqlalchemy import select, update

from trainings.accounts.actions import add_staff
from trainings.accounts.models import Role, Staff
from trainings.allocation.draws.drawing import draw_seats
from trainings.allocation.draws.freezing import commit_secret, freeze_list
from trainings.checkin.actions import enrol_device, open_door, set_tables
from trainings.checkin.models import Device, Method
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.core import clock, names
from trainings.core.db import db, unit_of_work
from trainings.core.jobs import Job, JobState
from trainings.core.web import beside_requests
from trainings.demo import answers, ledger, texts
from trainings.demo.names import DISTRICTS, FAMILIES, GIVENS, PLACES
from trainings.demo.offices import OFFICE_KINDS, OfficeKind
from trainings.desk.closing import close_event
from trainings.directory.models import Association, District, DistrictKind, Organisation, Profession
from trainings.events.actions import create_event, publish_event
from trainings.events.models import Event, EventKind, Selection
from trainings.messages.models import Message, MessageState
from trainings.notices.actions import note_told
from trainings.notices.models import How
from trainings.notices.queries import Telling, due_of
from trainings.registration.actions import cancel_application, submit_application
from trainings.registration.models import Application, Channel
from trainings.registration.statements import Statement
from trainings.registration.states import State
from trainings.skills.actions import load_framework, teach_usual_skills
from trainings.skills.texts import FRAMEWORK_TITLE
from trainings.surveys.actions import close_run
from trainings.surveys.queries import runs_of_event

SEED = 20261123
SHOW_RATE = 0.95
MONDAY, WEDNESDAY, FRIDAY, SUNDAY = 0, 2, 4, 6
CHANNELS = ((Channel.WEB, 80), (Channel.FAX, 11), (Channel.PHONE, 9))


@dataclass(frozen=True)
class Resident:
    """Somebody who works in the city and applies from time to time."""

    family: str
    given: str
    family_kana: str
    given_kana: str
    profession_id: uuid.UUID
    organisation: Organisation
    mail: str
    phone: str


@dataclass(frozen=True)
class Evening:
    """One event of the sample city. days: from today to the event, 0 = going on now; applicants: how many apply."""

    kind: EventKind
    title: str
    days: int
    venue: str
    room: str
    applicants: int


EVENINGS = (
    Evening(EventKind.HUNDRED, texts.HUNDRED_11, -282, texts.HALL, texts.LARGE_ROOM, 148),
    Evening(EventKind.SYMPOSIUM, texts.SYMPOSIUM, -156, texts.DOCTORS_HALL, texts.LECTURE_ROOM, 84),
    Evening(EventKind.CASE_CONFERENCE, texts.CASES_1, -72, texts.CENTRE, texts.MEETING_ROOM, 58),
    Evening(EventKind.CASE_CONFERENCE, texts.CASES_2, 0, texts.CENTRE, texts.MEETING_ROOM, 61),
    Evening(EventKind.HUNDRED, texts.HUNDRED_12, 33, texts.HALL, texts.LARGE_ROOM, 131),
)


def load(app: Flask) -> None:
    """Fill an empty database with the sample city. Must not run on one that holds anything else."""
    chance = random.Random(SEED)
    with beside_requests(app):
        with _on(clock.today() - timedelta(days=400)), unit_of_work():
            _staff()
            load_framework(FRAMEWORK_TITLE)
            residents = _residents(chance, _offices(chance))
        for evening in EVENINGS:
            _hold(evening, residents, chance)
        with unit_of_work():
            ledger.write(chance, clock.today())
        with unit_of_work():
            _settle()


@contextmanager
def _on(day: date, at: time = time(10, 0)) -> Iterator[None]:
    with clock.frozen(clock.at(day, at)):
        yield


def _staff() -> None:
    for mail, name, department, roles in (
        ("admin@city.keyaki.example", texts.STAFF_ADMIN, texts.DEPARTMENT_IT, [Role.ADMIN]),
        ("planner@city.keyaki.example", texts.STAFF_PLANNER, texts.DEPARTMENT, [Role.PLANNER]),
        ("trainer@city.keyaki.example", texts.STAFF_TRAINER, texts.DEPARTMENT_DOCTORS, [Role.TRAINER]),
        ("viewer@city.keyaki.example", texts.STAFF_VIEWER, texts.DEPARTMENT_WG, [Role.VIEWER]),
    ):
        add_staff(mail=mail, name=name, roles=roles).department = department
    db.session.flush()


def _offices(chance: random.Random) -> dict[OfficeKind, list[Organisation]]:
    districts = []
    for sort, name in enumerate(DISTRICTS, start=1):
        district = District(name=name, kind=DistrictKind.IN_CITY, sort=sort)
        db.session.add(district)
        districts.append(district)
    db.session.flush()
    offices: dict[OfficeKind, list[Organisation]] = {}
    number = 1_372_900_000
    for kind in OFFICE_KINDS:
        offices[kind] = []
        for name, kana in chance.sample(PLACES, kind.offices):
            number += chance.randint(3, 40)
            office = Organisation(
                name=kind.name.format(name),
                kana=kind.kana.format(kana),
                kind=kind.kind,
                district_id=chance.choice(districts).id,
                number=str(number),
                search_key=names.search_key(kind.name.format(name), kind.kana.format(kana)),
            )
            db.session.add(office)
            offices[kind].append(office)
    db.session.flush()
    return offices


def _residents(chance: random.Random, offices: dict[OfficeKind, list[Organisation]]) -> list[Resident]:
    professions = {one.code: one.id for one in db.session.scalars(select(Profession))}
    people = [(family, given) for family in FAMILIES for given in GIVENS]
    chance.shuffle(people)
    residents: list[Resident] = []
    for kind, places in offices.items():
        for code, count in kind.people:
            for n in range(count):
                (family, family_kana), (given, given_kana) = people.pop()
                serial = len(residents)
                residents.append(
                    Resident(
                        family=family,
                        given=given,
                        family_kana=family_kana,
                        given_kana=given_kana,
                        profession_id=professions[code],
                        organisation=places[n % len(places)],
                        mail=f"person{serial:03d}@example.jp",
                        phone=f"000-555-{serial:04d}",
                    )
                )
    return residents


# -- one event ------------------------------------------------------------------------------------------------


def _hold(evening: Evening, residents: Sequence[Resident], chance: random.Random) -> None:
    """Let an event run as far as it has come by today."""
    today = clock.today()
    # Large gatherings are on Sundays; a case conference is on a Wednesday evening.
    weekday = WEDNESDAY if evening.kind == EventKind.CASE_CONFERENCE else SUNDAY
    day = _next_weekday(today + timedelta(days=evening.days), weekday) if evening.days else today
    event_id = _publish(evening, day)
    _apply(event_id, evening, residents, chance, today)
    with unit_of_work():
        event = db.session.get_one(Event, event_id)
        closes = clock.local(event.application_closes_at).date()
        is_lottery = event.selection == Selection.LOTTERY
    frozen_on = closes + timedelta(days=1)
    # The public number is drawn on evenings from Monday to Friday.
    drawn_on = _next_weekday(frozen_on, MONDAY) if frozen_on.weekday() > FRIDAY else frozen_on
    if is_lottery and drawn_on < today:
        _draw(event_id, frozen_on, drawn_on, chance)
    if day < today:
        _evening(event_id, day, chance)
    elif day == today:
        _begin_now(event_id)


def _next_weekday(day: date, weekday: int) -> date:
    """The first such weekday (Monday = 0) from a day on."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _publish(evening: Evening, day: date) -> uuid.UUID:
    with _on(day - timedelta(days=75)), unit_of_work():
        event = create_event(kind=evening.kind, on=day, title=evening.title, venue=evening.venue)
        event.room, event.address = evening.room, texts.ADDRESS
        event.contact_fax, event.contact_mail = texts.FAX, texts.MAIL
        for item, (speaker, affiliation) in zip(
            (item for item in event.programme if item.title.startswith(texts.TALKS)),
            texts.SPEAKERS,
            strict=False,
        ):
            item.speaker, item.speaker_affiliation = speaker, affiliation
        teach_usual_skills(event=event)
        publish_event(event_id=event.id)
        commit_secret(event_id=event.id)
        return event.id


def _apply(
    event_id: uuid.UUID, evening: Evening, residents: Sequence[Resident], chance: random.Random, today: date
) -> None:
    with unit_of_work():
        event = db.session.get_one(Event, event_id)
        opens = clock.local(event.application_opens_at).date()
        closes = clock.local(event.application_closes_at).date()
        associations = list(db.session.scalars(select(Association).order_by(Association.sort)))
        invited = {row.profession_id for row in event.professions}
        guests = [resident for resident in residents if resident.profession_id in invited]
    last = min(closes, today)
    span = max((last - opens).days - 1, 1)
    # Applications come in two waves: right after the announcement and just before the end.
    days = sorted(
        min(span, int(chance.expovariate(0.25)))
        if chance.random() < 0.55
        else max(0, span - int(chance.expovariate(0.4)))
        for _ in range(evening.applicants)
    )
    for serial, (offset, resident) in enumerate(
        zip(days, chance.sample(guests, evening.applicants), strict=True)
    ):
        moment = time(chance.choice((8, 9, 12, 17, 20, 21, 22)), chance.randint(0, 59))
        channel = chance.choices([one for one, _ in CHANNELS], [n for _, n in CHANNELS])[0]
        with _on(opens + timedelta(days=offset), moment), unit_of_work():
            submit_application(
                event_id=event_id,
                statement=Statement(
                    family=resident.family,
                    given=resident.given,
                    family_kana=resident.family_kana,
                    given_kana=resident.given_kana,
                    mail=resident.mail if channel == Channel.WEB or chance.random() < 0.5 else "",
                    phone=resident.phone,
                    fax=resident.phone.replace("555", "556") if channel == Channel.FAX else None,
                    profession_id=resident.profession_id,
                    organisation_id=resident.organisation.id,
                    heard_via_id=chance.choice(associations).id,
                    pre_answer=chance.choice(texts.QUESTIONS) if chance.random() < 0.2 else "",
                    care_note=texts.CARE if chance.random() < 0.02 else "",
                    pledged=True,
                ),
                channel=channel,
                idempotency_key=f"sample-{serial}",
            )


def _draw(event_id: uuid.UUID, frozen_on: date, day: date, chance: random.Random) -> None:
    with _on(frozen_on), unit_of_work():
        freeze_list(event_id=event_id)
    with _on(day, time(20, 0)), unit_of_work():
        draw_seats(event_id=event_id, public_number=f"{chance.randrange(10_000):04d}")
    with unit_of_work():
        confirmed = _ids(event_id, State.CONFIRMED)
    for application_id in chance.sample(confirmed, 3):
        with _on(day + timedelta(days=2), time(19, chance.randint(0, 59))), unit_of_work():
            cancel_application(application_id=application_id)
    _tell(event_id, day + timedelta(days=1))
    _table(event_id, day + timedelta(days=3))


def _tell(event_id: uuid.UUID, day: date) -> None:
    """The next day staff call or write to those whom no mail reaches; one or two of them are still to be told."""
    with _on(day, time(14, 0)), unit_of_work():
        staff = db.session.scalars(select(Staff).order_by(Staff.mail)).first()
        assert staff is not None, "the sample city has staff"
        people = sorted(due_of(event_id).items(), key=lambda one: str(one[0]))
        for application_id, dues in people[2:]:
            note_told(
                event_id=event_id,
                tellings=[Telling(application_id, due) for due in dues],
                how=How.FAX if db.session.get_one(Application, application_id).fax else How.PHONE,
                told_at=None,
                staff=staff,
            )


def _ids(event_id: uuid.UUID, state: State) -> list[uuid.UUID]:
    """In the order of 受付番号: random, but the same every time only with the same codes, which does no harm here."""
    return list(
        db.session.scalars(
            select(Application.id)
            .where(Application.event_id == event_id, Application.state == state)
            .order_by(Application.submitted_at, Application.id)
        )
    )


def _table(event_id: uuid.UUID, day: date) -> None:
    with _on(day), unit_of_work():
        size = db.session.get_one(Event, event_id).table_size
        if size is None:
            return
        confirmed = _ids(event_id, State.CONFIRMED)
        tables = -(-len(confirmed) // size)
        set_tables(event_id=event_id, tables={one: str(n % tables + 1) for n, one in enumerate(confirmed)})


def _begin_now(event_id: uuid.UUID) -> None:
    """Move the event within its day so that its door opened a moment ago: at any hour there is one to stand at."""
    _table(event_id, clock.today())
    with unit_of_work():
        event = open_door(event_id=event_id).event
        opened = clock.now().replace(second=0, microsecond=0)
        shift = opened - timedelta(minutes=opened.minute % 5) - event.doors_open_at
        for session in event.sessions:
            session.starts_at, session.ends_at = session.starts_at + shift, session.ends_at + shift
        for item in event.programme:
            item.starts_at += shift
        event.starts_at, event.ends_at = event.starts_at + shift, event.ends_at + shift
        event.doors_open_at += shift


def _evening(event_id: uuid.UUID, day: date, chance: random.Random) -> None:
    """The door, the closing, the answers, the end of the survey."""
    with unit_of_work():
        event = db.session.get_one(Event, event_id)
        doors, ends = event.doors_open_at, event.ends_at
        confirmed = _ids(event_id, State.CONFIRMED)
    with clock.frozen(doors - timedelta(minutes=30)), unit_of_work():
        device, _ = enrol_device(door=open_door(event_id=event_id), name=texts.DESK)
        device_id = device.id
    arrivals = sorted(
        (doors + timedelta(seconds=chance.triangular(0, 2700, 1500)), one)
        for one in confirmed
        if chance.random() < SHOW_RATE
    )
    with clock.frozen(ends), unit_of_work():
        _scan(event_id, device_id, arrivals, chance)
    with clock.frozen(ends + timedelta(minutes=20)), unit_of_work():
        close_event(event_id=event_id)
    answers.give(event_id, ends + timedelta(hours=1), chance)
    with _on(day + timedelta(days=15)), unit_of_work():
        for run in runs_of_event(event_id):
            close_run(run_id=run.id)
            answers.review(run, chance)


def _scan(
    event_id: uuid.UUID,
    device_id: uuid.UUID,
    arrivals: Sequence[tuple[datetime, uuid.UUID]],
    chance: random.Random,
) -> None:
    device = db.session.get_one(Device, device_id)
    record_attempts(
        event_id=event_id,
        device=device,
        attempts=[
            Attempt(
                scan_id=uuid.uuid4(),
                scanned_at=at,
                method=chance.choice((Method.CAMERA, Method.CAMERA, Method.USB, Method.SEARCH)),
                application_id=application_id,
            )
            for at, application_id in arrivals
        ],
    )


def _settle() -> None:
    """What the worker would have done in the meantime: mails went out, jobs are done; only fresh ones stay."""
    fresh = clock.now() - timedelta(days=1)
    db.session.execute(
        update(Message)
        .where(Message.state == MessageState.QUEUED, Message.created_at < fresh)
        .values(state=MessageState.SENT, sent_at=Message.created_at, attempts=1)
    )
    db.session.execute(
        update(Job).where(Job.state == JobState.DUE).values(state=JobState.DONE, done_at=clock.now())
    )
