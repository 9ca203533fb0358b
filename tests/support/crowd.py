"""A desk whose roster is much larger than the evening: the answer of the server is widened on its way to the page."""

from __future__ import annotations

from playwright.sync_api import Page, Route


def widen_roster(page: Page, people: int) -> None:
    """Let the desk on this page load so many people: the guests there are, over and over, each with an id, a ticket and
    a 受付番号 of its own."""

    def widen(route: Route) -> None:
        answer = route.fetch()
        loaded = answer.json()
        some = loaded["roster"]
        loaded["roster"] = some + [
            some[n % len(some)] | {"id": f"{n:032x}", "ticket": f"{n:064x}", "code": f"S9-{n:05}"}
            for n in range(people - len(some))
        ]
        route.fulfill(response=answer, json=loaded)

    page.route("**/api/v1/door/roster", widen)
