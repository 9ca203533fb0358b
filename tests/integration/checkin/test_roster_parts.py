"""The roster in parts: whatever changes between two of them, and wherever a desk is broken off, nobody is missing."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.support.arrivals import Evening, enrol, make_evening, scan
from tests.support.client import Client
from tests.support.hands import Clock, Unit
from trainings.checkin.desk import api
from trainings.checkin.desk.openapi import document
from trainings.registration.actions import cancel_application

API = "/api/v1/door/"


@dataclass
class Night:
    evening: Evening
    client: Client
    token: str

    def ask(self, path: str, status: int = 200, **query: Any) -> dict[str, Any]:
        asked = (
            f"{API}{path}?{urlencode({name: value for name, value in query.items() if value is not None})}"
        )
        return self.client.api("GET", asked, bearer=self.token, status=status)

    def walk_in(self, given: str) -> None:
        said = {"name": f"新田 {given}", "kana": "ニッタ コ", "reason": "満席でも入っていただく"}
        group = str(self.evening.guests[0].event_group_id)
        self.client.api("POST", f"{API}walk-ins", scan() | said | {"group": group}, bearer=self.token)

    def whole(self) -> dict[str, Any]:
        """The whole answer, as desks ask whose page is older than the parts."""
        return self.client.api("GET", f"{API}roster", bearer=self.token)


@pytest.fixture
def night(app: Flask, unit: Unit, clock: Clock) -> Night:
    with unit():
        evening = make_evening()
        token = enrol(evening.event)
    clock.set(evening.doors_open_at)
    return Night(evening, Client(app), token)


def by_id(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(lines, key=lambda line: str(line["id"]))


def everything(night: Night, most: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The event, and its people in parts of so many."""
    told, lines, after = night.ask("event"), [], None
    while True:
        part = night.ask("guests", most=most, after=after)
        assert len(part["roster"]) <= most
        lines += part["roster"]
        after = part["next"]
        if after is None:
            return told, lines


@pytest.mark.parametrize("most", [1, 2, 5, 500])
def test_parts_together_are_the_roster(night: Night, most: int) -> None:
    told, lines = everything(night, most)

    whole = night.whole()
    assert by_id(lines) == by_id(whole["roster"])
    assert told["people"] == len(lines)
    for name in ("event", "texts", "edition", "groups", "desks", "device", "free"):
        assert told[name] == whole[name]


def test_who_comes_or_changes_between_two_parts_is_among_the_changes(
    night: Night, unit: Unit, clock: Clock
) -> None:
    told, known, after = night.ask("event"), {}, None
    for step in range(20):
        part = night.ask("guests", most=1, after=after)
        known.update({line["id"]: line for line in part["roster"]})
        clock.forward(minutes=2)
        with unit():
            if step == 1:
                cancel_application(application_id=night.evening.guests[0].id)
        # Some of these stand before the place that was reached, some behind it.
        night.walk_in(f"子{'ぁあぃいぅうぇえぉおかがきぎくぐけげこご'[step]}")
        after = part["next"]
        if after is None or step == 12:
            break

    cursor, since, after = 0, told["roster_at"], None
    while True:
        news = night.ask("changes", cursor=cursor, roster_at=since, most=3, after=after)
        assert max(len(news["roster"]), len(news["scans"])) <= 3
        known.update({line["id"]: line for line in news["roster"]})
        cursor, after = news["cursor"], news["next"]
        if not news["more"]:
            break
        clock.forward(seconds=1)
    # The place where the first load was broken off.
    while part["next"]:
        part = night.ask("guests", most=4, after=part["next"])
        known.update({line["id"]: line for line in part["roster"]})

    assert by_id(list(known.values())) == by_id(night.whole()["roster"])


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"most": 0}, "most"),
        ({"most": 501}, "most"),
        ({}, "most"),
        ({"most": "x"}, "most"),
        ({"most": 5, "after": ""}, "after"),
        ({"most": 5, "after": "7"}, "after"),
    ],
)
def test_part_that_none_can_be_is_a_bad_request(night: Night, said: dict[str, Any], field: str) -> None:
    assert night.ask("guests", 400, **said)["field"] == field
    if said:
        since = {"cursor": 0, "roster_at": night.ask("event")["roster_at"]}
        assert night.ask("changes", 400, **since, **said)["field"] == field


def test_parts_keep_the_rules_of_the_roster(night: Night, clock: Clock) -> None:
    clock.set(night.evening.event.starts_at)
    clock.forward(days=-4)

    assert night.ask("event", 403)["error"] == "too_early"
    assert night.ask("guests", 403, most=5)["error"] == "too_early"


def test_desk_with_an_older_page_hears_all_changes_at_once(night: Night) -> None:
    whole = night.whole()

    news = night.ask("changes", cursor=whole["cursor"], roster_at=whole["roster_at"])

    assert (news["more"], news["next"]) == (False, None)
    assert by_id(night.ask("changes", cursor=0, roster_at="2026-01-01T00:00:00Z")["roster"]) == by_id(
        whole["roster"]
    )


# -- length ---------------------------------------------------------------------------------------------------


def asked(night: Night, path: str, encoding: str) -> tuple[bytes, str | None]:
    answer = night.client.raw.get(
        API + path, headers={"Authorization": f"Bearer {night.token}", "Accept-Encoding": encoding}
    )
    assert "Accept-Encoding" in answer.headers["Vary"]
    return answer.data, answer.headers.get("Content-Encoding")


def test_long_answer_is_short_on_the_way_for_who_takes_it_so(night: Night) -> None:
    plain, none = asked(night, "roster", "identity")
    packed, how = asked(night, "roster", "gzip, deflate, br")

    assert (none, how) == (None, "gzip")
    assert json.loads(gzip.decompress(packed))["roster"] == json.loads(plain)["roster"]
    assert len(packed) * 2 < len(plain)
    assert "オオクボ".encode() in plain, "kana are not written in escapes"


def test_short_answer_and_refused_encoding_stay_plain(night: Night) -> None:
    assert asked(night, "counts", "gzip;q=0")[1] is None
    assert asked(night, "openapi.json", "br")[1] is None
    assert asked(night, "guests?most=0", "gzip")[1] is None


def test_pages_that_a_cookie_opens_are_never_compressed(night: Night) -> None:
    for path in ("/", "/door", "/door/sw.js"):
        answer = night.client.raw.get(path, headers={"Accept-Encoding": "gzip"})

        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("path", ["scans", "walk-ins", "corrections"])
def test_body_that_is_too_long_is_answered_as_described(night: Night, app: Flask, path: str) -> None:
    answer = night.client.open(
        "POST",
        API + path,
        data=b" " * (app.config["MAX_CONTENT_LENGTH"] + 1),
        headers={"Authorization": f"Bearer {night.token}", "Content-Type": "application/json"},
    )

    assert answer.status_code == 413
    assert answer.json["marker"] == api.MARKER
    assert "413" in document()["paths"][API + path]["post"]["responses"]
