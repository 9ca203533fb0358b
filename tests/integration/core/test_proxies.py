"""A proxy in front that nobody told us of: it is said in the log, and to administrators on きょう."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from config import TEST_KEYS, Settings
from tests.support.client import Client
from trainings import create_app
from trainings.accounts.models import Role

WORDS = "TSUDOI_TRUSTED_PROXIES"
VISITOR = {"X-Forwarded-For": "203.0.113.7"}
PRODUCTION = {
    "environment": "production",
    "public_url": "https://tsudoi.example.jp",
    **{name: secrets.token_hex(32) for name in TEST_KEYS},
}


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line for line in caplog.messages if WORDS in line]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_first_forwarded_request_is_told_once(
    client: Client, caplog: pytest.LogCaptureFixture, header: str
) -> None:
    client.open("GET", "/staff/sign-in")
    before = said(caplog)
    for _ in range(3):
        client.open("GET", "/staff/sign-in", headers={header: "203.0.113.7"})

    assert before == []
    assert len(said(caplog)) == 1
    assert f"came with {header}" in said(caplog)[0]


def test_administrator_sees_it_on_the_first_page(staff_client: Callable[..., Client]) -> None:
    admin, planner = staff_client(Role.ADMIN), staff_client(Role.PLANNER)

    through, planners = (
        browser.open("GET", "/staff", headers=VISITOR).get_data(as_text=True) for browser in (admin, planner)
    )

    assert WORDS in through
    assert WORDS not in planners
    assert WORDS not in admin.get("/staff").html


class TestTrusted:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"trusted_proxies": 1}

    def test_trusted_proxy_is_nothing_to_tell(
        self, staff_client: Callable[..., Client], caplog: pytest.LogCaptureFixture
    ) -> None:
        page = staff_client(Role.ADMIN).open("GET", "/staff", headers=VISITOR).get_data(as_text=True)

        assert WORDS not in page
        assert said(caplog) == []


@pytest.mark.sqlite_only
@pytest.mark.parametrize(("trusted", "lines"), [(0, 1), (1, 0)])
def test_production_says_at_the_start_that_no_proxy_is_trusted(
    app: Flask, caplog: pytest.LogCaptureFixture, trusted: int, lines: int
) -> None:
    url = app.config["TSUDOI"].database_url

    create_app(Settings.for_tests(**PRODUCTION, database_url=url, trusted_proxies=trusted))

    assert len(said(caplog)) == lines
