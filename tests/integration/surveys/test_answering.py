"""Answering and results: no person, time or address with an answer; small groups pooled; the workbook reads back."""

import io
import uuid
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import inspect, select, update

from tests.support.announcing import announce
from tests.support.evening import apply_as
from tests.support.surveying import answer
from trainings.accounts.models import Role
from trainings.core.clock import fiscal_year, local
from trainings.core.clock import now as clock_now
from trainings.core.refusal import Refused
from trainings.core.small_numbers import POOLED
from trainings.events.models import EventKind
from trainings.messages.models import Message
from trainings.registration.models import Application
from trainings.registration.secrets import ticket_code, ticket_url
from trainings.surveys import invitations, queries
from trainings.surveys.actions import close_run, submit_answers
from trainings.surveys.models import NO_CODE, FreeText, ResponseChannel, Review, SurveyResponse, SurveyRun
from trainings.surveys.refusals import SurveyRefusal

ALLOWED = {"id", "run_id", "pair_token", "stratum", "channel", "answers", "person_id"}


@pytest.fixture
def survey(evening_survey):  # type: ignore[no-untyped-def]
    """Event with an open survey, and the personal addresses of the 13 who came (6 nurses, 5 doctors, 2 pharmacists)."""
    return evening_survey.event, evening_survey.run, evening_survey.links


def test_answer_by_personal_link_stores_no_person_time_or_address(survey, new_client, unit) -> None:  # type: ignore[no-untyped-def]
    _, _, links = survey

    thanks = answer(new_client(), links[0], satisfied="5", good="よかった")

    with unit() as session:
        row = session.scalars(select(SurveyResponse)).one()
        text = session.scalars(select(FreeText)).one()
        assert thanks.h1 == "ご協力ありがとうございました"
        assert {column["name"] for column in inspect(session.connection()).get_columns("response")} == ALLOWED
        assert row.person_id is None
        assert row.answers["satisfied"] == {"value": "5"}
        assert row.answers["understood"] == {"missing": "no_answer"}
        assert text.body == "よかった"
        assert not {"pair_token", "response_id", "person_id"} & {
            column["name"] for column in inspect(session.connection()).get_columns("free_text")
        }


def test_second_answer_of_a_person_replaces_the_first(survey, new_client, unit) -> None:  # type: ignore[no-untyped-def]
    _, _, links = survey
    answer(new_client(), links[0], satisfied="1", good="一回目")

    answer(new_client(), links[0], satisfied="5", change="二回目")

    with unit() as session:
        row = session.scalars(select(SurveyResponse)).one()
        assert row.answers["satisfied"] == {"value": "5"}
        assert [text.body for text in session.scalars(select(FreeText))] == ["二回目"]


def test_venue_link_takes_an_answer_without_a_code(survey, client, unit) -> None:  # type: ignore[no-untyped-def]
    _event, run, _ = survey

    client.get(f"/s/{run.slug}").press("この内容で送る", **{"q-satisfied": "4", "q-good": "会場から"})

    with unit() as session:
        row = session.scalars(select(SurveyResponse)).one()
        assert (row.pair_token, row.stratum, row.channel) == (None, NO_CODE, ResponseChannel.VENUE)
        assert session.scalars(select(FreeText)).one().body == "会場から"


def test_ticket_is_a_code_like_the_one_in_the_mail(evening_survey, new_client, unit) -> None:  # type: ignore[no-untyped-def]
    with unit() as session:
        address = ticket_url(session.get_one(Application, evening_survey.people[0].id))
    ticket = address.rpartition("/")[2]

    for typed, satisfied in ((ticket.lower(), "1"), (address, "2")):
        answer(new_client(), f"{evening_survey.path}#{typed}", satisfied=satisfied)
    answer(new_client(), evening_survey.links[1], satisfied="3")
    answer(new_client(), evening_survey.links[0], satisfied="5")

    with unit() as session:
        rows = session.scalars(select(SurveyResponse)).all()
        assert sorted(row.answers["satisfied"]["value"] for row in rows) == ["3", "5"]
        assert {row.stratum for row in rows} == {str(evening_survey.people[0].event_group_id)}


def test_ticket_of_somebody_who_was_not_there_is_no_code(evening_survey, client, unit) -> None:  # type: ignore[no-untyped-def]
    with unit():
        other = announce(
            EventKind.SYMPOSIUM, quotas={}, organisation_cap=None, slug="other", code_prefix="OT"
        )
        ticket = ticket_code(apply_as(other, "NSV", 99, pledged=True))

    page = client.get(evening_survey.path).press("この内容で送る", status=422, token=ticket)

    assert "回答番号が見つかりません" in page.errors[0]


def test_answer_stays_on_the_page_when_the_cookie_is_gone(survey, client, unit) -> None:  # type: ignore[no-untyped-def]
    _event, run, links = survey
    form = client.get(f"/s/{run.slug}").form(button="この内容で送る")
    form.fill({"token": links[0].partition("#")[2], "q-satisfied": "4", "q-good": "よかった"})
    client.raw.delete_cookie("tsudoi")

    page = form.submit("この内容で送る", status=422)

    assert "もう一度、ボタンを押してください" in page
    with unit() as session:
        assert session.scalars(select(SurveyResponse)).all() == []
    page.press("この内容で送る")
    with unit() as session:
        assert session.scalars(select(SurveyResponse)).one().answers["satisfied"] == {"value": "4"}
        assert session.scalars(select(FreeText)).one().body == "よかった"


def test_unknown_code_is_told_and_loses_nothing(survey, client) -> None:  # type: ignore[no-untyped-def]
    _, run, _ = survey

    page = client.get(f"/s/{run.slug}").press(
        "この内容で送る", status=422, token="A" * 26, **{"q-good": "消えない"}
    )

    assert "回答番号が見つかりません" in page.errors[0]
    assert "消えない" in page.text


def test_without_the_key_a_code_is_refused_and_nothing_is_lost(survey, app, client) -> None:  # type: ignore[no-untyped-def]
    _, run, links = survey
    for key in Path(app.config["TSUDOI"].survey_key_dir).glob("*.key"):
        key.unlink()

    page = client.get(f"/s/{run.slug}").press(
        "この内容で送る", status=422, token=links[0].partition("#")[2], **{"q-good": "消えない"}
    )

    assert "空欄のままでも回答できます" in page.errors[0]
    assert "消えない" in page.text


def test_same_response_id_counts_once(survey, client, unit) -> None:  # type: ignore[no-untyped-def]
    _, run, _ = survey
    fields = {"response_id": str(uuid.uuid4()), "q-satisfied": "4", "token": ""}

    client.post(f"/s/{run.slug}", fields)
    client.post(f"/s/{run.slug}", fields)
    other = client.post(f"/s/{run.slug}", fields | {"q-satisfied": "2"}, status=422)

    assert "いま変えたところは保存していません" in other.errors[0]
    with unit() as session:
        assert len(session.scalars(select(SurveyResponse)).all()) == 1


def test_invitation_mail_is_stored_without_its_secret(survey, unit) -> None:  # type: ignore[no-untyped-def]
    _, run, links = survey

    with unit() as session:
        mails = session.scalars(select(Message).where(Message.purpose == "survey_invitation")).all()
        assert len(mails) == 13
        assert all(mail.body is None for mail in mails)
        bodies = [invitations.invitation_body(mail) for mail in mails]
    secrets = {link.partition("#")[2] for link in links}
    assert {secret for secret in secrets if any(secret in body for body in bodies)} == secrets
    assert all(run.slug in body for body in bodies)


def test_open_run_shows_only_a_rounded_count(survey, new_client, staff_client) -> None:  # type: ignore[no-untyped-def]
    event, _, links = survey
    for link in links[:7]:
        answer(new_client(), link, satisfied="5")

    page = staff_client(Role.VIEWER).get(f"/staff/events/{event.slug}/survey")

    assert "5件以上" in page.text
    assert "7" not in page.one("p.say").text


def test_results_pool_groups_under_five(survey, new_client, staff_client, unit) -> None:  # type: ignore[no-untyped-def]
    event, _, links = survey
    for place, link in enumerate(links):
        answer(new_client(), link, satisfied="5" if place < 6 else "2", new_contacts=str(place))
    staff = staff_client(Role.PLANNER)

    page = (
        staff.get(f"/staff/events/{event.slug}/survey")
        .press("アンケートを締め切って結果を見る")
        .press("締め切って結果を見る")
    )

    assert "13／13人（100％）" in page.text
    assert "薬局" not in page.one("main table.table--even").text
    with unit():
        run = queries.runs_of_event(event.id)[-1]
        labels = sorted(set(run.strata.values()))
        # Two pharmacists are too few, so the smallest other group, the five doctors, joins them.
        assert labels.count(POOLED) == 1
        assert len(labels) == 2


def _closed(staff_client, event):  # type: ignore[no-untyped-def]
    page = staff_client(Role.PLANNER).get(f"/staff/events/{event.slug}/survey")
    return page.press("アンケートを締め切って結果を見る").press("締め切って結果を見る")


def test_invented_answers_isolate_nobody(survey, new_client, client, staff_client, unit) -> None:  # type: ignore[no-untyped-def]
    """Six nurses and one doctor answer; somebody sends four answers, and then a fifth, as doctors."""
    event, run, links = survey
    with unit():
        doctors = next(str(one.id) for one in queries.groups_of_run(run) if one.name == "医科")
    for link in links[:7]:
        answer(new_client(), link, satisfied="5")
    for _ in range(4):
        client.post(f"/s/{run.slug}", {"group": doctors, "q-satisfied": "1", "token": ""})

    page = _closed(staff_client, event)

    heads = page.texts("main table.table--even thead th")
    # The doctor stands among the nurses; four answers without a code are in no figure.
    assert [head for head in heads if "医科" in head or "看護" in head] == []
    assert [head.replace(" ", "") for head in heads[1:]] == ["その他の職種7人", "全体7人"]
    assert "どの数にも入れていない回答があります" in page.text
    assert "7／13人" in page.text
    with unit() as session:
        assert sorted(session.scalars(select(SurveyResponse.stratum))) == sorted([NO_CODE] * 4 + [POOLED] * 7)


def test_answers_without_a_code_are_a_stratum_of_their_own(
    survey, new_client, client, staff_client, unit
) -> None:  # type: ignore[no-untyped-def]
    event, run, links = survey
    for link in links[:6]:
        answer(new_client(), link, satisfied="5")
    for _ in range(5):
        client.post(f"/s/{run.slug}", {"q-satisfied": "1", "token": ""})

    page = _closed(staff_client, event)

    heads = [head.replace(" ", "") for head in page.texts("main table.table--even thead th")]
    assert [head.lstrip("看") for head in heads[1:]][-2:] == ["番号なし5人", "全体11人"]
    book = _workbook(staff_client(Role.PLANNER), event)
    strata = [row[0] for row in book["回答（記号）"].iter_rows(min_row=2, values_only=True)]
    assert sorted(set(strata)) == ["番号なし", "看護"]


def test_answers_are_never_more_than_people(survey, new_client, client, staff_client, unit) -> None:  # type: ignore[no-untyped-def]
    event, run, links = survey
    for link in links[:8]:
        answer(new_client(), link, satisfied="5")
    for _ in range(5):
        client.post(f"/s/{run.slug}", {"q-satisfied": "1", "token": ""})

    full = client.get(f"/s/{run.slug}").press("この内容で送る", status=422, **{"q-good": "消えない"})
    for link in links[8:11]:
        answer(new_client(), link, satisfied="5")
    page = _closed(staff_client, event)

    assert "もう受け付けられません" in full.errors[0]
    assert "消えない" in full.text
    # Eleven with a code leave room for two of the five without one, too few to be shown.
    assert "11／13人（85％）" in page.text
    assert "番号のない回答のうち 3件は" in page.text
    with unit() as session:
        assert sorted(session.scalars(select(SurveyResponse.stratum))).count(NO_CODE) == 2


def test_answer_page_says_what_is_not_sealed_yet(survey, client) -> None:  # type: ignore[no-untyped-def]
    _, run, _ = survey

    page = client.get(f"/s/{run.slug}")

    assert "このしるしを切り離す仕組みは、まだありません" in page
    assert "番号を入れずに答えると、しるしは付きません" in page


def test_fewer_than_five_answers_publish_nothing(survey, new_client, staff_client) -> None:  # type: ignore[no-untyped-def]
    event, _, links = survey
    for link in links[:4]:
        answer(new_client(), link, satisfied="5")

    page = (
        staff_client(Role.PLANNER)
        .get(f"/staff/events/{event.slug}/survey")
        .press("アンケートを締め切って結果を見る")
        .press("締め切って結果を見る")
    )

    assert "結果は出しません" in page.text
    assert page.all("table") == []


def test_workbook_reads_back_exactly(survey, new_client, staff_client, unit) -> None:  # type: ignore[no-untyped-def]
    event, _, links = survey
    odd = ["=1+1", "+81", "0123", "1/2", "TRUE", "𠮷野家\n二行目", "@x", "\ufa19戸", "x" * 33_000]
    for place, link in enumerate(links):
        answer(new_client(), link, satisfied=str(place % 5 + 1), good=odd[place % len(odd)])
    staff = staff_client(Role.PLANNER)
    staff.get(f"/staff/events/{event.slug}/survey").press("アンケートを締め切って結果を見る").press(
        "締め切って結果を見る"
    )
    with unit():
        run = queries.runs_of_event(event.id)[-1]
        for row in queries.texts_of_run(run):
            row.review = Review.PUBLIC

    file = staff.raw.post(
        f"/staff/events/{event.slug}/survey/results.xlsx", data={"csrf_token": staff.csrf_token()}
    )

    book = load_workbook(io.BytesIO(file.data))
    texts = sorted(
        "".join(str(cell or "") for cell in row[2:])
        for row in book["自由記述"].iter_rows(min_row=2, values_only=True)
    )
    assert texts == sorted(odd[place % len(odd)] for place in range(13))
    assert all(
        cell.data_type == "s" for row in book["自由記述"].iter_rows(min_row=2) for cell in row if cell.value
    )
    satisfied = [row[2] for row in book["回答（記号）"].iter_rows(min_row=2, values_only=True)]
    assert sorted(satisfied) == sorted(place % 5 + 1 for place in range(13))
    assert {sheet.title for sheet in book} == {
        "まとめ",
        "このファイルについて",
        "設問と記号",
        "回答（記号）",
        "回答（ことば）",
        "職種ごとの集計",
        "自由記述",
        "回収率",
    }


def _workbook(staff, event):  # type: ignore[no-untyped-def]
    answer = staff.raw.post(
        f"/staff/events/{event.slug}/survey/results.xlsx", data={"csrf_token": staff.csrf_token()}
    )
    return load_workbook(io.BytesIO(answer.data))


@pytest.fixture
def survey_with_gaps(survey, new_client, staff_client):  # type: ignore[no-untyped-def]
    """A closed survey of two groups, six nurses and seven others, of whom only three answered "understood"."""
    event, _, links = survey
    for place, link in enumerate(links):
        gap = {} if 6 <= place < 10 else {"understood": "5" if place < 6 else "1"}
        answer(new_client(), link, satisfied="4", **gap)
    page = staff_client(Role.PLANNER).get(f"/staff/events/{event.slug}/survey")
    return event, page.press("アンケートを締め切って結果を見る").press("締め切って結果を見る")


def test_figures_of_too_few_cannot_be_had_by_subtraction(survey_with_gaps) -> None:  # type: ignore[no-untyped-def]
    _, page = survey_with_gaps

    rows = {row.one("th").text: [cell.text for cell in row.all("td")] for row in page.all("main tbody tr")}

    # All nine agree by 67 %; the six nurses' share would tell that the three others do not agree at all.
    assert rows["内容を理解できた"] == ["―", "―", "67"]
    assert rows["全体として満足した"] == ["100", "100", "100"]


def _first_words(book):  # type: ignore[no-untyped-def]
    """The rows of the sheet that a results workbook opens on, by what they are about."""
    return {row[0]: row for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)}


def test_workbook_opens_on_what_the_page_says(survey_with_gaps, staff_client) -> None:  # type: ignore[no-untyped-def]
    event, page = survey_with_gaps

    book = _workbook(staff_client(Role.PLANNER), event)

    said = _first_words(book)
    shown = {
        row.one("th").text: [cell.text for cell in row.all("td")]
        for row in page.all("table.table--even tbody tr")
    }
    assert f"{said['回収'][2]}／" in page.text
    for item, figures in shown.items():
        *by_group, whole = figures
        assert f"{100 * said[item][3]:.0f}" == whole
        assert [one if one == "―" else f"{100 * one:.0f}" for one in said[item][5:]] == by_group
    assert book.properties.creator == "けやき市"
    assert event.title in book.worksheets[0].oddHeader.left.text


def test_workbook_of_a_viewer_has_no_figure_of_too_few(survey_with_gaps, staff_client) -> None:  # type: ignore[no-untyped-def]
    event, _ = survey_with_gaps

    book = _workbook(staff_client(Role.VIEWER), event)

    assert book.sheetnames == [
        "まとめ",
        "このファイルについて",
        "設問と記号",
        "職種ごとの集計",
        "自由記述",
        "回収率",
    ]
    assert _first_words(book)["内容を理解できた"][-2:] == ("―", "―")
    cross = [row for row in book["職種ごとの集計"].iter_rows(min_row=2, values_only=True)]
    understood = [row for row in cross if row[0] == "understood"]
    assert {row[2] for row in understood if row[3] is not None} == {"全体"}
    assert all(row[3] is None or row[3] >= 5 for row in cross)


def test_answer_that_comes_behind_the_closing_is_refused(survey, unit) -> None:  # type: ignore[no-untyped-def]
    """Read while the run was open, stored after another transaction has closed it."""
    _, run, _ = survey
    with unit() as session:
        known = session.get_one(SurveyRun, run.id)
        assert known.is_open
        session.execute(
            update(SurveyRun)
            .values(closed_at=clock_now(), strata={})
            .execution_options(synchronize_session=False)
        )

        with pytest.raises(Refused) as refused:
            submit_answers(
                run=known,
                response_id=uuid.uuid4(),
                code="",
                given={"satisfied": ["5"]},
                channel=ResponseChannel.VENUE,
            )

    assert refused.value.code == SurveyRefusal.NOT_OPEN


def test_run_that_somebody_closed_meanwhile_is_not_closed_again(survey, unit) -> None:  # type: ignore[no-untyped-def]
    _, run, _ = survey
    with unit() as session:
        known = session.get_one(SurveyRun, run.id)
        assert known.closed_at is None
        session.execute(
            update(SurveyRun)
            .values(closed_at=clock_now(), strata={})
            .execution_options(synchronize_session=False)
        )

        with pytest.raises(Refused) as refused:
            close_run(run_id=run.id)

    assert refused.value.code == SurveyRefusal.ALREADY_CLOSED


def test_text_appears_only_after_review(survey, new_client, staff_client) -> None:  # type: ignore[no-untyped-def]
    event, _, links = survey
    for place, link in enumerate(links[:6]):
        answer(new_client(), link, satisfied="5", good=f"よかったこと{place}")
    staff = staff_client(Role.PLANNER)
    page = (
        staff.get(f"/staff/events/{event.slug}/survey")
        .press("アンケートを締め切って結果を見る")
        .press("締め切って結果を見る")
    )
    assert "よかったこと" not in page.text

    review = page.follow("読んで、扱いを決める")
    unchosen = review.form("article:first-of-type form").submit("この扱いにする", status=422)
    assert unchosen.errors == ["公開するかどうかを選んでください。"]
    refused = (
        unchosen.form("article:first-of-type form")
        .fill(review="redacted", public_body="")
        .submit("この扱いにする", status=422)
    )
    done = (
        refused.form("article:first-of-type form")
        .fill(review="redacted", public_body="伏せた文")
        .submit("この扱いにする")
    )

    results = done.follow("アンケート")
    assert "伏せた文" in results.text
    assert "よかったこと" not in results.text


def test_answer_changed_after_going_back_counts(survey, new_client, unit) -> None:  # type: ignore[no-untyped-def]
    _, run, links = survey
    client, secret = new_client(), links[0].partition("#")[2]
    page = client.get(f"/s/{run.slug}")
    page.press("この内容で送る", token=secret, **{"q-satisfied": "1", "q-good": "一回目"})

    page.press("この内容で送る", token=secret, **{"q-satisfied": "5", "q-good": "二回目"})

    with unit() as session:
        assert session.scalars(select(SurveyResponse)).one().answers["satisfied"] == {"value": "5"}
        assert [text.body for text in session.scalars(select(FreeText))] == ["二回目"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.TRAINER])
def test_results_are_found_by_whoever_may_see_them_and_lead_nowhere_forbidden(
    survey, staff_client, unit, role
) -> None:  # type: ignore[no-untyped-def]
    event, run, _ = survey
    member = staff_client(role)

    for is_closed in (False, True):
        if is_closed:
            with unit():
                close_run(run_id=run.id)
        page = member.get(f"/staff/year?year={fiscal_year(local(event.starts_at).date())}").follow(
            "回答と結果"
        )
        for link in page.all("main a[href^='/staff']"):
            member.get(link["href"])
        assert not page.all("main form[action$='/close']")
