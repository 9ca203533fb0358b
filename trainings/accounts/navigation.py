"""The menu of staff: the pages that exist and that the roles of the signed-in person may open."""

from __future__ import annotations

from flask import url_for

from trainings.accounts import texts
from trainings.accounts.access import current_staff, may_open

PLACES = {
    "today": "desk.today",
    "events": "desk.events",
    "directory": "directory.index",
    "skills": "skills.matrix",
    "year_plan": "desk.year_plan",
    "settings": "accounts.settings",
}
"""Key of a menu entry → endpoint, in the order of the menu."""


def nav_items() -> list[tuple[str, str, str]]:
    """(label, address, key) of every entry for the person signed in; empty for guests."""
    staff = current_staff()
    if staff is None:
        return []
    return [
        (texts.NAVIGATION[key], url_for(endpoint), key)
        for key, endpoint in PLACES.items()
        if may_open(endpoint, staff)
    ]


def first_page() -> str:
    """Where someone lands after signing in: the first page of the menu, or the sign-in page, which says who one is."""
    items = nav_items()
    return items[0][1] if items else url_for("accounts.sign_in")
