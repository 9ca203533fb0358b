"""枠のルール: what the rules mean, a trial beside them, and what is kept or refused."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support.announcing import announce
from tests.support.evening import apply_as
from trainings.accounts.models import Role
from trainings.allocation.draws.drawing import draw_seats
from trainings.allocation.draws.freezing import commit_secret, freeze_list
from trainings.audit.models import AuditEntry
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.registration.people.free_entries import keep_free_entry, open_free_entries

QUOTAS = {"看護": (2, 4), "医科": (2, 3), "歯科": (1, 2)}


def _path(event: Event) -> str:
    return f"/staff/events/{event.slug}/rules"


def _place(event: Event, name: str) -> int:
    return next(n for n, group in enumerate(event.groups) if group.name == name)


@pytest.fixture
def hall(unit):  # type: ignore[no-untyped-def]
    """A lottery of 6 seats, open: 8 nurses (6 of one office), 3 doctors, no dentist."""
    with unit():
        load_master_data()
        event = announce(
            EventKind.HUNDRED, quotas=QUOTAS, capacity=6, organisation_cap=2, public_number_name=""
        )
        commit_secret(event_id=event.id)
        for number in range(11):
            application = apply_as(event, "NSV" if number < 8 else "MD", number)
            application.organisation_name = "欅第一" if number < 6 else f"事業所{number}"
        _ = [group.name for group in event.groups]
    return event


def test_page_says_what_the_rules_mean_before_applications_close(hall, staff_client) -> None:  # type: ignore[no-untyped-def]
    page = staff_client(Role.PLANNER).get(_path(hall))

    assert "定員6席のうち 6席 が埋まります" in page
    assert "歯科のために確保する1席のうち、申込のあった0席を守ります" in page
    # Six of one office share its two seats.
    assert "いちばん低い33.3％は、この6人です（看護 6人）。同じ事業所からの申込は、欅第一 6人です。" in page
    assert "一つの事業所からの上限2席を、6人で分け合うため" in page


def test_trial_stands_beside_the_present_rules_and_keeps_nothing(hall, staff_client, unit) -> None:  # type: ignore[no-untyped-def]
    page = staff_client(Role.PLANNER).get(_path(hall))
    typed = {"organisation_cap": "３", f"groups-{_place(hall, '歯科')}-reserved": "0", "capacity": "7"}

    page = page.form("main form").fill(typed).submit("試算する")

    rows = {row[0]: row[1:] for row in page.rows("#compared")}
    assert rows["埋まる席"] == ["6席", "7席"]
    assert rows["届かずに、ほかの方にまわす席"] == ["1席", "0席"]
    assert rows["いちばん低い確率"] == ["33.3％（6人）", "50.0％（8人）"]
    assert "いちばん低い確率が、33.3％から50.0％に上がります。" in page
    # Nothing that was typed is lost, and nothing is kept.
    assert page.one('input[name="organisation_cap"]').get("value") == "３"
    assert page.one('input[name="capacity"]').get("value") == "7"
    with unit() as session:
        kept = session.get_one(Event, hall.id)
        assert (kept.capacity, kept.organisation_cap) == (6, 2)


def test_one_field_gives_all_reserves_their_day_and_quotas_follow_the_capacity(
    hall, staff_client, unit
) -> None:  # type: ignore[no-untyped-def]
    page = staff_client(Role.PLANNER).get(_path(hall))
    assert [cell.text for cell in page.all(".table--quota tfoot tr > *")] == [
        "合計",
        "11",
        "5",
        "上限なし",
        "",
    ]
    day = hall.starts_at.date().isoformat()

    page = page.form("main form").fill(release_all=day).submit("開放日をそろえて試算する")
    page = page.form("main form").fill(capacity="12").submit("枠を定員に合わせて試算する")

    values = page.form("main form").values
    for name, (reserved, cap) in QUOTAS.items():
        place = _place(hall, name)
        shown = [values[f"groups-{place}-{field}"][0] for field in ("reserved", "cap", "release_on")]
        assert shown == [str(2 * reserved), str(2 * cap), day]
    other = _place(hall, "薬局")
    assert values[f"groups-{other}-cap"] == [""]
    with unit() as session:
        kept = session.get_one(Event, hall.id)
        assert (kept.capacity, kept.groups[_place(hall, "看護")].reserved) == (6, 2)


def test_saving_keeps_the_numbers_and_nothing_else_and_logs_them(hall, staff_client, unit) -> None:  # type: ignore[no-untyped-def]
    with unit() as session:
        before = session.get_one(Event, hall.id)
        programme = [(one.title, one.starts_at) for one in before.programme]
        names = [(one.name, one.mark, one.sort, one.sector_id) for one in before.groups]
        professions = {(row.profession_id, row.event_group_id) for row in before.professions}
    dentists = _place(hall, "歯科")
    typed = {
        "organisation_cap": "",
        f"groups-{dentists}-reserved": "0",
        f"groups-{dentists}-cap": "",
        f"groups-{_place(hall, '看護')}-release_on": hall.starts_at.date().isoformat(),
    }

    page = staff_client(Role.PLANNER).get(_path(hall)).form("main form").fill(typed).submit("この内容にする")

    assert "枠のルールを保存しました。" in page
    with unit() as session:
        event = session.get_one(Event, hall.id)
        group = event.groups[dentists]
        assert (event.organisation_cap, event.capacity, group.reserved, group.cap) == (None, 6, 0, None)
        assert event.groups[_place(hall, "看護")].release_on == hall.starts_at.date()
        assert [(one.title, one.starts_at) for one in event.programme] == programme
        assert [(one.name, one.mark, one.sort, one.sector_id) for one in event.groups] == names
        assert {(row.profession_id, row.event_group_id) for row in event.professions} == professions
        fields = {
            entry.detail["field"]
            for entry in session.scalars(select(AuditEntry).where(AuditEntry.verb == "event.changed"))
        }
        assert fields == {"organisation_cap", "groups"}


def test_impossible_numbers_are_refused_with_everything_typed(hall, staff_client) -> None:  # type: ignore[no-untyped-def]
    browser = staff_client(Role.PLANNER)
    nurses = _place(hall, "看護")
    crossed = {f"groups-{nurses}-reserved": "5", f"groups-{nurses}-cap": "4"}

    page = browser.get(_path(hall)).form("main form").fill(crossed).submit("試算する", status=422)

    assert "「看護」の上限を、確保する席（5席）以上にしてください" in page
    assert page.one(f'input[name="groups-{nurses}-reserved"]').get("value") == "5"

    much = {f"groups-{nurses}-reserved": "6", f"groups-{nurses}-cap": "6"}
    page = browser.get(_path(hall)).form("main form").fill(much).submit("この内容にする", status=422)

    assert "確保する席の合計が9席で、定員の6席を超えています" in page
    assert page.one(f'input[name="groups-{nurses}-reserved"]').get("value") == "6"


@pytest.mark.parametrize("button", ["試算する", "この内容にする"])
@pytest.mark.parametrize("published", [True, False])
def test_rules_that_nobody_could_keep_are_told_in_words_and_never_saved(  # type: ignore[no-untyped-def]
    unit, staff_client, button, published
) -> None:
    with unit() as session:
        load_master_data()
        event = announce(EventKind.HUNDRED, quotas=QUOTAS, capacity=6, published=published)
        place = next(n for n, sector in enumerate(event.sectors) if sector.name == "医療")
        for group in event.groups:
            group.sector = event.sectors[place] if group.name in ("看護", "歯科") else None
        session.flush()
        path, nurses, dentists = _path(event), _place(event, "看護"), _place(event, "歯科")
    page = staff_client(Role.PLANNER).get(path).form("main form")
    typed = {
        "capacity": "4",
        f"sectors-{place}-reserved": "9",
        f"groups-{nurses}-cap": "4",
        f"groups-{dentists}-cap": "2",
    }

    refused = page.fill(typed).submit(button, status=422)

    said = [
        "「医療」のために9席を確保していますが、区分の上限を合わせても6席です。どちらかを直してください。",
        "確保する席の合計が5席で、定員の4席を超えています。どちらかを直してください。",
    ]
    assert refused.errors == (said if button == "試算する" else said[:1])
    assert refused.one(f'input[name="sectors-{place}-reserved"]').get("value") == "9"
    refused = refused.form("main form").fill({f"sectors-{place}-reserved": "", f"sectors-{place}-cap": "2"})
    refused = refused.submit(button, status=422)
    assert "「医療」の区分で確保する席の合計が3席で、この分野の上限の2席を超えています" in refused
    with unit() as session:
        kept = session.get_one(Event, event.id)
        assert (kept.capacity, kept.sectors[place].reserved, kept.sectors[place].cap) == (6, 0, None)


def test_quota_that_crosses_is_refused_with_the_reason_and_the_nearest_that_works(  # type: ignore[no-untyped-def]
    hall, staff_client, unit
) -> None:
    with unit() as session:
        event = session.get_one(Event, hall.id)
        medical = next(n for n, sector in enumerate(event.sectors) if sector.name == "医療")
        ids = {group.name: str(group.id) for group in event.groups}
    form = staff_client(Role.PLANNER).get(_path(hall)).form("main form")
    form.fill({f"sectors-{medical}-cap": "5", "capacity": "7"})

    crossed = form.fill({"other_groups": [ids["看護"], ids["ケアマネ・包括"]]})
    page = crossed.submit("足せるか確かめる", status=422)

    (said,) = page.errors
    assert said.startswith(
        "この区分をまとめた枠は足せません。「医療」の枠とも、事業所ごとの枠とも、一部だけが重なる"
    )
    assert "「aとb」「bとc」「aとc」" in page
    assert "一人2分の1ずつ" in page
    assert "ほんとうの確率は3分の1です" in page
    assert "「医療」の中の看護だけを数える枠です。看護の「確保」と「上限」で決めてください。" in page
    assert page.one('input[name="capacity"]').get("value") == "7"

    form = page.form("main form").fill({"other_who": "first", "other_groups": []})
    page = form.submit("足せるか確かめる", status=422)
    assert page.errors[0].startswith("はじめての方の枠は足せません。")
    assert "「はじめての方の倍率」を上げてください" in page

    form = page.form("main form").fill({"other_who": "groups"})
    page = form.submit("足せるか確かめる", status=422)
    assert page.errors == ["まとめる職種区分を選んでください。"]

    free = [ids["ケアマネ・包括"], ids["行政・地域"]]
    page = page.form("main form").fill({"other_groups": free}).submit("足せるか確かめる")
    assert "この枠は足せます" in page
    with unit() as session:
        kept = session.get_one(Event, hall.id)
        assert (kept.capacity, kept.sectors[medical].cap) == (6, None)


def test_two_organisers_do_not_overwrite_each_other_unseen(hall, staff_client) -> None:  # type: ignore[no-untyped-def]
    mine = staff_client(Role.PLANNER, name="甲").get(_path(hall))
    other = staff_client(Role.PLANNER, name="乙").get(_path(hall))
    other.form("main form").fill({"organisation_cap": "4"}).submit("この内容にする")

    page = mine.form("main form").fill({"organisation_cap": "5"}).submit("この内容にする", status=409)

    assert page.rows("table.meanwhile")[1:] == [["一つの事業所の上限", "4", "5"]]
    page.press("入力した内容にする")
    again = mine.client.get(_path(hall))
    assert again.one('input[name="organisation_cap"]').get("value") == "5"


def test_rules_stay_between_freezing_and_drawing_and_need_a_reason_afterwards(  # type: ignore[no-untyped-def]
    hall, staff_client, unit, clock
) -> None:
    clock.set(hall.application_closes_at)
    with unit():
        keep_free_entry(
            application_ids=[one.id for entry in open_free_entries(hall.id) for one in entry.applications]
        )
        freeze_list(event_id=hall.id)
    browser = staff_client(Role.PLANNER)

    form = browser.get(_path(hall)).form("main form").fill({"organisation_cap": "5"})
    assert "この内容にする" not in form.page
    page = browser.post(_path(hall), form.values, status=422)

    assert "名簿を固めてから抽選するまでは、定員と枠を変えられません。" in page
    assert "変えるとどうなるか" in page.form("main form").submit("試算する")

    with unit():
        draw_seats(event_id=hall.id)
    page = (
        browser.get(_path(hall))
        .form("main form")
        .fill({"organisation_cap": "5"})
        .submit("この内容にする", status=422)
    )
    assert "抽選のあとに枠や定員を変えるときは、変える理由を入力してください。" in page

    page = page.form("main form").fill({"reason": "会場が広がったため"}).submit("この内容にする")
    assert "枠のルールを保存しました。" in page


def test_page_is_for_planners_and_asks_no_more_of_the_database_for_more_people(  # type: ignore[no-untyped-def]
    hall, staff_client, unit, count_queries
) -> None:
    staff_client(Role.VIEWER).get(_path(hall), status=403)
    browser = staff_client(Role.PLANNER)
    browser.get(_path(hall))
    with count_queries() as few:
        browser.get(_path(hall))
    with unit():
        for number in range(20, 40):
            apply_as(hall, "PH", number).organisation_name = f"薬局{number % 7}"

    with count_queries() as many:
        browser.get(_path(hall))

    assert len(many) == len(few)
