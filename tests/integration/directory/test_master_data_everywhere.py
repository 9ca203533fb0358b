"""Every kind of master data that goes out of use, is renamed or replaced, with everybody who uses it, as tests.support.master_table
says. One city for each database: an event before, at and after its evening; each probe says what became of one user."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.support import master_table as table
from tests.support.announcing import announce, profession
from tests.support.applying import make_office
from tests.support.arrivals import scan
from tests.support.client import Client
from tests.support.evening import come_in, device_of
from tests.support.guests import apply, my_link, said, submit
from tests.support.hands import Clock, Unit
from tests.support.master_table import (
    CHANNEL,
    DEVICE,
    DISTRICT,
    FRAMEWORK,
    GROUP,
    KEPT,
    NEW_NAME,
    NOT_OFFERED,
    OFFICE,
    OLD_NAME,
    PROFESSION,
    QUESTIONS,
    REFUSED,
    ROLE,
    SAID,
    SECTOR,
    STAFF,
)
from tests.support.pages import Form
from trainings.accounts.models import Role, Staff
from trainings.allocation.placing import move_by_hand
from trainings.certificates.actions import issue_certificates
from trainings.certificates.models import Certificate
from trainings.checkin.actions import revoke_device
from trainings.checkin.paper.keying import FILE_FORMAT, import_queue
from trainings.core import clock as clocks
from trainings.core.db import db
from trainings.core.paper.sheets import About, Sheet, read_table, workbook
from trainings.core.refusal import Refused
from trainings.desk.closing import close_event
from trainings.directory.actions import load_master_data
from trainings.directory.models import (
    Association,
    District,
    EventRole,
    Organisation,
    OrganisationKind,
    Person,
    Profession,
    ProfessionGroup,
    Sector,
)
from trainings.directory.refusals import DirectoryRefusal
from trainings.directory.texts import REFUSALS as DIRECTORY_REFUSALS
from trainings.events.actions import copy_event, create_event
from trainings.events.models import Event, EventKind, EventProfession
from trainings.events.publication import missing
from trainings.events.refusals import EventRefusal
from trainings.events.texts import REFUSALS as EVENT_REFUSALS
from trainings.registration.actions import cancel_application
from trainings.registration.exports import applications_workbook
from trainings.registration.models import Application
from trainings.registration.people import free_entries
from trainings.registration.people.merging import retell_person
from trainings.registration.seat_rules import most_of_office
from trainings.registration.secrets import application_secret
from trainings.skills.actions import load_framework, set_taught_skills, teach_usual_skills
from trainings.skills.models import EventSkill, Evidence, Framework, Level
from trainings.skills.queries import current_framework, matrix
from trainings.surveys.actions import load_questionnaire
from trainings.surveys.models import QuestionnaireVersion, SurveyRun

NURSE = "看護師（訪問看護）"
HERS = {"family": "大沢", "given": "誠", "family_kana": "オオサワ", "given_kana": "マコト"}
REACH = {"mail": "makoto@a.example", "phone": "000-555-0177"}
NEWCOMER = HERS | REACH
ENTERED_BY = "代行 入子"
OFFICE_NAME, CITY_WORD = "けやき訪問看護", "訪問看護連絡会（旧）"
PROXY, APPLY, ADD = "この申込を入れて、次へ", "確認へ進む", "加えて結び付ける"
ENDS = re.compile(
    r"active|retired|revoked|supersedes|valid_to|frozen|merged_into|voided_at|closed_at|erased|expires|used_at|undone|refused_at"
)


# -- the table names everything -----------------------------------------------------------------------------------


def test_every_kind_and_every_column_that_points_to_one_is_in_the_table() -> None:
    tables = {one.name: one for one in db.metadata.sorted_tables}
    ending = {name for name, one in tables.items() if any(ENDS.search(column.name) for column in one.columns)}
    points = {
        f"{one.name}.{column.name}"
        for one in tables.values()
        for column in one.columns
        if any(key.column.table.name in table.KINDS for key in column.foreign_keys)
    }

    assert ending - set(table.KINDS) == set(table.NO_KINDS)
    assert set(table.KINDS) <= set(tables)
    assert points == set(table.USES)
    named = [one for one in (*table.USES.values(), *table.BY_NAME.values()) if isinstance(one, tuple)]
    assert set(named) <= set(table.OUTCOMES)


# -- a city -------------------------------------------------------------------------------------------------------


@dataclass
class City:
    """What the probes share. mine: paths of three nurses of one office, who differ in what is done to them."""

    unit: Unit
    clock: Clock
    client: Client
    planner: Client
    other: Client
    signed_in: Callable[..., Client]
    event: Event
    ids: list[uuid.UUID]
    mine: list[str]
    speaker: uuid.UUID
    office: uuid.UUID
    nurse: uuid.UUID
    channel: uuid.UUID
    web: Form
    paper: Form
    told: dict[tuple[str, str], str] = field(default_factory=dict)

    def tell(self, kind: str, user: str, is_so: bool, outcome: str) -> None:
        """What a probe found; what it did not find is no outcome."""
        self.told[kind, user] = outcome if is_so else "otherwise"

    def one(self, place: int = 0) -> Application:
        with self.unit() as session:
            found = session.get_one(Application, self.ids[place])
            assert found.profession is None or found.profession.name
            return found


@pytest.fixture
def city(clock: Clock, unit: Unit, client: Client, staff_client: Callable[..., Client]) -> City:
    planner, other = staff_client(Role.PLANNER, name=ENTERED_BY), staff_client(Role.PLANNER)
    with unit() as session:
        load_master_data()
        load_framework("skills")
        channel = Association(name=CITY_WORD, sort=1)
        session.add(channel)
        event = announce(EventKind.SYMPOSIUM, quotas={"看護": (2, 15)}, capacity=30, organisation_cap=None)
        teach_usual_skills(event=event)
        office = make_office(OFFICE_NAME, kind=OrganisationKind.HOME_NURSING, number="1360000001")
        nurse = profession("NSV").id
    people = [
        {},
        NEWCOMER,
        {
            "family": "丹羽",
            "given": "恵一",
            "family_kana": "ニワ",
            "given_kana": "ケイイチ",
            "mail": "n@a.example",
            "phone": "000-555-0178",
        },
    ]
    chosen = {"organisation_id": str(office.id), "organisation_name": office.name}
    mine = [my_link(apply(client, unit, event, **chosen, **one)) for one in people]
    entry = f"/staff/events/{event.slug}/applications/new"
    speaks = {
        "family": "小田切",
        "given": "修",
        "family_kana": "オダギリ",
        "given_kana": "オサム",
        "mail": "",
        "phone": "000-555-0179",
    }
    values = said(unit, event, "MD", **speaks) | {"channel": "fax"}
    planner.get(entry).form(button=PROXY).fill(values | {"role": "speaker"}).submit(PROXY)
    with unit() as session:
        by_name = {one.family: one.id for one in session.scalars(select(Application))}
    late = {
        "family": "山辺",
        "given": "茜",
        "family_kana": "ヤマベ",
        "given_kana": "アカネ",
        "mail": "y@a.example",
        "phone": "000-555-0180",
    }
    web = client.get(f"/e/{event.slug}/apply").form(button=APPLY).fill(said(unit, event, **late))
    paper = planner.get(entry).form(button=PROXY).fill(said(unit, event, **late) | {"channel": "fax"})
    return City(
        *(unit, clock, client, planner, other, staff_client, event),
        *([by_name[family] for family in ("高橋", "大沢", "丹羽")], mine),
        *(by_name["小田切"], office.id, nurse, channel.id, web, paper),
    )


def retire(city: City) -> None:
    with city.unit() as session:
        for model, id in ((Profession, city.nurse), (Organisation, city.office), (Association, city.channel)):
            session.execute(update(model).where(model.id == id).values(active=False))
        session.execute(update(EventRole).where(EventRole.code == "speaker").values(active=False))
        session.execute(update(ProfessionGroup).where(ProfessionGroup.name == "看護").values(name="看護職"))
        session.execute(update(Sector).where(Sector.name == "医療").values(name="医療職"))
        session.execute(update(District).where(District.name == "市内").values(name="けやき市内"))


def test_everything_in_use_stays_with_whom_it_has_and_is_offered_to_nobody_else(city: City) -> None:
    retire(city)
    for probe in PROBES:
        probe(city)

    assert city.told == table.OUTCOMES


# -- before the evening -------------------------------------------------------------------------------------------


def own_pages(city: City) -> None:
    city.client.get(city.mine[0]).follow("内容を直す").press("この内容に直す", phone="000-555-0111")
    one = city.one()
    stored = one.phone == "000-555-0111"
    city.tell(PROFESSION, "own page", stored and one.profession_id == city.nurse, KEPT)
    city.tell(OFFICE, "own page", stored and one.organisation_id == city.office, KEPT)
    city.tell(CHANNEL, "own page", stored and one.heard_via_id == city.channel, KEPT)

    colleague = city.client.get(city.mine[0] + "/again")
    named = f"「{OFFICE_NAME}」は、いまの事業所の一覧にありません" in colleague
    city.tell(
        OFFICE, "colleague", named and OFFICE_NAME not in str(colleague.form(button=APPLY).values), SAID
    )

    page = city.client.get(city.mine[1]).follow("代わりの方にゆずる")
    deputy = {
        "family": "深田",
        "given": "恭",
        "family_kana": "フカダ",
        "given_kana": "キョウ",
        "mail": "f@a.example",
        "phone": "000-555-0181",
    }
    group = str(city.one().event_group_id)
    page.press("この方にゆずる", group=group, profession=str(city.nurse), **deputy).press("この方にゆずる")
    with city.unit() as session:
        seat = session.scalars(select(Application).where(Application.substitute_for_id == city.ids[1])).one()
    city.tell(PROFESSION, "substitute for the seat", seat.profession_id == city.nurse, KEPT)
    city.tell(OFFICE, "substitute for the seat", seat.organisation_id == city.office, KEPT)

    with city.unit() as session:
        cancel_application(application_id=city.ids[2])
        link = f"/a/{application_secret(session.get_one(Application, city.ids[2]))}"
    again = city.client.get(f"{link}/again")
    city.tell(
        PROFESSION, "once more after giving up", f"「{NURSE}」は、この催しでは選べません" in again, SAID
    )


def staff_pages(city: City) -> None:
    page = city.planner.get(f"/staff/applications/{city.ids[0]}/edit")
    page.press("この内容に直す", phone="000-555-0112")
    one = city.one()
    stored = one.phone == "000-555-0112"
    city.tell(PROFESSION, "correction by staff", stored and one.profession_id == city.nurse, KEPT)
    city.tell(OFFICE, "correction by staff", stored and one.organisation_id == city.office, KEPT)
    page = city.planner.get(f"/staff/applications/{city.ids[0]}")
    city.tell(CHANNEL, "page of the application", CITY_WORD in page, KEPT)
    page = city.planner.get(f"/staff/people/{one.person_id}")
    city.tell(PROFESSION, "person", NURSE in page, KEPT)
    city.tell(OFFICE, "person", OFFICE_NAME in page, KEPT)
    with city.unit() as session:
        person = session.get_one(Person, one.person_id)
        retell_person(person)
        city.tell(PROFESSION, "person, told anew after a merge", person.profession_id == city.nurse, KEPT)
    rows = city.planner.get("/staff/directory/professions").texts("li, tr")
    listed = [row for row in rows if NURSE in row]
    city.tell(PROFESSION, "page of professions", bool(listed) and "申込に出さない" in listed[-1], KEPT)

    speaker = city.planner.get(f"/staff/applications/{city.speaker}")
    city.tell(ROLE, "page of the application", "講師" in speaker, KEPT)
    with city.unit() as session:
        session.execute(update(Staff).where(Staff.name == ENTERED_BY).values(active=False))
    trail = city.other.get(f"/staff/applications/{city.speaker}")
    city.tell(STAFF, "page of the application", ENTERED_BY in trail, KEPT)
    with city.unit() as session:
        session.execute(update(Staff).where(Staff.name == ENTERED_BY).values(active=True))


def new_forms(city: City) -> None:
    web = city.client.get(f"/e/{city.event.slug}/apply")
    city.tell(PROFESSION, "web form", NURSE not in web and "薬剤師" in web, NOT_OFFERED)
    city.tell(CHANNEL, "web form", CITY_WORD not in web, NOT_OFFERED)
    paper = city.planner.get(f"/staff/events/{city.event.slug}/applications/new")
    city.tell(PROFESSION, "proxy form", NURSE not in paper and "薬剤師" in paper, NOT_OFFERED)
    city.tell(ROLE, "proxy form", "講師" not in paper and "参加者" in paper, NOT_OFFERED)

    for form, button, way in ((city.web, APPLY, "web form"), (city.paper, PROXY, "proxy form")):
        late = form.submit(button, status=422)
        filled = f"{way}, filled in before"
        words = " ".join(late.errors)
        city.tell(PROFESSION, filled, f"「{NURSE}」は、この催しでは選べなくなりました" in words, SAID)
        kept = late.form(button=button).values["family"] == ["山辺"]
        city.tell(CHANNEL, filled, kept and "選んだきっかけは、一覧からなくなりました" in words, SAID)

    with city.unit() as session:
        others = session.scalars(select(Profession.id).where(Profession.active)).all()
        session.execute(update(Profession).values(active=False))
    page = city.client.get(f"/e/{city.event.slug}/apply", status=410)
    city.tell(PROFESSION, "web form, all professions gone", "申し込める職種は、いまありません" in page, SAID)
    with city.unit() as session:
        session.execute(update(Profession).where(Profession.id.in_(others)).values(active=True))


def events(city: City) -> None:
    edit = f"/staff/events/{city.event.slug}/edit"
    page = city.planner.get(edit)
    city.tell(PROFESSION, "page of the event", f"そのままです）：{NURSE}（看護）" in page, SAID)
    page.press("この内容にする", contact_name="在宅医療推進課")
    with city.unit() as session:
        mapped = session.get(EventProfession, (city.event.id, city.nurse))
        event = session.get_one(Event, city.event.id)
        assert event.contact_name == "在宅医療推進課"
        city.tell(PROFESSION, "event stored", mapped is not None and mapped.group.name == "看護", KEPT)
        names = {group.name for group in event.groups}
        city.tell(GROUP, "event made before", "看護" in names and "看護職" not in names, OLD_NAME)
        sectors = {one.name for one in event.sectors}
        city.tell(SECTOR, "event made before", "医療" in sectors and "医療職" not in sectors, OLD_NAME)

        copied = copy_event(source=event, on=clocks.today() + timedelta(days=90), title="次の催し")
        copied.state, copied.published_at = event.state, clocks.now()
        copied.application_opens_at = clocks.now() - timedelta(days=1)
        fresh = create_event(kind=EventKind.HUNDRED, on=clocks.today() + timedelta(days=80), venue="ホール")
        city.tell(
            PROFESSION, "new event", session.get(EventProfession, (fresh.id, city.nurse)) is None, NOT_OFFERED
        )
        nurses = [group for group in fresh.groups if group.name == "看護職"]
        seats = [(group.reserved, group.cap) for group in nurses]
        city.tell(GROUP, "new event, with the seats of its preset", seats == [(16, 24)], NEW_NAME)
        city.tell(SECTOR, "new event", "医療職" in {one.name for one in fresh.sectors}, NEW_NAME)

        dental = [row.profession for row in fresh.professions if row.group.name == "歯科"]
        for one in dental:
            one.active = False
        session.flush()
        lacks = [(one.code, one.facts.get("name")) for one in missing(fresh)]
        city.tell(
            PROFESSION, "seats reserved for nobody", (EventRefusal.RESERVE_FOR_NOBODY, "歯科") in lacks, SAID
        )
        for one in dental:
            one.active = True
    page = city.client.get(f"/e/{copied.slug}/apply")
    with city.unit() as session:
        goes_on = session.get(EventProfession, (copied.id, city.nurse)) is not None
    city.tell(PROFESSION, "copied event", goes_on and NURSE not in page and "薬剤師" in page, NOT_OFFERED)


# -- offices ------------------------------------------------------------------------------------------------------


def offices(city: City) -> None:
    found = city.client.api("GET", "/api/offices?q=けやき")["offices"]
    city.tell(OFFICE, "search", OFFICE_NAME not in {one["name"] for one in found}, NOT_OFFERED)
    page = city.planner.get(f"/staff/directory/offices/{city.office}")
    city.tell(DISTRICT, "page of its office", "けやき市内" in page, NEW_NAME)
    with city.unit():
        city.tell(OFFICE, "cap per office", most_of_office(city.event.id) == 2, KEPT)
        typed = submit(city.event, "PH", 1, organisation_name=OFFICE_NAME)
    page = city.planner.get("/staff/directory/free-entries")
    offered = page.all('input[name="organisation"]')
    named = f"「{OFFICE_NAME}」（訪問看護ステーション、けやき市内）は使用停止中" in page
    city.tell(OFFICE, "free entry of its name", named and str(city.office) not in str(offered), SAID)
    with city.unit(), pytest.raises(Refused) as refused:
        free_entries.match_free_entry(application_ids=[typed.id], organisation_id=city.office)
    says = refused.value.sentence(DIRECTORY_REFUSALS)
    old = (
        refused.value.code == DirectoryRefusal.OFFICE_RETIRED and OFFICE_NAME in says and "使用を再開" in says
    )
    city.tell(OFFICE, "free entry matched from an old page", old, SAID)
    with city.unit() as session:
        district = session.get_one(Organisation, city.office).district_id
    add = city.planner.get(f"/staff/directory/free-entries/add?application={typed.id}")
    stands = {"name": OFFICE_NAME, "kind": "home_nursing", "district": str(district)}
    add = add.form(button=ADD).fill(stands).submit(ADD, status=422)
    city.tell(OFFICE, "free entry added to the directory", "使用停止中" in " ".join(add.errors), SAID)
    imported(city)


def imported(city: City) -> None:
    header = ["名称", "カナ", "種別", "圏域", "事業所番号"]
    row = [OFFICE_NAME, "ケヤキホウモンカンゴ", "訪問看護", "けやき市内", "1360000001"]
    content = workbook([Sheet("事業所", header, [row])], About("事業所一覧", "けやき市"))
    page = city.planner.get("/staff/directory/offices/import")
    page = page.form().fill(file=(content, "一覧.xlsx")).submit("内容を確認する")
    named = (
        "使用停止中の事業所が、ファイルに1か所あります" in page
        and f"「{OFFICE_NAME}」の使用を再開する" in page
    )
    city.tell(OFFICE, "file with it", named, SAID)
    page.press("1か所を変更する")
    with city.unit() as session:
        office = session.get_one(Organisation, city.office)
        city.tell(
            OFFICE, "file with it, nothing ticked", (office.active, office.kana) == (False, row[1]), KEPT
        )


# -- papers -------------------------------------------------------------------------------------------------------


def workbooks(city: City) -> None:
    with city.unit() as session:
        rows = session.scalars(select(Application).where(Application.event_id == city.event.id)).all()
        words = {
            cell for row in read_table(applications_workbook(city.event, rows), "名簿.xlsx") for cell in row
        }
    city.tell(PROFESSION, "workbook", NURSE in words, KEPT)
    city.tell(OFFICE, "workbook", OFFICE_NAME in words, KEPT)
    city.tell(CHANNEL, "workbook", any(CITY_WORD in cell for cell in words), KEPT)
    city.tell(ROLE, "workbook", "講師" in words, KEPT)


# -- at the door --------------------------------------------------------------------------------------------------


def evening(city: City) -> None:
    city.clock.set(city.event.doors_open_at)
    with city.unit() as session:
        first, token = device_of(city.event, "正面")
        _, gone = device_of(city.event, "裏口")
        staff = session.scalars(select(Staff).limit(1)).one()
        doctor = profession("MD").id
        people = [session.get_one(Application, id) for id in (city.ids[0], city.speaker)]
        come_in(city.event, first, people)
        revoke_device(event_id=city.event.id, device_id=first.id)
    city.client.api("GET", "/api/v1/door/counts", bearer=token, status=401)
    loaded = city.client.api("GET", "/api/v1/door/roster", bearer=gone)
    line = next(one for one in loaded["roster"] if one["id"] == str(city.ids[0]))
    city.tell(PROFESSION, "roster of a desk", line["profession"] == NURSE, KEPT)
    city.tell(OFFICE, "roster of a desk", line["office"] == OFFICE_NAME, KEPT)
    listed = {one["name"]: (one["id"], one["in_use"]) for one in loaded["event"]["professions"]}
    is_so = listed[NURSE] == (str(city.nurse), False) and listed["薬剤師"][1]
    city.tell(PROFESSION, "list of a desk, for others", is_so, NOT_OFFERED)
    scans = {one["device"] for one in loaded["scans"]}
    city.tell(DEVICE, "its scans", scans == {str(first.id)}, KEPT)
    city.tell(DEVICE, "other desks", loaded["desks"][str(first.id)] == "正面", KEPT)
    with city.unit():
        again, _ = device_of(city.event, "正面")
    city.tell(DEVICE, "its name for another one", again.id != first.id and again.name == "正面", KEPT)

    path = "/api/v1/door/corrections"
    about = {"application": str(city.ids[0])}
    city.client.api("POST", path, about | {"profession": str(doctor), "shown": NURSE}, bearer=gone)
    back = about | {"profession": str(city.nurse), "shown": "医師"}
    answer = city.client.api("POST", path, back, bearer=gone)["guest"]
    city.tell(PROFESSION, "corrected back at a desk", answer["profession"] == NURSE, KEPT)
    city.client.api("POST", path, about | {"profession": str(doctor), "shown": NURSE}, bearer=gone)
    content = {"format": FILE_FORMAT, "device": None, "entries": [{"kind": "correction", "body": back}]}
    with city.unit() as session:
        staff = session.get_one(Staff, staff.id)
        brought = import_queue(event_id=city.event.id, content=json.dumps(content).encode(), staff=staff)
    stands = city.one().profession_id == city.nurse
    city.tell(
        PROFESSION,
        "correction in the file of a desk",
        stands and (brought.corrections, brought.refused) == (1, []),
        KEPT,
    )
    body = scan() | {"name": "飛入 参", "kana": "トビイリ サン", "group": str(city.one().event_group_id)}
    (walk_in,) = city.client.api("POST", "/api/v1/door/walk-ins", body, bearer=gone)["answers"]
    city.tell(
        PROFESSION,
        "walk-in of its group",
        (walk_in["outcome"], walk_in["guest"]["group"]) == ("admitted", "看護"),
        KEPT,
    )


# -- afterwards ---------------------------------------------------------------------------------------------------


def afterwards(city: City) -> None:
    city.clock.set(city.event.ends_at)
    with city.unit() as session:
        close_event(event_id=city.event.id)
        run = session.scalars(select(SurveyRun).where(SurveyRun.event_id == city.event.id)).one()
        before = run.version_id
        version = session.get_one(QuestionnaireVersion, before)
        session.add(
            QuestionnaireVersion(
                questionnaire_id=version.questionnaire_id, n=2, doc=version.doc, sha256=version.sha256
            )
        )
        session.execute(update(EventRole).where(EventRole.code == "speaker").values(certified=False))
        session.get_one(Application, city.speaker).given = "修一"
        session.flush()
        issue_certificates(event_id=city.event.id)
        paper = session.scalars(select(Certificate).where(Certificate.application_id == city.speaker)).one()
        mended = (paper.revoked_at, paper.name) == (None, "小田切 修一")
        city.tell(ROLE, "certificate issued before", mended, KEPT)
    with city.unit() as session:
        run = session.get_one(SurveyRun, run.id)
        city.tell(QUESTIONS, "run that is open", run.is_open and run.version_id == before, KEPT)
        city.tell(QUESTIONS, "next event", load_questionnaire("A").n == 2, NEW_NAME)
    replaced(city)


def replaced(city: City) -> None:
    one = city.one()
    with city.unit() as session:
        framework = current_framework()
        assert framework is not None
        facts = session.scalars(select(Evidence).where(Evidence.person_id == one.person_id)).all()
        cells = matrix(framework)
        skill_group = session.get_one(Profession, city.nurse).skill_group
        city.tell(
            PROFESSION,
            "skills matrix",
            {n.n for (group, _), n in cells.items() if group == skill_group} == {1},
            KEPT,
        )
        taught = [
            (row.skill_id, row.to_level)
            for row in session.scalars(select(EventSkill).where(EventSkill.event_id == city.event.id))
        ]
        title = (
            session.scalars(select(EventSkill).where(EventSkill.skill_id == facts[0].skill_id))
            .first()
            .skill.title
        )
        newer = Framework(code=framework.code, version=2, title="新しい版", supersedes_id=framework.id)
        session.add(newer)
        session.flush()
        session.add_all(Level(framework_id=newer.id, n=n, label=f"段階{n}") for n in range(5))
    with city.unit() as session:
        draft = create_event(kind=EventKind.HUNDRED, on=clocks.today() + timedelta(days=80), venue="ホール")
        for skill_id, level in taught:
            session.add(EventSkill(event_id=draft.id, skill_id=skill_id, to_level=level))
        session.flush()
        set_taught_skills(event_id=draft.id, levels={})
        left = session.scalars(select(EventSkill).where(EventSkill.event_id == draft.id)).all()
        city.tell(FRAMEWORK, "what an event teaches", len(left) == len(taught) > 0, KEPT)
    page = city.signed_in(Role.TRAINER).get(f"/staff/skills/people/{one.person_id}")
    city.tell(FRAMEWORK, "facts of a person", title in page, KEPT)


# -- counted otherwise --------------------------------------------------------------------------------------------


def moved_and_gone(city: City) -> None:
    """An event in which the only nurse is counted among doctors; then the group of nurses is to go."""
    with city.unit() as session:
        session.get_one(Profession, city.nurse).active = True
        session.get_one(Association, city.channel).active = True
        event = announce(EventKind.SYMPOSIUM, quotas={}, capacity=10, organisation_cap=None)
    link = my_link(apply(city.client, city.unit, event))
    with city.unit() as session:
        session.get_one(Profession, city.nurse).active = False
        one = session.scalars(select(Application).where(Application.event_id == event.id)).one()
        doctors = next(group.id for group in event.groups if group.name == "医科")
        move_by_hand(application_id=one.id, group_id=doctors, reason="人数の調整")
        places = {group.id: place for place, group in enumerate(event.groups)}
        gone = next(group for group in event.groups if group.name == "看護職")
        leave = {
            f"profession-{row.profession_id}": ""
            for row in session.get_one(Event, event.id).professions
            if row.event_group_id == gone.id and row.profession.active
        }
    city.client.get(link).follow("内容を直す").press("この内容に直す", phone="000-555-0199")
    with city.unit() as session:
        one = session.get_one(Application, one.id)
        stays = (one.phone, one.profession_id, one.event_group_id) == ("000-555-0199", city.nurse, doctors)
        city.tell(PROFESSION, "own page, counted in another group by hand", stays, KEPT)
    form = city.planner.get(f"/staff/events/{event.slug}/edit").form(button="この内容にする")
    page = form.fill({f"groups-{places[gone.id]}-name": "", **leave}).submit("この内容にする", status=422)
    sentence = EVENT_REFUSALS[EventRefusal.PROFESSION_IN_USE].format(name=NURSE)
    city.tell(PROFESSION, "its group taken from the event", page.errors == [sentence], REFUSED)


PROBES = (own_pages, staff_pages, new_forms, events, offices, workbooks, moved_and_gone, evening, afterwards)
"""In their order: those who are signed in are so for some hours, and the last ones are weeks later."""
