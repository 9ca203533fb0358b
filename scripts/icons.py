"""Draw the icon: six people around one table. Writes static/icons/; run it again after changing the drawing."""

from __future__ import annotations

from math import cos, radians, sin
from pathlib import Path

from PIL import Image, ImageDraw

ICONS = Path(__file__).resolve().parent.parent / "static" / "icons"
SIZES = (192, 512)
BOX = 64
GROUND = "#115a36"
"""The brand's deep green (--brand-deep)."""
TABLE = 9.5
PERSON = 5
DISTANCE = 19.5
FINENESS = 4
"""Drawn so many times larger and then reduced, for smooth edges."""


def circles() -> list[tuple[float, float, float]]:
    """(x, y, radius) in a square of 64 units: the table, then the people, the first one at the top."""
    middle = BOX / 2
    seats = [radians(60 * seat - 90) for seat in range(6)]
    people = [(middle + DISTANCE * cos(at), middle + DISTANCE * sin(at), PERSON) for at in seats]
    return [(middle, middle, TABLE), *people]


def svg() -> str:
    shapes = "".join(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:g}"/>' for x, y, radius in circles())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {BOX} {BOX}">'
        f'<rect width="{BOX}" height="{BOX}" rx="12" fill="{GROUND}"/><g fill="#fff">{shapes}</g></svg>\n'
    )


def png(size: int) -> Image.Image:
    """Without round corners: telephones cut them as they like."""
    scale = size * FINENESS / BOX
    picture = Image.new("RGB", (size * FINENESS, size * FINENESS), GROUND)
    pen = ImageDraw.Draw(picture)
    for x, y, radius in circles():
        pen.ellipse([(one * scale) for one in (x - radius, y - radius, x + radius, y + radius)], fill="#fff")
    # The few colours of two flat ones and their edges: a third of the size.
    return picture.resize((size, size), Image.Resampling.LANCZOS).quantize(16)


def main() -> None:
    ICONS.mkdir(parents=True, exist_ok=True)
    (ICONS / "icon.svg").write_text(svg(), encoding="utf-8")
    for size in SIZES:
        png(size).save(ICONS / f"icon-{size}.png", optimize=True)


if __name__ == "__main__":
    main()
