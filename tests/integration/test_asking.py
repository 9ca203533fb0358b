"""Acts that cannot be taken back ask first, and store nothing until they have been answered."""

from __future__ import annotations

from flask import Flask

from tests.support.access_table import ASKED, NEVER_UNDONE, NOT_ASKED, UNDONE_BY


def test_every_act_is_either_asked_about_or_named_with_its_reason(app: Flask) -> None:
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    not_asked = [endpoint for names in NOT_ASKED.values() for endpoint in names.split()]

    assert len(not_asked) == len(set(not_asked))
    named = {*ASKED.split(), *not_asked}
    assert (sorted(named - posted), sorted(posted - named)) == ([], [])


def test_no_act_of_the_table_can_be_reached_unasked(app: Flask) -> None:
    marked = {endpoint for endpoint, view in app.view_functions.items() if getattr(view, "asks_first", False)}

    assert marked == set(ASKED.split())


def test_every_act_that_is_asked_about_names_what_undoes_it_or_why_nothing_does(app: Flask) -> None:
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    named = [one for acts in (*UNDONE_BY.values(), *NEVER_UNDONE.values()) for one in acts.split()]

    assert set(UNDONE_BY) <= posted
    assert len(named) == len(set(named))
