"""What the dearest single request costs: every field of every guest's form and of the sign-in filled to what a body may
hold with texts that some check once took the square of its length for, and small workbooks that mean a great deal."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.results import Row, report
from bench.site import Site, open_event, sites, slug_of
from tests.integration.test_nonsense import NASTY
from tests.support.client import Client
from tests.support.markup import Markup
from tests.unit.core.test_sheets import BOMBS, SHEET, with_part
from trainings.core.paper import sheets
from trainings.events.models import EventKind

AIM = 0.5
"""Seconds."""


def main() -> None:
    """Print the table and write bench/results/hostile.json."""
    rows = []
    with sites() as both:
        for site in both:
            event = open_event(site, kind=EventKind.SYMPOSIUM, capacity=100)
            took = {what: max(_fields(site, slug_of(site, event), text)) for what, text in NASTY.items()}
            rows += [
                Row(f"{site.name}: dearest field of {what}", worst, "s", aim=AIM, of="value", better="less")
                for what, worst in took.items()
            ]
    rows += [
        Row(f"workbook with {what}", _bomb(content), "s", aim=5.0, of="value", better="less")
        for what, content in BOMBS.items()
    ]
    report("hostile", rows)


def _fields(site: Site, slug: str, text: str) -> Iterator[float]:
    """Seconds of each request that has one field filled, the others empty."""
    client = Client(site.app)
    pages = {f"/e/{slug}/apply": f"/e/{slug}/apply", "/links": "/links", "/staff/sign-in": "/staff/sign-in"}
    for page, target in pages.items():
        form = Markup(client.raw.get(page).get_data(as_text=True)).one(f"form[action='{target}'], main form")
        names = {one.get("name") for one in form.all("input, select, textarea")} - {None, "csrf_token"}
        client.raw.post(target, data={"csrf_token": client.csrf_token()})  # what a first request alone does
        for name in sorted(map(str, names)):
            data = {"csrf_token": client.csrf_token(), name: text}
            begun = time.perf_counter()
            answer = client.raw.post(target, data=data, content_type="multipart/form-data")
            yield time.perf_counter() - begun
            assert answer.status_code in (413, 422), f"{name} at {target}: {answer.status_code}"


def _bomb(content: bytes) -> float:
    begun = time.perf_counter()
    try:
        sheets.read_table(with_part(SHEET, content), "list.xlsx")
    except sheets.TableTooLarge:
        return time.perf_counter() - begun
    raise AssertionError("the workbook was read")


if __name__ == "__main__":
    main()
