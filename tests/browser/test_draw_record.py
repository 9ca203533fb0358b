"""The public record of a draw in a browser: the draw repeats on the visitor's own device."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.announcing import announce
from tests.support.evening import apply_as
from tests.support.site import Site
from trainings.allocation import queries
from trainings.allocation.draws.drawing import draw_seats
from trainings.allocation.draws.freezing import commit_secret, freeze_list
from trainings.core import clock
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.seats.record import canonical, digest, seed_of

QUOTAS = {"看護": (2, 4), "医科": (1, 3)}


def drawn(
    site: Site,
    nurses: int,
    doctors: int,
    *,
    quotas: Mapping[str, tuple[int, int | None]] = QUOTAS,
    capacity: int = 4,
) -> Event:
    """A draw of so many nurses and doctors, by default for four seats."""
    with site.unit():
        load_master_data()
        event = announce(EventKind.HUNDRED, quotas=quotas, capacity=capacity, public_number_name="")
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
    # At least five of each group win and five do not, so that the whole record is public.
    event = drawn(site, 13, 11, quotas={"看護": (5, 8), "医科": (5, 6)}, capacity=12)
    watched_page.goto(f"/e/{event.slug}/draw")
    assert_accessible(watched_page)

    watched_page.get_by_role("button", name="この抽選をもういちど計算する").click()

    expect(watched_page.get_by_text("この記録から、同じ結果になりました。")).to_be_visible(timeout=20_000)
    assert_accessible(watched_page)


def _with_another_secret(record: dict[str, Any]) -> None:
    record["secret"] = "0" * 64


def _with_somebody_twice(record: dict[str, Any]) -> None:
    record["frozen"]["candidates"].append(record["frozen"]["candidates"][-1])
    record["seed"] = seed_of(record["frozen"], record["secret"], record["public_number"]).hex()


def _with_an_unmet_reserve(record: dict[str, Any]) -> None:
    groups = record["frozen"]["honoured"]["groups"]
    groups[next(key for key, n in groups.items() if n)] -= 1
    record["seed"] = seed_of(record["frozen"], record["secret"], record["public_number"]).hex()


def _with_other_levels(record: dict[str, Any]) -> None:
    record["frozen"]["levels"].reverse()
    record["frozen"]["levels"][0]["odds_per_weight"] = "1/97"
    record["seed"] = seed_of(record["frozen"], record["secret"], record["public_number"]).hex()


def _with_better_odds(record: dict[str, Any]) -> None:
    odds = record["frozen"]["odds"]
    odds[min(odds, key=odds.__getitem__)] += 1000
    record["seed"] = seed_of(record["frozen"], record["secret"], record["public_number"]).hex()


def _with_somebody_else_in(record: dict[str, Any]) -> None:
    record["selected"] = sorted([*record["selected"][1:], record["waiting"][0]])


def _with_another_order(record: dict[str, Any]) -> None:
    record["waiting"].reverse()


FORGED: dict[str, Callable[[dict[str, Any]], None]] = {
    "seed": _with_another_secret,
    "people": _with_somebody_twice,
    "reserves": _with_an_unmet_reserve,
    "levels": _with_other_levels,
    "odds": _with_better_odds,
    "draw": _with_somebody_else_in,
    "waiting": _with_another_order,
}
"""Check → what makes it the first that fails, though the record's digest is right."""
VERIFIER = Path(__file__).parents[2] / "static" / "js" / "verify_draw.js"


def test_auditor_reads_in_japanese_what_is_wrong_with_a_file(
    watched_page: Page, site: Site, tmp_path: Path, assert_accessible: Callable[[Page], None]
) -> None:
    event = drawn(site, 5, 1)
    with site.unit():
        (draw,) = queries.draws_of(event.id)
        whole = canonical(draw.record)
    files = {"format": whole.replace(b'"capacity":4', b'"capacity":5')}
    for check, forge in FORGED.items():
        record = json.loads(whole)
        forge(record)
        record["digest"] = digest({key: value for key, value in record.items() if key != "digest"})
        files[check] = canonical(record)
    watched_page.goto(f"/e/{event.slug}/draw")
    chosen = watched_page.get_by_label("記録の全部を持っている方は")
    result = watched_page.locator("[data-repeat-result]")

    for check, content in files.items():
        file = tmp_path / f"{check}.json"
        file.write_bytes(content)
        chosen.set_input_files(file)
        sentence = result.get_attribute(f"data-wrong-{check}")
        assert sentence
        expect(result).to_have_text(f"この記録は、計算と合いません。{sentence}", timeout=20_000)
        assert not re.search("[A-Za-z]", sentence)
    assert_accessible(watched_page)

    file = tmp_path / "draw.json"
    file.write_bytes(whole)
    chosen.set_input_files(file)
    expect(result).to_have_text("この記録から、同じ結果になりました。", timeout=20_000)


def test_every_check_of_the_verifier_has_a_sentence(watched_page: Page, site: Site) -> None:
    checks = set(re.findall(r'begin\("(\w+)"\)', VERIFIER.read_text("utf-8")))
    event = drawn(site, 5, 1)

    watched_page.goto(f"/e/{event.slug}/draw")

    result = watched_page.locator("[data-repeat-result]")
    assert checks == {*FORGED, "format", "earlier"}
    assert [check for check in checks if not result.get_attribute(f"data-wrong-{check}")] == []
