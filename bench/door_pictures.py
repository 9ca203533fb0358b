"""The pictures of docs/door-manual.md, taken from the running product.

`python -m bench.door_pictures` serves an invented evening, opens the desk on a phone and writes docs/images/door-*.png.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bench.evening import held_site
from tests.support.arrivals import make_evening
from tests.support.site import Site
from trainings.checkin.actions import door_secret, open_door
from trainings.registration.secrets import ticket_url

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
PHONE = {"width": 390, "height": 780}
WIDTH, GAP, COLOURS = 260, 14, 96
"""Of one phone in the picture, between two of them (pixels), and colours of the whole."""
FRAME, GROUND = (102, 102, 102), (255, 255, 255)
SEARCH = "名前・カナ・事業所・受付番号でさがす"


def main() -> None:
    with held_site() as (site, clock):
        with site.unit():
            evening = make_evening()
            link = f"/door/enrol/{door_secret(open_door(event_id=evening.event.id))}"
            tickets = [ticket_url(guest) for guest in evening.guests]
        clock.set(evening.doors_open_at)
        _take(site, link, tickets)


def _take(site: Site, link: str, tickets: Sequence[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(
            base_url=site.url, locale="ja-JP", timezone_id="Asia/Tokyo", viewport=PHONE, device_scale_factor=2
        )
        page = context.new_page()
        page.goto(link)
        page.get_by_label("端末の名前").fill("受付1")
        enrolling = _shot(page)
        page.get_by_role("button", name="この端末を登録する").click()
        page.wait_for_url("**/door")
        page.get_by_text("接続中").wait_for()
        page.locator("[data-roster]").wait_for()
        ready = _shot(page)
        page.goto("/door#search")
        page.get_by_label(SEARCH).fill("けやき")
        searching = _shot(page)
        page.get_by_label(SEARCH).fill("")
        page.goto("/door#walkin")
        page.get_by_label("氏名").fill("欅田 花子")
        page.get_by_label("フリガナ").fill("けやきだ はなこ")
        walk_in = _shot(page)
        _save("door-screens.png", [enrolling, ready, searching, walk_in])

        page.get_by_label("氏名").fill("")
        page.goto("/door#scan")
        admitted = _result(page, tickets[0], "受付しました")
        # Within moments the same code is the same look at it (js/door/sightings.js).
        page.wait_for_timeout(3000)
        repeated = _result(page, tickets[0], "受付済みです")
        _save("door-results.png", [admitted, repeated, _result(page, "K99-00000", "見つかりません")])

        page.keyboard.press("Escape")
        context.set_offline(True)
        _result(page, tickets[2], "受付しました")
        page.keyboard.press("Escape")
        page.get_by_text("オフライン", exact=True).wait_for()
        top = page.locator(".door__top").screenshot()
        (FOLDER / "door-offline.png").write_bytes(_reduced(_scaled(Image.open(io.BytesIO(top)), 390)))
        browser.close()


def _result(page: Page, said: str, says: str) -> Image.Image:
    """What the desk shows when a scanner types this; it has to say so."""
    page.keyboard.type(said)
    page.keyboard.press("Enter")
    page.locator("#result [data-say]").get_by_text(says, exact=True).wait_for()
    page.wait_for_timeout(400)
    return _shot(page)


def _shot(page: Page) -> Image.Image:
    page.wait_for_timeout(200)
    return _scaled(Image.open(io.BytesIO(page.screenshot())), WIDTH)


def _scaled(picture: Image.Image, width: int) -> Image.Image:
    height = round(picture.height * width / picture.width)
    return picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def _save(name: str, phones: Sequence[Image.Image]) -> None:
    """Phones side by side, each within a thin frame."""
    whole = Image.new("RGB", ((WIDTH + GAP) * len(phones), phones[0].height + 2), GROUND)
    for place, phone in enumerate(phones):
        framed = Image.new("RGB", (WIDTH + 2, phone.height + 2), FRAME)
        framed.paste(phone, (1, 1))
        whole.paste(framed, (place * (WIDTH + GAP), 0))
    (FOLDER / name).write_bytes(_reduced(whole))


def _reduced(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.quantize(COLOURS).save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    main()
