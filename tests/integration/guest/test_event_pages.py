"""What anybody sees: the list, an event, its calendar entry and its structured data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from tests.support.client import Client
from tests.support.guests import published, submit
from tests.support.hands import Clock, Unit
from tests.support.pages import Page
from trainings.accounts.models import Role
from trainings.core.clock import TOKYO, today
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.registration.actions import cancel_application
from trainings.registration.secrets import application_secret


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def test_list_is_narrowed_by_kind_and_by_group(client: Client, unit: Unit) -> None:
    hundred = published(unit, EventKind.HUNDRED)
    symposium = published(unit)
    with unit() as session:
        event = session.get_one(Event, symposium.id)
        doctors = next(group for group in event.groups if group.name == "医科")
        doctors.reserved, doctors.cap = 0, 0

    def titles(query: str = "") -> set[str]:
        return set(client.get(f"/{query}").texts(".eventlist h3"))

    assert titles() == {hundred.title, symposium.title}
    assert titles("?kind=symposium") == {symposium.title}
    assert titles("?group=医科") == {hundred.title}
    assert "いま、あてはまる催しはありません" in client.get("/?group=医科&kind=symposium")
    assert titles("?kind=nonsense") == {hundred.title, symposium.title}


def test_list_without_events_offers_nothing_to_narrow(client: Client) -> None:
    page = client.get("/")

    assert "決まりましたら、ここに載せます" in page
    assert page.all("form") == []


@pytest.mark.parametrize("kind", [EventKind.HUNDRED, EventKind.SYMPOSIUM])
def test_event_that_is_over_speaks_in_the_past_to_everybody(
    client: Client, unit: Unit, clock: Clock, kind: EventKind
) -> None:
    """Seated, waiting, still among the applicants of a draw that was never held, and given up."""
    event = published(unit, kind, quotas={}, capacity=1, organisation_cap=None)
    with unit():
        people = [submit(event, "NSV", n, given_kana="ミサキ", pledged=True) for n in range(3)]
        cancel_application(application_id=people[2].id)
        links = [application_secret(one) for one in people]
    clock.set(event.ends_at + timedelta(minutes=1))

    for path in (f"/e/{event.slug}", *(f"/a/{secret}" for secret in links)):
        page = client.get(path)
        told = [words for words in AHEAD if words in page.main.text]
        assert told == [], path


AHEAD = (
    "抽選します",
    "お待ちしています。受付",
    "ご案内します",
    "証書が出ます",
    "申し込めます",
    "決まります",
    "お知らせします",
)


def test_event_that_is_over_moves_to_the_past_ones(client: Client, unit: Unit, clock: Clock) -> None:
    event = published(unit)
    clock.set(event.ends_at)

    page = client.get("/")

    assert page.texts(".eventlist h3") == []
    assert "終わりました" in page.follow(event.title)


FULL = "席はいっぱいです"


@pytest.mark.parametrize("keeps_list", [False, True])
def test_event_without_seat_and_waiting_list_is_called_full_wherever_it_is_listed(
    client: Client, unit: Unit, keeps_list: bool
) -> None:
    """fee: in words that name no price, so that the offer stands in the linked data for that alone."""
    event = published(
        unit,
        quotas={},
        capacity=1,
        organisation_cap=None,
        keeps_waiting_list=keeps_list,
        fee="当日お知らせします",
    )
    assert "申込受付中" in client.get("/").one(".eventlist .tag").text
    assert "offers" not in linked(client, event)

    with unit():
        submit(event, "NSV", 1)

    tags = [
        client.get(path).one(css).text for path, css in (("/", ".eventlist .tag"), (path_of(event), ".tag"))
    ]
    assert [FULL in tag for tag in tags] == [not keeps_list] * 2
    assert ["申込受付中" in tag for tag in tags] == [keeps_list] * 2
    page = client.get(path_of(event))
    assert ("電話やFAXでも申し込めます" in page) == keeps_list
    offers = linked(client, event).get("offers", {})
    assert offers.get("availability") == (None if keeps_list else "https://schema.org/SoldOut")
    assert json.loads(page.one("script[type='application/ld+json']").text).get("offers", {}) == offers


def path_of(event: Event) -> str:
    return f"/e/{event.slug}"


def linked(client: Client, event: Event) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.open("GET", f"{path_of(event)}.jsonld").get_data())
    return found


@pytest.mark.parametrize("ending", ["", ".ics", ".jsonld", "/apply"])
def test_draft_is_hidden_from_guests(client: Client, unit: Unit, ending: str) -> None:
    draft = published(unit, published=False)

    assert client.open("GET", f"/e/{draft.slug}{ending}").status_code == 404
    assert draft.title not in client.get("/").text


def test_draft_is_shown_to_staff_and_marked(unit: Unit, staff_client: Callable[..., Client]) -> None:
    draft = published(unit, published=False)

    assert "下書き（公開前）" in staff_client(Role.PLANNER).get(f"/e/{draft.slug}")


@pytest.mark.parametrize("kind", [EventKind.HUNDRED, EventKind.SYMPOSIUM, EventKind.CASE_CONFERENCE])
def test_event_page_tells_all_of_its_preset(client: Client, unit: Unit, kind: EventKind) -> None:
    event = published(unit, kind)

    with unit() as session:
        stored = session.get_one(Event, event.id)
        named = [item.title for item in stored.programme] + [group.name for group in stored.groups]

    page = client.get(f"/e/{event.slug}")

    assert page.h1 == event.title
    assert "2月17日" in page or "2/17" in page
    for words in (
        event.description,
        event.audience,
        event.purpose_of_use,
        event.venue,
        f"定員{event.capacity}人",
        "けやき市とけやき市医師会（共同）",
        event.pledge,
        *named,
    ):
        assert words in page
    decided = "抽選します" if event.selection == "lottery" else "申し込んだ順に決まります"
    assert decided in page


def seats(page: Page) -> dict[str, tuple[str, str]]:
    """Group → its note and its numbers, as the chart of seats says them; a short note stands there twice."""
    return {
        name[1:]: (" ".join(dict.fromkeys(note.split())), numbers)
        for name, note, numbers in page.rows("figure.seats table")
    }


def test_event_page_counts_seats_by_group(client: Client, unit: Unit) -> None:
    event = published(unit)
    with unit():
        for number in range(11):
            submit(event, "MD" if number < 5 else "NSV", number, organisation_name="")

    page = client.get(f"/e/{event.slug}")

    assert "申込 11人、定員 72人" in page
    rows = seats(page)
    assert rows["医科"] == ("あと9席", "5 ／ 6–14")
    assert rows["看護"] == ("あと14席", "6 ／ 8–20")


def test_event_page_counts_no_small_group(client: Client, unit: Unit) -> None:
    """Neither a doctor alone, nor what the total less the nurses would tell, nor seats that follow from the cap."""
    event = published(unit)
    with unit():
        for number in range(7):
            submit(event, "MD" if number < 1 else "NSV", number, organisation_name="")

    page = client.get(f"/e/{event.slug}")

    assert "申込 7人、定員 72人" in page
    rows = seats(page)
    assert rows["医科"] == ("席があります", "― ／ 6–14")
    assert rows["看護"] == ("席があります", "― ／ 8–20")
    assert rows["歯科"][1].startswith("0 ／")
    assert "「―」は、5人に満たない職種区分と" in page


def test_full_event_still_offers_the_seats_kept_for_a_group(client: Client, unit: Unit) -> None:
    event = published(unit, capacity=6, quotas={"歯科": (1, None)})
    with unit():
        for number in range(6):
            submit(event, "NSV", number, organisation_name="")

    page = client.get(f"/e/{event.slug}")

    rows = seats(page)
    assert rows["歯科"] == ("あと1席", "0 ／ 1–なし")
    assert rows["看護"] == ("キャンセル待ち受付中", "5 ／ 0–なし")
    assert "満員" not in page


def test_released_seats_are_offered_to_every_group(client: Client, unit: Unit, clock: Clock) -> None:
    event = published(unit, capacity=6, quotas={"歯科": (1, None)})
    with unit() as session:
        for number in range(5):
            submit(event, "NSV", number, organisation_name="")
        for group in session.get_one(Event, event.id).groups:
            group.release_on = today()

    assert seats(client.get(f"/e/{event.slug}"))["看護"] == ("あと1席", "5 ／ 0–なし")


def test_lottery_tells_whose_reserve_holds_all_applicants(client: Client, unit: Unit) -> None:
    event = published(unit, EventKind.HUNDRED, quotas={"歯科": (5, 7), "看護": (5, 7)})
    with unit():
        for number in range(11):
            submit(event, "DT" if number < 5 else "NSV", number)

    rows = seats(client.get(f"/e/{event.slug}"))

    assert rows["歯科"] == ("全員参加の見込み", "5 ／ 5–7")
    assert rows["看護"] == ("", "6 ／ 5–7")
    assert rows["薬局"] == ("", "0 ／ 0–なし")


def test_event_page_takes_the_same_queries_however_many_applied(
    client: Client, unit: Unit, count_queries: Callable[..., Any]
) -> None:
    event = published(unit)
    client.get(f"/e/{event.slug}")
    with count_queries() as few:
        client.get(f"/e/{event.slug}")
    with unit():
        for n in range(12):
            submit(event, "PH", n)

    with count_queries() as many:
        client.get(f"/e/{event.slug}")

    assert len(many) == len(few) <= 12


def test_calendar_file_reads_back(client: Client, unit: Unit) -> None:
    event = published(unit)
    with unit() as session:
        stored = session.get_one(Event, event.id)
        stored.title = "薬局, 看護; 「連携」\\の会"
        stored.room, stored.address = "3階", "けやき市中央1-1"

    answer = client.download(f"/e/{event.slug}.ics")

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.data)
    (entry,) = calendar.walk("VEVENT")
    assert entry["summary"] == "薬局, 看護; 「連携」\\の会"
    assert entry["location"] == "けやき市民ホール 3階 けやき市中央1-1"
    assert entry["dtstart"].dt == datetime(2027, 2, 17, 14, 0, tzinfo=TOKYO)
    assert entry["dtend"].dt == datetime(2027, 2, 17, 16, 30, tzinfo=TOKYO)
    assert str(entry["url"]).endswith(f"/e/{event.slug}")
    assert calendar.walk("VTIMEZONE")
    assert b"\r\n" in answer.data
    assert max(len(line) for line in answer.data.split(b"\r\n")) <= 75


def test_structured_data_is_a_schema_org_event(client: Client, unit: Unit) -> None:
    event = published(unit)

    page = client.get(f"/e/{event.slug}")
    answer = client.download(page.one('link[type="application/ld+json"]')["href"])

    assert answer.mimetype == "application/ld+json"
    data = json.loads(answer.data)
    (embedded,) = re.findall(r'<script type="application/ld\+json">(.+?)</script>', page.html)
    assert json.loads(embedded) == data
    assert (data["@context"], data["@type"]) == ("https://schema.org", "Event")
    assert data["name"] == event.title
    assert data["startDate"] == "2027-02-17T14:00:00+09:00"
    assert data["endDate"] == "2027-02-17T16:30:00+09:00"
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["location"]["@type"] == "Place"
    assert data["location"]["name"] == "けやき市民ホール"
    assert data["maximumAttendeeCapacity"] == 72
    assert data["offers"]["validThrough"] == "2027-02-15T14:00:00+09:00"
    assert data["url"].startswith("http")


@pytest.mark.parametrize("path", ["/about/draw", "/about/privacy", "/about/accessibility"])
def test_pages_about_the_house_open(client: Client, path: str) -> None:
    assert client.get(path).h1


def test_crawlers_are_kept_from_staff_and_door(client: Client) -> None:
    lines = client.download("/robots.txt").get_data(as_text=True).splitlines()

    assert lines == ["User-agent: *", "Disallow: /staff", "Disallow: /door", "Disallow: /api/"]
