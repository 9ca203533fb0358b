"""The API document against the API: generated requests, as it allows them and as it does not."""

from __future__ import annotations

from datetime import UTC, datetime

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.support.client import Client
from tests.support.evening import device_of, evening
from tests.support.hands import Clock, Unit
from trainings.checkin.desk.openapi import document
from trainings.directory.actions import load_master_data

EXAMPLES = 25
"""A path and method; enough to meet every field missing, of a wrong type and out of range."""

# Instants as the document's words bound them, or hardly any request would get as far as the rules behind its form.
schemathesis.openapi.format(
    "date-time",
    st.integers(1_000_000_000, 7_000_000_000).map(lambda n: datetime.fromtimestamp(n, tz=UTC).isoformat()),
)


def test_document_is_served_to_anybody(client: Client) -> None:
    answer = client.open("GET", "/api/v1/door/openapi.json")

    assert answer.json == document()


def test_every_route_of_the_api_is_described(app: Flask) -> None:
    routes = {
        (rule.rule, method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("door_api.") and not rule.rule.endswith("openapi.json")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert routes == {(path, method) for path, item in document()["paths"].items() for method in item}


def test_brackets_without_end_are_no_fault_of_the_server(
    app: Flask, unit: Unit, clock: Clock, client: Client
) -> None:
    with unit():
        load_master_data()
        event, _ = evening(("NSV",))
    clock.set(event.doors_open_at)
    with unit():
        _, token = device_of(event)

    answer = client.open(
        "POST",
        "/api/v1/door/scans",
        data="[" * 100_000,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )

    assert (answer.status_code, answer.json["field"]) == (400, "body")


def test_generated_requests_are_answered_as_described(app: Flask, unit: Unit, clock: Clock) -> None:
    with unit():
        load_master_data()
        event, _ = evening(("NSV",) * 3)
    clock.set(event.doors_open_at)
    with unit():
        _, token = device_of(event)
    schema = schemathesis.openapi.from_wsgi("/api/v1/door/openapi.json", app)
    # What the tool asks for by itself, it does not unpack.
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    seen: set[tuple[str, int]] = set()

    for operation in (result.ok() for result in schema.get_all_operations()):
        cases = st.one_of(operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def ask(case: Case) -> None:
            answer = case.call(headers=headers)
            seen.add((case.path, answer.status_code))
            case.validate_response(
                answer,
                checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
            )

        ask()

    # Both sides of every writing route were met: what is allowed, and what is not.
    for path in ("/api/v1/door/scans", "/api/v1/door/walk-ins"):
        assert {status for where, status in seen if where == path} >= {200, 400} or (path, 422) in seen
