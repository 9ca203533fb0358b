"""How many hard pictures the desk's reader can read, and how fast, beside jsQR on the same pixels in the same browser."""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from bench.hard_pictures import DEGREES, TROUBLES, Picture, pictures
from bench.results import Row, report
from tests.support.databases import SqliteTemplate
from tests.support.hands import Clock
from tests.support.site import served

ROOT = Path(__file__).resolve().parent.parent
JSQR = ROOT / "node_modules" / "jsqr" / "dist" / "jsQR.js"
SHARE, TIMES_JSQR = 0.85, 1.5
"""What the design of the door asks for: the share that is read, and how much better than jsQR."""
READ = """async (png) => {
  const { ready, textIn } = await import("/static/js/door/reader.js");
  await ready;
  const bytes = Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const picture = context.getImageData(0, 0, bitmap.width, bitmap.height);
  let begun = performance.now();
  const ours = await textIn(picture);
  const oursTook = performance.now() - begun;
  begun = performance.now();
  const theirs = jsQR(picture.data, picture.width, picture.height)?.data ?? "";
  return { ours, oursTook, theirs, theirsTook: performance.now() - begun };
}"""


@dataclass(frozen=True)
class Reading:
    """What both made of one picture: whether the text was right, and milliseconds."""

    picture: Picture
    ours: bool
    ours_ms: float
    theirs: bool
    theirs_ms: float


def main() -> None:
    """Print which degrees of each trouble were read, then the table; write bench/results/decode.json."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "template").mkdir()
        with (
            Clock().holding(datetime(2027, 1, 18, 1, 0, tzinfo=UTC)),
            SqliteTemplate(folder / "template").copied(folder) as database,
            served(database.url, folder / "instance") as site,
        ):
            readings = _read(site.url)
    _print(readings)
    report("decode", _rows(readings))


def _read(url: str) -> list[Reading]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        # The peer is no file of the product, so its page may load what the product's may not.
        page = browser.new_context(base_url=url, bypass_csp=True).new_page()
        page.goto("/door")
        page.add_script_tag(path=str(JSQR))
        readings = [_reading(page, one) for one in pictures()]
        browser.close()
    return readings


def _reading(page: Page, picture: Picture) -> Reading:
    found = page.evaluate(READ, base64.b64encode(picture.png).decode())
    return Reading(
        picture,
        found["ours"] == picture.text,
        found["oursTook"],
        found["theirs"] == picture.text,
        found["theirsTook"],
    )


def _print(readings: list[Reading]) -> None:
    """A line a trouble, from its light to its edge."""
    print(f"\n{'seeds':>13}  {'trouble':<12} {'degrees read':<13} jsQR")
    for trouble in TROUBLES:
        mine = [one for one in readings if one.picture.trouble == trouble]
        seeds = f"{mine[0].picture.seed}-{mine[-1].picture.seed}"
        ours, theirs = ("".join("■" if hit else "·" for hit in hits) for hits in _hits(mine))
        print(f"{seeds:>13}  {trouble:<12} {ours:<13} {theirs}")


def _hits(readings: list[Reading]) -> tuple[list[bool], list[bool]]:
    return [one.ours for one in readings], [one.theirs for one in readings]


def _rows(readings: list[Reading]) -> list[Row]:
    ours, theirs = (sum(hits) / len(hits) for hits in _hits(readings))
    by_degree = Counter(one.picture.degree for one in readings if one.ours)
    each = len(TROUBLES)
    return [
        Row(f"hard pictures read, of {len(readings)}", ours, "share", None, SHARE, "value"),
        Row("hard pictures read, beside jsQR", ours, "share", theirs, TIMES_JSQR),
        *(
            Row(f"read at degree {degree + 1} of {DEGREES}", by_degree[degree] / each, "share")
            for degree in range(DEGREES)
        ),
        Row("time for a picture, p50, beside jsQR", _p50(readings, "ours"), "ms", _p50(readings, "theirs")),
    ]


def _p50(readings: list[Reading], whose: str) -> float:
    return median(one.ours_ms if whose == "ours" else one.theirs_ms for one in readings)


if __name__ == "__main__":
    main()
