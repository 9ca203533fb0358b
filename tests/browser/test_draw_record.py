"""The public record of a draw in a browser: the draw repeats on the visitor's own device."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.announcing import announce
from tests.support.evening import apply_as
from tests.support.site import Site
from trainings.allocation import queries
from trainings.allocation.drawing import draw_seats
from trainings.allocation.freezing import commit_secret, freeze_list
from trainings.core import clock
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.seats.record import canonical

QUOTAS = {"看護": (2, 4), "医科": (1, 3)}


def drawn(site: Site, nurses: int, doctors: int) -> Event:
    """A draw of so many nurses and doctors for four seats."""
    with site.unit():
        load_master_data()
        event = announce(EventKind.HUNDRED, quotas=QUOTAS, capacity=4, public_number_name="")
        commit_secret(event_id=event.id)
        for number, code in enumerate(["NSV"] * nurses + ["MD"] * doctors):
            apply_as(event, code, number)
    with clock.frozen(event.application_closes_at):
        with site.unit():
            freeze_list(event_id=event.id)
        with site.unit():
            draw_seats(event_id=event.id)
    return event


def test_draw_is_repeated_at_the_press_of_a_button(
    watched_page: Page, site: Site, assert_accessible: Callable[[Page], None]
) -> None:
    event = drawn(site, 6, 3)
    watched_page.goto(f"/e/{event.slug}/draw")
    assert_accessible(watched_page)

    watched_page.get_by_role("button", name="この抽選をもういちど計算する").click()

    expect(watched_page.get_by_text("この記録から、同じ結果になりました。")).to_be_visible(timeout=20_000)
    assert_accessible(watched_page)


@pytest.mark.parametrize(
    ("changed", "words"),
    [(False, "この記録から、同じ結果になりました。"), (True, "この記録は、計算と合いません。")],
)
def test_auditor_repeats_the_draw_with_the_whole_file(
    watched_page: Page, site: Site, tmp_path: Path, changed: bool, words: str
) -> None:
    event = drawn(site, 5, 1)
    with site.unit():
        (draw,) = queries.draws_of(event.id)
        content = canonical(draw.record)
    file = tmp_path / "draw.json"
    file.write_bytes(content.replace(b'"capacity":4', b'"capacity":5') if changed else content)
    watched_page.goto(f"/e/{event.slug}/draw")

    watched_page.get_by_label("記録の全部を持っている方は").set_input_files(file)

    expect(watched_page.get_by_text(words)).to_be_visible(timeout=20_000)
