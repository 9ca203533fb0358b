"""The log tells what failed and where, and nothing that somebody typed or could open a page with."""

from __future__ import annotations

import io
import json
import logging
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.logging import default_handler
from sqlalchemy import text
from werkzeug.exceptions import HTTPException

from tests.support.applying import apply_for, make_event
from tests.support.client import Client
from tests.support.hands import Unit
from tests.support.staff import add_staff, signed_in
from trainings.accounts.access import public
from trainings.accounts.actions import issue_link, link_address
from trainings.accounts.models import Role
from trainings.accounts.queries import staff_by_mail
from trainings.audit.actions import record
from trainings.core import logs
from trainings.core.db import db
from trainings.core.jobs import enqueue, failed_jobs
from trainings.directory.actions import load_master_data
from trainings.registration.models import Application
from trainings.registration.secrets import application_secret, ticket_code
from trainings.surveys.models import Questionnaire, QuestionnaireVersion
from trainings.worker.jobs import Duties
from trainings.worker.rounds import JOB_ATTEMPTS, run_round

SECRET = "k3v9q2m8x7c6b5n4t3r2w1z0"
PERSONAL = ("髙橋", "美咲", "ミサキ", "misaki@clinic.example", "09012345678", "車いす", "耳が遠い")


@pytest.fixture
def log(app: Flask) -> Iterator[io.StringIO]:
    """What the product writes to its log, faults answered as in production."""
    app.config["TESTING"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(default_handler.formatter)
    logging.getLogger("trainings").addHandler(handler)
    yield written
    logging.getLogger("trainings").removeHandler(handler)


@pytest.fixture
def application(unit: Unit) -> Application:
    with unit():
        load_master_data()
        return apply_for(
            make_event("百人の集い"),
            family="髙橋",
            given="美咲",
            family_kana="タカハシ",
            given_kana="ミサキ",
            mail="misaki@clinic.example",
            phone="090-1234-5678",
            care_note="車いす、耳が遠い",
        )


def _copy(**changes: object) -> Callable[[Application], object]:
    """Inserts the application once more, with some columns changed."""

    def act(application: Application) -> object:
        columns = [column.key for column in Application.__table__.columns]
        values = {key: getattr(application, key) for key in columns} | changes
        db.session.add(Application(**values))
        db.session.flush()
        return "stored"

    return act


def _update(assignment: str) -> Callable[[Application], object]:
    return lambda _application: db.session.execute(text(f"UPDATE application SET {assignment}"))


def _change_the_trail(_application: Application) -> object:
    record(verb="test.done", subject=("staff", "1"))
    db.session.flush()
    return db.session.execute(text("UPDATE audit_entry SET verb = '車いす'"))


FAULTS: dict[str, Callable[[Application], object]] = {
    "the same row again": _copy(),
    "a value missing": _update("family = NULL, given = '美咲', mail = 'misaki@clinic.example'"),
    "a value that a rule refuses": _update("state = '耳が遠い'"),
    "a row that does not exist": _update("profession_id = 'e0000000-0000-4000-8000-000000000000'"),
    "a table that does not exist": lambda _application: db.session.execute(
        text("INSERT INTO no_such_table VALUES (:a)"), {"a": "髙橋 美咲"}
    ),
    "a row that must not change": _change_the_trail,
    "a value that no column takes": lambda _application: db.session.execute(
        text("SELECT CAST(:a AS integer) / 0, json(:a)"), {"a": "09012345678 車いす"}
    ),
    "a fault of our own, about a value": lambda _application: int("車いす、耳が遠い 髙橋"),
    "a name that is no key": lambda _application: {}["misaki@clinic.example"],
}


@pytest.mark.parametrize("kind", FAULTS)
def test_failing_request_leaves_no_personal_value_in_the_log(
    app: Flask, unit: Unit, application: Application, log: io.StringIO, kind: str
) -> None:
    app.add_url_rule(
        "/broken/<secret>", "broken", lambda secret: str(FAULTS[kind](application)), methods=["POST"]
    )
    app.config["WTF_CSRF_ENABLED"] = False
    secret = application_secret_of(unit, application)

    answer = app.test_client().post(f"/broken/{secret}", data={"care_note": "車いす"})

    written = log.getvalue()
    assert answer.status_code == 500
    assert "POST broken failed" in written
    assert "test_logs.py" in written  # the place in the program
    assert [value for value in (*PERSONAL, secret, application.code) if value in written] == []


def test_log_names_the_rule_that_a_row_broke(
    app: Flask, application: Application, log: io.StringIO, database_kind: str
) -> None:
    app.add_url_rule("/broken", "broken", lambda: str(_copy()(application)), methods=["POST"])
    app.config["WTF_CSRF_ENABLED"] = False

    app.test_client().post("/broken")

    told = {"sqlite": "UNIQUE constraint failed: application.", "postgresql": "23505 application"}
    assert told[database_kind] in log.getvalue()


@pytest.fixture
def database_kind(app: Flask) -> str:
    with app.app_context():
        return db.engine.dialect.name


@pytest.mark.parametrize("page", ["/a/{link}", "/t/{ticket}", "/T/{ticket}"])
def test_page_that_breaks_leaves_no_secret_in_the_log(
    app: Flask, unit: Unit, application: Application, log: io.StringIO, page: str
) -> None:
    secrets = {"link": application_secret_of(unit, application), "ticket": ticket_of(unit, application)}
    with unit() as session:
        session.execute(text("ALTER TABLE application RENAME TO elsewhere"))

    answer = app.test_client().get(page.format(**secrets), follow_redirects=True)

    assert answer.status_code == 500
    assert "GET guest." in log.getvalue()
    assert [value for value in secrets.values() if value in log.getvalue()] == []


def application_secret_of(unit: Unit, application: Application) -> str:
    with unit():
        return application_secret(application)


def ticket_of(unit: Unit, application: Application) -> str:
    with unit():
        return ticket_code(application)


def test_job_that_breaks_leaves_no_personal_value_in_log_or_table(
    app: Flask, unit: Unit, application: Application, log: io.StringIO, clock: object
) -> None:
    def fail(_job: object) -> None:
        _copy(family="髙橋")(application)

    with unit():
        enqueue("breaks")
    for _attempt in range(JOB_ATTEMPTS):
        run_round(app, Duties(jobs={"breaks": fail}))
        clock.forward(hours=13)  # type: ignore[attr-defined]

    with unit():
        kept = [job.last_error for job in failed_jobs()]
    assert len(kept) == 1
    assert "IntegrityError" in str(kept[0])
    for value in PERSONAL:
        assert value not in log.getvalue()
        assert value not in str(kept[0])


def lines_of(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.fixture
def all_lines(app: Flask, log: io.StringIO) -> Iterator[io.StringIO]:
    """The log as in production, where what went well is told too."""
    logger = logging.getLogger(logs.OURS)
    before = logger.level
    logger.setLevel(logging.INFO)
    yield log
    logger.setLevel(before)


def test_every_request_is_one_object_with_endpoint_status_and_account(
    app: Flask, all_lines: io.StringIO, staff_client: Callable[..., Client], client: Client
) -> None:
    planner = staff_client(Role.PLANNER, name="髙橋 美咲")
    all_lines.truncate(0)
    all_lines.seek(0)

    planner.get("/staff")
    client.open("GET", f"/nowhere/{SECRET}")

    of_staff, of_nobody = lines_of(all_lines)
    assert datetime.fromisoformat(of_staff.pop("at")).utcoffset() == timedelta(0)
    assert isinstance(of_staff.pop("ms"), int)
    assert uuid.UUID(of_staff.pop("account"))
    number = of_staff.pop("request")
    assert of_staff == {
        "level": "info",
        "event": "request.done",
        "words": f"{number} GET desk.today 200",
        "method": "GET",
        "endpoint": "desk.today",
        "by": "staff",
        "status": 200,
    }
    assert (of_nobody["status"], of_nobody["endpoint"], of_nobody["event"]) == (404, None, "request.refused")
    assert SECRET not in all_lines.getvalue()
    assert "髙橋" not in all_lines.getvalue()


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 413, 418, 500, 503])
def test_error_page_bears_the_number_of_its_line(
    app: Flask, client: Client, all_lines: io.StringIO, status: int
) -> None:
    def act() -> str:
        error = HTTPException("why")
        error.code = status
        raise error

    app.add_url_rule("/try", "try", public(act))

    number = re.search(r"番号「(\w{8})」", client.get("/try", status=status).text)

    assert number is not None
    assert [(line["request"], line["status"]) for line in lines_of(all_lines)] == [(number[1], status)]


def test_api_bears_the_number_too(client: Client, all_lines: io.StringIO) -> None:
    answer = client.open("GET", "/api/v1/door/roster")

    line = lines_of(all_lines)[0]
    assert (line["event"], line["status"]) == ("access.refused", 401)
    assert answer.status_code == 401


def used_link(client: Client, unit: Unit) -> str:
    add_staff(unit, Role.PLANNER, name="髙橋 美咲", mail="misaki@clinic.example")
    with unit():
        member = staff_by_mail("misaki@clinic.example")
        assert member is not None
        path = urlsplit(link_address(issue_link(staff=member))).path
    client.get(path).press("サインインする")
    return path


TRIALS: dict[str, tuple[Callable[[Client, Unit], object], str, dict[str, object]]] = {
    "wrong sign-in link": (
        lambda client, _: client.open("GET", f"/staff/sign-in/{SECRET}"),
        "sign_in.refused",
        {"why": "unknown"},
    ),
    "sign-in link used again": (
        lambda client, unit: client.open("GET", used_link(client, unit)),
        "sign_in.refused",
        {"why": "used"},
    ),
    "wrong link of an application": (
        lambda client, _: client.open("GET", f"/a/{SECRET}"),
        "access.refused",
        {"status": 404},
    ),
    "page of another role": (
        lambda client, unit: (
            signed_in(client, unit, Role.VIEWER, name="髙橋 美咲", mail="misaki@clinic.example"),
            client.open("GET", "/staff/settings"),
        ),
        "access.refused",
        {"status": 403, "endpoint": "accounts.settings", "by": "guest"},
    ),
    "form of another site": (
        lambda client, _: client.raw.post(
            "/links", data={"mail": "misaki@clinic.example"}, headers={"Sec-Fetch-Site": "cross-site"}
        ),
        "form.forged",
        {},
    ),
}


@pytest.mark.parametrize("trial", TRIALS)
def test_attempt_to_get_in_leaves_a_line_without_what_was_tried(
    app: Flask, client: Client, unit: Unit, log: io.StringIO, trial: str
) -> None:
    act, event, facts = TRIALS[trial]

    act(client, unit)

    told = [line for line in lines_of(log) if line["event"] == event]
    assert len(told) == 1
    assert told[0]["level"] == "warning"
    assert facts.items() <= told[0].items()
    assert len(told[0]["request"]) == 8
    assert [value for value in (*PERSONAL, SECRET) if value in log.getvalue()] == []


class TestLimits:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"rate_limits": True}

    def test_limit_that_held_leaves_a_line(self, client: Client, log: io.StringIO) -> None:
        for _ in range(10):
            client.post("/links", {"mail": "misaki@clinic.example"})
        client.post("/links", {"mail": "misaki@clinic.example"}, status=429)

        told = [line for line in lines_of(log) if line["event"] == "limit.held"]
        assert [(line["purpose"], line["step"]) for line in told] == [("links", 1)]
        assert "misaki" not in log.getvalue()


def test_answering_a_survey_leaves_no_line(client: Client, all_lines: io.StringIO) -> None:
    client.open("GET", "/s/nothing")
    client.open("GET", "/health/live")

    assert all_lines.getvalue() == ""


def test_terminal_reads_plain_lines(app: Flask) -> None:
    record = logging.LogRecord("trainings", logging.ERROR, "x.py", 1, "broke at %s", (SECRET,), None)

    assert logs.formatter("text").format(record).endswith("ERROR trainings broke at …")
    assert json.loads(logs.formatter("json").format(record))["words"] == "broke at …"


def test_line_with_a_secret_in_it_is_masked() -> None:
    line = "Error handling request GET /a/k3v9q2m8x7c6b5n4t3r2w1z0 (row 0b6d4f5e-1c2a-4f3b-8d9e-7a6b5c4d3e2f)"

    assert logs.without_secrets(line) == (
        "Error handling request GET /a/… (row 0b6d4f5e-1c2a-4f3b-8d9e-7a6b5c4d3e2f)"
    )


def test_name_of_a_setting_is_told() -> None:
    line = "TSUDOI_TRUSTED_PROXIES is 0, TSUDOI_LINK_KEY=k3v9q2m8x7c6b5n4t3r2w1z0"

    assert logs.without_secrets(line) == "TSUDOI_TRUSTED_PROXIES is 0, TSUDOI_LINK_KEY=…"


def test_fault_in_the_commit_is_told_without_the_path(
    app: Flask, all_lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit() -> None:
        raise RuntimeError("broken")

    app.add_url_rule("/try/<code>", "try", public(lambda code: code), methods=["POST"])
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    app.testing = False
    monkeypatch.setattr("trainings.core.db.commit", commit)

    assert app.test_client().post("/try/S1-2").status_code == 500

    assert [line["event"] for line in lines_of(all_lines)] == ["fault", "request.failed"]
    assert "S1-2" not in all_lines.getvalue()


def test_fault_in_a_frozen_table_is_told_by_its_name(app: Flask, unit: Unit) -> None:
    with unit() as session:
        session.add(
            QuestionnaireVersion(
                questionnaire=Questionnaire(code="T", title="試し"), n=1, doc={"a": 1}, sha256="0" * 64
            )
        )
    try:
        with unit() as session:
            session.execute(text("INSERT INTO questionnaire (id, code, title) VALUES ('x', 'T', '髙橋')"))
    except Exception as error:
        told = logs.outline(error)

    assert "髙橋" not in told
    assert told.startswith(("IntegrityError", "DataError", "ProgrammingError"))
