"""Headers, forgery, error pages and proxies: what every page shares."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, flash, request, url_for
from werkzeug.exceptions import HTTPException

from config import Settings
from tests.support.client import Client
from tests.support.hands import Unit
from tests.support.staff import signed_in
from trainings import create_app
from trainings.accounts.access import current_staff, public
from trainings.accounts.models import Role, Staff
from trainings.core import web
from trainings.core.db import db
from trainings.core.web import beside_requests, render_mail


def add_page(app: Flask, act: Any, path: str = "/try", **options: Any) -> None:
    app.add_url_rule(path, path, public(lambda **values: act(**values)), **options)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 413, 500])
def test_every_error_has_a_page_that_passes_the_inspection(app: Flask, client: Client, status: int) -> None:
    def act() -> str:
        error = HTTPException("why")
        error.code = status
        raise error

    add_page(app, act)

    assert client.get("/try", status=status).status == status


@pytest.mark.parametrize("status", [409, 418, 429, 503])
def test_rare_error_keeps_its_status_and_borrows_a_page(app: Flask, client: Client, status: int) -> None:
    def act() -> str:
        error = HTTPException("why")
        error.code = status
        raise error

    add_page(app, act)

    assert client.get("/try", status=status).status == status


def test_error_pages_say_nothing_of_the_program(app: Flask, client: Client) -> None:
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def act() -> str:
        raise RuntimeError("the secret of the program")

    add_page(app, act)

    assert "secret" not in client.get("/try", status=500).html


def test_error_page_after_a_broken_flush_still_comes_for_staff(
    app: Flask, unit: Unit, client: Client
) -> None:
    """The page asks who is signed in; the session of the broken request cannot tell any more."""
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    signed_in(client, unit, Role.PLANNER, name="欅田 まもる", mail="mamoru@city.keyaki.example")

    def act() -> str:
        current_staff()
        db.session.add(Staff(name="twice", mail="mamoru@city.keyaki.example"))
        db.session.flush()
        return ""

    add_page(app, act, methods=["POST"])

    client.post("/try", status=500)


def test_api_errors_are_json(app: Flask, client: Client) -> None:
    answer = client.open("GET", "/api/nothing")

    assert (answer.status_code, json.loads(answer.data)["code"]) == (404, 404)


def test_post_without_token_is_refused(app: Flask, client: Client) -> None:
    add_page(app, lambda: "taken", methods=["POST"])

    assert client.open("POST", "/try").status_code == 400


def test_address_with_a_nul_is_refused_before_it_reaches_the_database(client: Client) -> None:
    assert client.open("GET", "/e/%00").status_code == 404
    assert client.open("GET", "/s/a%00b").status_code == 404
    assert client.open("GET", "/?kind=%00").status_code == 400


@pytest.mark.parametrize("path", ["/", "/static/css/base.css", "/api/v1/door/openapi.json", "/nowhere"])
def test_other_sites_read_nothing_of_ours(client: Client, path: str) -> None:
    with client.raw.get(path, headers={"Origin": "https://other.example"}) as answer:
        headers = answer.headers

    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not [name for name, _ in headers if name.startswith("Access-Control-")]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "CONNECT"])
def test_methods_that_nobody_needs_are_refused(client: Client, method: str) -> None:
    assert client.open(method, "/").status_code == 405


@pytest.mark.parametrize("path", ["/static/", "/static/js/", "/.git/config", "/static/../config.py"])
def test_folders_and_files_of_the_program_are_not_shown(client: Client, path: str) -> None:
    assert client.open("GET", path).status_code == 404


def test_plain_http_sends_no_hsts_and_https_does(app: Flask, client: Client) -> None:
    assert "Strict-Transport-Security" not in client.open("GET", "/staff/sign-in").headers


class TestHttps:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"public_url": "https://localhost"}

    def test_https_sends_hsts_and_a_secure_cookie(self, client: Client) -> None:
        answer = client.open("GET", "/staff/sign-in")

        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        cookie = answer.headers["Set-Cookie"]
        assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax"))
        assert cookie.startswith("__Host-tsudoi=")
        assert "Path=/;" in f"{cookie};"
        assert "Domain" not in cookie

    def test_form_is_taken_over_https_though_no_page_lets_a_referrer_out(self, client: Client) -> None:
        page = client.raw.get("/links", base_url="https://localhost")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))
        assert token is not None

        answer = client.raw.post(
            "/links",
            base_url="https://localhost",
            data={"csrf_token": token[1], "mail": "misaki@houkan.example"},
        )

        assert answer.status_code == 302, answer.get_data(as_text=True)


class TestTwoProxies:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"trusted_proxies": 2}

    def test_as_many_proxies_as_are_trusted_may_name_the_visitor(self, app: Flask, client: Client) -> None:
        add_page(app, lambda: request.remote_addr)
        headers = {"X-Forwarded-For": "198.51.100.1, 198.51.100.2, 10.0.0.2"}

        answer = app.test_client().get("/try", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"})

        assert answer.get_data(as_text=True) == "198.51.100.2"


def test_door_page_may_use_the_camera_and_no_other(app: Flask) -> None:
    def act() -> str:
        web.door_page()
        return ""

    add_page(app, act)
    guest = app.test_client()
    door, other = guest.get("/try").headers, guest.get("/staff/sign-in").headers

    assert "camera=(self)" in door["Permissions-Policy"]
    assert "wasm-unsafe-eval" in door["Content-Security-Policy"]
    assert "camera=()" in other["Permissions-Policy"]
    assert "wasm-unsafe-eval" not in other["Content-Security-Policy"]


def test_mail_has_the_first_line_as_subject_and_no_markup(app: Flask) -> None:
    with beside_requests(app):
        subject, body = render_mail(
            "accounts/mail/sign_in.txt",
            staff={"name": "<b>鈴木 & 花子</b>"},
            address="http://localhost/x?a=1&b=2",
            expires_at=web.clock.now(),
        )

    assert subject == "つどい サインインのリンク"
    assert body.startswith("<b>鈴木 & 花子</b> 様\n")
    assert "http://localhost/x?a=1&b=2\n" in body
    assert body.endswith("\n")


def test_links_beside_requests_are_those_of_requests(app: Flask) -> None:
    with beside_requests(app):
        assert url_for("accounts.sign_in") == "/staff/sign-in"


def test_download_keeps_a_japanese_name(app: Flask) -> None:
    with beside_requests(app):
        answer = web.download(b"x", "20270214_名簿.xlsx", "application/octet-stream")

    assert "filename*=UTF-8''20270214_%E5%90%8D%E7%B0%BF.xlsx" in answer.headers["Content-Disposition"]


def test_flashed_sentence_is_said_once(app: Flask, client: Client) -> None:
    def act() -> str:
        flash("できました")
        return ""

    add_page(app, act)
    client.raw.get("/try")

    assert "できました" in client.get("/staff/sign-in")
    assert "できました" not in client.get("/staff/sign-in")


@pytest.mark.parametrize(
    "gone", ["postgresql+psycopg://nobody@127.0.0.1:1/none", "sqlite:///gone/none.sqlite3"]
)
def test_pages_stay_pages_when_the_database_is_gone(tmp_path: Path, gone: str) -> None:
    app = create_app(Settings.for_tests(database_url=gone, instance_dir=str(tmp_path)))
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    client = Client(app)
    with client.raw.session_transaction() as session:
        session["staff"] = {"id": str(uuid.uuid4()), "version": 1, "until": 9e12}

    for path in ("/", "/staff", "/a/secret", "/t/ticket"):
        page = client.get(path, status=503)
        assert page.h1 == "ただいま利用できません"
        assert "登録されていません" in page
    assert client.get("/nowhere", status=404).h1 == "ページが見つかりません"
    headers = {"Authorization": "Bearer token"}
    answer = client.open("GET", "/api/v1/door/roster", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (503, 503)


def test_error_page_bears_the_number_of_its_line_in_the_log(
    app: Flask, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def act() -> str:
        raise RuntimeError("why")

    add_page(app, act)

    page = client.get("/try", status=500)

    number = re.search(r"番号「(\w{8})」", page.text)
    assert number is not None
    assert f"fault {number[1]}: GET /try failed" in caplog.text
