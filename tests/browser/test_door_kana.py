"""The desk asks about kana as the server does: nobody is let in offline under what would be asked about online."""

from __future__ import annotations

import json
from pathlib import Path

from flask import url_for
from playwright.sync_api import Page

from tests.support.site import Site

CASES = json.loads((Path(__file__).parents[1] / "unit" / "core" / "kana_vectors.json").read_text("utf-8"))


def test_desk_takes_the_kana_that_the_server_takes(desktop_page: Page, site: Site) -> None:
    with site.app.test_request_context():
        script = url_for("static", filename="js/door/kana.js")
    desktop_page.goto("/")

    found = desktop_page.evaluate(
        """async ([script, cases]) => {
            const { wrongKana } = await import(script);
            return cases.map(({ name, kana }) => wrongKana(name, kana));
        }""",
        [script, CASES],
    )

    assert dict(enumerate(found)) == {n: case["wrong"] for n, case in enumerate(CASES)}
